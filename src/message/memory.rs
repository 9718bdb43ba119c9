//! An outbox in memory.

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::outbox::{Outbox, Outgoing, Put, Settled};
use crate::digest::Digest;

/// An outbox in memory, which a host can save as one value.
///
/// # Complexity
/// *O*(log *n*) for a record that was queued last, and to settle the one that waits longest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Stored", into = "Stored")]
pub struct MemoryOutbox {
    /// By the instants at which they were queued, then by id.
    waiting: VecDeque<Outgoing>,
    /// When all that were put were queued, also those that are settled.
    known: BTreeMap<Digest, DateTime<Utc>>,
}

/// An outbox as it is written.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    waiting: Vec<Outgoing>,
    settled: BTreeMap<Digest, DateTime<Utc>>,
}

impl MemoryOutbox {
    /// An outbox with nothing in it.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many records wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Forgets the ids of settled records that were queued before an instant: before anything that
    /// could be put again.
    pub fn forget(&mut self, before: DateTime<Utc>) {
        let waiting = &self.waiting;
        self.known.retain(|id, queued_at| {
            *queued_at >= before || place(waiting, *queued_at, id).is_some()
        });
    }
}

impl Outbox for MemoryOutbox {
    fn put(&mut self, record: Outgoing) -> Put {
        if self.known.contains_key(&record.id) {
            return Put::Before;
        }
        self.known.insert(record.id, record.queued_at);
        let place = self.waiting.partition_point(|kept| position(kept) < position(&record));
        self.waiting.insert(place, record);
        Put::New
    }

    fn waiting(&self, most: usize) -> Vec<Outgoing> {
        self.waiting.iter().take(most).cloned().collect()
    }

    fn settle(&mut self, id: &Digest) -> Settled {
        let Some(queued_at) = self.known.get(id) else { return Settled::Unknown };
        let place = place(&self.waiting, *queued_at, id);
        let record = place.and_then(|place| self.waiting.remove(place));
        record.map_or(Settled::Before, |record| Settled::Now(Box::new(record)))
    }
}

/// Where a record stands among those that wait, if it does.
fn place(waiting: &VecDeque<Outgoing>, queued_at: DateTime<Utc>, id: &Digest) -> Option<usize> {
    waiting.binary_search_by(|kept| position(kept).cmp(&(queued_at, *id))).ok()
}

const fn position(record: &Outgoing) -> (DateTime<Utc>, Digest) {
    (record.queued_at, record.id)
}

impl From<Stored> for MemoryOutbox {
    fn from(stored: Stored) -> Self {
        let mut outbox = Self { waiting: VecDeque::new(), known: stored.settled };
        for record in stored.waiting {
            let _ = outbox.put(record);
        }
        outbox
    }
}

impl From<MemoryOutbox> for Stored {
    fn from(outbox: MemoryOutbox) -> Self {
        let MemoryOutbox { waiting, mut known } = outbox;
        known.retain(|id, queued_at| place(&waiting, *queued_at, id).is_none());
        Self { waiting: waiting.into(), settled: known }
    }
}
