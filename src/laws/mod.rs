//! What implementations of the crate's traits promise, as checks that any test can call.
//!
//! Each check asks an implementation with inputs of the caller's choice, and compares the answers
//! with the laws in the documentation of the trait. The first law that does not hold is told as a
//! [`Violation`], with what was asked and answered. With the feature `proptest` the module
//! `strategy` has inputs for them.
//!
//! ```
//! use loyalty::laws;
//! use loyalty::money::{Allocation, Allocator, Money, Share};
//!
//! /// All that it can take for the first line, then for the second…
//! struct Greedy;
//!
//! impl Allocator for Greedy {
//!     fn allocate(&self, amount: Money, shares: &[Share<'_>]) -> Allocation {
//!         let mut unused = amount;
//!         let parts = shares.iter().map(|share| {
//!             let part = share.room.min(unused);
//!             unused = unused.checked_sub(part).unwrap_or(unused);
//!             part
//!         });
//!         Allocation { parts: parts.collect(), unused }
//!     }
//! }
//!
//! let (one, other) = ("1".parse()?, "2".parse()?);
//! let shares = [
//!     Share::new(&one, "3.00 EUR".parse()?),
//!     Share::new(&other, "4.00 EUR".parse()?),
//! ];
//! let violation = laws::allocator(&Greedy, "5.00 EUR".parse()?, &shares).unwrap_err();
//! assert_eq!(violation.law, "the order of the shares does not matter");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod ahead;
mod allocator;
mod budget;
mod earning;
mod extractor;
mod facts;
mod offer;
mod outbox;
mod segmenter;
mod tier;

use thiserror::Error;

pub use allocator::allocator;
pub use budget::budget_store;
pub use earning::earning_policy;
pub use extractor::extractor;
pub use facts::facts;
pub use offer::offer_evaluator;
pub use outbox::{outbox, sender};
pub use segmenter::{assignment, fit, learn, segmenter};
pub use tier::tier_policy;

/// A law that an implementation has broken.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("broken law: {law}: {case}")]
pub struct Violation {
    /// The law, in the words of the check.
    pub law: &'static str,
    /// What was asked and answered.
    pub case: String,
}

/// Tells the case unless the law holds.
fn uphold(law: &'static str, holds: bool, case: impl FnOnce() -> String) -> Result<(), Violation> {
    if holds { Ok(()) } else { Err(Violation { law, case: case() }) }
}
