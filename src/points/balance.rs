//! What a ledger comes to at an instant.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::fold::Fold;
use super::{Cause, Entry, Ledger, Points};

/// How many points a customer holds, and what became of the others.
///
/// At every instant: `earned + deficit = active + pending + expired + spent + clawed_back`, and
/// there are no active points while there is a deficit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Balance {
    /// All that was ever earned.
    pub earned: Points,
    /// What can be spent.
    pub active: Points,
    /// What was earned and cannot be spent yet.
    pub pending: Points,
    /// What was not used in time.
    pub expired: Points,
    /// All that was ever spent.
    pub spent: Points,
    /// All that was ever taken back.
    pub clawed_back: Points,
    /// What was spent or taken back beyond what there was; the next points pay it down.
    pub deficit: Points,
}

/// The points that one cause earned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lot {
    /// What earned them; its movement has the term.
    pub cause: Cause,
    /// How many they were.
    pub earned: Points,
    /// How many are left.
    pub left: Points,
    /// Whether those can be spent.
    pub state: LotState,
    /// What the others went to, in the order in which it took them.
    pub uses: Vec<Use>,
}

/// Whether the points of a lot can be spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LotState {
    /// Not yet.
    Pending,
    /// Yes.
    Active,
    /// No: points were left when they expired.
    Expired,
    /// No: all are gone.
    Used,
}

/// Points that a lot gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Use {
    /// What they were spent on, or why they were taken back.
    pub by: Cause,
    /// How many.
    pub points: Points,
}

/// Points that expire at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expiring {
    /// The first instant at which they can no longer be spent.
    pub at: DateTime<Utc>,
    /// How many.
    pub points: Points,
}

impl Ledger {
    /// What the customer holds at `as_of`.
    ///
    /// # Complexity
    /// O(n log n) for n net entries, as for every question about an instant. If it was asked
    /// before, nothing is owed and no entry is later than `as_of`: O(m) for the m lots that can
    /// expire or are still to become active.
    #[must_use]
    pub fn balance(&self, as_of: DateTime<Utc>) -> Balance {
        let foreseen = self.outlook().and_then(|outlook| outlook.balance(as_of));
        let found = || Fold::of(self.net(), as_of).wait_until(as_of).balance(as_of);
        foreseen.unwrap_or_else(found)
    }

    /// What the customer will hold at `as_of` once `entries` are posted; what they hold now, if the
    /// ledger refuses the entries.
    #[must_use]
    pub fn balance_with(&self, entries: &[Entry], as_of: DateTime<Utc>) -> Balance {
        let changed = self.changed(entries).unwrap_or_default();
        let outlook = self.outlook().and_then(|outlook| outlook.clone().with(&changed));
        let foreseen = outlook.and_then(|outlook| outlook.balance(as_of));
        let found = || Fold::of(self.net_with(&changed), as_of).wait_until(as_of).balance(as_of);
        foreseen.unwrap_or_else(found)
    }

    /// Every lot that was opened until `as_of`, in chronological order, with what became of it.
    ///
    /// A deficit that a lot paid down counts among its uses under the cause that had run it up.
    #[must_use]
    pub fn lots(&self, as_of: DateTime<Utc>) -> Vec<Lot> {
        Fold::of(self.net(), as_of).wait_until(as_of).lots(as_of)
    }

    /// What expires after `from` and not after `to` if nothing happens in between, by instant.
    #[must_use]
    pub fn expiring(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<Expiring> {
        Fold::of(self.net(), from).wait_until(to).expiring(from, to)
    }

    /// The first instant after `as_of` at which the balance is another one.
    ///
    /// That is when points become active or expire, or when an entry takes place that the ledger
    /// has already, even if it gives back what was not taken and so changes nothing.
    #[must_use]
    pub fn next_change(&self, as_of: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let entry = self.net().map(|(cause, _)| cause.at).find(|&at| at > as_of);
        let lot = Fold::of(self.net(), as_of).wait_until(as_of).next_change(as_of);
        entry.into_iter().chain(lot).min()
    }
}
