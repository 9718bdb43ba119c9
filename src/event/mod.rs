//! What happened: typed events with an id and two clocks.
//!
//! `at` is when it happened and decides everything; `recorded_at` is when the host learned of it
//! and only serves to tell what arrived late. The same id twice is the same event. An abandoned
//! cart is no event: it is what follows from a cart and silence.
//!
//! An event in JSON; its kind is an object with one key:
//!
//! ```
//! use loyalty::event::Event;
//!
//! let event: Event = serde_json::from_str(r#"{
//!   "id": "e-1", "customer": "c-1",
//!   "at": "2026-03-14T09:30:00Z", "recorded_at": "2026-03-14T09:30:02Z", "channel": "store",
//!   "kind": {"purchase": {"order": "o-1", "basket": {"store": "gent", "lines": [
//!     {"id": "1", "product": "espresso", "category": "coffee", "quantity": 2,
//!      "unit_price": "2.80 EUR", "discounts": [{"amount": "0.60 EUR", "offer": "happy-hour"}]}
//!   ]}}}
//! }"#)?;
//! event.validate()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The other kinds: `{"return": {"order": "o-1", "lines": [{"line": "1", "quantity": 1}]}}`,
//! `{"order_confirmed": {"order": "o-1"}}`,
//! `{"void": {"event": "e-1"}}`, `{"view": {"product": "p"}}`, `{"cart_updated": {"lines": […]}}`,
//! `{"email_opened": {"campaign": "c"}}`, `{"email_clicked": {"campaign": "c"}}`,
//! `"app_opened"`,
//! `{"visit": {"store": "s", "coordinates": {"latitude": 51.05, "longitude": 3.72}}}`,
//! `{"review": {"product": "p", "rating": 5}}`, `{"share": {"product": "p", "network": "n"}}`,
//! `{"referral": {"referred": "c-2"}}`, `{"survey_answered": {"survey": "s", "score": 9}}`,
//! `{"support_contact": {"topic": "t"}}`, `"enrolled"`,
//! `{"attributes_changed": {"changes": {"city": "Gent", "email": null}}}`,
//! `{"points": {"spend": {"points": 100, "reward": "mug"}}}` (see [`Operation`]),
//! `{"tier_granted": {"tier": "gold", "reason": "match", "until": "2027-01-01T00:00:00Z",
//! "challenge": {"within": "90d", "orders": 3}}}`,
//! `{"consent": {"purpose": "marketing", "channel": "email", "choice": "granted", "version": 2}}`,
//! `{"delivery": {…}}` (see [`Delivery`]) and
//! `{"custom": {"name": "n", "values": {"k": 1}}}`.

mod basket;
mod columns;
mod contact;
#[cfg(feature = "csv")]
pub mod csv;
mod effect;
mod fault;
mod grant;
mod kind;
mod operation;
mod orders;
mod purchases;
mod refund;
mod validate;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use basket::{Basket, Discount, LineItem, Purchase, Return, ReturnedLine};
pub use columns::{ColumnFault, Columns, LineColumns};
pub use contact::{ConsentChange, ConsentChoice, Delivery, DeliveryOutcome};
pub use effect::OrderState;
pub(crate) use effect::{order_states, voided};
pub use fault::Fault;
pub use grant::{GrantReason, TierChallenge, TierGranted};
pub use kind::{
    AttributesChanged, Channel, Coordinates, Custom, EmailClicked, EmailOpened, EventKind,
    EventType, OrderConfirmed, Referral, Review, Share, SupportContact, SurveyAnswered, View,
    Visit, Void,
};
pub use operation::{Operation, Parcel, Passage};
pub use orders::{Line, Order, Orders};
pub use purchases::Purchases;
pub use refund::Refund;
pub(crate) use validate::check_value;
pub use validate::{
    MAX_CLOCK_SKEW_HOURS, MAX_LIST, MAX_QUANTITY, MAX_TEXT_BYTES, earliest, latest,
};

use crate::calendar::without_leap_second;
use crate::id::{CustomerId, EventId};

/// Something that happened to or by a customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// Names the event; the same id twice is the same event.
    pub id: EventId,
    /// Whose event it is.
    pub customer: CustomerId,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// When the host learned of it.
    pub recorded_at: DateTime<Utc>,
    /// Through which channel it came, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// On which card it happened, if that is of another account that was merged into the
    /// customer's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<CustomerId>,
    /// What happened.
    pub kind: EventKind,
}

impl Event {
    /// An event that the host recorded the moment it happened, without a channel.
    #[must_use]
    pub const fn new(
        id: EventId,
        customer: CustomerId,
        at: DateTime<Utc>,
        kind: EventKind,
    ) -> Self {
        Self { id, customer, at, recorded_at: at, channel: None, card: None, kind }
    }

    /// The same event, through `channel`.
    #[must_use]
    pub fn through(self, channel: Channel) -> Self {
        Self { channel: Some(channel), ..self }
    }

    /// The same event, on the card of an account that was merged into the customer's.
    #[must_use]
    pub fn on_card(self, card: CustomerId) -> Self {
        Self { card: Some(card), ..self }
    }

    /// Where the event stands in its customer's history: by instant (leap seconds not counted),
    /// then by id.
    #[must_use]
    pub fn position(&self) -> (DateTime<Utc>, &EventId) {
        (without_leap_second(self.at), &self.id)
    }

    /// The purchase, if it is one.
    #[must_use]
    pub const fn purchase(&self) -> Option<&Purchase> {
        match &self.kind {
            EventKind::Purchase(purchase) => Some(purchase),
            _ => None,
        }
    }
}
