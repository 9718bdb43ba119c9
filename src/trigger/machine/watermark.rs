//! How far the time of events has come.

use serde::{Deserialize, Serialize};

use crate::trigger::micros::Micros;

/// How far each partition has come, and so all of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Watermark {
    /// How late events may be, in microseconds.
    lateness: u64,
    /// In the order of their numbers.
    partitions: Vec<(u32, Micros)>,
    /// It never goes back.
    at: Micros,
}

impl Watermark {
    pub(super) const fn new(lateness: u64) -> Self {
        Self { lateness, partitions: Vec::new(), at: Micros::START }
    }

    pub(super) const fn at(&self) -> Micros {
        self.at
    }

    pub(super) const fn be_late(&mut self, lateness: u64) {
        self.lateness = lateness;
    }

    /// A partition of which nothing has come yet keeps the watermark where it is.
    pub(super) fn wait_for(&mut self, partition: u32) {
        self.partition(partition);
    }

    /// An event of a partition.
    pub(super) fn see(&mut self, partition: u32, at: Micros) {
        let to = at.minus(self.lateness);
        self.advance(partition, to);
    }

    /// Nothing more will come of a partition that happened before a moment.
    pub(super) fn advance(&mut self, partition: u32, to: Micros) {
        let known = self.partition(partition);
        if to <= *known {
            return;
        }
        *known = to;
        let least = self.partitions.iter().map(|(_, at)| *at).min();
        self.at = least.map_or(self.at, |least| least.max(self.at));
    }

    fn partition(&mut self, number: u32) -> &mut Micros {
        let place = self.partitions.partition_point(|(known, _)| *known < number);
        if self.partitions.get(place).is_none_or(|(known, _)| *known != number) {
            self.partitions.insert(place, (number, Micros::START));
        }
        match self.partitions.get_mut(place) {
            Some((_, at)) => at,
            None => &mut self.at,
        }
    }
}
