//! Budgets that customers share: so many uses, or so much money, for everybody or for a store.
//!
//! An offer says its budgets among its limits ([`Budget`]). Evaluating looks at what is left
//! ([`Budgets`]) and says what must be held ([`Evaluation::claims`](super::Evaluation::claims));
//! a [`BudgetStore`] holds it from the quote to the purchase, and never grants more than there is.

mod account;
mod allowance;
mod consult;
mod key;
mod memory;
mod share;
mod state;
mod store;
mod view;
mod written;

pub use allowance::{Allowance, Draw};
pub use key::{BudgetKey, BudgetPeriod, KeyScope, NoBudgetKey};
pub use memory::MemoryBudgets;
pub use share::{BudgetShare, ShareTaken};
pub use state::BudgetState;
pub use store::{
    BudgetClaim, BudgetDraw, BudgetStore, Committed, Flaw, Receipt, ReservationState,
    ReserveRequest, Reserved, Spent, Voided,
};
pub use view::{Budgets, BudgetsAt, NoBudgets};
pub use written::{Budget, BudgetScope, Partial};

pub(super) use consult::{amount_left, amount_refused, within_budget};
