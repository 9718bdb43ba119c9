//! What rules can name of an event itself.

use std::collections::BTreeMap;

use crate::event::{Basket, Event, EventKind, EventType};
use crate::id::AttributeName;
use crate::money::{Currency, Money};
use crate::rule::{Field, Kind, Text, Value};

/// Where the value of a field comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Channel,
    BasketTotal,
    BasketUnits,
    BasketProducts,
    BasketCategories,
    Coupons,
    Store,
    Product,
    Category,
    Rating,
    Survey,
    Score,
    Campaign,
    Link,
    Network,
    Topic,
    Changed,
    Message,
    Purpose,
    Outcome,
    Own(AttributeName),
}

/// The fields of events of a type, each with where its value comes from.
pub(super) fn fields(
    event: EventType,
    values: &BTreeMap<AttributeName, Kind>,
    currency: Currency,
) -> Vec<(Field, Source)> {
    let plain = |name: &str, kind, source| (Field::new(name, kind), source);
    let channels = crate::event::Channel::ALL.map(crate::event::Channel::name);
    let mut fields = vec![(Field::choice("channel", channels), Source::Channel)];
    match event {
        EventType::Purchase | EventType::CartUpdated => fields.extend([
            (Field::money("basket_total", currency), Source::BasketTotal),
            plain("basket_units", Kind::Integer, Source::BasketUnits),
            plain("basket_products", Kind::Set, Source::BasketProducts),
            plain("basket_categories", Kind::Set, Source::BasketCategories),
            plain("coupons", Kind::Set, Source::Coupons),
            plain("store", Kind::Text, Source::Store),
        ]),
        EventType::View => fields.extend([
            plain("product", Kind::Text, Source::Product),
            plain("category", Kind::Text, Source::Category),
        ]),
        EventType::EmailOpened => fields.push(plain("campaign", Kind::Text, Source::Campaign)),
        EventType::EmailClicked => fields.extend([
            plain("campaign", Kind::Text, Source::Campaign),
            plain("link", Kind::Text, Source::Link),
        ]),
        EventType::Visit => fields.push(plain("store", Kind::Text, Source::Store)),
        EventType::Review => fields.extend([
            plain("product", Kind::Text, Source::Product),
            plain("rating", Kind::Integer, Source::Rating),
        ]),
        EventType::Share => fields.extend([
            plain("product", Kind::Text, Source::Product),
            plain("network", Kind::Text, Source::Network),
        ]),
        EventType::SurveyAnswered => fields.extend([
            plain("survey", Kind::Text, Source::Survey),
            plain("score", Kind::Integer, Source::Score),
        ]),
        EventType::SupportContact => fields.push(plain("topic", Kind::Text, Source::Topic)),
        EventType::AttributesChanged => {
            fields.push(plain("changed", Kind::Set, Source::Changed));
        }
        EventType::Delivery => fields.extend([
            plain("message", Kind::Text, Source::Message),
            plain("purpose", Kind::Text, Source::Purpose),
            plain("outcome", Kind::Text, Source::Outcome),
        ]),
        EventType::Consent => fields.push(plain("purpose", Kind::Text, Source::Purpose)),
        EventType::Custom => fields.extend(values.iter().map(|(name, kind)| {
            let field = format!("value({name})");
            let field = match kind {
                Kind::Money => Field::money(field, currency),
                kind => Field::new(field, *kind),
            };
            (field, Source::Own(name.clone()))
        })),
        _ => {}
    }
    fields
}

impl Source {
    /// The value, if the event has it.
    pub(super) fn value(&self, event: &Event, currency: Currency) -> Option<Value> {
        if *self == Self::Channel {
            return event.channel.map(|channel| Value::text(channel.name()));
        }
        match &event.kind {
            EventKind::Purchase(purchase) => self.of_basket(&purchase.basket, currency),
            EventKind::CartUpdated(basket) => self.of_basket(basket, currency),
            EventKind::Custom(custom) => match self {
                Self::Own(name) => custom.values.get(name).cloned(),
                _ => None,
            },
            kind => self.of_others(kind),
        }
    }

    fn of_basket(&self, basket: &Basket, currency: Currency) -> Option<Value> {
        match self {
            Self::BasketTotal => total(basket, currency).map(Value::Money),
            Self::BasketUnits => Some(Value::Integer(basket.units())),
            Self::BasketProducts => Some(Value::set(basket.lines.iter().map(|line| &line.product))),
            Self::BasketCategories => {
                let categories = basket.lines.iter().filter_map(|line| line.category.as_ref());
                Some(Value::set(categories))
            }
            Self::Coupons => Some(Value::set(&basket.coupons)),
            Self::Store => basket.store.as_ref().map(Value::text),
            _ => None,
        }
    }

    fn of_others(&self, kind: &EventKind) -> Option<Value> {
        let text = |text: &Option<Text>| text.clone().map(Value::Text);
        match (kind, self) {
            (EventKind::View(view), Self::Product) => Some(Value::text(&view.product)),
            (EventKind::View(view), Self::Category) => view.category.as_ref().map(Value::text),
            (EventKind::EmailOpened(mail), Self::Campaign) => Some(Value::text(&mail.campaign)),
            (EventKind::EmailClicked(mail), Self::Campaign) => Some(Value::text(&mail.campaign)),
            (EventKind::EmailClicked(mail), Self::Link) => text(&mail.link),
            (EventKind::Visit(visit), Self::Store) => Some(Value::text(&visit.store)),
            (EventKind::Review(review), Self::Product) => Some(Value::text(&review.product)),
            (EventKind::Review(review), Self::Rating) => Some(Value::Integer(review.rating.into())),
            (EventKind::Share(share), Self::Product) => share.product.as_ref().map(Value::text),
            (EventKind::Share(share), Self::Network) => text(&share.network),
            (EventKind::SurveyAnswered(answer), Self::Survey) => Some(Value::text(&answer.survey)),
            (EventKind::SurveyAnswered(answer), Self::Score) => {
                Some(Value::Integer(answer.score.into()))
            }
            (EventKind::SupportContact(contact), Self::Topic) => text(&contact.topic),
            (EventKind::Consent(change), Self::Purpose) => Some(Value::text(&change.purpose)),
            (EventKind::Delivery(delivery), Self::Purpose) => Some(Value::text(&delivery.purpose)),
            (EventKind::Delivery(delivery), Self::Message) => Some(Value::text(&delivery.message)),
            (EventKind::Delivery(delivery), Self::Outcome) => {
                Some(Value::text(delivery.outcome.name()))
            }
            (EventKind::AttributesChanged(changed), Self::Changed) => {
                Some(Value::set(changed.changes.keys()))
            }
            _ => None,
        }
    }
}

/// What is paid for all lines, without allocation.
fn total(basket: &Basket, currency: Currency) -> Option<Money> {
    let mut total = Money::zero(currency);
    for line in &basket.lines {
        total = total.checked_add(line.net_price().ok()?).ok()?;
    }
    Some(total)
}
