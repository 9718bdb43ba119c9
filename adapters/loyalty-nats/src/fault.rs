//! Why a follower cannot go on.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use thiserror::Error;

/// Why a follower cannot begin, or cannot go on.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Fault {
    /// The server did not do something for as long as the patience lasts.
    #[error("the server does not {doing}: {source}")]
    Queue {
        /// What it should have done.
        doing: &'static str,
        /// What came of it the last time.
        source: async_nats::Error,
    },
    /// Something cannot be done with a file or a folder.
    #[error("cannot {doing} `{}`: {source}", path.display())]
    File {
        /// What should have been done.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The file is no checkpoint of this version.
    #[error("`{}` is no checkpoint: {source}", path.display())]
    NoCheckpoint {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: serde_json::Error,
    },
    /// Another follower has the folder.
    #[error("another follower works in `{}`", path.display())]
    Busy {
        /// The folder.
        path: PathBuf,
    },
    /// The stream no longer has all that the follower has not seen.
    #[error("the messages of `{stream}` after {position} and before {first} are gone unseen")]
    Gone {
        /// The stream.
        stream: String,
        /// The last sequence that the follower has seen.
        position: u64,
        /// The first that the stream has.
        first: u64,
    },
    /// The stream is not the one that the checkpoint was made of.
    #[error("the checkpoint is of another stream than the `{stream}` that is there")]
    OtherStream {
        /// The stream.
        stream: String,
    },
    /// The stream forgets ids earlier than it should.
    #[error("`{stream}` knows ids for {found:?}: it should for {wanted:?} at least")]
    ShortWindow {
        /// The stream.
        stream: String,
        /// For how long it knows them.
        found: Duration,
        /// For how long it should.
        wanted: Duration,
    },
}

impl Fault {
    pub(crate) fn queue(
        doing: &'static str,
    ) -> impl FnOnce(Box<dyn std::error::Error + Send + Sync>) -> Self {
        move |source| Self::Queue { doing, source }
    }

    /// Whether it may work later.
    pub(crate) const fn passes(&self) -> bool {
        matches!(self, Self::Queue { .. })
    }
}
