//! Giving points for what happens.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::earning::CheckedEarningRule;
use super::given::Given;
use super::shares::split;
use super::{
    Amount, Boosts, Cause, CheckedEarning, Earlier, EarningRule, Expiry, MAX_POSTING, Movement,
    Posting, Rate, Source, Term,
};
use crate::calendar::Zone;
use crate::event::{Event, EventKind};
use crate::feature::Moment;
use crate::id::{LineId, StoreId};
use crate::profile::Profile;
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
    /// The customer and what had happened before it.
    pub profile: &'a Profile,
    /// How it is asked: at the instant of the event, in the program's time zone and currency.
    pub moment: Moment,
    /// What is known of them then, and of the basket.
    pub facts: &'a dyn Facts,
    /// The multipliers of the tier, of offers and of campaigns that apply.
    pub boosts: &'a Boosts,
    /// When points expire for which neither an earning rule nor a purse says it: as the tier says
    /// in which they are earned, or else the program.
    pub expiry: Expiry,
    /// For a purchase, when its order was confirmed, if it was; this may be before or after it.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// What earlier events have earned.
    pub earlier: Earlier<'a>,
}

impl Occasion<'_> {
    /// A posting of this occasion's event: points from `source` into the purse of their amount, as
    /// the share of `line` if it is one. `None` for no points; more than [`MAX_POSTING`] are cut to
    /// that.
    #[must_use]
    pub fn posting(
        &self,
        source: Source,
        line: Option<LineId>,
        amount: impl Into<Amount>,
        term: Term,
    ) -> Option<Posting> {
        let Amount { points, purse } = amount.into();
        let (at, event, movement) = (self.event.at, self.event.id.clone(), Movement::Earn(term));
        let cause = Cause { at, event, movement, source, line, purse };
        Posting::new(cause, points.min(MAX_POSTING)).ok()
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
        let Occasion { event, facts, moment, .. } = occasion;
        let rule = &self.written;
        let holds = || self.when.as_ref().is_none_or(|when| when.truth(*facts) == Truth::Hold);
        if !rule.is_open_to(event) {
            return Vec::new();
        }
        let given = Given::of(rule, self.rate(occasion), occasion).filter(|_| holds());
        let Some(given) = given else { return Vec::new() };
        let (earlier, zone) = (occasion.earlier, &moment.zone);
        let points = earlier.left(rule, event, zone, given.points);
        let expiry = rule.expiry.or(self.expiry).unwrap_or(occasion.expiry);
        let term = rule.activation.term(expiry, event.at, occasion.confirmed_at, zone);
        let source = Source::Earning(rule.id.clone());
        let posting = |(line, points)| {
            let amount = Amount { points, purse: rule.purse.clone() };
            occasion.posting(source.clone(), line, amount, term)
        };
        split(points, &given.weights).into_iter().filter_map(posting).collect()
    }

    /// How many times the points it gives.
    fn rate(&self, occasion: &Occasion<'_>) -> Rate {
        let rule = &self.written;
        if self.multiplied {
            occasion.boosts.rate(&rule.id, rule.tier_multiplier)
        } else {
            Rate::ONE
        }
    }
}

impl EarningRule {
    /// Whether an event of this channel and store can earn.
    fn is_open_to(&self, event: &Event) -> bool {
        let channel = || event.channel.is_some_and(|channel| self.channels.contains(&channel));
        let store = || store_of(event).is_some_and(|store| self.stores.contains(store));
        (self.channels.is_empty() || channel()) && (self.stores.is_empty() || store())
    }

    /// The term of points that were earned at `at` and wait for a confirmation, or waited for it;
    /// `None` for a rule whose points do not.
    #[must_use]
    pub(crate) fn renewed(
        &self,
        at: DateTime<Utc>,
        confirmed_at: Option<DateTime<Utc>>,
        expiry: Expiry,
        zone: &Zone,
    ) -> Option<Term> {
        let expiry = self.expiry.unwrap_or(expiry);
        let term = || self.activation.term(expiry, at, confirmed_at, zone);
        self.activation.waits().then(term)
    }
}

/// The store in which something happened.
const fn store_of(event: &Event) -> Option<&StoreId> {
    match &event.kind {
        EventKind::Purchase(purchase) => purchase.basket.store.as_ref(),
        EventKind::Visit(visit) => Some(&visit.store),
        _ => None,
    }
}
