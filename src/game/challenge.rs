//! Challenges: a goal and the time to reach it.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::clock::Clock;
use super::measure::{Deed, Tally};
use super::past::Course;
use super::{Fault, Measure, Past, Prize, Score};
use crate::calendar::{Period, Span};
use crate::id::{AttributeName, GameId};
use crate::money::Currency;
use crate::path::{Path, Problems};
use crate::rule::{CheckedRule, Rule, Value};

/// The most steps of a challenge.
pub const MAX_STEPS: usize = 20;

/// A goal, in one or several steps, and the time in which it counts.
///
/// Goods that come back lower the progress, also after the end: the points of a step that is no
/// longer reached are taken back.
///
/// ```
/// use loyalty::game::Challenge;
///
/// let challenge: Challenge = serde_json::from_str(r#"{
///   "id": "march", "measure": {"spend": {"categories": ["tea"]}},
///   "during": {"between": {"from": "2026-03-01T00:00:00Z", "until": "2026-04-01T00:00:00Z"}},
///   "steps": [{"at_least": "30.00 EUR"},
///             {"at_least": "60.00 EUR", "prize": {"points": 200}}],
///   "when": {"field": "tier", "is": "gold"}
/// }"#)?;
/// let challenge: Challenge = serde_json::from_str(r#"{
///   "id": "explorer", "measure": "stores", "during": {"every": "month"},
///   "steps": [{"at_least": 3, "prize": {"points": 50, "expiry": {"after": "90d"}}}]
/// }"#)?;
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Challenge {
    /// Names the challenge.
    pub id: GameId,
    /// What counts.
    pub measure: Measure,
    /// When it counts.
    pub during: During,
    /// The steps, in ascending order; at least one.
    pub steps: Vec<Step>,
    /// The attribute (yes or no) by which customers take part: only what they do while it is yes
    /// counts. Without one everybody takes part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opt_in: Option<AttributeName>,
    /// What must hold of those who take part, at the instant from which it counts for them: its
    /// start, or when they joined or opted in if that was later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Rule>,
}

/// When a challenge counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum During {
    /// Once, between two instants.
    Between(Between),
    /// Anew in every period of the calendar, in the program's time zone.
    Every(Period),
    /// For so long since the customer first opted in, or joined if there is nothing to opt in to.
    For(Span),
}

/// The time between two instants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Between {
    /// The first instant that counts.
    pub from: DateTime<Utc>,
    /// The first instant that no longer counts.
    pub until: DateTime<Utc>,
}

/// A step of a challenge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// How much it takes.
    pub at_least: Score,
    /// The points for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prize: Option<Prize>,
}

/// How a customer stands in a challenge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChallengeState {
    /// The challenge.
    pub challenge: GameId,
    /// Whether what the customer does counts.
    pub phase: Phase,
    /// From when on it counts for the customer, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<DateTime<Utc>>,
    /// The first instant at which it no longer counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
    /// What the customer has reached.
    pub progress: Score,
    /// The steps, and when each was reached.
    pub steps: Vec<StepState>,
    /// What is missing to the next step; `None` once all are reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gap: Option<Score>,
    /// The first instant at which any of this is different if nothing more happens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_change: Option<DateTime<Utc>>,
}

/// A step, and when it was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepState {
    /// How much it takes.
    pub at_least: Score,
    /// When it was reached, if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reached_at: Option<DateTime<Utc>>,
}

/// Whether what a customer does counts for a challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Phase {
    /// It has not begun yet.
    Ahead,
    /// It counts.
    Running,
    /// It is over.
    Over,
    /// The customer has not joined, or not opted in.
    NotJoined,
    /// The challenge is for others.
    Excluded,
}

/// A challenge that fits a program.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct CheckedChallenge {
    pub(super) written: Challenge,
    pub(super) when: Option<CheckedRule>,
}

/// One time that a challenge is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Round {
    /// The first day, where there is a round in every period.
    pub(super) period: Option<NaiveDate>,
    pub(super) from: DateTime<Utc>,
    pub(super) until: DateTime<Utc>,
    /// From when on it counts for the customer; `None` if they have not joined or opted in.
    pub(super) entered_at: Option<DateTime<Utc>>,
}

/// What a challenge needs to know of a customer, gathered once.
pub(super) struct Entrant<'p, 'a> {
    challenge: &'p CheckedChallenge,
    past: &'p Past<'a>,
    consent: Option<Course<'a>>,
    deeds: Vec<Deed<'a>>,
    joined_at: Option<DateTime<Utc>>,
}

const YES: Value = Value::Bool(true);

impl Challenge {
    pub(super) fn check(&self, currency: Currency, path: &Path, problems: &mut Problems<Fault>) {
        self.measure.check(&path.field("measure"), problems);
        if let During::Between(Between { from, until }) = self.during
            && until <= from
        {
            let path = path.field("during").field("between").field("until");
            problems.add(path, Fault::EndsBefore { from, until });
        }
        if self.steps.is_empty() {
            problems.add(path.field("steps"), Fault::NoSteps);
        }
        if self.steps.len() > MAX_STEPS {
            let (count, most) = (self.steps.len(), MAX_STEPS);
            problems.add(path.field("steps"), Fault::TooMany { count, most });
        }
        let mut below: Option<Score> = None;
        for (index, step) in self.steps.iter().enumerate() {
            let path = path.field("steps").item(index);
            self.measure.check_score(step.at_least, currency, path.field("at_least"), problems);
            if let Some(below) = below.filter(|below| step.at_least <= *below) {
                let (found, below) = (step.at_least.to_string(), below.to_string());
                problems.add(path.field("at_least"), Fault::NotRising { found, below });
            }
            below = Some(step.at_least);
            step.prize.iter().for_each(|prize| prize.check(&path.field("prize"), problems));
        }
    }
}

impl CheckedChallenge {
    /// How the customer stands; `enters` tells whether a rule held at an instant.
    pub(super) fn state(
        &self,
        past: &Past<'_>,
        enters: &dyn Fn(&CheckedRule, DateTime<Utc>) -> bool,
    ) -> ChallengeState {
        let entrant = Entrant::of(self, past);
        let Challenge { id, measure, steps, .. } = &self.written;
        let (as_of, currency) = (past.as_of(), past.moment().currency);
        let round = entrant.present();
        let phase = round.map_or(Phase::NotJoined, |round| entrant.phase(&round, enters));
        let counts = matches!(phase, Phase::Running | Phase::Over);
        let (reached, sum) = match round.filter(|_| counts) {
            Some(round) => entrant.reached(&round),
            None => (Vec::new(), 0),
        };
        let reached_at = reached.into_iter().map(Some).chain(std::iter::repeat(None));
        let steps = steps.iter().zip(reached_at);
        let steps: Vec<StepState> = steps
            .map(|(step, reached_at)| StepState { at_least: step.at_least, reached_at })
            .collect();
        let next = steps.iter().find(|step| step.reached_at.is_none());
        let ends = round.into_iter().flat_map(|round| [round.from, round.until]);
        ChallengeState {
            challenge: id.clone(),
            phase,
            from: round.map(|round| round.entered_at.unwrap_or(round.from)),
            until: round.map(|round| round.until),
            progress: measure.score(sum, currency),
            gap: next
                .map(|step| measure.score(step.at_least.amount().saturating_sub(sum), currency)),
            steps,
            next_change: ends.filter(|at| as_of < *at && *at < DateTime::<Utc>::MAX_UTC).min(),
        }
    }

    /// How many steps are reached as of the moment; `None` for those who take no part.
    pub(super) fn steps_done(
        &self,
        past: &Past<'_>,
        enters: &dyn Fn(&CheckedRule, DateTime<Utc>) -> bool,
    ) -> Option<usize> {
        let entrant = Entrant::of(self, past);
        let round = entrant.present()?;
        match entrant.phase(&round, enters) {
            Phase::Running | Phase::Over => Some(entrant.reached(&round).0.len()),
            Phase::Ahead => Some(0),
            Phase::NotJoined | Phase::Excluded => None,
        }
    }

    /// Whether somebody who entered then may take part.
    pub(super) fn lets_in(
        &self,
        entered_at: DateTime<Utc>,
        enters: &dyn Fn(&CheckedRule, DateTime<Utc>) -> bool,
    ) -> bool {
        self.when.as_ref().is_none_or(|when| enters(when, entered_at))
    }
}

impl<'p, 'a> Entrant<'p, 'a> {
    pub(super) fn of(challenge: &'p CheckedChallenge, past: &'p Past<'a>) -> Self {
        let Challenge { measure, opt_in, .. } = &challenge.written;
        let consent = opt_in.as_ref().map(|name| past.course(name.as_str()));
        let mut deeds = measure.deeds(past);
        if let Some(consent) = &consent {
            deeds.retain(|deed| consent.at(deed.at) == Some(&YES));
        }
        Self { challenge, past, consent, deeds, joined_at: past.joined_at() }
    }

    /// The round as of the moment; `None` while a round of the customer's own has not begun.
    pub(super) fn present(&self) -> Option<Round> {
        match self.challenge.written.during {
            During::Between(_) | During::For(_) => self.only(),
            During::Every(period) => Some(self.of_period(period, self.day(self.past.as_of()))),
        }
    }

    /// The rounds in which something counts, in chronological order.
    pub(super) fn rounds(&self) -> Vec<Round> {
        match self.challenge.written.during {
            During::Between(_) | During::For(_) => self.only().into_iter().collect(),
            During::Every(period) => {
                let clock = Clock::fixed(*self.past.zone());
                let mut pages = clock.pages(period);
                let days: BTreeSet<NaiveDate> =
                    self.deeds.iter().map(|deed| pages.start(deed.at)).collect();
                days.into_iter().map(|day| self.of_period(period, day)).collect()
            }
        }
    }

    /// When each step was reached in a round, as far as it was, and what was reached in all.
    pub(super) fn reached(&self, round: &Round) -> (Vec<DateTime<Utc>>, i64) {
        let mut tally = Tally::default();
        let mut reached = Vec::new();
        let mut steps = self.challenge.written.steps.iter().peekable();
        let from = round.entered_at.unwrap_or(round.from);
        for deed in &self.deeds {
            if deed.at < from || round.until <= deed.at {
                continue;
            }
            tally.add(deed);
            while steps.next_if(|step| step.at_least.amount() <= tally.sum()).is_some() {
                reached.push(deed.at);
            }
        }
        (reached, tally.sum())
    }

    fn phase(&self, round: &Round, enters: &dyn Fn(&CheckedRule, DateTime<Utc>) -> bool) -> Phase {
        let as_of = self.past.as_of();
        if as_of < round.from {
            return Phase::Ahead;
        }
        let is_in = |entered_at: &DateTime<Utc>| *entered_at <= as_of && *entered_at < round.until;
        match round.entered_at.filter(is_in) {
            None => Phase::NotJoined,
            Some(entered_at) if !self.challenge.lets_in(entered_at, enters) => Phase::Excluded,
            Some(_) if round.until <= as_of => Phase::Over,
            Some(_) => Phase::Running,
        }
    }

    /// The only round of a challenge that is held once.
    fn only(&self) -> Option<Round> {
        match self.challenge.written.during {
            During::Between(Between { from, until }) => Some(self.round(None, from, until)),
            During::For(span) => {
                let from = self.begun_at()?;
                Some(self.round(None, from, span.after(from, self.past.zone())))
            }
            During::Every(_) => None,
        }
    }

    fn of_period(&self, period: Period, day: NaiveDate) -> Round {
        let (zone, start) = (self.past.zone(), period.start(day));
        let (from, until) = (zone.start_of_day(start), zone.start_of_day(period.next_start(start)));
        self.round(Some(start), from, until)
    }

    fn round(&self, period: Option<NaiveDate>, from: DateTime<Utc>, until: DateTime<Utc>) -> Round {
        let entered_at = self.begun_at().map(|begun_at| begun_at.max(from));
        Round { period, from, until, entered_at }
    }

    /// Since when the customer takes part at all.
    fn begun_at(&self) -> Option<DateTime<Utc>> {
        let joined_at = self.joined_at?;
        match &self.consent {
            Some(consent) => consent.first(&YES).map(|opted_in_at| opted_in_at.max(joined_at)),
            None => Some(joined_at),
        }
    }

    /// The day of an instant, by which periods are told.
    fn day(&self, at: DateTime<Utc>) -> NaiveDate {
        self.past.zone().furthest(at).date()
    }
}
