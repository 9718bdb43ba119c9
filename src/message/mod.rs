//! What is written to customers: whether, when and on which channel.
//!
//! A [`Message`] says for which firings of a trigger it is, and a [`ContactPolicy`] what all
//! messages respect. Checked together ([`Messages`]), they answer with a [`Dispatch`] what is done
//! with a message for a customer at an instant: it is sent, deferred until quiet hours are over,
//! dropped, or held out to compare; and everything that stands in its way, each with the numbers
//! and the instant at which it no longer would ([`Refusal`]).
//!
//! ```
//! use std::collections::BTreeMap;
//!
//! use chrono::{DateTime, Utc};
//! use loyalty::digest::Digest;
//! use loyalty::laws;
//! use loyalty::message::{
//!     ContactState, Contacts, Cue, MemoryOutbox, Messages, Outbox, Outgoing, Put, Recipient,
//!     Setting, retract,
//! };
//! use loyalty::offer::NoBudgets;
//! use loyalty::profile::{Customer, Profile};
//!
//! let policy = serde_json::from_str(r#"{
//!   "purposes": [{"id": "service", "consent": "not_needed"}],
//!   "caps": [{"at_most": 1, "within": "24h"}]
//! }"#)?;
//! let message = serde_json::from_str(r#"{
//!   "id": "receipt", "trigger": "ordered", "template": "receipt", "purpose": "service",
//!   "channels": ["email"]
//! }"#)?;
//! let messages = Messages::check(vec![message], policy, Setting::new("EUR".parse()?))?;
//!
//! // The trigger fires: the gates let the message through, and it is put into the outbox.
//! let mut ann = Profile::new(Customer::new("ann".parse()?));
//! let now: DateTime<Utc> = "2026-03-14T09:00:00Z".parse()?;
//! let cue = Cue::new(Digest::of(&"firing-1"), "receipt".parse()?, now);
//! let recipient = Recipient::of(&ann, now, &messages.zone());
//! let dispatch = messages.dispatch(&cue, &recipient, &NoBudgets);
//! let parts = BTreeMap::from([("text".into(), "Thank you!".to_owned())]);
//! let message = messages.get(&cue.message).ok_or("no message")?;
//! let record = Outgoing::of(message, &cue, &dispatch, parts).ok_or("not sent")?;
//! let event = messages.event(&cue, &dispatch).ok_or("nothing to tell")?;
//! let _ = ann.history.record(event);
//! let mut outbox = MemoryOutbox::new();
//! assert_eq!(outbox.put(record), Put::New);
//!
//! // The next one that day is refused, with the reason and the instant at which it ends.
//! let next = Cue::new(Digest::of(&"firing-2"), "receipt".parse()?, now);
//! let recipient = Recipient::of(&ann, now, &messages.zone());
//! let refused = messages.dispatch(&next, &recipient, &NoBudgets);
//! let because = refused.because().ok_or("no reason")?;
//! assert_eq!(because.to_string(), "the customer got 1, and gets at most 1 message in `24h`; \
//!                                  that ends at 2026-03-15T09:00:00Z");
//!
//! // The firing is retracted before it is sent: it no longer counts.
//! let event = retract(&mut outbox, &cue.id, now).ok_or("too late")?;
//! let _ = ann.history.record(event);
//! let contacts = Contacts::of(ann.history.events(now));
//! assert!(contacts.iter().all(|contact| contact.state == ContactState::Lost));
//! laws::outbox(MemoryOutbox::new)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What was sent comes back as events ([`Delivery`](crate::event::Delivery)), so that caps and
//! cool-downs follow from a customer's history and from nothing else.

mod contact;
mod cue;
mod dispatch;
mod fault;
mod gates;
mod holdout;
mod memory;
mod messages;
mod outbox;
mod plan;
mod policy;
mod quiet;
mod refusal;
mod sender;
mod sentence;
mod written;

pub use contact::{Contact, ContactState, Contacts};
pub use cue::{Cue, Recipient};
pub use dispatch::{Course, Dispatch, Send};
pub use fault::Fault;
pub use holdout::Holdout;
pub use memory::MemoryOutbox;
pub use messages::{MAX_LIST, MAX_MESSAGES, Messages, Setting};
pub use outbox::{Outbox, Outgoing, Put, Settled};
pub use plan::{
    Agenda, LeftOut, MAX_CANDIDATES, NODE_LIMIT, Omission, SendPlan, SendTime, Sendable, Sending,
};
pub use policy::{Cap, ConsentNeed, ContactPolicy, Purpose, QuietHours, SendBudget};
pub use refusal::{Cause, Gate, HeldOutFrom, Refusal, RefusalCode};
pub use sender::{Handed, Round, Sender, deliver, retract};
pub use written::Message;
