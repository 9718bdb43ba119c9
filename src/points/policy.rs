//! Giving points for what happens.

use std::collections::BTreeSet;

use super::earning::CheckedEarningRule;
use super::{
    Award, Cap, Cause, CheckedEarning, Ledger, MAX_POSTING, Movement, Multiplier, PerAmount,
    PerEvent, PerUnit, Points, Posting, Source, Term, TierMultiplier,
};
use crate::calendar::{Window, Zone};
use crate::event::{Event, LineItem, Purchase};
use crate::id::{CategoryId, EarningId, LineId, ProductId};
use crate::money::{Rounding, apportion};
use crate::rule::{Facts, Truth};

/// Decides what an event earns; hosts bring their own where rules do not say it.
///
/// Laws (`laws::earning_policy` checks them): the answer depends on the occasion alone, and of its
/// facts only on those that are named; every posting is the occasion's event's, at its instant, and
/// earns.
pub trait EarningPolicy: Send + Sync {
    /// What the event of this occasion earns.
    fn earn(&self, occasion: &Occasion<'_>) -> Vec<Posting>;

    /// The names of the fields that [`EarningPolicy::earn`] looks at. An implementation of the
    /// host's finds them in the slots of a schema of just these fields, in this order.
    fn fields(&self) -> BTreeSet<&str> {
        BTreeSet::new()
    }

    /// The rules that it follows, if it follows rules, so that they can be reviewed.
    fn rules(&self) -> Option<&CheckedEarning> {
        None
    }
}

/// An event that may earn points, and all that may matter for how many.
#[derive(Clone, Copy)]
pub struct Occasion<'a> {
    /// What happened.
    pub event: &'a Event,
    /// What is known of the customer at that instant.
    pub facts: &'a dyn Facts,
    /// How many times the points the customer's tier gets.
    pub multiplier: Multiplier,
    /// Where the program's days begin and end.
    pub zone: &'a Zone,
    /// What earlier events have earned.
    pub earlier: Earlier<'a>,
}

impl Occasion<'_> {
    /// A posting of this occasion's event: `points` from `source`, as the share of `line` if it is
    /// one. `None` for no points; more than [`MAX_POSTING`] are cut to that.
    #[must_use]
    pub fn posting(
        &self,
        source: Source,
        line: Option<LineId>,
        points: Points,
        term: Term,
    ) -> Option<Posting> {
        let (at, event, movement) = (self.event.at, self.event.id.clone(), Movement::Earn(term));
        let cause = Cause { at, event, movement, source, line };
        Posting::new(cause, points.min(MAX_POSTING)).ok()
    }
}

/// What earlier events have earned: what caps count.
///
/// The occasion's event, and events after it, may stand in the ledger already: they do not count.
#[derive(Clone, Copy, Debug)]
pub struct Earlier<'a> {
    ledger: &'a Ledger,
}

impl<'a> Earlier<'a> {
    /// What stands in `ledger` for events before the occasion's.
    #[must_use]
    pub const fn of(ledger: &'a Ledger) -> Self {
        Self { ledger }
    }

    /// How many times `rule` has given points before `event`, in the period of the cap in which
    /// `event` is; what was all taken back by then was not given.
    fn times(&self, rule: &EarningId, event: &Event, cap: Cap, zone: &Zone) -> usize {
        let Some(period) = Window::Calendar(cap.per).interval(event.at, zone, None) else {
            return 0;
        };
        let counts = |(cause, kept): &(&Cause, Points)| {
            matches!(&cause.source, Source::Earning(id) if id == rule)
                && *kept > Points::ZERO
                && period.contains(cause.at)
        };
        let before = |cause: &Cause| (cause.at, &cause.event) < event.position();
        self.ledger.kept_while(before).iter().filter(|kept| counts(kept)).count()
    }
}

impl EarningPolicy for CheckedEarning {
    fn earn(&self, occasion: &Occasion<'_>) -> Vec<Posting> {
        self.rules.iter().flat_map(|rule| rule.earn(occasion)).collect()
    }

    fn fields(&self) -> BTreeSet<&str> {
        let conditions = self.rules.iter().filter_map(|rule| rule.written.when.as_ref());
        conditions.flat_map(|when| when.fields()).collect()
    }

    fn rules(&self) -> Option<&CheckedEarning> {
        Some(self)
    }
}

impl CheckedEarningRule {
    fn earn(&self, occasion: &Occasion<'_>) -> Vec<Posting> {
        let holds =
            || self.when.as_ref().is_none_or(|when| when.truth(occasion.facts) == Truth::Hold);
        let multiplier = match self.written.tier_multiplier {
            TierMultiplier::Applies => occasion.multiplier,
            TierMultiplier::Ignored => Multiplier::ONE,
        };
        let shares = match (&self.written.award, occasion.event.purchase()) {
            (Award::PerAmount(award), Some(purchase)) if holds() => {
                award.shares(purchase, multiplier)
            }
            (Award::PerUnit(award), Some(purchase)) if holds() => {
                award.shares(purchase, multiplier)
            }
            (Award::PerEvent(award), _) if self.happens(award, occasion) && holds() => {
                let points = multiplier.times(award.points, Rounding::Down).unwrap_or(MAX_POSTING);
                vec![(None, points)]
            }
            _ => return Vec::new(),
        };
        let term = self.written.term(occasion.event.at, occasion.zone);
        let source = Source::Earning(self.written.id.clone());
        shares
            .into_iter()
            .filter_map(|(line, points)| occasion.posting(source.clone(), line, points, term))
            .collect()
    }

    fn happens(&self, award: &PerEvent, occasion: &Occasion<'_>) -> bool {
        let Occasion { event, zone, earlier, .. } = occasion;
        event.kind.event_type() == award.event
            && award.cap.is_none_or(|cap| {
                let times = earlier.times(&self.written.id, event, cap, zone);
                u32::try_from(times).is_ok_and(|times| times < cap.count)
            })
    }
}

impl PerAmount {
    /// The points of an order, split over its eligible lines by what is paid for them.
    fn shares(&self, purchase: &Purchase, multiplier: Multiplier) -> Vec<(Option<LineId>, Points)> {
        let paid: Vec<(&LineId, i128)> = eligible(purchase, &self.categories, &self.products)
            .filter_map(|line| Some((&line.id, line.net_price().ok()?)))
            .filter(|(_, paid)| paid.currency() == self.per.currency())
            .map(|(line, paid)| (line, i128::from(paid.minor().max(0))))
            .collect();
        let per = i128::from(self.per.minor());
        split(&paid, self.points, multiplier, |points| self.rounding.divide(points, 100 * per))
    }
}

impl PerUnit {
    /// The points of an order, split over its eligible lines by the units that are paid for.
    fn shares(&self, purchase: &Purchase, multiplier: Multiplier) -> Vec<(Option<LineId>, Points)> {
        let paid: Vec<(&LineId, i128)> = eligible(purchase, &self.categories, &self.products)
            .map(|line| (&line.id, i128::from(paid_units(line))))
            .collect();
        split(&paid, self.points, multiplier, |points| Rounding::Down.divide(points, 100))
    }
}

/// The lines of these categories or products, or all lines if there are none of either.
fn eligible<'a>(
    purchase: &'a Purchase,
    categories: &BTreeSet<CategoryId>,
    products: &BTreeSet<ProductId>,
) -> impl Iterator<Item = &'a LineItem> {
    purchase.basket.lines.iter().filter(move |line| {
        (categories.is_empty() && products.is_empty())
            || products.contains(&line.product)
            || line.category.as_ref().is_some_and(|category| categories.contains(category))
    })
}

/// How many units are paid for, of which the last may be paid for in part.
fn paid_units(line: &LineItem) -> i64 {
    let paid = line.net_price().map_or(0, |paid| i128::from(paid.minor().max(0)));
    Rounding::Up.divide(paid, i128::from(line.unit_price.minor())).unwrap_or(0)
}

/// The points of an order for all that its lines weigh, rounded once, and split over the lines by
/// largest remainder; `rounded` is told the points times 100.
fn split(
    weights: &[(&LineId, i128)],
    points: Points,
    multiplier: Multiplier,
    rounded: impl Fn(i128) -> Option<i64>,
) -> Vec<(Option<LineId>, Points)> {
    let total: i128 = weights.iter().map(|(_, weight)| weight).sum();
    let rate = i128::from(points.0) * i128::from(multiplier.hundredths());
    let points = total.checked_mul(rate).and_then(rounded).map_or(MAX_POSTING, Points);
    let parts = apportion(i128::from(points.min(MAX_POSTING).0), weights);
    let points = |part| Points(i64::try_from(part).unwrap_or(MAX_POSTING.0));
    let lines = weights.iter().map(|&(line, _)| Some(line.clone()));
    lines.zip(parts.into_iter().map(points)).collect()
}
