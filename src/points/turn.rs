//! Whose turn it is when points are spent.

use std::cmp::Ordering;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Term;

/// In which order lots are spent; ties go to the lot that was opened first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SpendOrder {
    /// What expires first; what never expires comes last.
    #[default]
    EarliestExpiry,
    /// What was earned first.
    OldestFirst,
    /// What was earned last.
    NewestFirst,
}

/// A lot that has points left which have not expired, in the queue of those that are spent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turn {
    pub(super) lot: usize,
    pub(super) active_at: DateTime<Utc>,
    pub(super) expires_at: Option<DateTime<Utc>>,
}

impl Turn {
    pub(super) const fn of(lot: usize, term: &Term) -> Self {
        Self { lot, active_at: term.active_at, expires_at: term.expires_at }
    }

    pub(super) fn is_over(&self, as_of: DateTime<Utc>) -> bool {
        self.expires_at.is_some_and(|expires_at| expires_at <= as_of)
    }

    /// Whether it waits for a confirmation, as a [`Term`] does.
    pub(super) fn is_waiting(&self) -> bool {
        self.active_at == DateTime::<Utc>::MAX_UTC
    }
}

impl SpendOrder {
    /// Those of lots in this order of which one expires first.
    pub(super) fn first_to_expire(self, turns: &[Turn]) -> impl Iterator<Item = &Turn> {
        let all = if self == Self::EarliestExpiry { 1 } else { turns.len() };
        turns.iter().take(all)
    }

    /// Which of two lots is spent first.
    pub(super) fn compare(self, one: &Turn, other: &Turn) -> Ordering {
        let expiry = |turn: &Turn| (turn.expires_at.is_none(), turn.expires_at);
        match self {
            Self::EarliestExpiry => expiry(one).cmp(&expiry(other)).then(one.lot.cmp(&other.lot)),
            Self::OldestFirst => one.lot.cmp(&other.lot),
            Self::NewestFirst => other.lot.cmp(&one.lot),
        }
    }
}
