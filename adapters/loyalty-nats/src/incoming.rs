//! What stands in the stream of events.

use async_nats::jetstream::Context;
use async_nats::jetstream::message::PublishMessage;
use chrono::{DateTime, Utc};
use loyalty::event::Event;
use serde::{Deserialize, Serialize};

use crate::fault::Fault;

/// A message of the stream of events: all that moves the machine on stands there, time included.
///
/// ```
/// use loyalty_nats::Incoming;
///
/// let tick: Incoming = serde_json::from_str(r#"{"tick": "2026-03-14T11:00:00Z"}"#)?;
/// assert_eq!(tick, Incoming::Tick("2026-03-14T11:00:00Z".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Incoming {
    /// Something happened.
    Event(Box<Event>),
    /// Nothing more will come that happened before this instant, as far as anybody knows.
    Tick(DateTime<Utc>),
}

/// Puts a tick into a stream of events, on the subject `<stream>.tick`: what is due until `to`
/// fires although nothing happens. Of several ticks to one instant the stream keeps one.
///
/// # Errors
/// [`Fault::Queue`] if the server does not take it.
pub async fn tick(context: &Context, stream: &str, to: DateTime<Utc>) -> Result<(), Fault> {
    let doing = "take a tick";
    let payload = serde_json::to_vec(&Incoming::Tick(to));
    let payload = payload.map_err(|error| Fault::queue(doing)(error.into()))?;
    let message = PublishMessage::build()
        .payload(payload.into())
        .message_id(format!("tick.{}", to.to_rfc3339()))
        .expected_stream(stream);
    let taken = context.send_publish(format!("{stream}.tick"), message).await;
    let taken = taken.map_err(|error| Fault::queue(doing)(error.into()))?;
    taken.await.map_err(|error| Fault::queue(doing)(error.into()))?;
    Ok(())
}
