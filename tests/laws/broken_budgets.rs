//! Stores of budgets that break a law are found out.

use std::sync::atomic::{AtomicU32, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use loyalty::id::ReservationId;
use loyalty::laws;
use loyalty::offer::{
    Allowance, BudgetKey, BudgetStore, Committed, MemoryBudgets, Partial, ReserveRequest, Reserved,
    Spent, Voided,
};

use crate::check;

/// What a store does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slip {
    /// Holds again what is asked for again.
    Again,
    /// Looks at limits only when it tells what is left.
    Blind,
    /// Holds what it can of the claims.
    Piecemeal,
    /// Holds for a day more.
    Long,
    /// Tells a second too late what is left.
    Lazy,
    /// Spends all that is held, whatever was used.
    Whole,
    /// Dates a receipt by the last commit.
    Redated,
    /// Believes an instant that is over.
    Credulous,
    /// Tells what expired whenever it is asked.
    Chatty,
    /// Cuts down each budget by itself.
    Stingy,
    /// Forgets that it is void.
    Revived,
}

struct Slipped {
    store: MemoryBudgets,
    slip: Slip,
    calls: AtomicU32,
}

impl Slipped {
    fn new(slip: Slip) -> Self {
        Self { store: MemoryBudgets::new(), slip, calls: AtomicU32::new(0) }
    }
}

impl BudgetStore for Slipped {
    fn reserve(&self, request: &ReserveRequest, now: DateTime<Utc>) -> Reserved {
        let mut request = request.clone();
        match self.slip {
            Slip::Again => {
                let call = self.calls.fetch_add(1, Ordering::Relaxed);
                request.id = format!("{}-{call}", request.id).parse().unwrap();
            }
            Slip::Blind => {
                for claim in &mut request.claims {
                    claim.limit = Allowance::default();
                }
            }
            Slip::Long => request.expires_at += TimeDelta::days(1),
            Slip::Stingy => {
                for claim in &mut request.claims {
                    claim.partial = Partial::Refuse;
                }
            }
            Slip::Piecemeal if request.claims.len() > 1 => {
                let pieces = request.claims.iter().enumerate();
                let name = |place| format!("{}.{place}", request.id).parse().unwrap();
                for (place, claim) in pieces.clone() {
                    let (id, claims) = (name(place), vec![claim.clone()]);
                    let one = ReserveRequest { id, claims, ..request.clone() };
                    if let Reserved::Exhausted { key, left } = self.store.reserve(&one, now) {
                        return Reserved::Exhausted { key, left };
                    }
                }
                for (place, _) in pieces {
                    let _ = self.store.void(&name(place), now);
                }
            }
            _ => {}
        }
        self.store.reserve(&request, now)
    }

    fn commit(&self, id: &ReservationId, spent: &Spent, now: DateTime<Utc>) -> Committed {
        let spent = if self.slip == Slip::Whole { &Spent::All } else { spent };
        match (self.slip, self.store.commit(id, spent, now)) {
            (Slip::Redated, Committed::Done(mut receipt)) => {
                receipt.at = now;
                Committed::Done(receipt)
            }
            (Slip::Credulous, Committed::Expired) if now.timestamp() % 60 == 59 => {
                Committed::Unknown
            }
            (Slip::Revived, Committed::Voided) => Committed::Expired,
            (_, committed) => committed,
        }
    }

    fn void(&self, id: &ReservationId, now: DateTime<Utc>) -> Voided {
        self.store.void(id, now)
    }

    fn expire(&self, now: DateTime<Utc>) -> Vec<ReservationId> {
        match self.slip {
            Slip::Chatty => MemoryBudgets::from(self.store.state()).expire(now),
            _ => self.store.expire(now),
        }
    }

    fn left(&self, key: &BudgetKey, limit: &Allowance, now: DateTime<Utc>) -> Allowance {
        let late = if self.slip == Slip::Lazy { TimeDelta::seconds(1) } else { TimeDelta::zero() };
        self.store.left(key, limit, now - late)
    }
}

#[test]
fn a_store_of_budgets_that_breaks_a_law_is_found_out() {
    for (slip, law, case) in [
        (Slip::Again, "the same request holds nothing more", "Held"),
        (Slip::Blind, "no more is granted than is left, and all or nothing", "Exhausted"),
        (
            Slip::Piecemeal,
            "what is left is the limit less what is committed and held",
            "`two:global:lifetime`",
        ),
        (Slip::Long, "nothing is held that would have expired already", "Late"),
        (Slip::Lazy, "what is left is the limit less what is committed and held", "after 60 s"),
        (Slip::Whole, "no more is spent than was granted", "Done"),
        (Slip::Redated, "committing again gives the same receipt", "70 s"),
        (
            Slip::Credulous,
            "a reservation expires by itself, also for who comes with an earlier instant",
            "Unknown",
        ),
        (Slip::Chatty, "what has expired is told once", "after 61 s"),
        (
            Slip::Stingy,
            "an offer is granted in part what the least of its budgets has left",
            "Exhausted",
        ),
        (Slip::Revived, "what is void cannot be committed", "not Voided"),
    ] {
        check(laws::budget_store(|| Slipped::new(slip)), law, case);
    }
}
