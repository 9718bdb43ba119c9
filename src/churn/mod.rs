//! Who is leaving: rules for that and a model that learns it from the past, each judged on what
//! customers did later.
//!
//! A customer lapses at a date if they buy nothing in a span from it on. A recipe ([`Churn`]) is
//! fitted on a log as it was known at an instant and gives a [`ChurnModel`], which scores customers
//! at any instant, says why, and can be judged at a later one. What is told of a customer at a date
//! comes from orders before it, and what became of them from orders at it and after it; a date
//! whose outcome was still open when the model was fitted is refused.

mod evaluation;
mod fault;
mod model;
mod recipe;
mod signs;
mod words;

pub use evaluation::Evaluation;
pub use fault::Fault;
pub use model::{ChurnModel, Contribution, Fitted, Reason, Score, Scored};
pub use recipe::{Churn, Dates, MOST_DATES, Rule};
pub use signs::Sign;
