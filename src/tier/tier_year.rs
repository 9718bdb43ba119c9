//! Years that begin with a tier.

use chrono::{DateTime, Utc};

use super::frame::Frame;
use super::measure::{Credit, Sums};
use crate::calendar::Window;

/// When the years of a customer's tiers began, and which tier each renewed year began with.
#[derive(Clone, Debug, Default)]
pub(super) struct TierYears {
    /// The starts with their ends, in chronological order of both.
    starts: Vec<(DateTime<Utc>, DateTime<Utc>)>,
    /// Where the credits of a year suffice when it is over: for which tier.
    pub(super) renewals: Vec<(DateTime<Utc>, usize)>,
}

impl TierYears {
    /// # Complexity
    /// O(n²) for n credits in the worst case, in which each of them starts a year.
    pub(super) fn of(credits: &[Credit], frame: &Frame<'_>) -> Self {
        let mut credits: Vec<&Credit> = credits.iter().collect();
        credits.sort_by_key(|credit| (credit.from, credit.at));
        let mut years = Self::default();
        let (mut known, mut over) = (0, 0);
        loop {
            let credit = credits.get(known).map(|credit| credit.from);
            let end = years.starts.get(over).map(|(_, end)| *end);
            let Some(at) = credit.into_iter().chain(end).min() else { return years };
            let before = credits.get(..known).unwrap_or_default();
            let mut rank = 0;
            while let Some(&(start, _)) = years.starts.get(over).filter(|(_, end)| *end <= at) {
                over += 1;
                // What led to the tier does not renew it.
                let renewed = before.iter().filter(|credit| start < credit.at && credit.at < at);
                let renewed = frame.ladder.rank_for(&sums(renewed));
                if renewed > 0 {
                    years.renewals.push((at, renewed));
                }
                rank = rank.max(renewed);
            }
            known += credits.iter().skip(known).take_while(|credit| credit.from == at).count();
            if credit == Some(at) {
                let until_now = credits.get(..known).unwrap_or_default();
                let came_in = until_now.iter().any(|it| it.from == at && it.amount > 0);
                let first = years.first(at, frame).filter(|_| came_in);
                let found = first.map_or_else(Sums::default, |first| {
                    sums(until_now.iter().filter(|credit| first <= credit.at))
                });
                rank = rank.max(frame.ladder.rank_for(&found));
            }
            if rank > 0 {
                // Not even where the clock is set back does a later year end first.
                let last = years.starts.last().map_or(at, |(_, end)| *end);
                years.starts.push((at, frame.year_after(at).max(last)));
            }
        }
    }

    /// The first instant that counts at an instant; `None` before the customer has joined.
    pub(super) fn first(&self, at: DateTime<Utc>, frame: &Frame<'_>) -> Option<DateTime<Utc>> {
        let joined = Window::Anniversary.interval(at, &frame.zone, frame.anchor);
        let joined = joined.map(|interval| interval.first);
        let over = self.starts.partition_point(|(_, end)| *end <= at);
        let start = self.starts.get(over).map(|(start, _)| *start).filter(|start| *start <= at);
        start.into_iter().chain(joined).min()
    }

    /// From when on a credit of an instant no longer counts; `None` if it never counts.
    pub(super) fn leaves(
        &self,
        at: DateTime<Utc>,
        frame: &Frame<'_>,
    ) -> Option<Option<DateTime<Utc>>> {
        let before = self.starts.partition_point(|(start, _)| *start <= at);
        let year = before.checked_sub(1).and_then(|last| self.starts.get(last));
        let joined = Window::Anniversary.stay(at, &frame.zone, frame.anchor);
        match (joined, year) {
            (Some((_, leaves)), year) => {
                let end = year.map(|(_, end)| *end);
                Some(leaves.map(|leaves| end.map_or(leaves, |end| leaves.max(end))))
            }
            (None, Some((_, end))) => Some(Some(*end)),
            (None, None) => None,
        }
    }
}

fn sums<'a>(credits: impl Iterator<Item = &'a &'a Credit>) -> Sums {
    let mut sums = Sums::default();
    credits.for_each(|credit| sums.add(credit.measure, credit.amount.into()));
    sums
}
