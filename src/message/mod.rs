//! What is written to customers: whether, when and on which channel.
//!
//! A [`Message`] says for which firings of a trigger it is, and a [`ContactPolicy`] what all
//! messages respect. Checked together ([`Messages`]), they answer with a [`Dispatch`] what is done
//! with a message for a customer at an instant: it is sent, deferred until quiet hours are over,
//! dropped, or held out to compare; and everything that stands in its way, each with the numbers
//! and the instant at which it no longer would ([`Refusal`]).
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
pub use plan::{Agenda, LeftOut, NODE_LIMIT, Omission, SendPlan, SendTime, Sendable, Sending};
pub use policy::{Cap, ConsentNeed, ContactPolicy, Purpose, QuietHours, SendBudget};
pub use refusal::{Cause, Gate, HeldOutFrom, Refusal, RefusalCode};
pub use sender::{Handed, Round, Sender, deliver, retract};
pub use written::Message;
