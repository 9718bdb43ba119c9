//! Single events, each valid in itself.

use chrono::TimeDelta;
use proptest::prelude::*;
use proptest::sample::select;

use super::basket::{basket, product, purchase, store};
use super::calendar::{instant, span, years};
use super::customer::{attribute, channel, coordinates};
use super::id::{id, numbered};
use super::operation::operation;
use super::value::text;
use crate::digest::Digest;
use crate::event::{
    AttributesChanged, ConsentChange, ConsentChoice, Custom, Delivery, DeliveryOutcome,
    EmailClicked, EmailOpened, Event, EventKind, EventType, GrantReason, Operation, OrderConfirmed,
    Referral, Return, ReturnedLine, Review, Share, SupportContact, SurveyAnswered, TierChallenge,
    TierGranted, View, Visit, Void, latest,
};
use crate::id::{CustomerId, EventId, TierId};
use crate::money::Currency;
use crate::rule::Text;

/// An event of any kind that passes [`Event::validate`]; nothing ties it to others.
///
/// For events that make sense together see [`story`](super::story).
pub fn event(currency: Currency) -> impl Strategy<Value = Event> + Clone {
    let kind = proptest::strategy::Union::new(
        EventType::ALL.iter().map(|kind| event_kind(*kind, currency)),
    );
    let clocks = (instant(years()), delay());
    (id(), id(), clocks, proptest::option::of(channel()), kind).prop_map(
        |(id, customer, (at, delay), channel, kind)| {
            let kind = of_another(kind, &id, &customer);
            Event { recorded_at: at + delay, channel, ..Event::new(id, customer, at, kind) }
        },
    )
}

/// What happens in an event of this type.
///
/// Returns and voids are of orders and events of any name.
pub fn event_kind(event_type: EventType, currency: Currency) -> BoxedStrategy<EventKind> {
    let maybe_text = || proptest::option::of(text());
    match event_type {
        EventType::Purchase => purchase(currency).prop_map(EventKind::Purchase).boxed(),
        EventType::Return => any_return().prop_map(EventKind::Return).boxed(),
        EventType::OrderConfirmed => {
            id().prop_map(|order| EventKind::OrderConfirmed(OrderConfirmed { order })).boxed()
        }
        EventType::Void => id().prop_map(|event| EventKind::Void(Void { event })).boxed(),
        EventType::View => product()
            .prop_map(|(product, category)| EventKind::View(View { product, category }))
            .boxed(),
        EventType::CartUpdated => basket(currency).prop_map(EventKind::CartUpdated).boxed(),
        EventType::EmailOpened => {
            id().prop_map(|campaign| EventKind::EmailOpened(EmailOpened { campaign })).boxed()
        }
        EventType::EmailClicked => (id(), maybe_text())
            .prop_map(|(campaign, link)| EventKind::EmailClicked(EmailClicked { campaign, link }))
            .boxed(),
        EventType::AppOpened => Just(EventKind::AppOpened).boxed(),
        EventType::Visit => (store(), proptest::option::of(coordinates()))
            .prop_map(|(store, coordinates)| EventKind::Visit(Visit { store, coordinates }))
            .boxed(),
        EventType::Review => (product(), 1..=5_u8)
            .prop_map(|((product, _), rating)| EventKind::Review(Review { product, rating }))
            .boxed(),
        EventType::Share => (proptest::option::of(product()), maybe_text())
            .prop_map(|(product, network)| share(product.map(|(product, _)| product), network))
            .boxed(),
        EventType::Referral => {
            id().prop_map(|referred| EventKind::Referral(Referral { referred })).boxed()
        }
        EventType::SurveyAnswered => answer().prop_map(EventKind::SurveyAnswered).boxed(),
        EventType::SupportContact => maybe_text()
            .prop_map(|topic| EventKind::SupportContact(SupportContact { topic }))
            .boxed(),
        EventType::Enrolled => Just(EventKind::Enrolled).boxed(),
        EventType::AttributesChanged => changes().prop_map(EventKind::AttributesChanged).boxed(),
        EventType::Points => operation().prop_map(EventKind::Points).boxed(),
        EventType::TierGranted => granted().prop_map(EventKind::TierGranted).boxed(),
        EventType::Consent => consent().prop_map(EventKind::Consent).boxed(),
        EventType::Delivery => delivery().prop_map(EventKind::Delivery).boxed(),
        EventType::Custom => custom().prop_map(EventKind::Custom).boxed(),
    }
}

/// How much later an event is recorded than it happened: mostly at once, at most three days.
pub(super) fn delay() -> impl Strategy<Value = TimeDelta> + Clone {
    let seconds = prop_oneof![8 => 0..=2_i64, 1 => 0..=3 * 24 * 3_600_i64];
    seconds.prop_map(TimeDelta::seconds)
}

/// The same, unless it refers to its own event or customer.
pub(super) fn of_another(kind: EventKind, event: &EventId, customer: &CustomerId) -> EventKind {
    match kind {
        EventKind::Void(void) if void.event == *event => EventKind::AppOpened,
        EventKind::Points(Operation::Capture { hold, .. } | Operation::Release { hold, .. })
            if hold == *event =>
        {
            EventKind::AppOpened
        }
        EventKind::Referral(referral) if referral.referred == *customer => EventKind::AppOpened,
        kind => kind,
    }
}

fn share(product: Option<crate::id::ProductId>, network: Option<Text>) -> EventKind {
    EventKind::Share(Share { product, network })
}

fn any_return() -> impl Strategy<Value = Return> + Clone {
    let lines = proptest::collection::btree_map(id(), 1..=5_i64, 1..=3);
    (id(), lines).prop_map(|(order, lines)| Return {
        order,
        lines: lines.into_iter().map(|(line, quantity)| ReturnedLine { line, quantity }).collect(),
    })
}

fn answer() -> impl Strategy<Value = SurveyAnswered> + Clone {
    (id(), select(vec![10_u16, 5, 100]), any::<u16>()).prop_map(|(survey, highest, score)| {
        SurveyAnswered { survey, score: score % (highest + 1), highest }
    })
}

fn changes() -> impl Strategy<Value = AttributesChanged> + Clone {
    let change = (attribute(), proptest::bool::weighted(0.8));
    let changes = proptest::collection::vec(change, 1..=3);
    changes.prop_map(|changes| AttributesChanged {
        changes: changes
            .into_iter()
            .map(|((name, value), known)| (name, known.then_some(value)))
            .collect(),
    })
}

fn granted() -> impl Strategy<Value = TierGranted> + Clone {
    let reason = select(vec![GrantReason::Match, GrantReason::Gift, GrantReason::Challenge]);
    let challenge = (span(), 1..=5_i64).prop_map(|(within, orders)| TierChallenge {
        within,
        spend: None,
        orders: Some(orders),
        visits: None,
        points_earned: None,
        engagement: None,
    });
    let tier = (0..5_usize).prop_filter_map("a tier", |at| TierId::new(numbered("tier-", at)).ok());
    let until = proptest::option::of(Just(latest() - TimeDelta::days(1)));
    (tier, until, reason, proptest::option::of(challenge)).prop_map(
        |(tier, until, reason, challenge)| TierGranted {
            ladder: None,
            tier,
            until,
            reason,
            challenge,
        },
    )
}

fn consent() -> impl Strategy<Value = ConsentChange> + Clone {
    let choice = select(vec![ConsentChoice::Granted, ConsentChoice::Withdrawn]);
    let asked = (id(), proptest::option::of(channel()), choice, 0..=3_u32);
    asked.prop_map(|(purpose, channel, choice, version)| ConsentChange {
        purpose,
        channel,
        choice,
        version,
    })
}

fn delivery() -> impl Strategy<Value = Delivery> + Clone {
    let digest = || (0..20_u8).prop_map(|number| Digest::of(&number));
    let names = (digest(), id(), id(), channel());
    let told = (0..=9_u8, proptest::option::of(digest()), select(DeliveryOutcome::ALL.to_vec()));
    (names, told).prop_map(
        |((sending, message, purpose, channel), (priority, content, outcome))| Delivery {
            sending,
            message,
            purpose,
            channel,
            priority,
            content,
            outcome,
        },
    )
}

fn custom() -> impl Strategy<Value = Custom> + Clone {
    let values = proptest::collection::vec(attribute(), 0..=3);
    (text(), values)
        .prop_map(|(name, values)| Custom { name, values: values.into_iter().collect() })
}
