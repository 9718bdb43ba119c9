//! How far one way of the search has come.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};

use super::Change;
use super::change::wait;
use super::demand::{Ask, Changed, Place};
use super::line::Far;
use super::support::support;
use crate::rule::checked::{CheckedRule, Part};
use crate::rule::{Aim, Facts, Field, Slot, Test, Value};

/// An anniversary that does not come near in so many days never does.
const MAX_WAIT: u64 = 9 * 366;

/// What must come about.
#[derive(Clone)]
pub(super) enum Goal {
    /// The part at the place comes to the aim.
    Part(usize, Aim),
    /// So many of the parts come to the aim.
    Count(Vec<usize>, usize, Aim),
}

impl Goal {
    /// Whether there are several ways to it.
    fn has_choice(&self, rule: &CheckedRule) -> bool {
        let (mut place, mut aim) = match self {
            Self::Count(of, need, _) => return *need < of.len(),
            Self::Part(place, aim) => (*place, *aim),
        };
        while let Some(node) = rule.nodes.get(place) {
            match node.part {
                Part::Not => (place, aim) = (place + 1, !aim),
                part @ (Part::All | Part::Any | Part::AtLeast(_)) => {
                    let parts = rule.children(place).count();
                    return part.need(parts, aim) < parts;
                }
                _ => break,
            }
        }
        false
    }
}

/// The goals that are left, and what is asked of the fields.
#[derive(Clone)]
pub(super) struct State<'a> {
    pub(super) goals: Vec<Goal>,
    places: Vec<Place<'a>>,
    /// What is asked of the day, for dates that stay as they are.
    waits: Vec<Place<'a>>,
    /// How many days must pass.
    days: u64,
    today: NaiveDate,
    /// How often one of several ways was chosen.
    pub(super) choices: usize,
}

impl<'a> State<'a> {
    pub(super) fn new(facts: &dyn Facts) -> Self {
        let goals = vec![Goal::Part(0, Aim::Hold)];
        Self { goals, places: vec![], waits: vec![], days: 0, today: facts.today(), choices: 0 }
    }

    /// The same, to go one of several ways.
    pub(super) fn chosen(&self) -> Self {
        Self { choices: self.choices + 1, ..self.clone() }
    }

    /// The facts as they would be.
    pub(super) fn changed<'f>(&'f self, facts: &'f dyn Facts) -> Changed<'f> {
        Changed { facts, places: &self.places, today: self.today }
    }

    /// Takes a goal that is not met; one with a single way comes first.
    pub(super) fn unmet(&mut self, rule: &CheckedRule, facts: &dyn Facts) -> Option<Goal> {
        let changed = self.changed(facts);
        let there = |part: usize, aim: Aim| rule.truth_at(part, &changed) == aim.truth();
        let is_met = |goal: &Goal| match goal {
            Goal::Part(part, aim) => there(*part, *aim),
            Goal::Count(of, need, aim) => {
                of.iter().filter(|part| there(**part, *aim)).take(*need).count() >= *need
            }
        };
        let mut later = None;
        let mut next = None;
        for (position, goal) in self.goals.iter().enumerate().filter(|(_, goal)| !is_met(goal)) {
            if goal.has_choice(rule) {
                later = later.or(Some(position));
            } else {
                next = Some(position);
                break;
            }
        }
        next.or(later).map(|position| self.goals.remove(position))
    }

    /// Asks one field for more.
    pub(super) fn ask(&mut self, slot: Slot, field: &'a Field, ask: Ask<'a>, facts: &dyn Facts) {
        let is_date = matches!(facts.value(slot), Some(Value::Date(_)));
        let waits = matches!(ask, Ask::Test(Test::AnniversaryWithinNext(_), _)) && is_date;
        let places = if waits { &mut self.waits } else { &mut self.places };
        add(places, slot, field, ask);
    }

    /// Finds the day and what the fields must become; `false` if that cannot be.
    pub(super) fn settle(&mut self, facts: &dyn Facts) -> bool {
        loop {
            if !self.wait(facts) {
                return false;
            }
            let then = Changed { facts, places: &[], today: self.today };
            if !self.places.iter_mut().all(|place| place.settle(&then)) {
                return false;
            }
            // A date that changes anyway can as well change to what is asked of the day.
            let changes = |waiting: &Place<'_>| {
                self.places.iter().any(|place| place.slot == waiting.slot && place.to.is_some())
            };
            let Some(position) = self.waits.iter().position(changes) else { return true };
            let waiting = self.waits.remove(position);
            for ask in waiting.asks {
                add(&mut self.places, waiting.slot, waiting.field, ask);
            }
        }
    }

    /// Finds the first day on which the dates are as asked: if that can be, one on which the fields
    /// that need no change still need none.
    fn wait(&mut self, facts: &dyn Facts) -> bool {
        let first = facts.today();
        let on = |today| Changed { facts, places: &[], today };
        let stable: Vec<&Place<'_>> =
            self.places.iter().filter(|place| place.is_met(&on(first))).collect();
        let days = || {
            (0..=MAX_WAIT).filter_map(|days| Some((days, first.checked_add_days(Days::new(days))?)))
        };
        let come =
            |(_, day): &(u64, NaiveDate)| self.waits.iter().all(|place| place.is_met(&on(*day)));
        let still =
            |(_, day): &(u64, NaiveDate)| stable.iter().all(|place| place.is_met(&on(*day)));
        let found = days().filter(come).find(still).or_else(|| days().find(come));
        let Some((days, today)) = found else { return false };
        (self.days, self.today) = (days, today);
        true
    }

    /// Which fields change, by their places in `order`, and how far.
    pub(super) fn measure(&self, order: &[Slot], facts: &dyn Facts) -> (Vec<usize>, Vec<Far>) {
        let changes = self.places.iter().filter_map(|place| {
            let far = place.far(place.to.as_ref()?.as_ref(), facts);
            Some((2 * rank(order, place.slot), far))
        });
        let wait = self
            .waiting(order)
            .map(|place| (2 * rank(order, place.slot) + 1, Far::Whole(self.days.into())));
        let mut measured: Vec<(usize, Far)> = changes.chain(wait).collect();
        measured.sort_by_key(|(rank, _)| *rank);
        measured.into_iter().unzip()
    }

    /// The changes in the order of the rule.
    pub(super) fn told(
        &self,
        rule: &'a CheckedRule,
        order: &[Slot],
        facts: &dyn Facts,
    ) -> Vec<Change> {
        let then = Changed { facts, places: &[], today: self.today };
        let asks = support(rule, &self.changed(facts));
        let changes = self.places.iter().filter_map(|place| {
            let to = place.to.as_ref()?.as_ref();
            let asks = asks.iter().filter(|(slot, _)| *slot == place.slot);
            let place = Place { asks: asks.map(|(_, ask)| *ask).collect(), ..place.clone() };
            let holds = |value: Value| self.holds_with(rule, place.slot, value, facts);
            Some((2 * rank(order, place.slot), place.change(to, rule, &then, &holds)))
        });
        let waiting = self.waiting(order).and_then(|place| {
            let days = i64::try_from(self.days).ok()?;
            Some((2 * rank(order, place.slot) + 1, wait(place, days, facts)))
        });
        let mut told: Vec<(usize, Change)> = changes.chain(waiting).collect();
        told.sort_by_key(|(rank, _)| *rank);
        told.into_iter().map(|(_, change)| change).collect()
    }

    /// Whether the rule holds with another value of a field that changes.
    fn holds_with(&self, rule: &CheckedRule, slot: Slot, value: Value, facts: &dyn Facts) -> bool {
        let mut places = self.places.clone();
        for place in places.iter_mut().filter(|place| place.slot == slot) {
            place.to = Some(Some(value.clone()));
        }
        rule.truth(&Changed { facts, places: &places, today: self.today }).holds()
    }

    /// Whether each of the parts needs a change of its own: no two of them look at one field, and
    /// none at a field that changes already.
    pub(super) fn are_apart(&self, rule: &CheckedRule, parts: impl Iterator<Item = usize>) -> bool {
        let changing = self.places.iter().filter(|place| place.to.is_some());
        let mut seen: BTreeSet<Slot> = changing.map(|place| place.slot).collect();
        seen.extend(self.waits.iter().map(|place| place.slot));
        parts.into_iter().all(|part| {
            let slots = slots(rule, part);
            let is_apart = slots.is_disjoint(&seen);
            seen.extend(slots);
            is_apart
        })
    }

    /// The first date of the rule for which days must pass.
    fn waiting(&self, order: &[Slot]) -> Option<&Place<'a>> {
        let waits = self.waits.iter().filter(|_| self.days > 0);
        waits.min_by_key(|place| rank(order, place.slot))
    }
}

fn add<'a>(places: &mut Vec<Place<'a>>, slot: Slot, field: &'a Field, ask: Ask<'a>) {
    let known = places.iter_mut().find(|place| place.slot == slot);
    let Some(place) = known else {
        return places.push(Place { slot, field, asks: vec![ask], to: None });
    };
    if !place.asks.contains(&ask) {
        place.asks.push(ask);
    }
}

/// The fields that a part of the rule looks at.
fn slots(rule: &CheckedRule, place: usize) -> BTreeSet<Slot> {
    let end = rule.nodes.get(place).map_or(place, |node| node.end as usize);
    let nodes = rule.nodes.iter().take(end).skip(place);
    nodes.flat_map(|node| rule.slots_of(node)).collect()
}

/// The place in `order`.
pub(super) fn rank(order: &[Slot], slot: Slot) -> usize {
    order.iter().position(|other| *other == slot).unwrap_or(order.len())
}
