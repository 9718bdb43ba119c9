//! Exact money: integer minor units of an ISO 4217 currency.
//!
//! Nothing here rounds unless a [`Rounding`] is named, nothing wraps, and two currencies never
//! meet in one number.

mod allocate;
mod amount;
mod currency;
mod rounding;

pub(crate) use allocate::apportion;
pub use allocate::{
    Allocation, Allocator, CentsToFirst, CumulativeRounding, LargestRemainder, RestToLast, Share,
    ShareOfRest,
};
pub(crate) use amount::parse_decimal;
pub use amount::{Money, MoneyError};
pub use currency::Currency;
pub use rounding::{Percent, Rounding};
