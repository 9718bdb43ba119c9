//! What could be sent to one customer, and what of it excludes what.

use std::cmp::Reverse;

use chrono::{DateTime, Utc};

use super::almanac::Almanac;
use super::found::Omission;
use super::limit::{Limit, Of};
use super::prices::Shares;
use super::{Agenda, MAX_CANDIDATES, Sendable};
use crate::calendar::Window;
use crate::event::Channel;
use crate::id::CustomerId;
use crate::message::gates::Asked;
use crate::message::{Cue, Message, Messages, Recipient, RefusalCode};
use crate::offer::Budgets;

/// What could be sent to one customer.
pub(super) struct Problem<'a> {
    pub customer: &'a CustomerId,
    /// By the id of the firing.
    pub entries: Vec<Entry<'a>>,
    /// The times at which anything could be sent, in order.
    pub times: Vec<DateTime<Utc>>,
    pub limits: Vec<Limit>,
    /// By which limits the ways to send messages are counted: few of many ways differ in that.
    pub kinds: Vec<Kind>,
    /// What is not looked at, because there is too much of it.
    pub surplus: Vec<&'a Sendable>,
}

/// By which limits a way to send a message is counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Kind {
    /// The limits by which it is counted.
    pub counted: Vec<usize>,
    /// Of these, the limits that it has to respect.
    pub bound: Vec<usize>,
}

/// A message with the ways in which it could be sent.
pub(super) struct Entry<'a> {
    pub cue: &'a Cue,
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
    /// The place of its kind.
    pub kind: usize,
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
        let recipients = agendas.iter().map(|agenda| &agenda.recipient);
        let recipient = recipients.max_by_key(|recipient| recipient.as_of())?;
        let mut candidates: Vec<&'a Sendable> =
            agendas.iter().flat_map(|agenda| &agenda.candidates).collect();
        candidates.sort_by(|one, other| {
            let key = |of: &'a Sendable| {
                let Cue { id, message, at, valid_until, content, planned_on } = &of.cue;
                (id, at, &of.slots, (message, valid_until, content, planned_on))
            };
            key(one).cmp(&key(other))
        });
        candidates.dedup_by_key(|candidate| candidate.cue.id);
        let surplus = cut(&mut candidates);
        let slots = candidates.iter().flat_map(|candidate| &candidate.slots);
        let mut times: Vec<_> = slots.map(|slot| slot.at).collect();
        times.sort_unstable();
        times.dedup();
        let customer = recipient.customer();
        let entries = Vec::with_capacity(candidates.len());
        let (limits, kinds) = (Vec::new(), Vec::new());
        let mut problem = Self { customer, entries, times, limits, kinds, surplus };
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
        candidate: &'a Sendable,
        recipient: &'a Recipient<'a>,
        almanac: &mut Almanac,
    ) -> Entry<'a> {
        let (messages, cue) = (desk.messages, &candidate.cue);
        let mut entry = Entry { cue, options: Vec::new(), refused: None };
        let Some(message) = messages.get(&cue.message) else { return entry };
        let asked = Asked::new(messages, message, cue, recipient);
        if asked.held_out.is_some() || asked.pointless().is_some() {
            return entry;
        }
        for (rank, channel) in asked.channels().into_iter().enumerate() {
            if asked.consent(channel).is_err() || asked.unreachable(channel).is_some() {
                continue;
            }
            let kind = self.limits_of(messages, message, cue, channel);
            let kind = self.kind(kind);
            for slot in &candidate.slots {
                let Ok(time) = self.times.binary_search(&slot.at) else { continue };
                let late = slot.at < recipient.as_of() || asked.untimely(slot.at).is_some();
                let wall = almanac.wall(*recipient.zone(), slot.at);
                let quiet = messages.hours(message, channel).any(|hours| hours.cover(wall));
                let drawn = desk.shares.drawn(slot.at, channel);
                if late || quiet || slot.value == 0 || desk.shares.is_any_empty(&drawn) {
                    continue;
                }
                let value = slot.value;
                entry.options.push(Choice { time, channel, rank, value, kind, drawn });
            }
        }
        entry.options.sort_by_key(|one| (Reverse(one.value), one.rank, one.time));
        entry
    }

    /// The limits that count a message on a channel, and those that bind it.
    fn limits_of(
        &mut self,
        messages: &Messages,
        message: &Message,
        cue: &Cue,
        channel: Channel,
    ) -> Kind {
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
        let repeat = cue.content.map(Of::Content).zip(policy.no_repeat);
        for (of, span) in again.into_iter().chain(repeat) {
            let place = self.limit(of, Window::Rolling(span), 1);
            counted.push(place);
            bound.push(place);
        }
        Kind { counted, bound }
    }

    /// The place of a kind, which is made if there is none yet.
    fn kind(&mut self, kind: Kind) -> usize {
        if let Some(place) = self.kinds.iter().position(|known| *known == kind) {
            return place;
        }
        self.kinds.push(kind);
        self.kinds.len() - 1
    }

    /// Whether a limit counts a way to send a message.
    pub fn counts(&self, limit: usize, option: &Choice) -> bool {
        self.kinds.get(option.kind).is_some_and(|kind| kind.counted.contains(&limit))
    }

    /// Whether a way to send a message has to respect a limit.
    pub fn binds(&self, limit: usize, option: &Choice) -> bool {
        self.kinds.get(option.kind).is_some_and(|kind| kind.bound.contains(&limit))
    }

    /// The limits that a way to send a message has to respect.
    pub fn bounds(&self, option: &Choice) -> &[usize] {
        self.kinds.get(option.kind).map_or(&[], |kind| &kind.bound)
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
        for limit in &mut self.limits {
            limit.measure(&self.times, messages, recipient, almanac);
        }
        let Self { limits, kinds, entries, .. } = self;
        for entry in entries {
            entry.options.retain(|option| {
                let bound = kinds.get(option.kind).into_iter().flat_map(|kind| &kind.bound);
                let mut bound = bound.filter_map(|place| limits.get(*place));
                bound.all(|limit| limit.before(option.time) < limit.at_most)
            });
        }
        let mut limits = std::mem::take(&mut self.limits);
        for (place, limit) in limits.iter_mut().enumerate() {
            limit.judge(place, self);
        }
        self.limits = limits;
    }

    /// Forgets limits that are never reached, and times that are never better than others.
    fn leave_what_binds(&mut self) {
        let Self { limits, kinds, entries, .. } = self;
        for kind in kinds.iter_mut() {
            let can_bind = |place: &usize| limits.get(*place).is_some_and(|limit| limit.can_bind);
            kind.counted.retain(can_bind);
            kind.bound.retain(can_bind);
        }
        let timeless: Vec<bool> = kinds
            .iter()
            .map(|kind| {
                let mut counted = kind.counted.iter().filter_map(|place| limits.get(*place));
                counted.all(|limit| limit.timeless)
            })
            .collect();
        for entry in entries {
            let mut seen: Vec<(usize, Vec<usize>)> = Vec::new();
            entry.options.retain(|option| {
                let again =
                    seen.iter().any(|(kind, drawn)| *kind == option.kind && *drawn == option.drawn);
                if again {
                    return false;
                }
                if timeless.get(option.kind).copied().unwrap_or_default() {
                    seen.push((option.kind, option.drawn.clone()));
                }
                true
            });
        }
    }
}

/// Leaves the [`MAX_CANDIDATES`] that may be worth most, by the id of the firing; the others.
fn cut<'a>(candidates: &mut Vec<&'a Sendable>) -> Vec<&'a Sendable> {
    if candidates.len() <= MAX_CANDIDATES {
        return Vec::new();
    }
    candidates.sort_by_key(|candidate| (Reverse(candidate.most()), candidate.cue.id));
    let surplus = candidates.split_off(MAX_CANDIDATES);
    candidates.sort_by_key(|candidate| candidate.cue.id);
    surplus
}

/// Why a candidate cannot be sent at all: what refuses it on the channel that is tried first, at
/// the time at which it is worth most.
fn refused(desk: &Desk<'_>, candidate: &Sendable, recipient: &Recipient<'_>) -> Option<Omission> {
    let Some(message) = desk.messages.get(&candidate.cue.message) else {
        return Some(Omission::Refused(RefusalCode::UnknownMessage));
    };
    let coming = candidate.slots.iter();
    let coming = coming.filter(|slot| slot.at >= recipient.as_of() && slot.value > 0);
    let Some(best) = coming.min_by_key(|slot| (Reverse(slot.value), slot.at)) else {
        return Some(Omission::NoTime);
    };
    let asked = Asked::new(desk.messages, message, &candidate.cue, recipient).later(best.at);
    let first: Vec<_> = asked.channels().into_iter().take(1).collect();
    let refusals = asked.refusals(&first, desk.budgets);
    let code = refusals.first().map(|refusal| refusal.code());
    Some(code.map_or(Omission::NoTime, Omission::Refused))
}
