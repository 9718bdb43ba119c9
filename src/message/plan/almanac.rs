//! What clocks show at the times of a day, looked up once for all customers of a zone.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDateTime, Utc};

use crate::calendar::{Window, Zone};

/// What is known of times so far.
#[derive(Default)]
pub(super) struct Almanac {
    walls: HashMap<(Zone, DateTime<Utc>), NaiveDateTime>,
    firsts: HashMap<(Zone, DateTime<Utc>, Window), DateTime<Utc>>,
}

impl Almanac {
    /// The furthest that the clock on the wall has got.
    pub fn wall(&mut self, zone: Zone, at: DateTime<Utc>) -> NaiveDateTime {
        *self.walls.entry((zone, at)).or_insert_with(|| zone.furthest(at))
    }

    /// The first instant that is in a window as it is seen from an instant.
    pub fn first(&mut self, zone: Zone, at: DateTime<Utc>, window: Window) -> DateTime<Utc> {
        let first = || window.interval(at, &zone, None).map_or(at, |interval| interval.first);
        *self.firsts.entry((zone, at, window)).or_insert_with(first)
    }
}
