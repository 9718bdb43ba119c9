//! How much an answer may take.

use thiserror::Error;

/// How many steps an answer may take, unless another limit is given.
pub const STEPS: u64 = 1 << 23;

/// How many fields and groups of a set's members the rules of a question may tell apart.
pub const MAX_VARIABLES: usize = 512;

/// How many different texts may be looked for inside of one field.
pub const MAX_PARTS: usize = 128;

/// The limit at which an answer was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Inconclusive {
    /// The answer takes more steps: looks at a test, a cell or a branch.
    #[error("the answer takes more than {limit} steps")]
    Steps {
        /// So many were allowed.
        limit: u64,
    },
    /// The rules look at more fields and groups of members than [`MAX_VARIABLES`].
    #[error("the rules tell apart {found} fields and groups of members: at most {MAX_VARIABLES}")]
    Variables {
        /// So many they look at.
        found: usize,
    },
    /// The rules look for more texts inside of one field than [`MAX_PARTS`].
    #[error("the rules look for {found} texts inside of a field: at most {MAX_PARTS}")]
    Parts {
        /// For so many they look.
        found: usize,
    },
}

/// The steps that may still be taken.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    left: u64,
    limit: u64,
}

impl Budget {
    pub(super) const fn new(limit: u64) -> Self {
        Self { left: limit, limit }
    }

    pub(super) fn spend(&mut self, steps: usize) -> Result<(), Inconclusive> {
        let steps = u64::try_from(steps).unwrap_or(u64::MAX);
        let left = self.left.checked_sub(steps);
        self.left = left.ok_or(Inconclusive::Steps { limit: self.limit })?;
        Ok(())
    }
}
