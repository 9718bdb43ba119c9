//! What can be wrong with a profile.

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::event::{self, EventType};
use crate::id::{CustomerId, EventId, LineId, OrderId};
use crate::money::Currency;
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
    /// The time zone is none.
    #[error("{message}")]
    UnknownZone {
        /// What was given, and what is wanted.
        message: String,
    },
    /// Nobody lives in the household.
    #[error("the household has {size} members: the customer is one")]
    EmptyHousehold {
        /// The size that was given.
        size: i64,
    },
    /// The event is another customer's.
    #[error("it is an event of customer `{found}`, not of `{expected}`")]
    OtherCustomer {
        /// The customer of the profile.
        expected: CustomerId,
        /// The customer of the event.
        found: CustomerId,
    },
    /// Another event was recorded under the same id.
    #[error("event `{event}` was recorded with other content")]
    Conflicting {
        /// The id.
        event: EventId,
    },
    /// The order was bought by another event; the earlier of them counts.
    #[error("order `{order}` was bought already, by event `{event}`")]
    BoughtTwice {
        /// The order.
        order: OrderId,
        /// The event that was recorded before.
        event: EventId,
    },
    /// The purchase is not in the currency of the one before.
    #[error("the order is in {found}, where earlier ones are in {earlier}")]
    OtherCurrency {
        /// The currency of the newest purchase that was recorded.
        earlier: Currency,
        /// The currency of this purchase.
        found: Currency,
    },
    /// More came back than is bought here.
    #[error("{bought} are bought, but {returned} came back")]
    ReturnedMore {
        /// How many units are bought.
        bought: i64,
        /// How many units the returns of the order add up to.
        returned: i64,
    },
    /// Nothing is known of the order that the return is of.
    #[error("order `{order}` is not known (yet)")]
    UnknownOrder {
        /// The order.
        order: OrderId,
    },
    /// The return happened before the order was bought, and counts nothing.
    #[error("it came back before the order was bought at {bought_at}")]
    ReturnedBefore {
        /// When the order was bought.
        bought_at: DateTime<Utc>,
    },
    /// The order has no such line.
    #[error("order `{order}` has no line `{line}`")]
    UnknownLine {
        /// The order.
        order: OrderId,
        /// The line that is none of it.
        line: LineId,
    },
    /// More comes back than was bought and is still out.
    #[error("{quantity} come back, but {bought} were bought and {returned} of them came back")]
    TooMany {
        /// How many units are to come back.
        quantity: i64,
        /// How many were bought.
        bought: i64,
        /// How many came back already.
        returned: i64,
    },
    /// Nothing is known of the event that is declared void.
    #[error("event `{event}` is not known (yet)")]
    UnknownEvent {
        /// The event.
        event: EventId,
    },
    /// The void names a later void, and has no effect.
    #[error("event `{event}` is a later void: only voids before it can be voided")]
    LaterVoid {
        /// The event that it names.
        event: EventId,
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
    /// An event is wrong in itself.
    #[error(transparent)]
    Event(#[from] event::Fault),
}

impl Fault {
    /// Whether the event came before the one that it refers to, so that it is in order once that
    /// one has arrived.
    #[must_use]
    pub const fn is_early(&self) -> bool {
        matches!(self, Self::UnknownOrder { .. } | Self::UnknownEvent { .. })
    }
}
