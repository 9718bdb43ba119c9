//! The gates that a message passes before it is sent.

use chrono::{DateTime, Utc};

use super::cue::{Cue, Recipient};
use super::dispatch::{Course, Dispatch, Send};
use super::quiet::{Quiet, quiet};
use super::refusal::{Cause, Gate, HeldOutFrom, Refusal};
use super::{Cap, ConsentNeed, Contact, Holdout, Message, Messages, QuietHours, SendBudget};
use crate::calendar::{Span, Window};
use crate::consent::{Consent, NoConsent};
use crate::event::Channel;
use crate::money::Money;
use crate::offer::{Allowance, BudgetClaim, BudgetKey, BudgetPeriod, Budgets, KeyScope};

impl Messages {
    /// What is done with a message as of the recipient's instant: the gates are asked in the order
    /// of [`Gate`].
    ///
    /// It is sent on the first channel that no gate refuses. If there is none, but one that only
    /// has to wait for the end of quiet hours before all later gates are asked, it is deferred
    /// until then: the host asks again at that instant, with what is known by then. Otherwise it is
    /// dropped. Of a customer who is held out it is told what would be done.
    pub fn dispatch(
        &self,
        cue: &Cue,
        recipient: &Recipient<'_>,
        budgets: &dyn Budgets,
    ) -> Dispatch {
        self.dispatch_unless(cue, recipient, budgets, &[])
    }

    /// The same, if all this stands in the way besides.
    pub(crate) fn dispatch_unless(
        &self,
        cue: &Cue,
        recipient: &Recipient<'_>,
        budgets: &dyn Budgets,
        besides: &[Refusal],
    ) -> Dispatch {
        let mut dispatch = Dispatch {
            id: cue.id,
            customer: recipient.customer().clone(),
            message: cue.message.clone(),
            at: recipient.as_of(),
            valid_until: cue.valid_until,
            course: Course::Drop,
            channels: Vec::new(),
            refusals: Vec::new(),
        };
        let Some(message) = self.get(&cue.message) else {
            let cause = Cause::UnknownMessage { message: cue.message.clone() };
            dispatch.refusals.push(Refusal { channel: None, cause, next_change: None });
            return dispatch;
        };
        let asked = Asked::new(self, message, cue, recipient);
        dispatch.valid_until = asked.expires;
        dispatch.channels = asked.channels();
        dispatch.refusals = asked.refusals(&dispatch.channels, budgets);
        dispatch.refusals.extend_from_slice(besides);
        dispatch.refusals.sort_by_key(Refusal::gate);
        dispatch.course = asked.course(&dispatch.channels, &dispatch.refusals);
        dispatch.forget_untried();
        dispatch
    }
}

/// A message that is to pass the gates.
pub(super) struct Asked<'a> {
    pub messages: &'a Messages,
    pub message: &'a Message,
    pub cue: &'a Cue,
    pub recipient: &'a Recipient<'a>,
    pub as_of: DateTime<Utc>,
    /// The first instant at which it no longer means anything.
    pub expires: Option<DateTime<Utc>>,
    pub held_out: Option<(&'a Holdout, HeldOutFrom)>,
}

impl<'a> Asked<'a> {
    pub fn new(
        messages: &'a Messages,
        message: &'a Message,
        cue: &'a Cue,
        recipient: &'a Recipient<'a>,
    ) -> Self {
        let own = message.expires(cue.at, recipient.zone());
        let expires = own.into_iter().chain(cue.valid_until).min();
        let customer = recipient.customer();
        let of_policy = messages.policy().holdout.as_ref();
        let of_policy = of_policy.filter(|holdout| holdout.includes(None, customer));
        let of_message = message.holdout.as_ref();
        let of_message = of_message.filter(|holdout| holdout.includes(Some(&message.id), customer));
        let held_out = of_policy.map(|holdout| (holdout, HeldOutFrom::Policy));
        let held_out = held_out.or(of_message.map(|holdout| (holdout, HeldOutFrom::Message)));
        let as_of = recipient.as_of();
        Self { messages, message, cue, recipient, as_of, expires, held_out }
    }

    /// The same, as of a later instant at which nothing else is known.
    pub fn later(self, as_of: DateTime<Utc>) -> Self {
        Self { as_of, ..self }
    }

    /// The channels in the order in which they are tried.
    pub fn channels(&self) -> Vec<Channel> {
        self.recipient.ordered(&self.message.channels, self.cue.planned_on)
    }

    /// All that stands in the way on these channels, in the order of the gates.
    pub fn refusals(&self, channels: &[Channel], budgets: &dyn Budgets) -> Vec<Refusal> {
        let mut found = Vec::new();
        let on = |channel, refused: Option<(Cause, Option<DateTime<Utc>>)>| {
            refused.map(|(cause, next_change)| Refusal { channel, cause, next_change })
        };
        found.extend(self.validity().and_then(|cause| {
            let begins = match &cause {
                Cause::NotYet { from } => Some(*from),
                _ => None,
            };
            let begins = begins.filter(|from| self.expires.is_none_or(|until| *from < until));
            on(None, Some((cause, begins)))
        }));
        for channel in channels {
            let purpose = self.message.purpose.clone();
            let refused = self.consent(*channel).err();
            let cause = refused.map(|why| (Cause::NoConsent { purpose, why }, None));
            found.extend(on(Some(*channel), cause));
        }
        if let Some((holdout, from)) = self.held_out {
            let cause = Cause::HeldOut { share: holdout.share, from };
            found.push(Refusal { channel: None, cause, next_change: None });
        }
        found
            .extend(channels.iter().filter_map(|channel| on(Some(*channel), self.quiet(*channel))));
        for cap in &self.messages.policy().caps {
            match cap.channel {
                Some(channel) if !channels.contains(&channel) => {}
                channel => found.extend(on(channel, self.cap(cap))),
            }
        }
        found.extend(on(None, self.cooling_down()));
        found.extend(channels.iter().filter_map(|channel| {
            let cause = self.unreachable(*channel)?;
            on(Some(*channel), Some((cause, None)))
        }));
        found.extend(on(None, self.repeated()));
        for budget in &self.messages.policy().budgets {
            match budget.channel {
                Some(channel) if !channels.contains(&channel) => {}
                channel => found.extend(on(channel, self.over_budget(budget, budgets))),
            }
        }
        found
    }

    /// What is done, if these are all refusals.
    fn course(&self, channels: &[Channel], refusals: &[Refusal]) -> Course {
        let first = |channel: &Channel| {
            let mut others = refusals.iter().filter(|refusal| refusal.gate() != Gate::Holdout);
            others.find(|refusal| refusal.concerns(*channel))
        };
        let open = channels.iter().find(|channel| first(channel).is_none());
        let quiet = channels.iter().filter_map(first);
        let quiet = quiet.filter(|refusal| refusal.gate() == Gate::QuietHours);
        let would = match (open, quiet.filter_map(|refusal| refusal.next_change).min()) {
            (Some(channel), _) => Course::Send(self.send(*channel)),
            (None, Some(until)) => Course::Defer { until },
            (None, None) => Course::Drop,
        };
        let before = |channel| first(channel).is_some_and(|refusal| refusal.gate() < Gate::Holdout);
        if self.held_out.is_none() || channels.iter().all(before) {
            return would;
        }
        Course::HeldOut { would: Box::new(would) }
    }

    /// How it is sent on a channel that no gate refuses.
    fn send(&self, channel: Channel) -> Send {
        let budgets = self.messages.policy().budgets.iter();
        let budgets = budgets.filter(|budget| budget.channel.is_none_or(|own| own == channel));
        let nothing = Money::zero(self.messages.currency());
        let claims = budgets.filter_map(|budget| {
            let key = self.messages.budget_key(budget, self.as_of)?;
            Some(BudgetClaim::once(key, Allowance::uses(budget.at_most), nothing))
        });
        let consent = self.consent(channel).ok().flatten().cloned();
        Send { channel, consent, claims: claims.collect() }
    }

    /// What makes the message meaningless, if anything does.
    fn validity(&self) -> Option<Cause> {
        self.untimely(self.as_of).or_else(|| self.pointless())
    }

    /// What makes it meaningless to send the message at an instant.
    pub fn untimely(&self, at: DateTime<Utc>) -> Option<Cause> {
        if at < self.cue.at {
            return Some(Cause::NotYet { from: self.cue.at });
        }
        let until = self.expires.filter(|until| *until <= at)?;
        Some(Cause::Expired { until })
    }

    /// What has made the message meaningless, if anything has.
    pub fn pointless(&self) -> Option<Cause> {
        let mut contacts = self.recipient.contacts().iter();
        if let Some(same) = contacts.find(|contact| contact.sending == self.cue.id) {
            return Some(Cause::SentBefore { on: same.channel, at: same.at });
        }
        let overtaken = self.message.overtaken_by.iter().filter_map(|by| {
            let at = self.recipient.first_after(*by, self.cue.at)?;
            Some((at, *by))
        });
        overtaken.min().map(|(at, by)| Cause::Overtaken { by, at })
    }

    /// The consent that is relied on, if the purpose takes one.
    pub fn consent(&self, channel: Channel) -> Result<Option<&'a Consent>, NoConsent> {
        let purpose = &self.message.purpose;
        match self
            .messages
            .policy()
            .purpose(purpose)
            .map(|purpose| purpose.consent)
            .unwrap_or_default()
        {
            ConsentNeed::NotNeeded => Ok(None),
            ConsentNeed::Version(version) => {
                self.recipient.consents().granted(purpose, channel, version).map(Some)
            }
        }
    }

    fn quiet(&self, channel: Channel) -> Option<(Cause, Option<DateTime<Utc>>)> {
        let zone = self.recipient.zone();
        match quiet(self.messages.hours(self.message, channel), self.as_of, zone) {
            Quiet::Not => None,
            Quiet::Hours(hours, ends) => match (ends, self.expires) {
                (ends, Some(until)) if ends.is_none_or(|ends| until <= ends) => {
                    Some((Cause::QuietTooLong { ends, until }, None))
                }
                (ends, _) => {
                    let (hours, wall) = (hours.clone(), zone.local(self.as_of));
                    Some((Cause::Quiet { hours, wall }, ends))
                }
            },
        }
    }

    /// The cap, if it is reached.
    fn cap(&self, cap: &Cap) -> Option<(Cause, Option<DateTime<Utc>>)> {
        if !cap.binds(self.message.priority) || !cap.is_for(&self.message.purpose) {
            return None;
        }
        let counted =
            self.contacts().filter(|contact| cap.counts(contact.channel, &contact.purpose));
        let (used, opens) = self.fill(counted, cap.within, cap.at_most)?;
        Some((Cause::Capped { cap: cap.clone(), used }, opens))
    }

    /// How many contacts there are in a window, if there are as many as allowed, and when there no
    /// longer are.
    fn fill<'c>(
        &self,
        contacts: impl Iterator<Item = &'c Contact>,
        within: Window,
        at_most: u32,
    ) -> Option<(u32, Option<DateTime<Utc>>)> {
        let zone = self.recipient.zone();
        let interval = within.interval(self.as_of, zone, None)?;
        let inside: Vec<_> = contacts.filter(|contact| interval.contains(contact.at)).collect();
        let used = u32::try_from(inside.len()).unwrap_or(u32::MAX);
        let over = used.checked_sub(at_most)?;
        let mut leaves: Vec<_> = inside
            .into_iter()
            .filter_map(|contact| within.next_change(contact.at, self.as_of, zone, None))
            .collect();
        leaves.sort_unstable();
        let over = usize::try_from(over).unwrap_or(usize::MAX);
        Some((used, leaves.get(over).copied()))
    }

    fn cooling_down(&self) -> Option<(Cause, Option<DateTime<Utc>>)> {
        let span = self.message.cool_down?;
        let same = self.contacts().filter(|contact| contact.message == self.message.id);
        let last = self.last(same, span)?;
        let opens =
            Window::Rolling(span).next_change(last.at, self.as_of, self.recipient.zone(), None);
        Some((Cause::CoolingDown { last: last.at, span }, opens))
    }

    fn repeated(&self) -> Option<(Cause, Option<DateTime<Utc>>)> {
        let (span, content) = (self.messages.policy().no_repeat?, self.cue.content?);
        let same = self.contacts().filter(|contact| contact.content == Some(content));
        let last = self.last(same, span)?;
        let opens =
            Window::Rolling(span).next_change(last.at, self.as_of, self.recipient.zone(), None);
        let (sending, on, at) = (last.sending, last.channel, last.at);
        Some((Cause::Repeated { sending, on, at, span }, opens))
    }

    /// The last of these contacts within a span.
    fn last<'c>(
        &self,
        contacts: impl Iterator<Item = &'c Contact>,
        span: Span,
    ) -> Option<&'c Contact> {
        let interval = Window::Rolling(span).interval(self.as_of, self.recipient.zone(), None)?;
        contacts.filter(|contact| interval.contains(contact.at)).last()
    }

    /// Why a channel does not lead to the customer, if it does not.
    pub fn unreachable(&self, channel: Channel) -> Option<Cause> {
        let address = self.messages.policy().addresses.get(&channel);
        if let Some(attribute) = address.filter(|attribute| self.recipient.lacks(attribute)) {
            return Some(Cause::NoAddress { attribute: attribute.clone() });
        }
        let bounced = self.recipient.bounced(channel, address)?;
        Some(Cause::Bounced { sending: bounced.sending, at: bounced.at })
    }

    fn over_budget(
        &self,
        budget: &SendBudget,
        budgets: &dyn Budgets,
    ) -> Option<(Cause, Option<DateTime<Utc>>)> {
        let key = self.messages.budget_key(budget, self.as_of)?;
        let left = budgets.left(&key, &Allowance::uses(budget.at_most))?;
        if left.uses != Some(0) {
            return None;
        }
        let (name, at_most, within) = (budget.name.clone(), budget.at_most, budget.within);
        let zone = self.messages.zone();
        let opens = within.next_change(self.as_of, self.as_of, &zone, None);
        Some((Cause::OverBudget { name, at_most, within }, opens))
    }

    /// The contacts that count.
    pub fn contacts(&self) -> impl Iterator<Item = &'a Contact> {
        let counts = if self.held_out.is_some() { Contact::would_count } else { Contact::counts };
        self.recipient.contacts().iter().filter(move |contact| counts(contact))
    }
}

impl Messages {
    /// What names a budget as of an instant.
    pub(super) fn budget_key(
        &self,
        budget: &SendBudget,
        as_of: DateTime<Utc>,
    ) -> Option<BudgetKey> {
        let zone = self.zone();
        let period = match budget.within {
            Window::Calendar(period) => {
                let first = budget.within.interval(as_of, &zone, None)?.first;
                BudgetPeriod::Calendar { period, start: zone.date(first) }
            }
            _ => BudgetPeriod::Lifetime,
        };
        Some(BudgetKey { offer: budget.name.clone(), scope: KeyScope::Global, period })
    }

    /// The quiet hours that a message on a channel has to respect.
    pub(super) fn hours(
        &self,
        message: &Message,
        channel: Channel,
    ) -> impl Iterator<Item = &QuietHours> + Clone {
        let hours = self.policy().quiet_hours.iter();
        let priority = message.priority;
        hours.filter(move |hours| hours.bind(channel, priority))
    }
}
