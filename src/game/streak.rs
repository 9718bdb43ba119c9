//! Streaks: the same again in every week.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::clock::Clock;
use super::measure::{Deed, Tally};
use super::{Fault, Measure, Past, Prize, Score};
use crate::calendar::Period;
use crate::id::GameId;
use crate::money::Currency;
use crate::path::{Path, Problems};

/// The most misses that a streak can forgive.
pub const MAX_MISSES: u32 = 1_000;

/// The most goals of a streak.
pub const MAX_GOALS: usize = 50;

/// The longest streak that can be a goal.
pub const MAX_LENGTH: u32 = 10_000;

/// So much in every day, week or month, one after the other.
///
/// Each event counts on the date that the customer's own clock showed when it happened: that of the
/// zone that the attribute `time_zone` named at that instant, or else the program's. A day that
/// their clock skipped is none and breaks no streak.
///
/// ```
/// use loyalty::game::Streak;
///
/// let streak: Streak = serde_json::from_str(r#"{
///   "id": "weekly", "measure": {"orders": {}}, "every": "week", "misses": 1,
///   "goals": [{"length": 4, "prize": {"points": 100}}, {"length": 12}]
/// }"#)?;
/// let streak: Streak = serde_json::from_str(r#"{
///   "id": "runs", "measure": {"custom": "run"}, "at_least": 3, "every": "week"
/// }"#)?;
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Streak {
    /// Names the streak.
    pub id: GameId,
    /// What counts.
    pub measure: Measure,
    /// How much of it a period takes.
    #[serde(default = "once")]
    pub at_least: Score,
    /// In which periods, each in the customer's own time zone.
    pub every: Period,
    /// How many periods a streak can miss in all without breaking; they do not add to its length
    /// (freezes).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub misses: u32,
    /// The lengths that are goals, in ascending order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub goals: Vec<StreakGoal>,
}

/// A length of a streak that is a goal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StreakGoal {
    /// So many periods.
    pub length: u32,
    /// The points for it; every streak that gets there earns them anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prize: Option<Prize>,
}

/// How a customer's streak stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StreakState {
    /// The streak.
    pub streak: GameId,
    /// In which periods it counts.
    pub every: Period,
    /// How many periods it has lasted; 0 if it broke or never began.
    pub length: u32,
    /// How many periods the longest one lasted.
    pub longest: u32,
    /// What has been done in the present period.
    pub done: Score,
    /// What a period takes.
    pub at_least: Score,
    /// How many periods can still be missed.
    pub misses_left: u32,
    /// The first day of the last period that counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_period: Option<NaiveDate>,
    /// The instant at which it breaks if nothing happens; `None` if there is none to break.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alive_until: Option<DateTime<Utc>>,
    /// The goals that it has reached, and when.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reached: Vec<GoalReached>,
    /// The next goal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_goal: Option<u32>,
    /// The first instant at which any of this is different if nothing more happens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_change: Option<DateTime<Utc>>,
}

/// A goal of a streak that was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoalReached {
    /// The length.
    pub length: u32,
    /// When it was reached.
    pub at: DateTime<Utc>,
}

/// Periods that count, one after the other.
pub(super) struct Run {
    /// When the streak had so many periods, for each length from 1 on.
    reached: Vec<DateTime<Utc>>,
    last: NaiveDate,
    misses_left: u32,
}

/// All streaks that there were, in their order, and how the last one goes on.
pub(super) struct Runs {
    pub(super) runs: Vec<Run>,
    clock: Clock,
    /// What was done in the present period.
    done: i64,
    today: NaiveDate,
}

const fn once() -> Score {
    Score::Count(1)
}

const fn is_zero(count: &u32) -> bool {
    *count == 0
}

impl Streak {
    pub(super) fn check(&self, currency: Currency, path: &Path, problems: &mut Problems<Fault>) {
        self.measure.check(&path.field("measure"), problems);
        self.measure.check_score(self.at_least, currency, path.field("at_least"), problems);
        if self.misses > MAX_MISSES {
            problems.add(path.field("misses"), Fault::Misses { misses: self.misses });
        }
        if self.goals.len() > MAX_GOALS {
            let (count, most) = (self.goals.len(), MAX_GOALS);
            problems.add(path.field("goals"), Fault::TooMany { count, most });
        }
        let mut below = 0;
        for (index, goal) in self.goals.iter().enumerate() {
            let path = path.field("goals").item(index);
            if goal.length == 0 || goal.length > MAX_LENGTH {
                problems.add(path.field("length"), Fault::Length { length: goal.length });
            } else if goal.length <= below {
                let fault =
                    Fault::NotRising { found: goal.length.to_string(), below: below.to_string() };
                problems.add(path.field("length"), fault);
            }
            below = goal.length;
            goal.prize.iter().for_each(|prize| prize.check(&path.field("prize"), problems));
        }
    }

    /// Every streak that there was.
    pub(super) fn runs(&self, past: &Past<'_>) -> Runs {
        let clock = Clock::of(past);
        let today = self.every.start(clock.date(past.as_of()));
        let (counted, done) = self.counted(&self.measure.deeds(past), &clock, today);
        let mut runs: Vec<Run> = Vec::new();
        for (start, at) in counted {
            match runs.last_mut().map(|run| (run.missed_before(start, self.every, &clock), run)) {
                Some((Some(missed), run)) => run.go_on(start, at, missed),
                _ => runs.push(Run::begin(start, at, self.misses)),
            }
        }
        Runs { runs, clock, done, today }
    }

    /// The periods in which enough was done, with the instants from which on it was enough; and
    /// what was done in the period that begins on `today`.
    fn counted(
        &self,
        deeds: &[Deed<'_>],
        clock: &Clock,
        today: NaiveDate,
    ) -> (BTreeMap<NaiveDate, DateTime<Utc>>, i64) {
        let mut tallies: BTreeMap<NaiveDate, Tally<'_>> = BTreeMap::new();
        let mut counted = BTreeMap::new();
        let mut pages = clock.pages(self.every);
        for deed in deeds {
            let start = pages.start(deed.at);
            let tally = tallies.entry(start).or_default();
            tally.add(deed);
            if tally.sum() >= self.at_least.amount() {
                counted.entry(start).or_insert(deed.at);
            }
        }
        (counted, tallies.get(&today).map_or(0, Tally::sum))
    }

    /// How the streak stands.
    pub(super) fn state(&self, past: &Past<'_>) -> StreakState {
        let runs = self.runs(past);
        let currency = past.moment().currency;
        let now = runs.alive(self.every);
        let length = now.as_ref().map_or(0, |(run, _)| run.length());
        let period_ends = || runs.end_of(runs.today, self.every, past.as_of());
        let reached = now.iter().flat_map(|(run, _)| {
            let goals = self.goals.iter().map(|goal| goal.length);
            goals.filter_map(|length| Some(GoalReached { length, at: run.reached_at(length)? }))
        });
        StreakState {
            streak: self.id.clone(),
            every: self.every,
            length,
            longest: runs.runs.iter().map(Run::length).max().unwrap_or(0),
            done: self.measure.score(runs.done, currency),
            at_least: self.at_least,
            misses_left: now.as_ref().map_or(self.misses, |(_, misses_left)| *misses_left),
            last_period: runs.runs.last().map(|run| run.last),
            alive_until: now.as_ref().map(|(run, _)| {
                let last = runs.breaks_after(run, self.every);
                runs.end_of(last, self.every, past.as_of())
            }),
            reached: reached.collect(),
            next_goal: self.goals.iter().map(|goal| goal.length).find(|goal| *goal > length),
            next_change: (length > 0 || runs.done != 0).then(period_ends),
        }
    }

    /// How many periods the streak has lasted, and when it had so many of them.
    pub(super) fn length(&self, past: &Past<'_>) -> u32 {
        let runs = self.runs(past);
        runs.alive(self.every).map_or(0, |(run, _)| run.length())
    }
}

impl Run {
    fn begin(start: NaiveDate, at: DateTime<Utc>, misses: u32) -> Self {
        Self { reached: vec![at], last: start, misses_left: misses }
    }

    fn go_on(&mut self, start: NaiveDate, at: DateTime<Utc>, missed: u32) {
        // Who moved can have done enough for a later date first.
        let reached_at = self.reached.last().map_or(at, |last| at.max(*last));
        self.reached.push(reached_at);
        self.last = start;
        self.misses_left = self.misses_left.saturating_sub(missed);
    }

    /// How many periods are missed before the one that begins on `start`; `None` if too many.
    fn missed_before(&self, start: NaiveDate, every: Period, clock: &Clock) -> Option<u32> {
        let (mut missed, mut next) = (0, every.next_start(self.last));
        while next < start {
            missed += u32::from(clock.has(next, every));
            if missed > self.misses_left {
                return None;
            }
            next = every.next_start(next);
        }
        Some(missed)
    }

    /// How many periods it lasted.
    pub(super) fn length(&self) -> u32 {
        u32::try_from(self.reached.len()).unwrap_or(u32::MAX)
    }

    /// When it had lasted so many periods, at least 1.
    pub(super) fn reached_at(&self, length: u32) -> Option<DateTime<Utc>> {
        let index = usize::try_from(length.checked_sub(1)?).ok()?;
        self.reached.get(index).copied()
    }
}

impl Runs {
    /// The streak that is not broken, and how many periods it can still miss.
    pub(super) fn alive(&self, every: Period) -> Option<(&Run, u32)> {
        let run = self.runs.last()?;
        let missed = run.missed_before(self.today, every, &self.clock)?;
        Some((run, run.misses_left.saturating_sub(missed)))
    }

    /// The first day of the period that a streak does not survive if nothing happens in it.
    fn breaks_after(&self, run: &Run, every: Period) -> NaiveDate {
        let (mut left, mut period) = (run.misses_left, every.next_start(run.last));
        while period < NaiveDate::MAX {
            match (self.clock.has(period, every), left.checked_sub(1)) {
                (true, None) => return period,
                (true, Some(fewer)) => left = fewer,
                (false, _) => {}
            }
            period = every.next_start(period);
        }
        period
    }

    /// When a period ends for good that is not over yet.
    fn end_of(&self, start: NaiveDate, every: Period, as_of: DateTime<Utc>) -> DateTime<Utc> {
        self.clock.zone(as_of).start_of_day(every.next_start(start))
    }
}
