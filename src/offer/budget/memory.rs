//! Budgets in memory, safe to share between threads.

use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};

use super::account::Office;
use super::{
    Allowance, BudgetKey, BudgetShare, BudgetState, BudgetStore, Committed, ReserveRequest,
    Reserved, ShareTaken, Spent, Voided,
};
use crate::id::ReservationId;

/// Budgets in memory: for one process, for a worker's share, and for tests.
///
/// A host saves its [`state`](Self::state) as JSON and goes on [from](Self::from) it.
///
/// # Complexity
/// A call takes one lock and time logarithmic in the number of reservations, beside those that
/// expire with it. Ended reservations are kept, so that calls can be repeated, until the host lets
/// them be [forgotten](Self::forget).
#[derive(Debug)]
pub struct MemoryBudgets(Mutex<BudgetState>);

impl MemoryBudgets {
    /// A store of which nothing is spent yet, for budgets as large as the claims say.
    #[must_use]
    pub const fn new() -> Self {
        Self(Mutex::new(BudgetState::new(Office::Whole)))
    }

    /// A worker's store, which grants from these shares and from nothing else.
    #[must_use]
    pub fn of_shares(shares: impl IntoIterator<Item = BudgetShare>) -> Self {
        let mut state = BudgetState::new(Office::Shares);
        for share in shares {
            let _ = state.take_in(share);
        }
        Self::from(state)
    }

    /// All that it knows.
    #[must_use]
    pub fn state(&self) -> BudgetState {
        self.lock().clone()
    }

    /// Forgets reservations that were committed, void or expired before an instant: they become
    /// unknown. What was spent stays spent. Whoever repeats calls for no longer than a day can
    /// forget what is older.
    pub fn forget(&self, before: DateTime<Utc>) {
        self.lock().forget(before);
    }

    /// Splits what is left of a budget of this limit into `count` shares that sum to it exactly;
    /// until they come back, nothing is left here.
    ///
    /// A worker hands on, or back, what is left of its own shares. What is held stays and comes
    /// with a later share once it is void or has expired.
    pub fn hand_out(
        &self,
        key: &BudgetKey,
        limit: &Allowance,
        count: u32,
        now: DateTime<Utc>,
    ) -> Vec<BudgetShare> {
        self.lock().hand_out(key, limit, count, now)
    }

    /// Takes in a share: a worker one more to grant from, and the store that handed it out what a
    /// worker gives back.
    pub fn take_in(&self, share: BudgetShare) -> ShareTaken {
        self.lock().take_in(share)
    }

    /// The state; a thread that panicked elsewhere while it held the lock has changed nothing.
    fn lock(&self) -> MutexGuard<'_, BudgetState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemoryBudgets {
    fn default() -> Self {
        Self::new()
    }
}

impl From<BudgetState> for MemoryBudgets {
    fn from(state: BudgetState) -> Self {
        Self(Mutex::new(state))
    }
}

impl BudgetStore for MemoryBudgets {
    fn reserve(&self, request: &ReserveRequest, now: DateTime<Utc>) -> Reserved {
        self.lock().reserve(request, now)
    }

    fn commit(&self, id: &ReservationId, spent: &Spent, now: DateTime<Utc>) -> Committed {
        self.lock().commit(id, spent, now)
    }

    fn void(&self, id: &ReservationId, now: DateTime<Utc>) -> Voided {
        self.lock().void(id, now)
    }

    fn expire(&self, now: DateTime<Utc>) -> Vec<ReservationId> {
        self.lock().expire(now)
    }

    fn left(&self, key: &BudgetKey, limit: &Allowance, now: DateTime<Utc>) -> Allowance {
        self.lock().left(key, limit, now)
    }
}
