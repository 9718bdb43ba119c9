//! At most so many messages of some kind in a window: a cap, a cool-down, or no repeats.

use chrono::{DateTime, Utc};

use super::almanac::Almanac;
use super::problem::{Entry, Problem};
use crate::calendar::Window;
use crate::digest::Digest;
use crate::id::MessageId;
use crate::message::{Contact, Messages, Recipient};

/// At most so many messages of some kind in a window that looks back from each of them.
pub(super) struct Limit {
    pub of: Of,
    window: Window,
    pub at_most: u32,
    /// For every time, the first place of a time that is in the window as seen from it.
    from: Vec<usize>,
    /// For every time, how many that were sent before are in that window.
    before: Vec<u32>,
    /// How many messages that it binds can be planned at most.
    pub capacity: u32,
    /// Whether all that could be planned might be too many.
    pub can_bind: bool,
    /// Whether it makes no difference to it when messages are sent.
    pub timeless: bool,
}

/// Which messages a limit counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Of {
    /// Those of the cap at this place of the policy.
    Cap(usize),
    /// Those of this id.
    Message(MessageId),
    /// Those that say this.
    Content(Digest),
}

impl Of {
    fn counts(&self, contact: &Contact, messages: &Messages) -> bool {
        match self {
            Self::Cap(place) => {
                let cap = messages.policy().caps.get(*place);
                cap.is_some_and(|cap| cap.counts(contact.channel, &contact.purpose))
            }
            Self::Message(message) => contact.message == *message,
            Self::Content(content) => contact.content == Some(*content),
        }
    }
}

impl Limit {
    pub const fn new(of: Of, window: Window, at_most: u32) -> Self {
        Self {
            of,
            window,
            at_most,
            from: Vec::new(),
            before: Vec::new(),
            capacity: u32::MAX,
            can_bind: true,
            timeless: false,
        }
    }

    /// How many that were sent before are in the window as seen from a time.
    pub fn before(&self, time: usize) -> u32 {
        self.before.get(time).copied().unwrap_or_default()
    }

    /// Whether a message at the time `early` is counted for one at the time `late`.
    pub fn spans(&self, early: usize, late: usize) -> bool {
        early <= late && self.from.get(late).is_some_and(|from| *from <= early)
    }

    /// Looks up, for every time, its window and what was sent before.
    pub fn measure(
        &mut self,
        times: &[DateTime<Utc>],
        messages: &Messages,
        recipient: &Recipient<'_>,
        almanac: &mut Almanac,
    ) {
        let zone = *recipient.zone();
        let contacts = recipient.contacts().iter();
        let counted =
            contacts.filter(|contact| contact.counts() && self.of.counts(contact, messages));
        let sent: Vec<_> = counted.map(|contact| contact.at).collect();
        for at in times {
            let first = almanac.first(zone, *at, self.window);
            self.from.push(times.partition_point(|time| *time < first));
            let before = sent.iter().filter(|sent| first <= **sent && **sent <= *at).count();
            self.before.push(u32::try_from(before).unwrap_or(u32::MAX));
        }
    }

    /// Finds out, from all that could be planned, how many can be, and whether that matters.
    ///
    /// Of messages that all are in the window of the last of them, at most so many can be planned
    /// as are left at that one. The times are cut into stretches of such, from the first on.
    pub fn judge(&mut self, place: usize, problem: &Problem<'_>) {
        let options = || problem.entries.iter().flat_map(|entry| &entry.options);
        let counted = || options().filter(|option| problem.counts(place, option));
        let mut times: Vec<_> = counted().map(|option| option.time).collect();
        times.sort_unstable();
        times.dedup();
        let (mut capacity, mut stretches, mut start) = (0_u32, 0, None);
        let mut most = 0;
        for time in &times {
            let left = self.at_most.saturating_sub(self.before(*time));
            if start.is_some_and(|start| self.spans(start, *time)) {
                most = most.max(left);
            } else {
                capacity = capacity.saturating_add(most);
                (start, most, stretches) = (Some(*time), left, stretches + 1);
            }
        }
        self.capacity = capacity.saturating_add(most);
        let first = times.first().map(|time| self.before(*time));
        let same = times.iter().all(|time| Some(self.before(*time)) == first);
        let all_bound = counted().all(|option| problem.binds(place, option));
        self.timeless = stretches <= 1 && same && all_bound;
        let counts =
            |entry: &&Entry<'_>| entry.options.iter().any(|option| problem.counts(place, option));
        let planned = problem.entries.iter().filter(counts).count();
        let planned = u32::try_from(planned).unwrap_or(u32::MAX);
        let before = times.iter().map(|time| self.before(*time)).max().unwrap_or_default();
        self.can_bind = planned.saturating_add(before) > self.at_most;
    }
}
