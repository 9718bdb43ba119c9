//! What customers will buy and be worth: models of repeat purchases that are fitted on all customers
//! and then speak of each. Mathematics only: numbers in, numbers out.

mod attrition;
mod discount;
mod family;
mod fault;
mod gauss;
mod geometric;
mod jet;
mod length;
mod model;
mod nbd;
mod outcome;
mod parameters;
mod pareto;
mod repeat;
mod report;
mod search;
mod special;
mod survivors;

pub use attrition::LatentAttrition;
pub use discount::Discount;
pub use fault::Fault;
pub use length::Length;
pub use model::AttritionModel;
pub use outcome::{NoAttrition, Outcome, TooLittle};
pub use parameters::{Kind, MOST_REGULAR, Parameters};
pub use repeat::{Repeat, Repeats};
pub use report::{Fitted, LikelihoodRatio, Note, Report};

/// The greatest time, in whatever unit.
pub const LONGEST: f64 = 1e9;

/// The greatest weight of a customer.
pub const MOST_WEIGHT: f64 = 1e12;
