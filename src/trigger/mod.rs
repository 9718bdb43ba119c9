//! Triggers: the right moment, told by what happens and by what does not.
//!
//! [`Triggers`] are written as data and checked once. What events alone can tell (something
//! happens, follows, fails to follow, happens often, a session ends, somebody stays near a place),
//! a
//! [`Machine`] follows itself, for very many customers at once and in the time of the events. What
//! takes a member's profile (a level that is crossed, a birthday, points that expire, a purchase
//! that is overdue, news of a product), a program derives, as an [`Outlook`]
//! that the machine keeps. Either way a trigger comes out as a [`Firing`] with an id that follows
//! from what happened alone, so that a host delivers exactly once.

mod check;
mod facts;
mod fault;
mod firing;
mod flow;
mod key;
mod machine;
mod matcher;
mod micros;
mod near;
mod outlook;
mod written;

pub use check::{CheckedTrigger, CheckedTriggers, MAX_NTH, MAX_TIMES, MAX_TRIGGERS, Surroundings};
pub use fault::Fault;
pub use firing::{Firing, Late, Output, Reason, TriggerId};
pub use machine::{MAX_KEPT, Machine, Step, Trace};
pub use outlook::{Outlook, Planned, ProductNews};
pub use written::{
    DateOf, DayOfYear, Edge, Interest, Likeness, Match, News, Pattern, Sign, Trigger, Triggers,
};
