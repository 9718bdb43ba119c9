//! When each event was, of which a copy takes no time.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::MOST_OWN;
use super::index::Fingerprint;

/// When each event was, by the fingerprint of its id.
///
/// A copy shares them with the one that it was made of, as that of a
/// [`Chronicle`](super::chronicle::Chronicle) does.
#[derive(Clone, Debug, Default)]
pub(super) struct Instants {
    shared: Arc<HashMap<Fingerprint, DateTime<Utc>>>,
    /// Those that are not shared, of other events.
    own: Vec<(Fingerprint, DateTime<Utc>)>,
}

impl Instants {
    pub(super) fn len(&self) -> usize {
        self.shared.len() + self.own.len()
    }

    pub(super) fn get(&self, event: &Fingerprint) -> Option<DateTime<Utc>> {
        let own = self.own.iter().find(|(known, _)| known == event).map(|(_, at)| *at);
        own.or_else(|| self.shared.get(event).copied())
    }

    pub(super) fn contains(&self, event: &Fingerprint) -> bool {
        self.get(event).is_some()
    }

    /// Adds when an event was; `false` if that is known.
    pub(super) fn insert(&mut self, event: Fingerprint, at: DateTime<Utc>) -> bool {
        if self.contains(&event) {
            return false;
        }
        if Arc::get_mut(&mut self.shared).is_none() && self.own.len() < MOST_OWN {
            self.own.push((event, at));
        } else {
            self.all_mut().insert(event, at);
        }
        true
    }

    /// Forgets when an event was.
    pub(super) fn remove(&mut self, event: &Fingerprint) {
        self.all_mut().remove(event);
    }

    /// Keeps those for which this holds.
    pub(super) fn retain(&mut self, holds: impl Fn(&Fingerprint) -> bool) {
        self.all_mut().retain(|event, _| holds(event));
    }

    /// All of them, none of which is shared any more.
    fn all_mut(&mut self) -> &mut HashMap<Fingerprint, DateTime<Utc>> {
        let all = Arc::make_mut(&mut self.shared);
        all.extend(self.own.drain(..));
        all
    }
}

impl PartialEq for Instants {
    fn eq(&self, other: &Self) -> bool {
        let mut all = self.shared.iter().chain(self.own.iter().map(|(event, at)| (event, at)));
        self.len() == other.len() && all.all(|(event, at)| other.get(event) == Some(*at))
    }
}
