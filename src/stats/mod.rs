//! Chance in numbers: distributions with accurate tails, intervals, and tests of differences.
//!
//! All of it is pure mathematics on numbers, through `libm`: the same on every machine. What takes
//! arguments that may make no sense answers with an `Option`; a distribution is checked once, when
//! it is made, and then answers for every number.

mod adwin;
mod beta;
mod classified;
mod confidence;
mod density;
mod distribution;
mod evidence;
mod gamma;
mod mean;
pub mod normal;
mod polygamma;
mod proportion;
mod sample;
mod solve;
mod stability;

pub use adwin::{Adwin, NoWindow};
pub use classified::{Bin, Classified, discoveries};
pub use confidence::{Confidence, Estimate};
pub use distribution::{Beta, ChiSquared, FisherF, StudentT};
pub use evidence::{Evidence, Method, Test, chi_squared, kruskal_wallis, welch};
pub use mean::Moments;
pub(crate) use polygamma::{digamma, trigamma};
pub use proportion::Proportion;
pub use sample::Samples;
pub use stability::Stability;
