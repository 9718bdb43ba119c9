//! Points: what was earned, spent and taken back, and what is left of it at any instant.
//!
//! A [`Ledger`] only ever grows. What it means follows from its *net* entries in chronological
//! order, so that neither the order in which events arrived nor the way in which corrections were
//! made can be seen in a [`Balance`]. Earned points open a [`Lot`], which can be spent from its
//! activation until its expiry; no job has to run for either.
//!
//! A program can have several currencies of points: beside the main points, those of each
//! [`Purse`]. They never mix. [`Ledger::purse`] tells of one of them; what is asked of the ledger
//! itself is asked of the main points.
//!
//! ```
//! use loyalty::points::{Cause, Ledger, Movement, Points, Posting, Source, Term};
//!
//! let at = "2026-03-14T09:30:00Z".parse()?;
//! let cause = |event: &str, movement| -> Result<Cause, loyalty::id::IdError> {
//!     let source = Source::Earning("base".parse()?);
//!     Ok(Cause { at, event: event.parse()?, movement, source, line: None, purse: None })
//! };
//! let targets = [
//!     Posting::new(cause("e-1", Movement::Earn(Term::from(at)))?, Points(50))?,
//!     Posting::new(cause("e-2", Movement::Spend)?, Points(20))?,
//! ];
//! let events = targets.iter().map(|posting| posting.cause().event.clone()).collect();
//!
//! let mut ledger = Ledger::default();
//! let entries = ledger.reconcile(&events, &targets, &"e-2".parse()?);
//! ledger.post(entries)?;
//! assert_eq!(ledger.balance(at).active, Points(30));
//! assert!(ledger.reconcile(&events, &targets, &"e-2".parse()?).is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod award;
mod balance;
mod book;
mod boost;
mod cap;
mod claw_back;
mod contents;
mod earning;
mod entry;
mod fault;
mod given;
mod kept;
mod ledger;
mod multiplier;
mod multipliers;
mod operation;
mod passage;
mod policy;
mod purse;
mod remembered;
mod returned;
mod shares;
mod timing;
mod turn;
mod wallet;

pub use award::{
    Award, Birthday, Celebration, NthOrder, PerAmount, PerEvent, PerUnit, ProfileCompleted, Steps,
};
pub use balance::{Balance, Expiring, Lot, LotState, Use};
pub use boost::{Boost, BoostSource, Boosts, Combine, OfferBoosts, Rate};
pub use cap::{Cap, CapPeriod, Earlier};
pub use claw_back::ClawBack;
pub use contents::Contents;
pub use earning::{CheckedEarning, Earning, EarningRule, MAX_AWARD, TierMultiplier};
pub use entry::{Cause, Entry, Goal, Movement, Posting, Sliding, Source, Term, Unconfirmed};
pub use fault::Fault;
pub(crate) use given::paid_units;
pub use ledger::{Ledger, MAX_ENTRIES};
pub use multiplier::{Multiplier, NoMultiplier};
pub use multipliers::{Campaign, CheckedMultipliers, Multipliers};
pub use operation::Refusal;
pub use passage::{Sharing, share_out};
pub use policy::{EarningPolicy, Occasion};
pub use purse::{Purse, Purses};
pub use returned::Returned;
pub use shares::shares;
pub use timing::{Activation, EndOf, Expiry, OnConfirmation};
pub use turn::SpendOrder;
pub use wallet::Wallet;

pub use crate::point::{Amount, MAX_POSTING, NoSum, Points};
