//! The search for the smallest sets of changes.
//!
//! It keeps the goals that parts of the rule have (to hold, or to fail), and what is asked of each
//! field so far. A goal that the facts, as changed so far, do not meet is replaced by what it comes
//! from: all of its parts, or one way after the other to choose among them. What is asked of a
//! field only grows, so a way is left as soon as its changed fields include a set already found.

use std::collections::BTreeSet;

use super::demand::Ask;
use super::line::Far;
use super::state::{Goal, State, rank};
use super::{Change, MAX_TURNS, Turn, Turns};
use crate::rule::checked::{CheckedRule, Condition, Part};
use crate::rule::{Aim, Facts, Slot, Test, Truth, Value};

/// So many steps, each a look at every part of the rule, are taken in a small rule.
const MAX_STEPS: usize = 20_000;

/// So many parts of rules are looked at, all steps together, but for a few steps in any rule.
const MAX_LOOKS: usize = 2_000_000;
const MIN_STEPS: usize = 200;

/// So many choices may hang on each other.
const MAX_CHOICES: usize = 200;

pub(super) struct Search<'a> {
    rule: &'a CheckedRule,
    facts: &'a dyn Facts,
    /// The slots in the order in which the rule names them.
    order: Vec<Slot>,
    /// The only changes that may be made, if not all may, by their places in the rule.
    allowed: Option<Vec<usize>>,
    /// How many changes may be made.
    limit: usize,
    /// How many sets are looked for.
    most: usize,
    /// Whether a way was left because it needs more changes.
    cut: bool,
    /// Whether a way was left because it takes too long.
    given_up: bool,
    steps: usize,
    found: Vec<Found>,
}

/// A set of changes that does.
struct Found {
    /// The places in the rule of what changes, in ascending order.
    key: Vec<usize>,
    /// How far each change goes.
    far: Vec<Far>,
    changes: Vec<Change>,
}

impl<'a> Search<'a> {
    pub(super) fn new(rule: &'a CheckedRule, facts: &'a dyn Facts) -> Self {
        let lists: usize = rule.conditions.iter().map(|condition| listed(&condition.test)).sum();
        let looks = rule.nodes.len() + lists;
        let steps = (MAX_LOOKS / looks.max(1)).clamp(MIN_STEPS, MAX_STEPS);
        let (order, most) = (order(rule), MAX_TURNS + 1);
        let (cut, given_up, found) = (false, false, Vec::new());
        Self { rule, facts, order, allowed: None, limit: 0, most, cut, given_up, steps, found }
    }

    /// All smallest sets, those of fewer changes first.
    pub(super) fn turns(mut self) -> Turns {
        self.deepen();
        let complete = !self.given_up && self.found.len() <= MAX_TURNS;
        if self.found.is_empty() && !complete {
            self.settle_for_one();
        }
        self.found.sort_by(|left, right| {
            left.key.len().cmp(&right.key.len()).then_with(|| left.key.cmp(&right.key))
        });
        self.found.truncate(MAX_TURNS);
        let sets = self.found.into_iter().map(|found| Turn { changes: found.changes });
        Turns { sets: sets.collect(), complete }
    }

    /// Whether some value of the field in `slot` alone makes the rule hold.
    pub(super) fn turns_by(mut self, slot: Slot) -> bool {
        self.allowed = Some(vec![2 * rank(&self.order, slot)]);
        self.deepen();
        !self.found.is_empty()
    }

    /// Allows more and more changes, so that smaller sets are found first.
    fn deepen(&mut self) {
        loop {
            self.cut = false;
            self.search(State::new(self.facts));
            if !self.cut || self.given_up || self.found.len() >= self.most {
                return;
            }
            self.limit += 1;
        }
    }

    /// Where the search for all takes too long: any set, less whatever it can do without.
    fn settle_for_one(&mut self) {
        self.limit = usize::MAX;
        let Some(mut best) = self.first(None) else { return };
        for change in best.key.clone() {
            let fewer: Vec<usize> =
                best.key.iter().copied().filter(|other| *other != change).collect();
            if fewer.len() < best.key.len()
                && let Some(smaller) = self.first(Some(fewer))
            {
                best = smaller;
            }
        }
        self.found = vec![best];
    }

    /// The first set that is come upon among the allowed changes.
    fn first(&mut self, allowed: Option<Vec<usize>>) -> Option<Found> {
        (self.allowed, self.given_up, self.steps) = (allowed, false, MIN_STEPS);
        self.most = 1;
        self.found.clear();
        self.search(State::new(self.facts));
        self.found.pop()
    }

    /// Follows one way until it ends or branches.
    fn search(&mut self, mut state: State<'a>) {
        loop {
            let too_far = state.choices > MAX_CHOICES || self.steps == 0;
            if too_far || self.found.len() >= self.most {
                self.given_up = true;
                return;
            }
            self.steps -= 1;
            let Some(goal) = state.unmet(self.rule, self.facts) else {
                return self.record(&state);
            };
            match goal {
                Goal::Part(place, aim) => match self.open(&mut state, place, aim) {
                    Step::On => {}
                    Step::Over => return,
                    Step::Ways(condition) => {
                        return self.branch(&state, ways(condition, aim, self.facts));
                    }
                },
                Goal::Count(of, need, _) if need > of.len() => return,
                Goal::Count(of, need, aim) if need == of.len() => {
                    state.goals.extend(of.into_iter().map(|place| Goal::Part(place, aim)));
                }
                Goal::Count(of, need, aim) => {
                    return self.choose(&state, &of, need, aim);
                }
            }
        }
    }

    /// Replaces the goal of a part by what it comes from.
    fn open(&mut self, state: &mut State<'a>, place: usize, aim: Aim) -> Step<'a> {
        let rule = self.rule;
        let Some(node) = rule.nodes.get(place) else { return Step::Over };
        match node.part {
            Part::Constant(_) => Step::Over,
            Part::Not => {
                state.goals.insert(0, Goal::Part(place + 1, !aim));
                Step::On
            }
            Part::Missing(slot) => {
                let ask = if aim == Aim::Hold { Ask::Missing } else { Ask::Known };
                self.ask(state, &[(slot, ask)])
            }
            Part::Test(condition) => {
                let Some(condition) = rule.conditions.get(condition as usize) else {
                    return Step::Over;
                };
                if condition.others.is_empty() && condition.default.is_none() {
                    self.ask(state, &[(condition.slot, Ask::Test(&condition.test, aim))])
                } else {
                    Step::Ways(condition)
                }
            }
            part => {
                let parts: Vec<usize> = rule.children(place).collect();
                let need = part.need(parts.len(), aim);
                state.goals.insert(0, Goal::Count(parts, need, aim));
                Step::On
            }
        }
    }

    /// Goes each way of asking several fields.
    fn branch(&mut self, state: &State<'a>, ways: Vec<Vec<(Slot, Ask<'a>)>>) {
        for way in ways {
            let mut state = state.chosen();
            if matches!(self.ask(&mut state, &way), Step::On) {
                self.search(state);
            }
        }
    }

    /// Goes each way of bringing one more of the parts to the aim; the ones before it, which are
    /// not there, are left.
    fn choose(&mut self, state: &State<'a>, of: &[usize], need: usize, aim: Aim) {
        let there: Vec<bool> = {
            let changed = state.changed(self.facts);
            of.iter().map(|part| self.rule.truth_at(*part, &changed) == aim.truth()).collect()
        };
        let open = || of.iter().zip(&there).enumerate().filter(|(_, (_, there))| !**there);
        let lacking = (need + open().count()).saturating_sub(of.len());
        let changes = state.measure(&self.order, self.facts).0.len().saturating_add(lacking);
        let parts = open().map(|(_, (part, _))| *part);
        if changes > self.limit
            && state.are_apart(self.rule, parts)
            && !self.affords(changes, state)
        {
            return;
        }
        for (position, (part, _)) in open() {
            let rest = of.iter().zip(&there).enumerate();
            let rest = rest.filter(|(other, (_, there))| **there || *other > position);
            let mut state = state.chosen();
            state.goals.push(Goal::Part(*part, aim));
            if need > 1 {
                let rest = rest.map(|(_, (part, _))| *part).collect();
                state.goals.push(Goal::Count(rest, need - 1, aim));
            }
            self.search(state);
            if self.given_up {
                return;
            }
        }
    }

    /// Asks the fields for more, and finds what they must become.
    fn ask(&mut self, state: &mut State<'a>, asks: &[(Slot, Ask<'a>)]) -> Step<'a> {
        for (slot, ask) in asks {
            let Some(field) = self.rule.field(*slot) else { return Step::Over };
            state.ask(*slot, field, *ask, self.facts);
        }
        let settled = state.settle(self.facts);
        if settled && self.goes_on(state) { Step::On } else { Step::Over }
    }

    /// Whether the changes so far may become a set that is told.
    fn goes_on(&mut self, state: &State<'a>) -> bool {
        let (key, far) = state.measure(&self.order, self.facts);
        let may = |allowed: &Vec<usize>| key.iter().all(|change| allowed.contains(change));
        if !self.allowed.as_ref().is_none_or(may) {
            return false;
        }
        let is_worse = |found: &Found| {
            if found.key.len() == key.len() {
                found.key == key && far >= found.far
            } else {
                found.key.iter().all(|rank| key.contains(rank))
            }
        };
        if self.found.iter().any(is_worse) {
            return false;
        }
        self.affords(key.len(), state)
    }

    /// Whether so many changes may be made: also if every set has to make them, because nothing was
    /// chosen yet.
    fn affords(&mut self, changes: usize, state: &State<'a>) -> bool {
        if state.choices == 0 {
            self.limit = self.limit.max(changes);
        }
        let too_many = changes > self.limit;
        self.cut |= too_many;
        !too_many
    }

    /// Keeps the set, which was tried out.
    fn record(&mut self, state: &State<'a>) {
        if self.rule.truth(&state.changed(self.facts)) != Truth::Hold {
            self.given_up = true;
            return;
        }
        let (key, far) = state.measure(&self.order, self.facts);
        let changes = state.told(self.rule, &self.order, self.facts);
        self.found.retain(|other| other.key != key);
        self.found.push(Found { key, far, changes });
    }
}

/// What became of a step.
enum Step<'a> {
    On,
    Over,
    Ways(&'a Condition),
}

/// The slots in the order in which the rule names them, each once.
fn order(rule: &CheckedRule) -> Vec<Slot> {
    let mut seen = BTreeSet::new();
    let named = rule.nodes.iter().flat_map(|node| rule.slots_of(node));
    named.filter(|slot| seen.insert(*slot)).collect()
}

/// The ways in which a test of several fields comes to its aim: one of them is the first that has a
/// value, and passes; or all are missing, and the default passes.
fn ways<'a>(condition: &'a Condition, aim: Aim, facts: &dyn Facts) -> Vec<Vec<(Slot, Ask<'a>)>> {
    let slots: Vec<Slot> = condition.slots().collect();
    let missing = |count: usize| slots.iter().take(count).map(|slot| (*slot, Ask::Missing));
    let first = |(position, slot): (usize, &Slot)| {
        missing(position).chain([(*slot, Ask::Test(&condition.test, aim))]).collect()
    };
    let mut ways: Vec<Vec<(Slot, Ask<'a>)>> = slots.iter().enumerate().map(first).collect();
    let passes = |value: &Value| condition.test.truth(value, facts) == aim.truth();
    if condition.default.as_ref().is_some_and(passes) {
        ways.push(missing(slots.len()).collect());
    }
    ways
}

/// How many values a test lists.
const fn listed(test: &Test<Value>) -> usize {
    match test {
        Test::OneOf(values) | Test::NoneOf(values) => values.len(),
        Test::AnyOf(values) | Test::AllOf(values) => values.len(),
        _ => 0,
    }
}
