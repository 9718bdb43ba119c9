//! Where budgets are kept: reserved, then committed or void, and never overspent.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use hmac_sha256::Hash;
use serde::{Deserialize, Serialize};

use super::{Allowance, BudgetKey, Draw, Partial};
use crate::event::Purchase;
use crate::id::{CustomerId, OfferId, OrderId, ReservationId};
use crate::money::{Currency, Money};
use crate::offer::Evaluation;

/// Keeps the budgets that customers share; a host implements it over its database.
///
/// A reservation holds what it was granted until it is committed, void, or expired. Laws
/// (`laws::budget_store` checks them):
/// - What is committed and what is held never exceed the limit of a claim that is granted, under
///   any interleaving of calls.
/// - A reservation is expired from `expires_at` on, by itself: what it held is left again, and it
///   cannot be committed.
/// - Time only goes forwards: an instant before the latest that a call brought counts as that one.
/// - Every call can be repeated: the same request again holds nothing more, and committing again
///   gives the same receipt.
/// - What stands in the way is told by the first status that applies, in the order in which the
///   statuses are listed.
///
/// # Example
/// ```
/// use chrono::{DateTime, TimeDelta, Utc};
/// use loyalty::event::{Basket, LineItem};
/// use loyalty::offer::{BudgetStore, BudgetsAt, MemoryBudgets, ReserveRequest, Spent};
/// use loyalty::profile::Customer;
/// use loyalty::program::Spec;
///
/// let program = Spec::from_json(r#"{
///   "loyalty": 1, "name": "Café", "currency": "EUR",
///   "offers": [{
///     "id": "spring", "benefit": {"percent": {"percent": "20%"}},
///     "limits": {"budgets": [{"amount": "5.00 EUR", "partial": "grant"}]}
///   }]
/// }"#)?.build()?;
/// let ann = program.enroll(Customer::new("ann".parse()?));
/// let basket = Basket::of([LineItem::new("1".parse()?, "mug".parse()?, 1, "20.00 EUR".parse()?)]);
/// let store = MemoryBudgets::new();
/// let now: DateTime<Utc> = "2026-03-14T12:00:00Z".parse()?;
///
/// // At checkout: quote, and hold what the quote promises while the customer pays.
/// let quote = program.quote_within(&ann, &basket, now, &BudgetsAt::new(&store, now));
/// let evaluation = quote.evaluation.ok_or("no price")?;
/// assert_eq!(evaluation.discount.to_string(), "4.00 EUR");
/// let until = now + TimeDelta::minutes(15);
/// let request = ReserveRequest::for_order(&evaluation, ann.id(), &"o-1".parse()?, until);
/// assert!(store.reserve(&request, now).held().is_some());
///
/// // Meanwhile, another customer gets what is left.
/// let ben = program.enroll(Customer::new("ben".parse()?));
/// let quote = program.quote_within(&ben, &basket, now, &BudgetsAt::new(&store, now));
/// assert_eq!(quote.evaluation.ok_or("no price")?.discount.to_string(), "1.00 EUR");
///
/// // At the purchase: commit. (If the cart is abandoned: `store.void(&request.id, now)`, or
/// // nothing: after 15 minutes it is left again by itself.)
/// let receipt = store.commit(&request.id, &Spent::All, now).receipt().cloned();
/// assert_eq!(receipt.ok_or("not spent")?.spent[0].draw.amount.to_string(), "4.00 EUR");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait BudgetStore: Send + Sync {
    /// Holds all that is claimed, or nothing.
    ///
    /// Of budgets that grant in part, an offer is granted what the least of them has left, and all
    /// claims of that offer are cut down to it; all other budgets must have so much left.
    fn reserve(&self, request: &ReserveRequest, now: DateTime<Utc>) -> Reserved;

    /// Spends what a reservation holds, or the part of it that was used; the rest is left again.
    fn commit(&self, id: &ReservationId, spent: &Spent, now: DateTime<Utc>) -> Committed;

    /// Gives back what a reservation holds.
    fn void(&self, id: &ReservationId, now: DateTime<Utc>) -> Voided;

    /// The reservations that have expired, each told once, by id; nothing hangs on its being
    /// called.
    fn expire(&self, now: DateTime<Utc>) -> Vec<ReservationId>;

    /// What is left of a budget of this `limit`, which stands in the offer and may have changed.
    /// Asking changes nothing.
    fn left(&self, key: &BudgetKey, limit: &Allowance, now: DateTime<Utc>) -> Allowance;
}

/// What is to be held, all or nothing, until when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReserveRequest {
    /// Names the reservation.
    pub id: ReservationId,
    /// What is claimed, of different budgets; nothing at all is held at once.
    pub claims: Vec<BudgetClaim>,
    /// The first instant at which nothing is held any longer.
    pub expires_at: DateTime<Utc>,
}

/// What is wanted of one budget.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BudgetClaim {
    /// The budget.
    pub key: BudgetKey,
    /// How much there is of it.
    pub limit: Allowance,
    /// What is wanted.
    pub wants: Draw,
    /// Whether less money than is wanted will do.
    #[serde(default)]
    pub partial: Partial,
}

/// What was granted, spent or given back of one budget.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BudgetDraw {
    /// The budget.
    pub key: BudgetKey,
    /// How much.
    pub draw: Draw,
}

/// What became of a request to reserve.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
#[must_use]
pub enum Reserved {
    /// The store could not be asked: whether it is held is not known, so ask again with the same
    /// request.
    Unavailable,
    /// The same request was granted before; nothing more is held.
    Before {
        /// What was granted then, in the order of the claims.
        granted: Vec<BudgetDraw>,
        /// What became of it since.
        state: ReservationState,
    },
    /// Another request was granted under this id: nothing more is held.
    Conflict,
    /// The request makes no sense: nothing is held.
    Invalid(Flaw),
    /// It would have expired already: nothing is held.
    Late,
    /// A budget has not enough left: nothing is held.
    Exhausted {
        /// The first of the claimed budgets that has not.
        key: BudgetKey,
        /// What it has left.
        left: Allowance,
    },
    /// It is held.
    Held {
        /// What was granted, in the order of the claims; less than was wanted only of offers that
        /// are granted in part.
        granted: Vec<BudgetDraw>,
    },
}

/// Where a reservation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReservationState {
    /// It is held.
    Held,
    /// It was committed.
    Committed,
    /// It is void.
    Voided,
    /// It has expired.
    Expired,
}

/// Why a request or what was spent makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Flaw {
    /// Two claims are on this budget.
    Twice(BudgetKey),
    /// An amount of this budget is negative.
    Negative(BudgetKey),
    /// Amounts of this budget are in different currencies.
    Currency(BudgetKey),
}

/// How much of a reservation was used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spent {
    /// All that was granted.
    All,
    /// Only these offers, with the money that each took off; `None` for all that it was granted.
    /// Offers without a claim in the reservation do not matter.
    Offers(BTreeMap<OfferId, Option<Money>>),
}

/// What became of a commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
#[must_use]
pub enum Committed {
    /// The store could not be asked: whether it is spent is not known, so commit again.
    Unavailable,
    /// There is no such reservation.
    Unknown,
    /// It is void: nothing is spent.
    Voided,
    /// It has expired: nothing is spent.
    Expired,
    /// It was committed before, but with other amounts, which stand.
    Conflict(Receipt),
    /// What was spent makes no sense: it is still held.
    Invalid(Flaw),
    /// More was spent than was granted: it is still held.
    TooMuch {
        /// The first of the budgets of which there was too much.
        key: BudgetKey,
        /// What was granted of it.
        granted: Draw,
    },
    /// It is spent, now or since before: the receipt is the same.
    Done(Receipt),
}

/// What was spent of a reservation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// The reservation.
    pub reservation: ReservationId,
    /// When it was first committed.
    pub at: DateTime<Utc>,
    /// What was spent, in the order of the claims.
    pub spent: Vec<BudgetDraw>,
    /// What was granted and not spent, which is left again; in the same order.
    pub released: Vec<BudgetDraw>,
}

/// What became of giving back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
#[must_use]
pub enum Voided {
    /// The store could not be asked: whether it is void is not known, so ask again.
    Unavailable,
    /// There is no such reservation.
    Unknown,
    /// It was committed, and stays so.
    Committed(Receipt),
    /// It had expired already.
    Expired,
    /// It is void, now or since before.
    Done,
}

impl ReserveRequest {
    /// What `evaluation` needs held until the customer has paid the order.
    ///
    /// The id is the SHA-256 of the JSON of customer, order, claims and `expires_at`: the same
    /// request has the same id, and another quote for the order has another.
    #[must_use]
    pub fn for_order(
        evaluation: &Evaluation,
        customer: &CustomerId,
        order: &OrderId,
        expires_at: DateTime<Utc>,
    ) -> Self {
        let claims = evaluation.claims();
        let json = serde_json::to_vec(&(customer, order, &claims, expires_at));
        let id = ReservationId::of_digest(Hash::hash(&json.unwrap_or_default()));
        Self { id, claims, expires_at }
    }
}

impl BudgetClaim {
    /// One use of a budget of this limit, taking off `amount`, all or nothing.
    #[must_use]
    pub const fn once(key: BudgetKey, limit: Allowance, amount: Money) -> Self {
        Self { key, limit, wants: Draw::once(amount), partial: Partial::Refuse }
    }
}

impl Spent {
    /// The offers that `purchase` used, with what they took off its lines.
    ///
    /// Offers that are named without a discount on a line, such as gifts and free shipping, have
    /// used all that they were granted.
    #[must_use]
    pub fn of(purchase: &Purchase, currency: Currency) -> Self {
        let mut offers: BTreeMap<OfferId, Option<Money>> = BTreeMap::new();
        for discount in purchase.basket.lines.iter().flat_map(|line| &line.discounts) {
            let Some(offer) = &discount.offer else { continue };
            let amount = offers.entry(offer.clone()).or_insert(Some(Money::zero(currency)));
            *amount = amount.map(|sum| sum.checked_add(discount.amount).unwrap_or(sum));
        }
        for offer in &purchase.basket.chosen {
            offers.entry(offer.clone()).or_insert(None);
        }
        Self::Offers(offers)
    }
}

impl Reserved {
    /// What was granted, if it is held now.
    #[must_use]
    pub fn held(&self) -> Option<&[BudgetDraw]> {
        match self {
            Self::Held { granted } | Self::Before { granted, state: ReservationState::Held } => {
                Some(granted)
            }
            _ => None,
        }
    }
}

impl Committed {
    /// The receipt, if it is spent as it was said to be.
    #[must_use]
    pub const fn receipt(&self) -> Option<&Receipt> {
        match self {
            Self::Done(receipt) => Some(receipt),
            _ => None,
        }
    }
}
