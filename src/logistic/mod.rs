//! How likely something is, given numbers: logistic regression. Mathematics only.
//!
//! A recipe ([`Logistic`]) is fitted on a matrix of points and what was true of each, and gives a
//! [`LogisticModel`], which says how likely it is of any point and what each number adds to that.

mod fault;
mod matrix;
mod model;
mod recipe;
mod search;

pub use fault::Fault;
pub use model::{Coefficient, LogisticModel, Note, Report};
pub use recipe::{LARGEST, Logistic, MOST_COLUMNS, MOST_WEIGHT};
