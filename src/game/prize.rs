//! Points for goals that are reached, and taken back where they no longer are.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::challenge::{CheckedChallenge, Entrant};
use super::games::placed;
use super::{CheckedGames, Fault, Games, Past, Streak};
use crate::event::{Event, EventKind, EventType};
use crate::feature::Moment;
use crate::id::{EventId, PurseId};
use crate::path::{Path, Problems};
use crate::points::{Cause, Expiry, Goal, Ledger, MAX_AWARD, Movement, Points, Posting, Source};
use crate::profile::Profile;
use crate::rule::CheckedRule;

/// Points for a goal, given at the event with which it is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Prize {
    /// How many points.
    pub points: Points,
    /// The purse that they go into; that of the main points if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purse: Option<PurseId>,
    /// When they can no longer be spent.
    #[serde(default)]
    pub expiry: Expiry,
}

/// What is due for a goal.
struct Due<'p> {
    prize: &'p Prize,
    /// How often the goal has been reached.
    times: i64,
    /// For a challenge: which, and from when on it counts for the customer.
    entry: Option<(&'p CheckedChallenge, DateTime<Utc>)>,
}

/// An event, what came before it, and what stands in the ledger without it.
struct Settling<'a> {
    event: &'a Event,
    ledger: &'a Ledger,
    moment: Moment,
}

impl Prize {
    pub(super) fn check(&self, path: &Path, problems: &mut Problems<Fault>) {
        if self.points <= Points::ZERO || self.points > MAX_AWARD {
            problems.add(path.field("points"), Fault::Prize { points: self.points });
        }
    }
}

impl CheckedGames {
    /// What an event moves because of goals that are reached with it and were not without it, or
    /// the other way round; `enters` tells whether a rule held at an instant.
    ///
    /// `before` is what came before the event, which is not void, and `ledger` what stands for it.
    pub(crate) fn prizes(
        &self,
        event: &Event,
        before: &Profile,
        ledger: &Ledger,
        moment: Moment,
        enters: &dyn Fn(&CheckedRule, DateTime<Utc>) -> bool,
    ) -> Vec<Posting> {
        if !self.matters(event.kind.event_type()) {
            return Vec::new();
        }
        let settling = Settling { event, ledger, moment };
        let past = Past::of(before, moment);
        let without = self.due(&past);
        if let EventKind::Void(_) = event.kind {
            let mut profile = before.clone();
            let _recorded = profile.history.record(event.clone());
            let with = self.due(&Past::of(&profile, moment));
            settling.differences(&without, &with, enters)
        } else {
            let with = self.due(&past.with(event));
            settling.differences(&without, &with, enters)
        }
    }

    /// Whether events of this type can reach a goal that has a prize, or make it missed.
    fn matters(&self, event_type: EventType) -> bool {
        self.concerning.contains(&event_type)
    }

    /// All goals with a prize that were reached, and how often.
    fn due<'p>(&'p self, past: &Past<'_>) -> BTreeMap<Goal, Due<'p>> {
        let mut all = BTreeMap::new();
        for streak in self.streaks.iter().filter(|streak| streak.has_prizes()) {
            streak.due(past, &mut all);
        }
        for challenge in self.challenges.iter().filter(|challenge| challenge.has_prizes()) {
            challenge.due(past, &mut all);
        }
        all
    }
}

impl Streak {
    pub(super) fn has_prizes(&self) -> bool {
        self.goals.iter().any(|goal| goal.prize.is_some())
    }

    fn due<'p>(&'p self, past: &Past<'_>, all: &mut BTreeMap<Goal, Due<'p>>) {
        let runs = self.runs(past).runs;
        for goal in &self.goals {
            let Some(prize) = &goal.prize else { continue };
            let reached = runs.iter().filter(|run| goal.length <= run.length()).count();
            let times = i64::try_from(reached).unwrap_or(i64::MAX);
            if times > 0 {
                let goal = Goal { game: self.id.clone(), step: goal.length, period: None };
                all.insert(goal, Due { prize, times, entry: None });
            }
        }
    }
}

impl CheckedChallenge {
    pub(super) fn has_prizes(&self) -> bool {
        self.written.steps.iter().any(|step| step.prize.is_some())
    }

    fn due<'p>(&'p self, past: &Past<'_>, all: &mut BTreeMap<Goal, Due<'p>>) {
        let entrant = Entrant::of(self, past);
        for round in entrant.rounds() {
            let Some(entered_at) = round.entered_at else { continue };
            let reached = entrant.reached(&round).0.len();
            for (step, written) in (1..).zip(&self.written.steps).take(reached) {
                let Some(prize) = &written.prize else { continue };
                let goal = Goal { game: self.written.id.clone(), step, period: round.period };
                all.insert(goal, Due { prize, times: 1, entry: Some((self, entered_at)) });
            }
        }
    }
}

impl Games {
    /// All prizes, each with its path.
    pub(crate) fn prizes(&self) -> impl Iterator<Item = (Path, &Prize)> {
        let streaks = placed("streaks", &self.streaks).flat_map(|(path, streak)| {
            let goals = streak.goals.iter().enumerate();
            goals.map(move |(at, goal)| (path.field("goals").item(at), goal.prize.as_ref()))
        });
        let challenges = placed("challenges", &self.challenges).flat_map(|(path, challenge)| {
            let steps = challenge.steps.iter().enumerate();
            steps.map(move |(at, step)| (path.field("steps").item(at), step.prize.as_ref()))
        });
        let all = streaks.chain(challenges);
        all.filter_map(|(path, prize)| Some((path.field("prize"), prize?)))
    }
}

impl Settling<'_> {
    fn differences(
        &self,
        without: &BTreeMap<Goal, Due<'_>>,
        with: &BTreeMap<Goal, Due<'_>>,
        enters: &dyn Fn(&CheckedRule, DateTime<Utc>) -> bool,
    ) -> Vec<Posting> {
        let mut postings = Vec::new();
        for (goal, due) in with {
            let times = due.times - without.get(goal).map_or(0, |due| due.times);
            let may_enter =
                || due.entry.is_none_or(|(challenge, at)| challenge.lets_in(at, enters));
            if times > 0 && may_enter() {
                postings.extend(self.give(goal, due.prize, times));
            }
        }
        for (goal, due) in without {
            let lost = due.times - with.get(goal).map_or(0, |due| due.times);
            if lost > 0 {
                postings.extend(self.take_back(goal, lost, due.times));
            }
        }
        postings
    }

    fn give(&self, goal: &Goal, prize: &Prize, times: i64) -> Option<Posting> {
        let at = self.event.at;
        let term = prize.expiry.term(Some(at), &self.moment.zone);
        let points = Points(prize.points.0.saturating_mul(times));
        self.posting(goal, Movement::Earn(term), prize.purse.as_ref(), points)
    }

    /// Takes back the points of a goal that was reached so many times and now is fewer, from the
    /// last time on.
    fn take_back(&self, goal: &Goal, lost: i64, times: i64) -> Vec<Posting> {
        let mut kept: BTreeMap<Option<&PurseId>, Vec<(&EventId, i64)>> = BTreeMap::new();
        for (cause, points) in self.ledger.net() {
            let kept = kept.entry(cause.purse.as_ref()).or_default();
            match &cause.movement {
                _ if !matches!(&cause.source, Source::Game(of) if of == goal) => {}
                Movement::Earn(_) => kept.push((&cause.event, points.0)),
                Movement::ClawBack { of } => {
                    let earned = kept.iter_mut().find(|(event, _)| *event == of);
                    // What is taken back is negative.
                    earned.into_iter().for_each(|(_, left)| *left = left.saturating_add(points.0));
                }
                _ => {}
            }
        }
        let mut postings = Vec::new();
        for (purse, kept) in kept {
            let all: i64 = kept.iter().map(|(_, left)| left).sum();
            let mut due = i128::from(all) * i128::from(lost) / i128::from(times.max(1));
            for (of, left) in kept.into_iter().rev() {
                let back = due.clamp(0, i128::from(left.max(0)));
                due -= back;
                let points = Points(i64::try_from(back).unwrap_or(0));
                let movement = Movement::ClawBack { of: of.clone() };
                postings.extend(self.posting(goal, movement, purse, points));
            }
        }
        postings
    }

    /// A posting of the event, unless there are no points.
    fn posting(
        &self,
        goal: &Goal,
        movement: Movement,
        purse: Option<&PurseId>,
        points: Points,
    ) -> Option<Posting> {
        let (at, event, source) =
            (self.event.at, self.event.id.clone(), Source::Game(goal.clone()));
        let cause = Cause { at, event, movement, source, line: None, purse: purse.cloned() };
        Posting::new(cause, points).ok()
    }
}
