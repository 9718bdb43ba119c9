//! How many points an earning rule gives for an occasion.

use std::collections::BTreeSet;

use chrono::Datelike;

use super::shares::weights;
use super::{
    Award, Birthday, Celebration, EarningRule, MAX_POSTING, Occasion, PerAmount, PerEvent, PerUnit,
    Points, ProfileCompleted, Rate, Steps,
};
use crate::calendar::{Period, last_anniversary};
use crate::event::{Event, EventKind, EventType, LineItem, Purchase};
use crate::feature::Moment;
use crate::id::{CategoryId, LineId, ProductId};
use crate::money::Rounding;

/// The points of an occasion by one rule, before its caps, and what its lines weigh when they are
/// split; nothing weighs anything where there are no lines.
pub(super) struct Given<'a> {
    pub(super) points: Points,
    pub(super) weights: Vec<(&'a LineId, i128)>,
}

/// Lines of some categories or products, or all lines if there are none of either.
#[derive(Clone, Copy)]
struct Among<'a> {
    categories: &'a BTreeSet<CategoryId>,
    products: &'a BTreeSet<ProductId>,
}

impl<'a> Given<'a> {
    /// The points at a rate, if the award is due; whether the rule's conditions hold is not asked.
    pub(super) fn of(rule: &EarningRule, rate: Rate, occasion: &Occasion<'a>) -> Option<Self> {
        let event = occasion.event;
        match (&rule.award, event.purchase()) {
            (Award::PerAmount(award), Some(purchase)) => award.given(purchase, rate),
            (Award::PerUnit(award), Some(purchase)) => Some(award.given(purchase, rate)),
            (Award::PerEvent(award), _) => award.given(event, rate),
            (Award::NthOrder(award), Some(_)) => {
                let number = occasion.orders_before().saturating_add(1);
                award.is_due(number).then(|| Self::whole(event, award.points, rate))
            }
            (Award::Birthday(award), _) if award.is_due(rule, occasion) => {
                Some(Self::whole(event, award.points, rate))
            }
            (Award::ProfileCompleted(award), _) if award.is_due(occasion) => {
                Some(Self::whole(event, award.points, rate))
            }
            _ => None,
        }
    }

    /// So many points for an event as it is, of a purchase for all of its lines.
    fn whole(event: &'a Event, points: Points, rate: Rate) -> Self {
        let lines = event.purchase().map_or(&[][..], |purchase| &purchase.basket.lines);
        Self { points: once(points, rate), weights: weights(lines) }
    }
}

impl Occasion<'_> {
    /// How many orders the customer had before, but for those that are void or came back whole.
    fn orders_before(&self) -> usize {
        let Moment { as_of, currency, .. } = self.moment;
        self.profile.history.log(&self.profile.customer.id, currency, as_of).orders(0).len()
    }
}

impl PerAmount {
    /// The points of an order, for what is paid for its eligible lines.
    fn given<'a>(&self, purchase: &'a Purchase, rate: Rate) -> Option<Given<'a>> {
        let among = Among { categories: &self.categories, products: &self.products };
        let weights: Vec<(&LineId, i128)> = among
            .lines(purchase)
            .filter_map(|line| Some((&line.id, line.net_price().ok()?)))
            .filter(|(_, paid)| paid.currency() == self.per.currency())
            .map(|(line, paid)| (line, i128::from(paid.minor().max(0))))
            .collect();
        let paid: i128 = weights.iter().map(|(_, paid)| paid).sum();
        if self.at_least.is_some_and(|least| paid < i128::from(least.minor())) {
            return None;
        }
        let per = i128::from(self.per.minor());
        let (amount, per) = match self.steps {
            Steps::Proportional => (paid, per),
            Steps::Full => (paid.checked_div(per)?, 1),
        };
        let amount = amount.checked_mul(i128::from(self.points.0));
        let points = amount.and_then(|amount| rate.times(amount, per, self.rounding));
        Some(Given { points: points.map_or(MAX_POSTING, Points).min(MAX_POSTING), weights })
    }
}

impl PerUnit {
    /// The points of an order, for the units that are paid for.
    fn given<'a>(&self, purchase: &'a Purchase, rate: Rate) -> Given<'a> {
        let among = Among { categories: &self.categories, products: &self.products };
        let weights: Vec<(&LineId, i128)> =
            among.lines(purchase).map(|line| (&line.id, i128::from(paid_units(line)))).collect();
        let units: i128 = weights.iter().map(|(_, units)| units).sum();
        let amount = units.checked_mul(i128::from(self.points.0));
        let points = amount.and_then(|amount| rate.times(amount, 1, Rounding::Down));
        Given { points: points.map_or(MAX_POSTING, Points).min(MAX_POSTING), weights }
    }
}

impl PerEvent {
    fn given<'a>(&self, event: &'a Event, rate: Rate) -> Option<Given<'a>> {
        if event.kind.event_type() != self.event {
            return None;
        }
        let among = Among { categories: &self.categories, products: &self.products };
        let weights = match &event.kind {
            EventKind::Purchase(purchase) => {
                let lines: Vec<&LineItem> = among.lines(purchase).collect();
                if lines.is_empty() {
                    return None;
                }
                weights(lines)
            }
            other => {
                if !among.is_about(other) {
                    return None;
                }
                Vec::new()
            }
        };
        Some(Given { points: once(self.points, rate), weights })
    }
}

impl Birthday {
    /// Whether the birthday is celebrated, and has not been this year.
    fn is_due(&self, rule: &EarningRule, occasion: &Occasion<'_>) -> bool {
        let Occasion { event, profile, moment, .. } = occasion;
        let earns = match self.event {
            Some(wanted) => event.kind.event_type() == wanted,
            None => !matches!(event.kind.event_type(), EventType::Return | EventType::Void),
        };
        let birthday = || profile.attributes(event.at).birthday();
        let Some(birthday) = earns.then(birthday).flatten() else { return false };
        let today = moment.today();
        let celebrated = match self.within {
            Celebration::Day => last_anniversary(birthday, today) == Some(today),
            Celebration::Month => birthday <= today && birthday.month() == today.month(),
        };
        let new_year = moment.zone.start_of_day(Period::Year.start(today));
        celebrated && !occasion.earlier.has_given(rule, event, new_year)
    }
}

impl ProfileCompleted {
    /// Whether all is known with this event, and never was before it.
    fn is_due(&self, occasion: &Occasion<'_>) -> bool {
        let EventKind::AttributesChanged(changed) = &occasion.event.kind else { return false };
        occasion.profile.completes(changed, &self.attributes, occasion.event.at)
    }
}

impl<'a> Among<'a> {
    fn all(self) -> bool {
        self.categories.is_empty() && self.products.is_empty()
    }

    /// The lines of an order that count.
    fn lines<'p>(self, purchase: &'p Purchase) -> impl Iterator<Item = &'p LineItem> + use<'p, 'a> {
        purchase
            .basket
            .lines
            .iter()
            .filter(move |line| self.has(Some(&line.product), line.category.as_ref()))
    }

    /// Whether what happened is about what counts.
    fn is_about(self, event: &EventKind) -> bool {
        match event {
            EventKind::View(view) => self.has(Some(&view.product), view.category.as_ref()),
            EventKind::Review(review) => self.has(Some(&review.product), None),
            EventKind::Share(share) => self.has(share.product.as_ref(), None),
            _ => self.all(),
        }
    }

    fn has(self, product: Option<&ProductId>, category: Option<&CategoryId>) -> bool {
        self.all()
            || product.is_some_and(|product| self.products.contains(product))
            || category.is_some_and(|category| self.categories.contains(category))
    }
}

/// So many points, multiplied and rounded down.
fn once(points: Points, rate: Rate) -> Points {
    let points = rate.times(i128::from(points.0), 1, Rounding::Down);
    points.map_or(MAX_POSTING, Points).min(MAX_POSTING)
}

/// How many units are paid for, of which the last may be paid for in part.
pub(crate) fn paid_units(line: &LineItem) -> i64 {
    let paid = line.net_price().map_or(0, |paid| i128::from(paid.minor().max(0)));
    Rounding::Up.divide(paid, i128::from(line.unit_price.minor())).unwrap_or(0)
}
