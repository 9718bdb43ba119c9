//! What was earned and not taken back.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::entry::Share;
use super::{Cause, Contents, Ledger, Movement, Points};

impl Ledger {
    /// What was earned of main points and not taken back: [`Contents::kept`].
    #[must_use]
    pub fn kept(&self, as_of: DateTime<Utc>) -> Vec<(DateTime<Utc>, Points)> {
        self.purse(None).kept(as_of)
    }
}

impl<'a> Contents<'a> {
    /// What was earned until `as_of` and not taken back by then, with the instants at which it was
    /// earned, in chronological order; whether it was spent or has expired does not matter, and
    /// what came from operators or other accounts does not count.
    #[must_use]
    pub fn kept(&self, as_of: DateTime<Utc>) -> Vec<(DateTime<Utc>, Points)> {
        let kept = self.kept_while(|cause| cause.at <= as_of);
        kept.into_iter().map(|(cause, points)| (cause.at, points)).collect()
    }

    /// What was earned in the first part of the ledger and not taken back in it.
    pub(super) fn kept_while(&self, first: impl Fn(&Cause) -> bool) -> Vec<(&'a Cause, Points)> {
        let mut kept: Vec<(&Cause, Points)> = Vec::new();
        let mut taken: BTreeMap<Share<'_>, i64> = BTreeMap::new();
        let mut taken_by: BTreeMap<Share<'_>, Share<'_>> = BTreeMap::new();
        for (cause, points) in self.net().take_while(|(cause, _)| first(cause)) {
            let points = cause.movement.effect(points);
            match &cause.movement {
                Movement::Earn(_) if cause.source.is_earned() => kept.push((cause, points)),
                Movement::ClawBack { of } => {
                    taken_by.insert(cause.share(), cause.share_of(of));
                    *taken.entry(cause.share_of(of)).or_default() += points.0;
                }
                Movement::Restore { of } => {
                    let own = taken_by.get(&cause.share_of(of));
                    if let Some(taken) = own.and_then(|own| taken.get_mut(own)) {
                        *taken -= points.0.min(*taken);
                    }
                }
                _ => {}
            }
        }
        for (cause, points) in &mut kept {
            if let Some(taken) = taken.get_mut(&cause.share()) {
                let gone = points.0.min(*taken);
                points.0 -= gone;
                *taken -= gone;
            }
        }
        kept
    }
}
