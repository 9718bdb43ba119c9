//! What an evaluation can know of budgets.

use chrono::{DateTime, Utc};

use super::{Allowance, BudgetDraw, BudgetKey, BudgetStore};
use crate::id::OfferId;

/// What is left of budgets when offers are evaluated.
pub trait Budgets {
    /// What is left of a budget of this limit; `None` if that is not known.
    ///
    /// What is not known does not stand in the way of an offer: whoever reserves finds out.
    fn left(&self, key: &BudgetKey, limit: &Allowance) -> Option<Allowance>;

    /// Whether budgets of `offer` were reserved for what is bought; `None` before it is bought.
    ///
    /// A purchase names the offers that it used, and of those with a budget no other is granted.
    fn reserved(&self, offer: &OfferId) -> Option<bool> {
        let _ = offer;
        None
    }
}

/// Nothing is known of any budget.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoBudgets;

impl Budgets for NoBudgets {
    fn left(&self, _: &BudgetKey, _: &Allowance) -> Option<Allowance> {
        None
    }
}

/// What a store has left as of an instant.
#[derive(Clone, Copy)]
pub struct BudgetsAt<'a> {
    store: &'a dyn BudgetStore,
    now: DateTime<Utc>,
    own: &'a [BudgetDraw],
}

impl<'a> BudgetsAt<'a> {
    /// What `store` has left at `now`.
    #[must_use]
    pub const fn new(store: &'a dyn BudgetStore, now: DateTime<Utc>) -> Self {
        Self { store, now, own: &[] }
    }

    /// The same for who holds this already, such as a customer who comes back to a cart for which
    /// something was reserved: to them it is left.
    #[must_use]
    pub const fn holding(self, own: &'a [BudgetDraw]) -> Self {
        Self { own, ..self }
    }
}

impl Budgets for BudgetsAt<'_> {
    fn left(&self, key: &BudgetKey, limit: &Allowance) -> Option<Allowance> {
        let left = self.store.left(key, limit, self.now);
        let own = self.own.iter().filter(|held| held.key == *key);
        Some(own.fold(left, |left, held| left.with(held.draw, *limit)))
    }
}
