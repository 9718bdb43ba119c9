//! What can be said of rules before any facts are there: which never apply, which are implied by
//! others, what a change loses and gains. Exact, without a solver, and every finding with a
//! witness.
//!
//! An [`Analyst`] answers for rules that were checked against one [`Schema`](super::Schema), as of
//! one day. "All facts" are those that the laws of [`Facts`](super::Facts) allow: each value is of
//! its field's type, currency and domain, or is missing; sets are wholly known (nothing is
//! [`undecided`](super::Facts::undecided)). No two fields are thought to depend on each other.
//!
//! ```
//! use loyalty::rule::analysis::Analyst;
//! use loyalty::rule::{Field, Kind, Schema, field};
//! use loyalty::money::Currency;
//!
//! let fields = [Field::money("spend", Currency::EUR), Field::new("orders", Kind::Integer)];
//! let schema = Schema::new(fields)?;
//! let vip = |spend, orders| field("spend").at_least(spend).or(field("orders").above(orders));
//! let before = vip("100.00 EUR", 9).check(&schema)?;
//! let after = vip("120.00 EUR", 5).check(&schema)?;
//!
//! let analyst = Analyst::new(&schema, "2026-03-15".parse()?);
//! let difference = analyst.difference(&before, &after)?;
//! assert_eq!(
//!     difference.to_string(),
//!     "lost: spend 100.00 EUR to 119.99 EUR and orders at most 5 or missing\n\
//!      gained: spend at most 99.99 EUR or missing and orders 6 to 9"
//! );
//! let lost = &difference.lost.regions[0].witness;
//! assert!(before.truth(lost).holds() && !after.truth(lost).holds());
//!
//! // Nothing holds of a missing value, and so this does not always apply.
//! let all = field("orders").at_least(5).or(field("orders").below(5)).check(&schema)?;
//! let claim = analyst.always_applies(&all)?;
//! assert_eq!(claim.witness().map(ToString::to_string).as_deref(), Some("orders missing"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # How
//!
//! The values of a field fall into finitely many *cells*, inside of which no test of the rules
//! tells two values apart: between two thresholds, one text of a list, the texts that pass the same
//! tests. The interpreter itself is asked what a test says of one value of each cell, and the rules
//! become decision diagrams over the cells (R. E. Bryant, *Graph-based algorithms for Boolean
//! function manipulation*, 1986, with many branches and with three truths), which are compared.
//! Where that would take more than a stated limit, the answer is [`Inconclusive`], and never a
//! guess.

mod analyst;
mod answer;
mod bands;
mod budget;
mod cells;
mod compile;
mod cube;
mod describe;
mod diagram;
mod line;
mod members;
mod numbers;
mod region;
mod space;
mod study;
mod texts;
mod witness;
mod words;

pub use analyst::Analyst;
pub use answer::{Claim, Cover, Difference};
pub use bands::{Bands, Shared};
pub use budget::{Inconclusive, MAX_PARTS, MAX_VARIABLES, STEPS};
pub use region::{Extent, Mark, Region, Regions, Stretch};
pub use study::Study;
pub use witness::{Fact, Witness};

#[cfg(test)]
mod tests;
