//! What a host does with customers: plans, merges, erasure; and with triggers that were replaced.

use std::collections::BTreeSet;

use super::Machine;
use super::judge::Look;
use super::seat::{Base, Held, Mark, Undone};
use super::touch::FlowNo;
use crate::id::{CustomerId, TriggerName};
use crate::trigger::firing::{Firing, Output};
use crate::trigger::flow::{State, Way};
use crate::trigger::key::Key;
use crate::trigger::matcher::Parts;
use crate::trigger::micros::{Days, Micros};
use crate::trigger::outlook::Outlook;
use crate::trigger::written::Pattern;

impl Machine {
    /// Takes over what a program has derived from a member's profile, in place of all that was
    /// planned for the customer within the same stretch of time.
    ///
    /// What is due fires with the watermark, and at once if that is further already. What fired
    /// within the correction and is no longer planned is taken back. What stays keeps the
    /// version of the trigger with which it was planned first, and news are added to what was told
    /// before. What would have fired longer ago than the correction is not made up for.
    pub fn plan(&mut self, outlook: &Outlook) -> Vec<Output> {
        let (from, until) = (Micros::of(outlook.from), Micros::of(outlook.until));
        let fresh = self.fresh(outlook, from, until);
        let key = Key::of(outlook.customer.as_str());
        let known = self.roster.find(key).map(|seat| self.roster.held(seat).clone());
        let held = known.unwrap_or(Held::NOTHING);
        let planned = |mark: &Mark| {
            let first = self.terms.touches.row(mark.touch).first();
            (from..until).contains(&mark.at) && first.is_some_and(|(no, _)| self.is_replanned(*no))
        };
        let is_fresh = |mark: &Mark| {
            let named = |(flow, at, key): &(FlowNo, Micros, Key)| {
                let names = self.terms.touches.row(mark.touch).first();
                let same = names.is_some_and(|(no, _)| self.name_of(*no) == self.name_of(*flow));
                (*at, *key) == (mark.at, mark.key) && same
            };
            fresh.iter().position(named)
        };
        // Also of news, that stay once they were told.
        let kept: BTreeSet<usize> = held.marks().filter_map(|mark| is_fresh(&mark)).collect();
        let gone = held.marks().filter(|mark| planned(mark) && is_fresh(mark).is_none());
        let gone: Vec<Mark> = gone.collect();
        let fresh = (0..).zip(fresh).filter(|(place, _)| !kept.contains(place));
        let fresh: Vec<_> = fresh.map(|(_, one)| one).collect();
        if gone.is_empty() && fresh.is_empty() {
            return Vec::new();
        }
        self.replan(&outlook.customer, &gone, fresh)
    }

    fn replan(
        &mut self,
        customer: &CustomerId,
        gone: &[Mark],
        fresh: Vec<(FlowNo, Micros, Key)>,
    ) -> Vec<Output> {
        let seat = self.roster.seat(Key::of(customer.as_str()), None, customer);
        let mut flows = self.flows_of(self.roster.held(seat));
        flows.extend(fresh.iter().map(|(no, ..)| *no));
        flows.sort_unstable();
        flows.dedup();
        let before = self.past(seat, &flows);
        let stands = self.roster.held(seat).stands_before();
        if let Some(held) = self.roster.held_mut(seat) {
            held.edit(|crowd| crowd.marks.retain(|mark| !gone.contains(mark)));
        }
        for (no, at, key) in fresh {
            if let Some(touch) = self.name(&[(no, Parts::FIRST)])
                && let Some(held) = self.roster.held_mut(seat)
            {
                held.add(Mark { at, key, touch });
            }
        }
        let after = self.past(seat, &flows);
        let mut outputs = Vec::new();
        for ((no, was), (_, is)) in before.iter().zip(&after) {
            let Some(look) = self.look(*no) else { continue };
            let since = self.watermark.at().minus(look.flow.correction).max(stands);
            let told = |one: &&(Micros, _)| one.0 >= since;
            let firing = |one: &(Micros, _)| {
                Firing::of(look.flow, customer.clone(), *one, &mut Days::default())
            };
            let gone = was.fired.iter().filter(|one| !is.fired.contains(one)).filter(told);
            let made_up = is.fired.iter().filter(|one| !was.fired.contains(one)).filter(told);
            outputs.extend(gone.map(firing).map(Output::Retract));
            outputs.extend(made_up.map(firing).map(Output::Fired));
        }
        self.settle(seat);
        Output::sort(&mut outputs);
        outputs
    }

    /// What of an outlook is about triggers that are planned, each once.
    fn fresh(&self, outlook: &Outlook, from: Micros, until: Micros) -> Vec<(FlowNo, Micros, Key)> {
        let flow = |name: &TriggerName| {
            let named = (0..).zip(&self.terms.flows).find(|(_, known)| {
                !known.retired && known.flow.name == *name && known.is_planned()
            });
            named.map(|(no, _)| FlowNo(no))
        };
        let fresh = outlook.planned.iter().filter_map(|planned| {
            let (no, at) = (flow(&planned.trigger)?, Micros::of(planned.at));
            let oldest = self.watermark.at().minus(self.look(no)?.flow.correction);
            let within = (from..until).contains(&at) && at >= oldest;
            let key = Key::planned(planned.trigger.as_str(), planned.mark.as_str());
            within.then_some((no, at, key))
        });
        let fresh: BTreeSet<(FlowNo, Micros, Key)> = fresh.collect();
        fresh.into_iter().collect()
    }

    /// Whether what is planned anew takes the place of what was: news do not.
    fn is_replanned(&self, no: FlowNo) -> bool {
        self.terms.flows.get(no.0 as usize).is_some_and(|known| {
            let is_news = matches!(known.definition.trigger.pattern, Pattern::News { .. });
            known.is_planned() && !is_news
        })
    }

    fn name_of(&self, no: FlowNo) -> Option<&TriggerName> {
        self.terms.flows.get(no.0 as usize).map(|known| &known.flow.name)
    }

    /// Lets one customer go on as another, because the two are one: what is armed for either is
    /// armed for `into`, as if all had happened to them. What fired already stands: it is neither
    /// told again nor taken back. Later events must come under the id of `into`.
    pub fn merge(&mut self, from: &CustomerId, into: &CustomerId) {
        let Some(source) = self.roster.find(Key::of(from.as_str())) else { return };
        if from == into {
            return;
        }
        let now = self.watermark.at();
        let target = self.roster.seat(Key::of(into.as_str()), None, into);
        let (one, other) = (self.roster.held(target), self.roster.held(source));
        let pruned = |held: &Held| held.crowd().map_or(Micros::START, |crowd| crowd.pruned);
        let pruned = pruned(one).max(pruned(other));
        let bases = self.leveled(one, other, pruned);
        let known: BTreeSet<Key> = one.marks().map(|mark| mark.key).collect();
        let fresh = other.marks().filter(|mark| !known.contains(&mark.key));
        let fresh: Vec<Mark> = fresh.collect();
        let voids = other.undone().iter().filter(|void| !one.undone().contains(void));
        let voids: Vec<Undone> = voids.copied().collect();
        self.roster.free(source);
        if let Some(held) = self.roster.held_mut(target) {
            held.edit(|crowd| {
                crowd.marks.extend(fresh);
                crowd.marks.sort_unstable_by_key(|mark| (mark.at, mark.key));
                crowd.pruned = pruned;
                crowd.edit_rest(|rest| {
                    rest.bases = bases;
                    rest.undone.extend(voids);
                    rest.undone.sort_unstable();
                    rest.stands_before = now.plus(1);
                });
            });
        }
        self.settle(target);
    }

    /// What two customers knew of each flow, brought to one moment and together.
    fn leveled(&self, one: &Held, other: &Held, pruned: Micros) -> Vec<Base> {
        let flows = [self.flows_of(one), self.flows_of(other)].concat();
        let flows: BTreeSet<FlowNo> = flows.into_iter().collect();
        let level = |look: Look<'_>| {
            let known_from = |held: &Held| held.known_from(look.no, look.flow);
            let before = known_from(one).max(known_from(other));
            let (one, other) = (look.base(one, before), look.base(other, before));
            let state = joined(look.flow.way, one.state, other.state);
            let base = Base { before, state };
            base.is_to_be_kept(pruned.minus(look.flow.keep())).then_some(base)
        };
        flows.into_iter().filter_map(|no| self.look(no)).filter_map(level).collect()
    }

    /// Forgets a customer: no trace of them stays. Their id is not even remembered as erased, so
    /// that events which arrive later begin anew.
    pub fn erase(&mut self, customer: &CustomerId) {
        if let Some(seat) = self.roster.find(Key::of(customer.as_str())) {
            self.roster.free(seat);
        }
    }

    /// Leaves an event to the versions of triggers that have to do with its instant for the
    /// customer; where there are none, those that were replaced do not see it.
    pub(super) fn leave_to_armed(
        &self,
        (customer, at): (Key, Micros),
        combination: &mut Vec<(FlowNo, Parts)>,
    ) {
        let held = self.roster.held_of(customer);
        let concerned = self.flows_of(held).into_iter().filter(|no| {
            self.look(*no).is_some_and(|look| {
                let ties = look.ties(held, at);
                ties.goes_on && (ties.has_begun || self.is_retired(*no))
            })
        });
        let concerned: Vec<FlowNo> = concerned.collect();
        combination.retain(|(no, _)| {
            let is_named = |other: &&FlowNo| self.name_of(**other) == self.name_of(*no);
            let mut versions = concerned.iter().filter(is_named);
            match versions.clone().any(|version| self.is_retired(*version)) {
                true => versions.any(|version| version == no),
                false => !self.is_retired(*no),
            }
        });
    }

    fn is_retired(&self, no: FlowNo) -> bool {
        self.terms.flows.get(no.0 as usize).is_none_or(|known| known.retired)
    }

    /// The flows that something is kept for.
    pub(super) fn in_use(&self) -> BTreeSet<FlowNo> {
        let held = self.roster.seats().map(|(seat, _)| self.roster.held(seat));
        held.flat_map(|held| self.flows_of(held)).collect()
    }
}

/// What is known of two customers together.
fn joined(way: Way, one: State, other: State) -> State {
    let earliest = match (one.count, other.count) {
        (0, _) => other.since,
        (_, 0) => one.since,
        _ => one.since.min(other.since),
    };
    let since = match way {
        Way::Session { .. } | Way::Near { .. } => earliest,
        _ => one.since.max(other.since),
    };
    let count = match way {
        Way::Happens { .. } => one.count.saturating_add(other.count),
        _ => one.count.max(other.count),
    };
    let mut recent: Vec<Micros> = one.recent.into_iter().chain(other.recent).collect();
    recent.sort_unstable();
    State {
        flow: one.flow,
        count,
        since,
        last: one.last.max(other.last),
        rests_until: one.rests_until.max(other.rests_until),
        recent: recent.into(),
    }
}
