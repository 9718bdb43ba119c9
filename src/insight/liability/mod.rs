//! What a program owes in points.
//!
//! - [`RollForward`]: how the points owed went from one instant to another, cohort by cohort:
//!   opening + issued − redeemed − expired − reversed = closing, always.
//! - [`Triangle`]: when the points of each cohort were redeemed, and by the [`ChainLadder`] how
//!   many will be in the end ([`Estimate`]), with an interval; or why nobody can tell
//!   ([`TooLittle`]).
//! - [`Sale`], [`Fulfillment`] and [`Recognition`]: the part of a price that is deferred for
//!   points, and how much of it is revenue (IFRS 15, ASC 606).
//! - [`Liability`]: all of it in one report, from the members of a program
//!   ([`Program::liability`](crate::program::Program::liability)), and the [`Journal`] from one
//!   report to the next.
//!
//! Ledgers of many customers are taken in one by one, and parts merge in any order, so that a host
//! computes them where its members are.

mod cohort;
mod deferral;
mod estimate;
mod exposure;
mod fault;
mod flow;
mod journal;
mod mack;
mod normal;
mod of_program;
mod report;
mod roll_forward;
mod table;
mod too_little;
mod triangle;

pub use cohort::Cohorts;
pub use deferral::{Fulfillment, Recognition, Sale, Split, Worth};
pub use estimate::{Estimate, Estimates, Expectation, MIN_COHORTS, Method, Range, Shape};
pub use exposure::{Assumptions, Deferred, Exposure};
pub use fault::Fault;
pub use flow::Outstanding;
pub use journal::Journal;
pub use mack::{ChainLadder, Link, MAX_TAIL, Projection, Tail};
pub use report::{Liability, Owed};
pub use roll_forward::{Deficit, Flows, RollForward};
pub use too_little::TooLittle;
pub use triangle::{Experience, Triangle};
