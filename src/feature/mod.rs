//! What can be told of a customer in numbers and words, as typed functions of their profile and an
//! instant.

mod moment;
mod name;

pub use moment::Moment;
pub use name::{Feature, FeatureNameError, USAGES};
