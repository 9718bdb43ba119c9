//! What is asked of a catalog.

use chrono::{DateTime, NaiveDate, Utc};

use super::Budgets;
use crate::calendar::{Interval, Zone};
use crate::event::Basket;
use crate::id::{CustomerId, OfferId};
use crate::points::Wallet;
use crate::rule::Facts;

/// Which offers does this customer get, for this basket, at this instant?
///
/// Without a basket (a profile page, a call center) ask with an empty one: whoever is eligible is
/// granted points, gifts and access, and for discounts is told
/// [`Reason::NothingToDiscount`](super::Reason::NothingToDiscount).
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// Who asks: pilots and holdouts draw lots by it.
    pub customer: &'a CustomerId,
    /// What is known of the customer and the basket, in the slots of the catalog's schema.
    pub facts: &'a dyn Facts,
    /// What is to be bought, with the codes that were presented and what shipping costs.
    pub basket: &'a Basket,
    /// When it is asked.
    pub as_of: DateTime<Utc>,
    /// The time zone in which days begin.
    pub zone: Zone,
    /// When the customer became a member, if known: membership years begin there.
    pub member_since: Option<NaiveDate>,
    /// How often the customer used offers so far.
    pub uses: &'a dyn Uses,
    /// What is left of the budgets that customers share.
    pub budgets: &'a dyn Budgets,
    /// The points that the customer can spend, of each purse.
    pub points: &'a Wallet,
    /// The offers that the customer chose to spend points on; one that wants a code is chosen by
    /// presenting the code.
    pub chosen: &'a [OfferId],
    /// How much is to be explained.
    pub explain: Explain,
}

/// How often one customer used an offer, and what it took off.
pub trait Uses {
    /// How many uses of `offer` were in `within`, those that are reserved included.
    fn count(&self, offer: &OfferId, within: Interval) -> u64;

    /// What `offer` took off in `within`, in minor units of the catalog's currency, with what is
    /// reserved; `None` if it is not known, and then an offer that limits it is not granted.
    fn amount_minor(&self, offer: &OfferId, within: Interval) -> Option<i64> {
        let _ = (offer, within);
        None
    }
}

/// The customer has used no offer yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoUses;

impl Uses for NoUses {
    fn count(&self, _: &OfferId, _: Interval) -> u64 {
        0
    }

    fn amount_minor(&self, _: &OfferId, _: Interval) -> Option<i64> {
        Some(0)
    }
}

/// How much of the declines is explained. What is granted and what it takes off never depends on
/// it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Explain {
    /// Only offers that are granted, for which the customer is eligible
    /// ([`Outcome::is_eligible`](super::Outcome::is_eligible)), or that the customer asked for: by
    /// choice, by a code, or by a discount of the basket that names it. The cheapest, for large
    /// catalogs.
    Grants,
    /// Reasons with their numbers: fast, and enough to count them.
    #[default]
    Codes,
    /// The verdict on every condition of the rules that stood in the way, too.
    Full,
}
