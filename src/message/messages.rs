//! Messages and their policy, checked.

use std::collections::{BTreeMap, BTreeSet};

use super::fault::Fault;
use super::policy::{Cap, ContactPolicy, SendBudget};
use super::{Holdout, Message};
use crate::calendar::{Period, Span, Unit, Window, Zone};
use crate::id::{MessageId, PurposeId, TriggerName};
use crate::money::{Currency, Percent};
use crate::path::{Path, Problems};
use crate::profile::Retention;

/// The most messages of a program.
pub const MAX_MESSAGES: usize = 10_000;
/// The longest list in a message or in a policy.
pub const MAX_LIST: usize = 100;

/// What messages are checked in: the program that they are part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Where the program's days begin and end; customers have their own, if it is known.
    pub zone: Zone,
    /// The program's currency.
    pub currency: Currency,
    /// How long members' events are kept.
    pub retention: Retention,
}

/// Messages and the policy for all of them, checked: what they are asked cannot fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Messages {
    messages: BTreeMap<MessageId, Message>,
    /// Which message each trigger calls for.
    called: BTreeMap<TriggerName, MessageId>,
    policy: ContactPolicy,
    setting: Setting,
}

impl Setting {
    /// A program whose days are those of UTC, and whose members' events are kept for good.
    #[must_use]
    pub const fn new(currency: Currency) -> Self {
        Self { zone: Zone::UTC, currency, retention: Retention::Forever }
    }
}

impl Messages {
    /// Checks messages and their policy.
    ///
    /// # Errors
    /// All problems, each with its path, such as `messages[3].channels` or
    /// `contact.caps[0].within`.
    pub fn check(
        messages: Vec<Message>,
        policy: ContactPolicy,
        setting: Setting,
    ) -> Result<Self, Problems<Fault>> {
        let mut problems = Problems::none();
        check_policy(&policy, &setting, &Path::from("contact"), &mut problems);
        if messages.len() > MAX_MESSAGES {
            let fault = Fault::TooManyMessages { count: messages.len() };
            problems.add(Path::from("messages"), fault);
        }
        let mut checked = BTreeMap::new();
        for (index, message) in messages.into_iter().enumerate() {
            let path = Path::from("messages").item(index);
            check_message(&message, &policy, &setting, &path, &mut problems);
            let id = message.id.clone();
            if checked.insert(id.clone(), message).is_some() {
                problems.add(path.field("id"), Fault::DuplicateMessage { message: id });
            }
        }
        let mut called = BTreeMap::new();
        for message in checked.values() {
            called.entry(message.trigger.clone()).or_insert_with(|| message.id.clone());
        }
        problems.into_result(Self { messages: checked, called, policy, setting })
    }

    /// The message of this id.
    #[must_use]
    pub fn get(&self, id: &MessageId) -> Option<&Message> {
        self.messages.get(id)
    }

    /// The message that a trigger calls for; the first by id if there are several.
    #[must_use]
    pub fn called_by(&self, trigger: &TriggerName) -> Option<&Message> {
        self.messages.get(self.called.get(trigger)?)
    }

    /// All messages, by id.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Message> {
        self.messages.values()
    }

    /// What all of them respect.
    #[must_use]
    pub const fn policy(&self) -> &ContactPolicy {
        &self.policy
    }

    /// Where the program's days begin and end.
    #[must_use]
    pub const fn zone(&self) -> Zone {
        self.setting.zone
    }

    /// The program's currency.
    pub(super) const fn currency(&self) -> Currency {
        self.setting.currency
    }
}

fn check_message(
    message: &Message,
    policy: &ContactPolicy,
    setting: &Setting,
    path: &Path,
    problems: &mut Problems<Fault>,
) {
    if policy.purpose(&message.purpose).is_none() {
        problems.add(path.field("purpose"), unknown(message.purpose.clone(), policy));
    }
    let channels = path.field("channels");
    if message.channels.is_empty() {
        problems.add(channels.clone(), Fault::NoChannel);
    }
    let mut seen = BTreeSet::new();
    for (index, channel) in message.channels.iter().enumerate() {
        if !seen.insert(*channel) {
            let fault = Fault::DuplicateChannel { channel: *channel };
            problems.add(channels.item(index), fault);
        }
    }
    check_length(message.grants.len(), &path.field("grants"), problems);
    check_holdout(message.holdout.as_ref(), &path.field("holdout"), problems);
    check_span(message.cool_down, setting, &path.field("cool_down"), problems);
}

fn unknown(purpose: PurposeId, policy: &ContactPolicy) -> Fault {
    let known: Vec<_> = policy.purposes.iter().map(|known| format!("`{}`", known.id)).collect();
    let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    Fault::UnknownPurpose { purpose, known }
}

fn check_policy(
    policy: &ContactPolicy,
    setting: &Setting,
    path: &Path,
    problems: &mut Problems<Fault>,
) {
    let mut seen = BTreeSet::new();
    let purposes = path.field("purposes");
    check_length(policy.purposes.len(), &purposes, problems);
    for (index, purpose) in policy.purposes.iter().enumerate() {
        if !seen.insert(&purpose.id) {
            let fault = Fault::DuplicatePurpose { purpose: purpose.id.clone() };
            problems.add(purposes.item(index).field("id"), fault);
        }
    }
    check_holdout(policy.holdout.as_ref(), &path.field("holdout"), problems);
    let quiet = path.field("quiet_hours");
    check_length(policy.quiet_hours.len(), &quiet, problems);
    for (index, hours) in policy.quiet_hours.iter().enumerate() {
        if hours.from == hours.until {
            problems.add(quiet.item(index).field("until"), Fault::AlwaysQuiet);
        }
    }
    let caps = path.field("caps");
    check_length(policy.caps.len(), &caps, problems);
    for (index, cap) in policy.caps.iter().enumerate() {
        check_cap(cap, policy, setting, &caps.item(index), problems);
    }
    check_span(policy.no_repeat, setting, &path.field("no_repeat"), problems);
    check_budgets(&policy.budgets, &path.field("budgets"), problems);
}

fn check_cap(
    cap: &Cap,
    policy: &ContactPolicy,
    setting: &Setting,
    path: &Path,
    problems: &mut Problems<Fault>,
) {
    if cap.at_most == 0 {
        problems.add(path.field("at_most"), Fault::AtMostNone);
    }
    if let Some(purpose) = cap.purpose.clone().filter(|id| policy.purpose(id).is_none()) {
        problems.add(path.field("purpose"), unknown(purpose, policy));
    }
    let (window, path) = (cap.within, path.field("within"));
    match window {
        Window::Rolling(_) | Window::Calendar(_) | Window::Lifetime => {
            check_reach(window, setting, &path, problems);
        }
        _ => {
            let fitting = "a span like `24h`, a period like `today`, or `lifetime`";
            problems.add(path, Fault::UnfitWindow { window, fitting });
        }
    }
}

fn check_budgets(budgets: &[SendBudget], path: &Path, problems: &mut Problems<Fault>) {
    check_length(budgets.len(), path, problems);
    let mut seen = BTreeSet::new();
    for (index, budget) in budgets.iter().enumerate() {
        let path = path.item(index);
        if !seen.insert(&budget.name) {
            let fault = Fault::DuplicateBudget { name: budget.name.clone() };
            problems.add(path.field("name"), fault);
        }
        if budget.at_most == 0 {
            problems.add(path.field("at_most"), Fault::AtMostNone);
        }
        if !matches!(budget.within, Window::Calendar(_) | Window::Lifetime) {
            let fitting = "a period like `today`, or `lifetime`";
            let fault = Fault::UnfitWindow { window: budget.within, fitting };
            problems.add(path.field("within"), fault);
        }
    }
}

fn check_holdout(holdout: Option<&Holdout>, path: &Path, problems: &mut Problems<Fault>) {
    let Some(share) = holdout.map(|holdout| holdout.share) else { return };
    if share == Percent::new(0) || share > Percent::new(100) {
        problems.add(path.field("share"), Fault::Share { share });
    }
}

fn check_length(count: usize, path: &Path, problems: &mut Problems<Fault>) {
    if count > MAX_LIST {
        problems.add(path.clone(), Fault::TooMany { count });
    }
}

fn check_span(span: Option<Span>, setting: &Setting, path: &Path, problems: &mut Problems<Fault>) {
    if let Some(span) = span {
        check_reach(Window::Rolling(span), setting, path, problems);
    }
}

/// Whether all that is in a window is still known when it is asked.
fn check_reach(window: Window, setting: &Setting, path: &Path, problems: &mut Problems<Fault>) {
    let Retention::Days(days) = setting.retention else { return };
    if reach_days(window).is_none_or(|reach| reach > u64::from(days)) {
        problems.add(path.clone(), Fault::BeyondRetention { window, days });
    }
}

/// How many days of 24 hours a window looks back at most; `None` if there is no most.
fn reach_days(window: Window) -> Option<u64> {
    // A day in which the clock is set back is longer than 24 hours.
    match window {
        Window::Rolling(span) => {
            let count = u64::from(span.count());
            Some(match span.unit() {
                Unit::Minute => count.div_ceil(24 * 60),
                Unit::Hour => count.div_ceil(24),
                Unit::Day => count + 1,
                Unit::Week => count * 7 + 1,
                Unit::Month => count * 31 + 1,
                Unit::Year => count * 366 + 1,
            })
        }
        Window::Calendar(period) => Some(match period {
            Period::Day => 2,
            Period::Week => 8,
            Period::Month => 32,
            Period::Quarter => 93,
            Period::Year => 367,
        }),
        _ => None,
    }
}
