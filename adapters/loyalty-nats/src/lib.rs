#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    clippy::todo,
    clippy::unimplemented,
    clippy::unreachable,
    clippy::too_many_lines
)]
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::panic
    )
)]
#![doc = include_str!("../README.md")]

mod checkpoint;
mod fault;
mod follower;
mod incoming;
mod intake;
mod outlet;
mod patience;
mod settings;
mod standing;
mod told;

pub use checkpoint::{Checkpoint, Folder};
pub use fault::Fault;
pub use follower::{Follower, Progress};
pub use incoming::{Incoming, tick};
pub use settings::Settings;
pub use standing::{News, Standing};
pub use told::{Told, Turns, What};
