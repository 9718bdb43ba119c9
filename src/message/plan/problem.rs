//! What could be sent to one customer, and what of it excludes what.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::almanac::Almanac;
use super::found::Omission;
use super::limit::{Limit, Of};
use super::prices::Shares;
use super::{Agenda, Candidate};
use crate::calendar::Window;
use crate::event::Channel;
use crate::id::CustomerId;
use crate::message::gates::Asked;
use crate::message::{Message, Messages, Occasion, Recipient, RefusalCode};
use crate::offer::Budgets;

/// What could be sent to one customer.
pub(super) struct Problem<'a> {
    pub customer: &'a CustomerId,
    /// By the id of the firing.
    pub entries: Vec<Entry<'a>>,
    /// The times at which anything could be sent, in order.
    pub times: Vec<DateTime<Utc>>,
    pub limits: Vec<Limit>,
}

/// A message with the ways in which it could be sent.
pub(super) struct Entry<'a> {
    pub occasion: &'a Occasion,
    /// The most valuable first.
    pub options: Vec<Choice>,
    /// What refuses it at its best time, if it cannot be sent at all.
    pub refused: Option<Omission>,
}

/// A way in which a message could be sent.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    /// The place of the time.
    pub time: usize,
    pub channel: Channel,
    /// Which of the message's channels it is, in the order in which they are tried.
    rank: usize,
    pub value: u32,
    /// The limits by which it is counted.
    pub counted: Vec<usize>,
    /// Of these, the limits that it has to respect.
    pub bound: Vec<usize>,
    /// The shared budgets that it draws on.
    pub drawn: Vec<usize>,
}

/// What all customers are planned with.
pub(super) struct Desk<'a> {
    pub messages: &'a Messages,
    pub shares: &'a Shares,
    pub budgets: &'a (dyn Budgets + Sync),
}

impl<'a> Problem<'a> {
    /// What could be sent to the customer of these agendas; `None` if there is none.
    pub fn of(desk: &Desk<'a>, agendas: &[&'a Agenda<'a>], almanac: &mut Almanac) -> Option<Self> {
        let recipient = &agendas.first()?.recipient;
        let mut candidates: Vec<&'a Candidate> =
            agendas.iter().flat_map(|agenda| &agenda.candidates).collect();
        candidates.sort_by(|one, other| {
            let key = |of: &'a Candidate| (of.occasion.id, of.occasion.at, &of.slots);
            key(one).cmp(&key(other))
        });
        candidates.dedup_by_key(|candidate| candidate.occasion.id);
        let slots = candidates.iter().flat_map(|candidate| &candidate.slots);
        let mut times: Vec<_> = slots.map(|slot| slot.at).collect();
        times.sort_unstable();
        times.dedup();
        let customer = recipient.customer();
        let entries = Vec::with_capacity(candidates.len());
        let mut problem = Self { customer, entries, times, limits: Vec::new() };
        for candidate in &candidates {
            let entry = problem.entry(desk, candidate, recipient, almanac);
            problem.entries.push(entry);
        }
        problem.measure(desk.messages, recipient, almanac);
        problem.leave_what_binds();
        for (entry, candidate) in problem.entries.iter_mut().zip(candidates) {
            if entry.options.is_empty() {
                entry.refused = refused(desk, candidate, recipient);
            }
        }
        Some(problem)
    }

    /// The time at a place.
    pub fn at(&self, time: usize) -> DateTime<Utc> {
        self.times.get(time).copied().unwrap_or_default()
    }

    /// A candidate with all ways to send it that no gate refuses that looks at it alone.
    fn entry(
        &mut self,
        desk: &Desk<'a>,
        candidate: &'a Candidate,
        recipient: &'a Recipient<'a>,
        almanac: &mut Almanac,
    ) -> Entry<'a> {
        let (messages, occasion) = (desk.messages, &candidate.occasion);
        let mut entry = Entry { occasion, options: Vec::new(), refused: None };
        let Some(message) = messages.get(&occasion.message) else { return entry };
        let asked = Asked::new(messages, message, occasion, recipient);
        if asked.held_out.is_some() || asked.pointless().is_some() {
            return entry;
        }
        for (rank, channel) in recipient.ordered(&message.channels).into_iter().enumerate() {
            if asked.consent(channel).is_err() || asked.no_address(channel).is_some() {
                continue;
            }
            let (counted, bound) = self.limits_of(messages, message, occasion, channel);
            for slot in &candidate.slots {
                let Ok(time) = self.times.binary_search(&slot.at) else { continue };
                let late = slot.at < recipient.as_of() || asked.untimely(slot.at).is_some();
                let wall = almanac.wall(*recipient.zone(), slot.at);
                let quiet = messages.hours(message, channel).any(|hours| hours.cover(wall));
                let drawn = desk.shares.drawn(slot.at, channel);
                if late || quiet || slot.value == 0 || desk.shares.is_any_empty(&drawn) {
                    continue;
                }
                let (counted, bound, value) = (counted.clone(), bound.clone(), slot.value);
                entry.options.push(Choice { time, channel, rank, value, counted, bound, drawn });
            }
        }
        entry.options.sort_by_key(|one| (Reverse(one.value), one.rank, one.time));
        entry
    }

    /// The places of the limits that count a message on a channel, and of those that bind it.
    fn limits_of(
        &mut self,
        messages: &Messages,
        message: &Message,
        occasion: &Occasion,
        channel: Channel,
    ) -> (Vec<usize>, Vec<usize>) {
        let (mut counted, mut bound) = (Vec::new(), Vec::new());
        let policy = messages.policy();
        for (index, cap) in policy.caps.iter().enumerate() {
            if cap.counts(channel, &message.purpose) {
                let place = self.limit(Of::Cap(index), cap.within, cap.at_most);
                counted.push(place);
                bound.extend(cap.binds(message.priority).then_some(place));
            }
        }
        let again = message.cool_down.map(|span| (Of::Message(message.id.clone()), span));
        let repeat = occasion.content.map(Of::Content).zip(policy.no_repeat);
        for (of, span) in again.into_iter().chain(repeat) {
            let place = self.limit(of, Window::Rolling(span), 1);
            counted.push(place);
            bound.push(place);
        }
        (counted, bound)
    }

    /// The place of a limit, which is made if there is none yet.
    fn limit(&mut self, of: Of, window: Window, at_most: u32) -> usize {
        if let Some(place) = self.limits.iter().position(|limit| limit.of == of) {
            return place;
        }
        self.limits.push(Limit::new(of, window, at_most));
        self.limits.len() - 1
    }

    /// Looks up windows and what was sent before, and leaves out what that refuses.
    fn measure(&mut self, messages: &Messages, recipient: &Recipient<'_>, almanac: &mut Almanac) {
        let Self { limits, times, entries, .. } = self;
        for limit in limits.iter_mut() {
            limit.measure(times, messages, recipient, almanac);
        }
        for entry in entries.iter_mut() {
            entry.options.retain(|option| {
                let mut bound = option.bound.iter().filter_map(|place| limits.get(*place));
                bound.all(|limit| limit.before(option.time) < limit.at_most)
            });
        }
        for (place, limit) in limits.iter_mut().enumerate() {
            limit.judge(place, entries);
        }
    }

    /// Forgets limits that are never reached, and times that are never better than others.
    fn leave_what_binds(&mut self) {
        let Self { limits, entries, .. } = self;
        let binds = |place: &usize| limits.get(*place).is_some_and(|limit| limit.can_bind);
        let timeless = |place: &usize| limits.get(*place).is_some_and(|limit| limit.timeless);
        for entry in entries.iter_mut() {
            for option in &mut entry.options {
                option.counted.retain(binds);
                option.bound.retain(binds);
            }
            let mut seen = BTreeSet::new();
            let mut kept = Vec::with_capacity(entry.options.len());
            for option in std::mem::take(&mut entry.options) {
                let alike =
                    option.counted.iter().all(timeless).then(|| {
                        (option.counted.clone(), option.bound.clone(), option.drawn.clone())
                    });
                if alike.is_none_or(|alike| seen.insert(alike)) {
                    kept.push(option);
                }
            }
            entry.options = kept;
        }
    }
}

/// Why a candidate cannot be sent at all: what refuses it on the channel that is tried first, at
/// the time at which it is worth most.
fn refused(desk: &Desk<'_>, candidate: &Candidate, recipient: &Recipient<'_>) -> Option<Omission> {
    let Some(message) = desk.messages.get(&candidate.occasion.message) else {
        return Some(Omission::Refused(RefusalCode::UnknownMessage));
    };
    let coming = candidate.slots.iter();
    let coming = coming.filter(|slot| slot.at >= recipient.as_of() && slot.value > 0);
    let Some(best) = coming.min_by_key(|slot| (Reverse(slot.value), slot.at)) else {
        return Some(Omission::NoTime);
    };
    let asked = Asked::new(desk.messages, message, &candidate.occasion, recipient).later(best.at);
    let first: Vec<_> = recipient.ordered(&message.channels).into_iter().take(1).collect();
    let refusals = asked.refusals(&first, desk.budgets);
    let code = refusals.first().map(|refusal| refusal.code());
    Some(code.map_or(Omission::NoTime, Omission::Refused))
}
