//! Why nobody can tell how many points of a cohort will be redeemed.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::MIN_COHORTS;

/// Why there is no estimate: too little is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Error)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum TooLittle {
    /// Nothing was issued that was not taken back.
    #[error("no points were issued and kept")]
    NothingIssued,
    /// The cohort's own period is not over.
    #[error("its period is not over")]
    PeriodNotOver,
    /// Nothing was redeemed yet, so that nothing can be taken on.
    #[error("nothing was redeemed of it yet")]
    NothingRedeemed,
    /// There are too few cohorts, or the oldest is too young.
    #[error(
        "{cohorts} cohorts, the oldest {periods} periods old: at least {MIN_COHORTS} of both are \
         needed"
    )]
    ShortHistory {
        /// How many cohorts there are whose own period is over.
        cohorts: usize,
        /// How many periods of the oldest are over.
        periods: usize,
    },
    /// No older cohort shows how redemptions go on after an age.
    #[error("no older cohort shows how redemptions go on after {age} periods")]
    NoOlderCohort {
        /// The age, in periods.
        age: usize,
    },
    /// Too few older cohorts show how far redemptions differ after an age.
    #[error(
        "{found} older cohorts show how redemptions go on after {age} periods: too few to tell \
         how far they differ"
    )]
    FewCohorts {
        /// The age, in periods.
        age: usize,
        /// How many there are.
        found: usize,
    },
    /// What older cohorts show grows beyond all bounds.
    #[error("what older cohorts show grows beyond all bounds")]
    Unbounded,
}

impl TooLittle {
    /// A stable code of the reason.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NothingIssued => "nothing_issued",
            Self::PeriodNotOver => "period_not_over",
            Self::NothingRedeemed => "nothing_redeemed",
            Self::ShortHistory { .. } => "short_history",
            Self::NoOlderCohort { .. } => "no_older_cohort",
            Self::FewCohorts { .. } => "few_cohorts",
            Self::Unbounded => "unbounded",
        }
    }
}
