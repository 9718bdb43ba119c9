//! What can be wrong with a model of what customers are worth.

use thiserror::Error;

use crate::clv;
use crate::money::Currency;

/// Why a [`ValueModel`](super::ValueModel) cannot be used.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum ValueFault {
    /// The model of purchases counts in months or years.
    #[error("months and years have no fixed number of days: fit the model in weeks or days")]
    Unit,
    /// The model of spending is of another currency than the program's.
    #[error("the model is of amounts in {found}, not in {expected}")]
    Currency {
        /// The program's currency.
        expected: Currency,
        /// The model's.
        found: Currency,
    },
    /// The discount or the margin makes no sense.
    #[error(transparent)]
    Valuation(#[from] clv::Fault),
}
