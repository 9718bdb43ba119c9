//! What a follower is told about its place.

use std::path::PathBuf;
use std::time::Duration;

/// Where a follower takes events from, where it tells what comes of them, and how often it saves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The stream of events and ticks. If there is none, it is made, for the subjects `<name>.>`.
    pub events: String,
    /// The stream that takes what is told, on the subjects `<name>.fired`, `.retract`, `.late` and
    /// `.unreadable`. If there is none, it is made.
    pub told: String,
    /// The durable consumer of the events. It belongs to this follower alone.
    pub consumer: String,
    /// Where the checkpoint is kept.
    pub folder: PathBuf,
    /// How many messages are taken, and then told of, at once.
    pub batch: usize,
    /// For how long messages are waited for while a batch is not full.
    pub linger: Duration,
    /// After how many messages at most a checkpoint is saved.
    pub save_every: u64,
    /// For how long at most a message is taken and not in a checkpoint.
    pub save_within: Duration,
    /// For how long the stream of what is told must know ids, so that it drops what it has already:
    /// longer than from one checkpoint to the next and then until a follower that was stopped is at
    /// work again.
    pub window: Duration,
    /// For how long a server that does not answer is tried again.
    pub patience: Duration,
}

impl Settings {
    /// The streams `events` and `told`, the consumer `loyalty`, 256 messages at once and 100 ms for
    /// them, a checkpoint every 2,048 messages or 5 seconds, a window of two hours, and a minute's
    /// patience.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            events: "events".to_owned(),
            told: "told".to_owned(),
            consumer: "loyalty".to_owned(),
            folder: folder.into(),
            batch: 256,
            linger: Duration::from_millis(100),
            save_every: 2_048,
            save_within: Duration::from_secs(5),
            window: Duration::from_secs(2 * 3_600),
            patience: Duration::from_secs(60),
        }
    }
}
