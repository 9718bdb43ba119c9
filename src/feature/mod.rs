//! What can be told of a customer in numbers and words, as typed functions of their profile and an
//! instant, and as tables of many customers.
//!
//! A [`FeatureTable`] holds customers × features; what is missing in it is missing explicitly. How
//! missing values are treated ([`Missing`] → [`Completion`]) and how columns are made comparable
//! ([`Scale`] → [`Scaling`]) is fitted once (both by [`Preparation`] → [`Prepared`]) and kept with
//! a model, so that a new customer is treated exactly like those that it was fitted on.

mod batch;
mod column;
mod fault;
pub(crate) mod figure;
mod labels;
mod missing;
mod moment;
mod extract;
mod name;
mod preparation;
mod scaling;
mod shopping;
mod snapshot;
mod spread;
mod table;
mod repeat_buying;
pub mod totals;
mod value_fault;
mod value_model;
mod words;

pub use column::{Column, Measure};
pub use extract::Extractor;
pub use fault::TableFault;
pub use labels::{Counted, Form, Label, Labels};
pub use missing::{Completion, Filling, Missing};
pub use moment::Moment;
pub use name::{Feature, FeatureNameError, USAGES};
pub use preparation::{Input, Preparation, Prepared};
pub use repeat_buying::RepeatBuying;
pub use scaling::{Scale, Scaling, ScalingNote};
pub(crate) use snapshot::INTERACTIONS;
pub use snapshot::Snapshot;
pub use table::FeatureTable;
pub use value_fault::ValueFault;
pub use value_model::{Spending, ValueModel};
