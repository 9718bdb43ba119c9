//! What a customer's attributes, events and history must be like.

use thiserror::Error;

use crate::event::{self, EventType};
use crate::rule::Kind;

/// What can be wrong with a profile, or with an event in view of it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Fault {
    /// A well-known attribute has a value of another type.
    #[error("it is {expected}, not {found}")]
    WrongKind {
        /// The type of the attribute.
        expected: Kind,
        /// The type of the value.
        found: Kind,
    },
    /// The preferred channel is none.
    #[error("{message}")]
    UnknownChannel {
        /// What was given, and what the channels are.
        message: String,
    },
    /// Nobody lives in the household.
    #[error("the household has {size} members: the customer is one")]
    EmptyHousehold {
        /// The size that was given.
        size: i64,
    },
    /// A stored event stands after a later one.
    #[error("it happened before the one in front of it")]
    Unordered,
    /// A stored event is there twice.
    #[error("event `{event}` is there twice")]
    DuplicateEvent {
        /// The event's id, or its fingerprint.
        event: String,
    },
    /// A stored event should have been folded into the summary.
    #[error("it happened before the summary's horizon")]
    BeforeHorizon,
    /// A stored event should not have been folded into the summary.
    #[error("it did not happen before the summary's horizon")]
    AfterHorizon,
    /// An event is stored with those of other types.
    #[error("events of type {event_type} are not kept in this list")]
    WrongList {
        /// The type.
        event_type: EventType,
    },
    /// Traces of one type and channel are stored in two lists.
    #[error("the traces of this type and channel are there twice")]
    DuplicateTraces,
    /// An event is wrong in itself.
    #[error(transparent)]
    Event(#[from] event::Fault),
}
