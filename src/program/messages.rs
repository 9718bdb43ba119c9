//! What a program says of messages, and what is done with one for a member.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::{Fault, Member, Program, Spec};
use crate::event::Channel;
use crate::feature::Snapshot;
use crate::id::{MessageId, OfferId, PurposeId, TemplateId, TriggerName};
use crate::message::{
    self, ConsentNeed, ContactPolicy, Cue, Dispatch, Message, Messages, Recipient, Setting,
};
use crate::offer::Budgets;
use crate::path::{Path, Problems};
use crate::profile::WELL_KNOWN;
use crate::rule::{Text, Value};
use crate::template::{CheckedTemplate, Medium};
use crate::trigger::{Pattern, Trigger};

/// A field that says whether the customer agreed to be written to: `consent(marketing, email)`. It
/// is never missing: nothing said is no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ConsentField {
    purpose: PurposeId,
    channel: Channel,
    need: ConsentNeed,
}

impl ConsentField {
    /// Whether a name means such a field, of whichever purpose.
    pub fn is_named(name: &str) -> bool {
        parts(name).is_some()
    }

    /// The field that a name means, if the policy has its purpose.
    pub fn of(name: &str, policy: &ContactPolicy) -> Option<Self> {
        let (purpose, channel) = parts(name)?;
        let need = policy.purpose(&purpose)?.consent;
        Some(Self { purpose, channel, need })
    }

    /// The names of such fields on the commonest channels.
    pub fn names(policy: &ContactPolicy) -> impl Iterator<Item = Text> {
        policy.purposes.iter().flat_map(|purpose| {
            let name = |channel| Text::from(format!("consent({}, {channel})", purpose.id));
            [Channel::Email, Channel::Sms, Channel::Push].map(name)
        })
    }

    /// Whether the customer agreed, to a text that is new enough.
    pub fn value(&self, snapshot: &Snapshot<'_>) -> Value {
        Value::Bool(match self.need {
            ConsentNeed::NotNeeded => true,
            ConsentNeed::Version(version) => {
                snapshot.consents().granted(&self.purpose, self.channel, version).is_ok()
            }
        })
    }
}

/// The purpose and the channel that a name says.
fn parts(name: &str) -> Option<(PurposeId, Channel)> {
    let (purpose, channel) = name.strip_prefix("consent(")?.strip_suffix(')')?.split_once(',')?;
    Some((PurposeId::new(purpose.trim()).ok()?, channel.trim().parse().ok()?))
}

/// The messages of the document, and what they respect, if nothing is wrong with them.
pub(super) fn checked(
    spec: &Spec,
    own_offers: bool,
    templates: &BTreeMap<TemplateId, CheckedTemplate>,
    problems: &mut Problems<Fault>,
) -> Option<Messages> {
    let setting = Setting { zone: spec.zone, currency: spec.currency, retention: spec.retention };
    let offers: BTreeSet<&OfferId> = spec.offers.iter().map(|offer| &offer.id).collect();
    let messages = Path::from("messages");
    for (index, message) in spec.messages.iter().enumerate().filter(|_| !own_offers) {
        let unknown = message.grants.iter().filter(|offer| !offers.contains(offer));
        for offer in unknown {
            let fault = message::Fault::UnknownOffer { offer: offer.clone() };
            problems.add(messages.item(index).field("grants"), fault.into());
        }
    }
    let mut called: BTreeMap<&TriggerName, &MessageId> = BTreeMap::new();
    for (index, message) in spec.messages.iter().enumerate() {
        let path = messages.item(index);
        check_template(spec, message, templates, &path, problems);
        check_trigger(spec, message, &path, problems);
        if let Some(first) = called.get(&message.trigger) {
            let (trigger, message) = (message.trigger.clone(), (*first).clone());
            let fault = message::Fault::TriggerTaken { trigger, message };
            problems.add(path.field("trigger"), fault.into());
        } else {
            called.insert(&message.trigger, &message.id);
        }
    }
    let contact = Path::from("contact");
    for (index, budget) in spec.contact.budgets.iter().enumerate() {
        if offers.contains(&budget.name) {
            let fault = message::Fault::DuplicateBudget { name: budget.name.clone() };
            problems.add(contact.field("budgets").item(index).field("name"), fault.into());
        }
    }
    for (channel, name) in &spec.contact.addresses {
        let known = WELL_KNOWN.iter().any(|(known, ..)| *known == name.as_str());
        if !known && !spec.attributes.contains_key(name) {
            let path = contact.field("addresses").field(channel.name());
            problems.add(path, Fault::UnknownAttribute { name: name.clone() });
        }
    }
    let written = spec.messages.iter().map(|message| with_answers(spec, message)).collect();
    let checked = Messages::check(written, spec.contact.clone(), setting);
    problems.take(&Path::root(), checked)
}

/// The message, overtaken also by what breaks the silence that its trigger waits for, whatever else
/// is known of such events.
fn with_answers(spec: &Spec, message: &Message) -> Message {
    let trigger = spec.triggers.list.iter().find(|trigger| trigger.id == message.trigger);
    let without = match trigger.map(|trigger| &trigger.pattern) {
        Some(Pattern::Silence { without, .. }) => without.as_slice(),
        _ => &[],
    };
    let any = without.iter().filter(|answer| answer.name.is_none() && answer.when.is_none());
    any.fold(message.clone(), |message, answer| message.overtaken_by(answer.event))
}

/// A message has a trigger of the program; one without triggers leaves them to the host.
fn check_trigger(spec: &Spec, message: &Message, path: &Path, problems: &mut Problems<Fault>) {
    let is_its_own = |known: &Trigger| known.id == message.trigger;
    if !spec.triggers.is_empty() && !spec.triggers.list.iter().any(is_its_own) {
        let fault = message::Fault::UnknownTrigger { trigger: message.trigger.clone() };
        problems.add(path.field("trigger"), fault.into());
    }
}

/// A message has a template of the program, with texts for all of its channels; a program without
/// templates leaves that to the host.
fn check_template(
    spec: &Spec,
    message: &Message,
    templates: &BTreeMap<TemplateId, CheckedTemplate>,
    path: &Path,
    problems: &mut Problems<Fault>,
) {
    let written = spec.templates.iter().any(|template| template.id == message.template);
    let template = message.template.clone();
    if !written && !spec.templates.is_empty() {
        let fault = message::Fault::UnknownTemplate { template: template.clone() };
        problems.add(path.field("template"), fault.into());
    }
    let Some(checked) = templates.get(&template) else { return };
    for (place, channel) in message.channels.iter().copied().enumerate() {
        let has = |medium| checked.media().any(|own| own == medium);
        if !medium(channel).is_some_and(has) {
            let fault = message::Fault::NoPart { template: template.clone(), channel };
            problems.add(path.field("channels").item(place), fault.into());
        }
    }
}

/// The medium of templates that a channel is.
pub(super) const fn medium(channel: Channel) -> Option<Medium> {
    match channel {
        Channel::Email => Some(Medium::Email),
        Channel::Sms => Some(Medium::Sms),
        Channel::Push => Some(Medium::Push),
        _ => None,
    }
}

impl Program {
    /// The messages, and what all of them respect.
    #[must_use]
    pub fn messages(&self) -> &Messages {
        &self.messages
    }

    /// The member as one who would get messages as of an instant.
    #[must_use]
    pub fn recipient<'a>(&self, member: &'a Member, as_of: DateTime<Utc>) -> Recipient<'a> {
        Recipient::of(member.profile(), as_of, &self.zone)
    }

    /// What is done as of an instant with a message for the member, for whom a trigger fired
    /// ([`Messages::dispatch`]).
    pub fn dispatch(
        &self,
        member: &Member,
        cue: &Cue,
        as_of: DateTime<Utc>,
        budgets: &dyn Budgets,
    ) -> Dispatch {
        self.messages.dispatch(cue, &self.recipient(member, as_of), budgets)
    }
}
