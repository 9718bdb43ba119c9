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

// GROUND: knows nothing.
mod parallel;
pub mod digest;
pub mod path;
pub mod id;
pub mod money;
mod point;
pub mod calendar;
pub mod stats;

// CRAFT: mathematics and language; knows no loyalty.
pub mod rule;
pub mod cluster;
pub mod clv;
pub mod logistic;
pub mod template;

// FACTS: what happened and who they are.
pub mod event;
pub mod consent;
pub mod profile;
pub mod feature;

// JUDGMENT: what we make of it.
pub mod churn;
pub mod timing;
pub mod segment;
pub mod points;
pub mod tier;
pub mod game;

// ACTION: what we do about it.
pub mod offer;
pub mod trigger;
pub mod message;

// ROOF: wires it together.
pub mod program;
pub mod insight;
pub mod laws;
#[cfg(feature = "proptest")]
pub mod strategy;

pub use event::Event;
pub use money::{Currency, Money};
pub use program::{Applied, Decision, Error, Member, Program};
