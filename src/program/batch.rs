//! Many members at once.

use chrono::{DateTime, Utc};

use super::{Decision, Member, Program, View};
use crate::event::Event;
use crate::parallel::each;

impl Program {
    /// What follows from each event for its member, in the order of `cases`.
    ///
    /// With the feature `rayon` the cases are spread over all cores; the answers are the same
    /// bytes.
    pub fn decide_all(&self, cases: &[(&Member, &Event)]) -> Vec<Decision> {
        each(cases, |(member, event)| self.decide(member, event))
    }

    /// How each member stands as of an instant, in the order of `members`.
    ///
    /// With the feature `rayon` the members are spread over all cores; the answers are the same
    /// bytes.
    pub fn view_all(&self, members: &[Member], as_of: DateTime<Utc>) -> Vec<View> {
        each(members, |member| self.view(member, as_of))
    }
}
