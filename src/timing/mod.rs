//! When customers buy: when next, on which weekday and at which hour, in which cycle and season.
//!
//! A customer alone says little, so each answer is drawn towards what all customers of the program
//! do, the more the less the customer has shown; how far is learned from the log. Days are those of
//! the program's zone, and several orders of one day are one purchase.

mod cycle;
mod days;
mod fault;
mod moment;
mod next;
mod season;
mod words;

pub use cycle::{Cycle, Cycles};
pub use fault::Fault;
pub use moment::{BestMoment, BestTime, MomentModel, Pull};
pub use next::{Late, Leaving, NextPurchase, NextPurchaseModel, Predicted, Within};
pub use season::{Season, Seasons};
