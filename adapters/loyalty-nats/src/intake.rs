//! How messages come out of their stream: in its order, each once.

use std::time::Duration;

use async_nats::jetstream::consumer::pull::Config;
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, PullConsumer};
use async_nats::jetstream::stream::Info;
use async_nats::jetstream::{Context, Message};
use futures_util::StreamExt;
use tokio::time::{Instant, timeout, timeout_at};

use crate::fault::Fault;
use crate::patience::Patience;
use crate::settings::Settings;

const DOING: &str = "hand messages over";
/// For how long after a batch should be over its end is waited for.
const GRACE: Duration = Duration::from_secs(2);
/// For how long the server waits at least before it hands over again what is not acknowledged.
const SHORTEST_WAIT: Duration = Duration::from_secs(30);

/// Takes messages from a stream, in its order and without a gap.
///
/// The consumer is made anew whenever messages may have got lost on their way: it then begins right
/// after the last that was taken, and so hands over nothing that is out of place.
pub(crate) struct Intake {
    context: Context,
    settings: Settings,
    /// When the stream was made.
    created: String,
    open: Option<Open>,
}

/// A consumer, and what it did.
struct Open {
    consumer: PullConsumer,
    /// How many messages it has handed over.
    handed: u64,
    /// The last message that was taken and not acknowledged.
    last: Option<Message>,
}

/// A message that was taken.
pub(crate) struct Arrived {
    pub(crate) sequence: u64,
    message: Message,
}

impl Arrived {
    pub(crate) fn payload(&self) -> &[u8] {
        &self.message.payload
    }
}

impl Intake {
    pub(crate) const fn new(context: Context, settings: Settings, created: String) -> Self {
        Self { context, settings, created, open: None }
    }

    /// The next messages after a position, at most so many; none if there are none for now.
    pub(crate) async fn next(&mut self, position: u64, most: usize) -> Result<Vec<Arrived>, Fault> {
        let mut patience = Patience::of(self.settings.patience);
        loop {
            match self.attempt(position, most).await {
                Ok(arrived) => return Ok(arrived),
                Err(fault) => {
                    self.open = None;
                    patience.bear(fault).await?;
                }
            }
        }
    }

    /// Lets the server know that all that was taken is saved.
    ///
    /// That only tells people and the server's limits how far the follower is. If it gets lost, the
    /// server hands messages over again, which is noticed.
    pub(crate) async fn acknowledge(&mut self) {
        let last = self.open.as_mut().and_then(|open| open.last.take());
        if let Some(message) = last {
            let _ = message.ack().await;
            let _ = timeout(GRACE, self.context.client().flush()).await;
        }
    }

    async fn attempt(&mut self, position: u64, most: usize) -> Result<Vec<Arrived>, Fault> {
        let open = match &mut self.open {
            Some(open) => open,
            None => {
                let open = self.open_after(position).await?;
                self.open.insert(open)
            }
        };
        let (arrived, whole) = open.batch(position, most, self.settings.linger).await?;
        if whole {
            open.last = arrived.last().map(|one| one.message.clone()).or(open.last.take());
        } else if arrived.is_empty() {
            return Err(Fault::queue(DOING)("what it sent got lost".into()));
        } else {
            self.open = None;
        }
        Ok(arrived)
    }

    /// A consumer that begins right after a position.
    async fn open_after(&self, position: u64) -> Result<Open, Fault> {
        let stream = self.context.get_stream(&self.settings.events).await;
        let stream = stream.map_err(|error| Fault::queue("find the events")(error.into()))?;
        check(stream.cached_info(), &self.created, position)?;
        let (settings, doing) = (&self.settings, "make a consumer");
        // There is none at first. If it cannot be deleted, it cannot be made anew either.
        let _ = stream.delete_consumer(&settings.consumer).await;
        // Twice what is not saved at most, so that one acknowledgment can get lost.
        let most = settings.save_every.saturating_add(settings.batch as u64).saturating_mul(2);
        let config = Config {
            durable_name: Some(settings.consumer.clone()),
            deliver_policy: DeliverPolicy::ByStartSequence { start_sequence: position + 1 },
            ack_policy: AckPolicy::All,
            ack_wait: SHORTEST_WAIT.max(settings.save_within * 4),
            max_ack_pending: i64::try_from(most).unwrap_or(i64::MAX),
            ..Config::default()
        };
        let consumer = stream.create_consumer(config).await;
        let consumer = consumer.map_err(|error| Fault::queue(doing)(error.into()))?;
        Ok(Open { consumer, handed: 0, last: None })
    }
}

/// Whether a stream still has what comes after a position.
pub(crate) fn check(info: &Info, created: &str, position: u64) -> Result<(), Fault> {
    let stream = info.config.name.clone();
    let (first, last) = (info.state.first_sequence, info.state.last_sequence);
    if info.created.to_string() != created || last < position {
        Err(Fault::OtherStream { stream })
    } else if position > 0 && first > position + 1 {
        Err(Fault::Gone { stream, position, first })
    } else {
        Ok(())
    }
}

impl Open {
    /// What the consumer hands over next, and whether nothing of it was lost on its way.
    async fn batch(
        &mut self,
        mut position: u64,
        most: usize,
        linger: Duration,
    ) -> Result<(Vec<Arrived>, bool), Fault> {
        let until = Instant::now() + linger + GRACE;
        let batch = self.consumer.batch().max_messages(most).expires(linger).messages();
        let batch = timeout_at(until, batch).await;
        let batch = batch.map_err(|error| Fault::queue(DOING)(error.into()))?;
        let mut batch = batch.map_err(|error| Fault::queue(DOING)(error.into()))?;
        let mut arrived = Vec::new();
        loop {
            let message = match timeout_at(until, batch.next()).await {
                Ok(Some(Ok(message))) => message,
                Ok(None) => return Ok((arrived, true)),
                Ok(Some(Err(_))) | Err(_) => return Ok((arrived, false)),
            };
            let Ok(info) = message.info() else { return Ok((arrived, false)) };
            let (place, sequence) = (info.consumer_sequence, info.stream_sequence);
            if place != self.handed + 1 || sequence <= position {
                return Ok((arrived, false));
            }
            (self.handed, position) = (place, sequence);
            arrived.push(Arrived { sequence, message });
        }
    }
}
