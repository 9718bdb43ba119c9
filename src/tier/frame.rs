//! The windows and terms of a ladder, as one customer has them.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

use super::measure::{Credit, Sums};
use super::tier_year::TierYears;
use super::{CarryOver, CheckedLadder, Measure, Qualification, Validity};
use crate::calendar::{Interval, Period, Span, Unit, Window, Zone};
use crate::feature::Snapshot;
use crate::rule::Value;

/// Through how many windows surplus credits are followed.
const MAX_CARRIED: usize = 1_000;

/// A ladder with the dates from which a customer's years are counted.
pub(super) struct Frame<'a> {
    pub(super) ladder: &'a CheckedLadder,
    pub(super) zone: Zone,
    pub(super) anchor: Option<NaiveDate>,
}

/// For how long some credits are in the window.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stay {
    pub(super) enters: DateTime<Utc>,
    pub(super) leaves: Option<DateTime<Utc>>,
    pub(super) measure: Measure,
    pub(super) amount: i128,
}

impl<'a> Frame<'a> {
    pub(super) fn of(ladder: &'a CheckedLadder, snapshot: &Snapshot<'_>) -> Self {
        let anchor = match &ladder.written.window {
            Qualification::YearFrom(own) => match snapshot.attributes().get(own.as_str()) {
                Some(Value::Date(date)) => Some(*date),
                _ => None,
            },
            _ => snapshot.member_since(),
        };
        Self { ladder, zone: snapshot.moment().zone, anchor }
    }

    /// The window, where it does not follow from the customer's tiers.
    const fn window(&self) -> Option<Window> {
        match &self.ladder.written.window {
            Qualification::Window(window) => Some(*window),
            Qualification::YearFrom(_) => Some(Window::Anniversary),
            Qualification::TierYear => None,
        }
    }

    /// The instants that count at `as_of`, where the customer's tiers do not matter.
    pub(super) fn interval(&self, as_of: DateTime<Utc>) -> Option<Interval> {
        self.window()?.interval(as_of, &self.zone, self.anchor)
    }

    /// When the window that an instant is in ends for all credits at once, if it does.
    pub(super) fn window_end(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self.window()? {
            window @ (Window::Calendar(_) | Window::Anniversary) => self.leaves(window, at),
            _ => None,
        }
    }

    /// For how long each of the credits counts, those that are carried over included.
    pub(super) fn stays(&self, credits: &[Credit], years: Option<&TierYears>) -> Vec<Stay> {
        // What had come back before it counts at all never comes in.
        let mut stays: BTreeMap<(DateTime<Utc>, DateTime<Utc>, Measure), Stay> = BTreeMap::new();
        for credit in credits {
            let found = match self.window() {
                Some(window) => window.stay(credit.at, &self.zone, self.anchor),
                None => years
                    .and_then(|years| years.leaves(credit.at, self))
                    .map(|leaves| (credit.at, leaves)),
            };
            let Some((enters, leaves)) = found else { continue };
            let enters = enters.max(credit.from);
            if leaves.is_none_or(|leaves| enters < leaves) {
                let measure = credit.measure;
                let stay = stays.entry((enters, credit.at, measure));
                let stay = stay.or_insert(Stay { enters, leaves, measure, amount: 0 });
                stay.amount += i128::from(credit.amount);
            }
        }
        let mut stays: Vec<Stay> = stays.into_values().collect();
        if self.ladder.written.carry_over == CarryOver::Surplus {
            self.carry(&mut stays);
        }
        stays
    }

    /// Adds what is left of every window in the next one.
    fn carry(&self, stays: &mut Vec<Stay>) {
        let own = stays.clone();
        for &measure in &self.ladder.measures {
            let of_measure = || own.iter().filter(|stay| stay.measure == measure);
            let mut ends: Vec<_> = of_measure().filter_map(|stay| stay.leaves).collect();
            ends.sort_unstable();
            ends.dedup();
            let mut carried = 0;
            let mut coming = ends.into_iter().peekable();
            let mut next = coming.next();
            for _ in 0..MAX_CARRIED {
                let Some(end) = next else { break };
                let ending = of_measure().filter(|stay| stay.leaves == Some(end));
                let total = carried + ending.map(|stay| stay.amount).sum::<i128>();
                carried = self.ladder.surplus(measure, total);
                let leaves = self.window().and_then(|window| {
                    window.stay(end, &self.zone, self.anchor).and_then(|(_, leaves)| leaves)
                });
                if carried > 0 {
                    stays.push(Stay { enters: end, leaves, measure, amount: carried });
                    next = leaves;
                    coming.next_if(|coming| Some(*coming) == leaves);
                } else {
                    next = coming.next();
                }
            }
        }
    }

    /// Whether a tier has a term.
    pub(super) fn has_terms(&self) -> bool {
        self.ladder.written.validity != Validity::WhileQualified
    }

    /// When a term ends that begins at an instant; `None` if it never does.
    pub(super) fn term_end(&self, from: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let end_of = |period: Period| self.leaves(Window::Calendar(period), from);
        match self.ladder.written.validity {
            Validity::WhileQualified => Some(from),
            Validity::For(span) => Some(span.after(from, &self.zone)),
            Validity::EndOf(period) => end_of(period),
            Validity::EndOfNext(period) => {
                end_of(period).and_then(|end| self.leaves(Window::Calendar(period), end))
            }
            Validity::UntilEnd => self.period_end(from),
            Validity::UntilEndOfNext => self.period_end(from).and_then(|end| self.period_end(end)),
        }
    }

    /// When the period of the window ends in which an instant is.
    fn period_end(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self.window() {
            Some(Window::Previous(period)) => self.leaves(Window::Calendar(period), at),
            Some(window) => self.leaves(window, at),
            None => Some(self.year_after(at)),
        }
    }

    fn leaves(&self, window: Window, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        window.stay(at, &self.zone, self.anchor).and_then(|(_, leaves)| leaves)
    }

    /// When a year that begins at an instant ends.
    pub(super) fn year_after(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        Span::new(1, Unit::Year).map_or(DateTime::<Utc>::MAX_UTC, |year| year.after(at, &self.zone))
    }

    /// How much later a tier is lost that would end at an instant.
    pub(super) fn with_grace(&self, end: DateTime<Utc>) -> DateTime<Utc> {
        self.ladder.written.grace.map_or(end, |grace| grace.after(end, &self.zone))
    }
}

impl CheckedLadder {
    /// The position of the highest tier for which so many credits suffice.
    pub(super) fn rank_for(&self, sums: &Sums) -> usize {
        self.bars.iter().rposition(|bar| bar.is_reached(sums)).unwrap_or(0)
    }

    /// What of so many credits of a measure is carried into the next window: what is beyond the
    /// threshold that is reached, or the most that fewer credits would have left if that is more.
    fn surplus(&self, measure: Measure, total: i128) -> i128 {
        let parts = self.bars.iter().flat_map(|bar| &bar.parts);
        let of_measure = parts.filter(|(part, least)| *part == measure && *least > 0);
        let mut steps: Vec<i128> = of_measure.map(|(_, least)| *least).collect();
        steps.sort_unstable();
        steps.dedup();
        let nexts = steps.iter().skip(1).map(|next| next - 1).chain([i128::MAX]);
        let left = steps.iter().zip(nexts).map(|(step, next)| total.min(next) - step);
        left.max().map_or(0, |left| left.max(0))
    }
}
