//! What of all that was told stands.

use std::collections::BTreeMap;

use loyalty::trigger::TriggerId;

use crate::told::{Told, What};

/// Which firings stand, for a reader of what is told: it takes every message in any order and any
/// number of times, and says which are news.
///
/// A host keeps it in its database, as a column of what it does about firings, and so acts on each
/// once even if it is told again after the stream has forgotten its id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The latest that is known of each firing.
    known: BTreeMap<TriggerId, Word>,
}

/// The turn of a firing, and whether it was taken back in it: later is greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Word {
    turn: u32,
    taken_back: bool,
}

/// What a message changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum News {
    /// The firing stands from now on.
    Stands,
    /// The firing no longer stands, or never did.
    TakenBack,
    /// Nothing: as much is known already, or it is of no firing.
    Nothing,
}

impl Standing {
    /// Takes a message in.
    pub fn take(&mut self, told: &Told) -> News {
        let (firing, taken_back) = match &told.what {
            What::Fired(firing) => (firing, false),
            What::Retract(firing) => (firing, true),
            What::Late(_) | What::Unreadable { .. } => return News::Nothing,
        };
        let word = Word { turn: told.turn, taken_back };
        let known = self.known.get(&firing.id());
        if known.is_some_and(|known| *known >= word) {
            return News::Nothing;
        }
        self.known.insert(firing.id(), word);
        if taken_back { News::TakenBack } else { News::Stands }
    }

    /// The firings that stand, in the order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = TriggerId> {
        self.known.iter().filter(|(_, word)| !word.taken_back).map(|(id, _)| *id)
    }
}
