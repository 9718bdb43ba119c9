//! The loop that follows a stream, and what it holds on to.

use std::pin::pin;
use std::time::Duration;

use async_nats::Client;
use async_nats::jetstream::context::ContextBuilder;
use async_nats::jetstream::stream::{Config, Info};
use async_nats::jetstream::{self, Context};
use loyalty::trigger::CheckedTriggers;
use tokio::time::Instant;

use crate::checkpoint::{Checkpoint, Folder, digest};
use crate::fault::Fault;
use crate::incoming::Incoming;
use crate::intake::{Arrived, Intake, check};
use crate::outlet::Outlet;
use crate::patience::Patience;
use crate::settings::Settings;
use crate::told::{Told, What};

/// Follows the events of a stream with a trigger machine, and tells what comes of them in another.
///
/// Over and over it takes a batch of messages, lets the machine see them in the order of the
/// stream, puts what comes of them into the other stream, and waits until that has it. Now and
/// then it saves machine and position together, and only then acknowledges what is before the
/// position. Whenever it is stopped, it begins at the checkpoint again; what it tells again has the
/// same ids, and the stream drops it.
///
/// All that moves the machine stands in the stream of events, time included ([`Incoming::Tick`]):
/// nothing that is told depends on when it was, or on how messages came in batches.
pub struct Follower {
    settings: Settings,
    folder: Folder,
    intake: Intake,
    outlet: Outlet,
    checkpoint: Checkpoint,
    change: Option<Change>,
    unsaved: Unsaved,
}

/// What is in the machine and not in the checkpoint on the disk.
#[derive(Default)]
struct Unsaved {
    messages: u64,
    since: Option<Instant>,
}

/// Other triggers, which take over after the last message that was there when the follower began.
/// What stood before it may have been told already, by the triggers before.
struct Change {
    terms: CheckedTriggers,
    after: u64,
}

/// What a follower has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Progress {
    /// All that comes of the messages up to a position is told.
    Told {
        /// The sequence of the last message.
        position: u64,
        /// How much was told of this batch.
        told: usize,
        /// How much of that the stream had already, and dropped.
        known: usize,
    },
    /// A checkpoint was saved.
    Saved {
        /// The sequence of the last message that is in it.
        position: u64,
    },
}

impl Follower {
    /// Takes up the work where the checkpoint in the folder was saved, or at the start of the
    /// stream if there is none. The streams are made if they are not there.
    ///
    /// If the triggers are others than those of the checkpoint, they take over after the last
    /// message that the stream has now.
    ///
    /// # Errors
    /// Every [`Fault`].
    pub async fn begin(
        settings: Settings,
        client: Client,
        terms: &CheckedTriggers,
    ) -> Result<Self, Fault> {
        let folder = Folder::open(&settings.folder)?;
        let saved = folder.load()?;
        let context = context(client);
        let events = patiently(&context, &settings).await?;
        let created = events.created.to_string();
        let checkpoint = match saved {
            Some(checkpoint) => checkpoint,
            None => {
                // With the triggers it is known by which of them the first messages are told.
                let checkpoint = Checkpoint::new(created.clone(), terms);
                folder.save(&checkpoint)?;
                checkpoint
            }
        };
        check(&events, &checkpoint.created, checkpoint.position)?;
        let changes = checkpoint.terms != digest(terms);
        let change =
            changes.then(|| Change { terms: terms.clone(), after: events.state.last_sequence });
        Ok(Self {
            intake: Intake::new(context.clone(), settings.clone(), created),
            outlet: Outlet::new(context, settings.clone()),
            settings,
            folder,
            checkpoint,
            change,
            unsaved: Unsaved::default(),
        })
    }

    /// The sequence of the last message that the machine has seen.
    #[must_use]
    pub const fn position(&self) -> u64 {
        self.checkpoint.position
    }

    /// Works until `stop` is ready, then saves what is told; what is not told yet is for the next
    /// time. What is done is reported to `report`.
    ///
    /// # Errors
    /// Every [`Fault`]. After one the follower cannot go on: begin again.
    pub async fn run(
        mut self,
        stop: impl Future<Output = ()>,
        mut report: impl FnMut(Progress),
    ) -> Result<(), Fault> {
        let mut stop = pin!(stop);
        loop {
            self.change_terms(&mut report)?;
            let (position, most) = (self.position(), self.most());
            let arrived = tokio::select! {
                biased;
                () = &mut stop => return self.save(&mut report).await,
                arrived = self.intake.next(position, most) => arrived?,
            };
            if !arrived.is_empty() {
                let told = self.observe(&arrived);
                let known = tokio::select! {
                    biased;
                    // The machine knows what may not be told yet: that must not be saved.
                    () = &mut stop => return Ok(()),
                    known = self.outlet.tell(&told) => known?,
                };
                report(Progress::Told { position: self.position(), told: told.len(), known });
            }
            if self.is_due(arrived.is_empty()) {
                self.save(&mut report).await?;
            }
        }
    }

    /// How many messages may be taken at once.
    fn most(&self) -> usize {
        let after = self.change.as_ref().map_or(u64::MAX, |change| change.after);
        let left = usize::try_from(after.saturating_sub(self.position())).unwrap_or(usize::MAX);
        self.settings.batch.min(left).max(1)
    }

    /// Lets the machine see messages, and names what comes of them.
    fn observe(&mut self, arrived: &[Arrived]) -> Vec<Told> {
        let Checkpoint { machine, turns, position, .. } = &mut self.checkpoint;
        let mut told = Vec::new();
        for one in arrived {
            let after = one.sequence;
            match serde_json::from_slice(one.payload()) {
                Ok(Incoming::Event(event)) => {
                    told.extend(turns.told(after, machine.observe(0, &event)));
                }
                Ok(Incoming::Tick(to)) => told.extend(turns.told(after, machine.advance(0, to))),
                Err(problem) => {
                    let (id, problem) = (format!("{after}.unreadable"), problem.to_string());
                    told.push(Told { id, after, turn: 1, what: What::Unreadable { problem } });
                }
            }
            *position = after;
        }
        self.unsaved.messages = self.unsaved.messages.saturating_add(arrived.len() as u64);
        self.unsaved.since.get_or_insert_with(Instant::now);
        told
    }

    /// Whether a checkpoint is to be saved, all that is taken being told.
    fn is_due(&self, idle: bool) -> bool {
        let Unsaved { messages, since } = &self.unsaved;
        let long = since.is_some_and(|since| since.elapsed() >= self.settings.save_within);
        *messages > 0 && (idle || long || *messages >= self.settings.save_every)
    }

    async fn save(&mut self, report: &mut impl FnMut(Progress)) -> Result<(), Fault> {
        if self.unsaved.messages > 0 {
            self.write(report)?;
            self.intake.acknowledge().await;
        }
        Ok(())
    }

    fn write(&mut self, report: &mut impl FnMut(Progress)) -> Result<(), Fault> {
        let Checkpoint { machine, turns, .. } = &mut self.checkpoint;
        turns.forget_settled(machine);
        self.folder.save(&self.checkpoint)?;
        self.unsaved = Unsaved::default();
        report(Progress::Saved { position: self.position() });
        Ok(())
    }

    /// Puts other triggers in, if it is time: what they tell follows from a checkpoint that has
    /// them.
    fn change_terms(&mut self, report: &mut impl FnMut(Progress)) -> Result<(), Fault> {
        let position = self.position();
        let Some(change) = self.change.take_if(|change| position >= change.after) else {
            return Ok(());
        };
        self.checkpoint.machine.replace(&change.terms);
        self.checkpoint.terms = digest(&change.terms);
        self.write(report)
    }
}

/// For how long an answer of the server is waited for: it may have got lost with the connection.
const ANSWER: Duration = Duration::from_secs(3);

/// What is asked of the server waits for its turn rather than fail.
fn context(client: Client) -> Context {
    let builder = ContextBuilder::new().backpressure_on_inflight(true);
    builder.timeout(ANSWER).ack_timeout(ANSWER).build(client)
}

/// The stream of events, both streams being there.
async fn patiently(context: &Context, settings: &Settings) -> Result<Info, Fault> {
    let mut patience = Patience::of(settings.patience);
    loop {
        match prepare(context, settings).await {
            Ok(info) => return Ok(info),
            Err(fault) => patience.bear(fault).await?,
        }
    }
}

async fn prepare(context: &jetstream::Context, settings: &Settings) -> Result<Info, Fault> {
    let events = stream(context, &settings.events, Config::default()).await?;
    let config = Config { duplicate_window: settings.window, ..Config::default() };
    let told = stream(context, &settings.told, config).await?;
    let (found, wanted) = (told.config.duplicate_window, settings.window);
    if found < wanted {
        return Err(Fault::ShortWindow { stream: settings.told.clone(), found, wanted });
    }
    Ok(events)
}

/// A stream of a name, made if it is not there.
async fn stream(context: &Context, name: &str, config: Config) -> Result<Info, Fault> {
    let subjects = vec![format!("{name}.>")];
    let config = Config { name: name.to_owned(), subjects, ..config };
    let stream = context.get_or_create_stream(config).await;
    let stream = stream.map_err(|error| Fault::queue("have the streams")(error.into()))?;
    Ok(stream.cached_info().clone())
}
