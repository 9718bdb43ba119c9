//! Games: punch cards, streaks, challenges, badges and leaderboards.

mod boards;
mod faults;
mod life;
mod models;
#[cfg(feature = "proptest")]
mod prizes;
mod tables;
