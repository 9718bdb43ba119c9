//! What comes out of the machine.

use std::fmt;

use chrono::{DateTime, Utc};
use hmac_sha256::Hash;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::flow::{Flow, Stretch};
use super::key::Key;
use super::micros::{Days, Micros};
use crate::digest::Digest;
use crate::id::{CustomerId, EventId, TriggerName};

/// Names a firing: the same one always has the same, whatever order its events arrived in.
///
/// It is the SHA-256 of, one after the other: the 32 bytes of the trigger's version; the length of
/// the trigger's id in bytes and the id; the same of the customer's; the two ends of the stretch of
/// time that it tells of, each as microseconds since the start of 1900; and 16 bytes for the event
/// that completed it, zeros if time alone did. An id of up to 16 bytes is filled up with zeros; a
/// longer one is a zero and the first 15 bytes of its SipHash-2-4-128 with the key `00 01 … 0f`.
/// What a program plans is named like an event with the id of a zero, the trigger's id, a zero and
/// the mark. Numbers are eight bytes, the highest first. In JSON it is 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TriggerId(Digest);

/// A trigger fired for a customer.
///
/// JSON has its id besides, as `firing`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Firing {
    /// The trigger.
    pub trigger: TriggerName,
    /// The version with which the trigger was armed.
    pub version: Digest,
    /// For whom.
    pub customer: CustomerId,
    /// When, in the time of the events.
    pub at: DateTime<Utc>,
    /// The event from which it began.
    pub from: DateTime<Utc>,
    /// The event, or the end of the silence, with which that was complete.
    pub until: DateTime<Utc>,
    pub(super) by: Key,
}

/// What comes of an event, or of time that passes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[must_use]
pub enum Output {
    /// A trigger fired.
    Fired(Firing),
    /// A firing that was told must not have been: events arrived late that it would not have come
    /// from.
    Retract(Firing),
    /// An event came too late to make the difference that it should have made, or cannot be used.
    Late(Late),
}

/// An event that came too late, or cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Late {
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Whose event it is.
    pub customer: CustomerId,
    /// For which trigger it is too late; for all if none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trigger: Option<TriggerName>,
    /// The event.
    pub event: EventId,
    /// Why it cannot be used.
    pub reason: Reason,
}

/// Why an event makes no difference that should have made one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// A firing would have come out otherwise, and it is too long ago to be corrected.
    Settled,
    /// What it would belong to is no longer known.
    Forgotten,
    /// It says that it happened before 1900, after 2200, or more than a day after its recording.
    Unbelievable,
    /// The customer has more events at once than are kept; it is one of them.
    Crowded,
}

impl Reason {
    /// The reasons in their order.
    pub const ALL: [Self; 4] = [Self::Settled, Self::Forgotten, Self::Unbelievable, Self::Crowded];

    /// The reason in a sentence.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Settled => {
                "it came too late: what it would have changed can no longer be corrected"
            }
            Self::Forgotten => "it came too late: what it belongs to is no longer known",
            Self::Unbelievable => "it cannot have happened then",
            Self::Crowded => "too much happened at once to keep all of it",
        }
    }
}

impl Firing {
    pub(super) fn of(
        flow: &Flow,
        customer: CustomerId,
        (at, stretch): (Micros, Stretch),
        days: &mut Days,
    ) -> Self {
        Self {
            trigger: flow.name.clone(),
            version: flow.version,
            customer,
            at: days.at(at),
            from: days.at(stretch.from),
            until: days.at(stretch.until),
            by: stretch.by,
        }
    }

    /// What names the firing, for hosts that must not act on it twice.
    #[must_use]
    pub fn id(&self) -> TriggerId {
        let mut hash = Hash::new();
        hash.update(self.version.bytes());
        for name in [self.trigger.as_str(), self.customer.as_str()] {
            hash.update((name.len() as u64).to_be_bytes());
            hash.update(name);
        }
        for end in [self.from, self.until] {
            hash.update(Micros::of(end).number().to_be_bytes());
        }
        hash.update(self.by.bytes());
        TriggerId(Digest::of_bytes(hash.finalize()))
    }

    fn place(&self) -> (DateTime<Utc>, &CustomerId, &TriggerName, DateTime<Utc>, Key, Digest) {
        (self.at, &self.customer, &self.trigger, self.from, self.by, self.version)
    }
}

impl TriggerId {
    /// The same as a digest.
    #[must_use]
    pub const fn digest(self) -> Digest {
        self.0
    }
}

impl Output {
    /// Brings outputs in their order: late events, then firings to take back, then firings; each by
    /// instant, customer and trigger.
    pub(super) fn sort(outputs: &mut [Self]) {
        outputs.sort_by(|one, other| match (one, other) {
            (Self::Fired(one), Self::Fired(other)) | (Self::Retract(one), Self::Retract(other)) => {
                one.place().cmp(&other.place())
            }
            (Self::Late(one), Self::Late(other)) => one.cmp(other),
            _ => one.rank().cmp(&other.rank()),
        });
    }

    const fn rank(&self) -> u8 {
        match self {
            Self::Late(_) => 0,
            Self::Retract(_) => 1,
            Self::Fired(_) => 2,
        }
    }

    /// The firing, if a trigger fired.
    #[must_use]
    pub const fn fired(&self) -> Option<&Firing> {
        match self {
            Self::Fired(firing) => Some(firing),
            _ => None,
        }
    }
}

impl fmt::Display for TriggerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for TriggerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TriggerId({self})")
    }
}

impl std::str::FromStr for TriggerId {
    type Err = crate::digest::NoDigest;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

impl Serialize for TriggerId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for TriggerId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Digest::deserialize(deserializer).map(Self)
    }
}

/// A firing as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    firing: TriggerId,
    trigger: TriggerName,
    version: Digest,
    customer: CustomerId,
    at: DateTime<Utc>,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    #[serde(default, skip_serializing_if = "is_nobody")]
    by: Key,
}

fn is_nobody(by: &Key) -> bool {
    *by == Key::default()
}

impl Serialize for Firing {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { trigger, version, customer, at, from, until, by } = self.clone();
        let firing = self.id();
        Stored { firing, trigger, version, customer, at, from, until, by }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Firing {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Stored { firing, trigger, version, customer, at, from, until, by } =
            Stored::deserialize(deserializer)?;
        let read = Self { trigger, version, customer, at, from, until, by };
        let is_its_own = read.id() == firing;
        let foreign = || de::Error::custom(format!("`{firing}` is not the id of this firing"));
        is_its_own.then_some(read).ok_or_else(foreign)
    }
}
