//! What calls for a message, and who would get it.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Contact, ContactState, Contacts};
use crate::calendar::Zone;
use crate::consent::{Consent, Consents};
use crate::digest::Digest;
use crate::event::{Channel, ConsentChoice, EventType};
use crate::id::{AttributeName, CustomerId, MessageId};
use crate::profile::{Attributes, Profile};
use crate::rule::Text;

/// That a trigger fired for which there is a message.
///
/// It is what the host keeps of a message that is deferred, to ask again with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cue {
    /// Names the firing; a sending has this id, so that it is delivered once.
    pub id: Digest,
    /// The message.
    pub message: MessageId,
    /// When the trigger fired.
    pub at: DateTime<Utc>,
    /// The first instant at which it no longer means anything, if that is before the message's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<DateTime<Utc>>,
    /// What the message says to this customer, whatever the channel: the same digest is the same
    /// content. Without it nothing is known to be a repeat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Digest>,
    /// The channel that is tried before all others: the one on which it was planned to be sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned_on: Option<Channel>,
}

/// A customer who would get a message, as of an instant.
#[derive(Clone, Debug)]
pub struct Recipient<'a> {
    profile: &'a Profile,
    as_of: DateTime<Utc>,
    zone: Zone,
    attributes: Cow<'a, Attributes>,
    consents: Consents,
    contacts: Contacts,
}

impl Cue {
    /// That a trigger fired, of which nothing else is known.
    #[must_use]
    pub const fn new(id: Digest, message: MessageId, at: DateTime<Utc>) -> Self {
        Self { id, message, at, valid_until: None, content: None, planned_on: None }
    }

    /// The same, with the digest of what the message says: of what it is about and of the values
    /// that it names, but not of the channel.
    #[must_use]
    pub fn saying(self, content: &impl Serialize) -> Self {
        Self { content: Some(Digest::of(content)), ..self }
    }

    /// The same, that is tried on this channel before all others.
    #[must_use]
    pub fn planned_on(self, channel: Channel) -> Self {
        Self { planned_on: Some(channel), ..self }
    }
}

impl<'a> Recipient<'a> {
    /// The customer of this profile, whose clock shows the time of their attribute `time_zone`, or
    /// of `zone` if it is not known.
    #[must_use]
    pub fn of(profile: &'a Profile, as_of: DateTime<Utc>, zone: &Zone) -> Self {
        let attributes = profile.attributes(as_of);
        let own = attributes.time_zone().and_then(|name| Zone::from_name(name.as_str()).ok());
        let consents = profile.consents(as_of);
        let none = profile.history.last_at(EventType::Delivery, as_of).is_none();
        let contacts =
            if none { Contacts::default() } else { Contacts::of(profile.history.events(as_of)) };
        Self { profile, as_of, zone: own.unwrap_or(*zone), attributes, consents, contacts }
    }

    /// Who it is.
    #[must_use]
    pub const fn customer(&self) -> &'a CustomerId {
        &self.profile.customer.id
    }

    /// As of when all this is known.
    #[must_use]
    pub const fn as_of(&self) -> DateTime<Utc> {
        self.as_of
    }

    /// The zone whose time the customer's clock shows.
    #[must_use]
    pub const fn zone(&self) -> &Zone {
        &self.zone
    }

    /// What they agreed to.
    #[must_use]
    pub const fn consents(&self) -> &Consents {
        &self.consents
    }

    /// What was sent to them.
    #[must_use]
    pub const fn contacts(&self) -> &Contacts {
        &self.contacts
    }

    /// The language to write in, if it is known.
    #[must_use]
    pub fn language(&self) -> Option<&Text> {
        self.attributes.language()
    }

    /// Whether an attribute is not known.
    pub(super) fn lacks(&self, attribute: &AttributeName) -> bool {
        self.attributes.get(attribute.as_str()).is_none()
    }

    /// The last message on a channel that came back, unless something has been heard since of
    /// somebody being there: another one arrived, the customer consented to be written to on this
    /// very channel, or the attribute with their address has another value.
    pub(super) fn bounced(
        &self,
        channel: Channel,
        address: Option<&AttributeName>,
    ) -> Option<&Contact> {
        let on_channel = || self.contacts.iter().filter(|contact| contact.channel == channel);
        let bounced = on_channel().rfind(|contact| contact.state == ContactState::Bounced)?;
        let is_arrived = |contact: &Contact| {
            let heard = [ContactState::Arrived, ContactState::Undated];
            heard.contains(&contact.state) && contact.at > bounced.at
        };
        let is_consent = |(_, on, word): (_, Option<Channel>, &Consent)| {
            let is_granted = word.choice == ConsentChoice::Granted;
            on == Some(channel) && is_granted && word.at > bounced.at
        };
        let is_other = |address: &AttributeName| {
            let before = self.profile.attributes(bounced.at);
            before.get(address.as_str()) != self.attributes.get(address.as_str())
        };
        let is_reached = on_channel().any(is_arrived)
            || self.consents.iter().any(is_consent)
            || address.is_some_and(is_other);
        (!is_reached).then_some(bounced)
    }

    /// The channels of a message in the order in which they are tried: the one on which it is
    /// planned before all, then the one that the customer prefers.
    pub(super) fn ordered(&self, channels: &[Channel], planned: Option<Channel>) -> Vec<Channel> {
        let preferred =
            self.attributes.preferred_channel().and_then(|name| name.as_str().parse().ok());
        let mut ordered = channels.to_vec();
        // The order of the others stays.
        ordered.sort_by_key(|channel| (Some(*channel) != planned, Some(*channel) != preferred));
        ordered
    }

    /// When an event of a type first happened after an instant.
    pub(super) fn first_after(
        &self,
        event_type: EventType,
        at: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let last = self.profile.history.last_at(event_type, self.as_of)?;
        if last <= at {
            return None;
        }
        let instants = self.profile.history.instants(event_type, self.as_of);
        instants.into_iter().find(|instant| *instant > at)
    }
}
