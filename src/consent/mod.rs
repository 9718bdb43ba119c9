//! What a customer agreed to be written to for, and on which channel.
//!
//! A consent is a record of what the customer said, when, and which text they were shown. It comes
//! as an event ([`ConsentChange`](crate::event::ConsentChange)), so that one that arrives late,
//! twice, or is declared void leads to the same answer as if it had come in order. Nothing said is
//! no consent.

mod record;

use std::collections::BTreeMap;

pub use record::{Consent, NoConsent};

use crate::event::{Channel, ConsentChoice, Event, EventKind};
use crate::id::PurposeId;

/// The last word of a customer on every purpose and channel.
///
/// Of what was said of a purpose on a channel, or of that purpose on all channels, the latest
/// counts. Of words of one instant a withdrawal counts before a consent, and then a consent to a
/// newer text before one to an older.
///
/// # Example
/// ```
/// use chrono::{DateTime, Utc};
/// use loyalty::consent::{Consents, NoConsent};
/// use loyalty::event::{Channel, Event};
///
/// let said = |id: &str, at: &str, change: &str| {
///     serde_json::from_str::<Event>(&format!(
///         r#"{{"id": "{id}", "customer": "ann", "at": "{at}", "recorded_at": "{at}",
///             "kind": {{"consent": {change}}}}}"#
///     ))
/// };
/// let events = [
///     said("e-1", "2026-01-10T10:00:00Z",
///          r#"{"purpose": "marketing", "choice": "granted", "version": 2}"#)?,
///     said("e-2", "2026-03-14T09:00:00Z",
///          r#"{"purpose": "marketing", "channel": "sms", "choice": "withdrawn"}"#)?,
/// ];
/// let consents = Consents::of(&events);
/// let marketing = "marketing".parse()?;
/// let since: DateTime<Utc> = "2026-01-10T10:00:00Z".parse()?;
/// let until: DateTime<Utc> = "2026-03-14T09:00:00Z".parse()?;
/// assert_eq!(consents.granted(&marketing, Channel::Email, 2)?.at, since);
/// let refused = |channel, version| consents.granted(&marketing, channel, version).unwrap_err();
/// assert_eq!(refused(Channel::Sms, 2), NoConsent::Withdrawn { at: until });
/// assert_eq!(refused(Channel::Email, 3), NoConsent::Outdated { version: 2, needed: 3 });
/// let unknown = consents.granted(&"research".parse()?, Channel::Email, 1);
/// assert_eq!(unknown.unwrap_err(), NoConsent::Unknown);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Consents(BTreeMap<PurposeId, BTreeMap<Option<Channel>, Consent>>);

impl Consents {
    /// What these events in effect of one customer come to, in whichever order they are.
    #[must_use]
    pub fn of<'a>(events: impl IntoIterator<Item = &'a Event>) -> Self {
        let mut consents = Self::default();
        for event in events {
            if let EventKind::Consent(change) = &event.kind {
                let of_purpose = consents.0.entry(change.purpose.clone()).or_default();
                let said = Consent::said(event, change);
                match of_purpose.get_mut(&change.channel) {
                    Some(word) if said.rank() <= word.rank() => {}
                    Some(word) => *word = said,
                    None => drop(of_purpose.insert(change.channel, said)),
                }
            }
        }
        consents
    }

    /// The last word on a purpose and a channel; `None` if there is none.
    #[must_use]
    pub fn last_word(&self, purpose: &PurposeId, channel: Channel) -> Option<&Consent> {
        let of_purpose = self.0.get(purpose)?;
        let words = [Some(channel), None].into_iter().filter_map(|on| of_purpose.get(&on));
        words.max_by_key(|word| word.rank())
    }

    /// The consent to this purpose on this channel, to a text of this version or a newer one.
    ///
    /// # Errors
    /// Why there is none.
    pub fn granted(
        &self,
        purpose: &PurposeId,
        channel: Channel,
        version: u32,
    ) -> Result<&Consent, NoConsent> {
        let word = self.last_word(purpose, channel).ok_or(NoConsent::Unknown)?;
        match word.choice {
            ConsentChoice::Withdrawn => Err(NoConsent::Withdrawn { at: word.at }),
            ConsentChoice::Granted if word.version < version => {
                Err(NoConsent::Outdated { version: word.version, needed: version })
            }
            ConsentChoice::Granted => Ok(word),
        }
    }

    /// All last words by purpose and channel; no channel stands for all of them.
    pub fn iter(&self) -> impl Iterator<Item = (&PurposeId, Option<Channel>, &Consent)> {
        self.0.iter().flat_map(|(purpose, words)| {
            words.iter().map(move |(channel, word)| (purpose, *channel, word))
        })
    }
}
