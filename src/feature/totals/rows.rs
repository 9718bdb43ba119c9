//! A log as columns.

use super::Key;

/// Orders and refunds as columns of equal length, which the host keeps.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a, K = u64> {
    keys: &'a [K],
    at: &'a [i64],
    net_minor: &'a [i64],
}

/// Columns are not equally long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there are {keys} keys, {at} instants and {net_minor} amounts")]
pub struct UnevenRows {
    /// How many keys there are.
    pub keys: usize,
    /// How many instants there are.
    pub at: usize,
    /// How many amounts there are.
    pub net_minor: usize,
}

/// An order or a refund.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<K> {
    pub(super) key: K,
    pub(super) at: i64,
    pub(super) net_minor: i64,
}

impl<'a, K: Key> Rows<'a, K> {
    /// Whose they are, their instants in nanoseconds since 1970 (UTC), and what was paid in minor
    /// units of one currency: a negative amount is a refund.
    ///
    /// # Errors
    /// Columns that are not equally long.
    pub const fn new(
        keys: &'a [K],
        at: &'a [i64],
        net_minor: &'a [i64],
    ) -> Result<Self, UnevenRows> {
        if keys.len() == at.len() && at.len() == net_minor.len() {
            Ok(Self { keys, at, net_minor })
        } else {
            Err(UnevenRows { keys: keys.len(), at: at.len(), net_minor: net_minor.len() })
        }
    }

    /// How many rows there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is no row.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// At most so many rows at a time.
    pub(super) fn chunks(self, size: usize) -> impl Iterator<Item = Self> {
        let columns = self.keys.chunks(size).zip(self.at.chunks(size));
        let columns = columns.zip(self.net_minor.chunks(size));
        columns.map(|((keys, at), net_minor)| Self { keys, at, net_minor })
    }

    /// The instants.
    pub(super) const fn at(&self) -> &'a [i64] {
        self.at
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Row<K>> + use<'a, K> {
        let columns = self.keys.iter().zip(self.at).zip(self.net_minor);
        columns.map(|((&key, &at), &net_minor)| Row { key, at, net_minor })
    }
}
