//! Rules: three-valued conditions that are written, checked against a schema, and then evaluated
//! without the possibility of failure.
//!
//! A [`Rule`] is written in Rust ([`field`], [`all`], [`any`]…) or as JSON. [`Rule::check`] finds
//! its fields in a [`Schema`] and reports every problem; the [`CheckedRule`] then answers for any
//! [`Facts`] with a [`Truth`].

mod axis;
mod builder;
mod check;
mod checked;
mod compare;
mod days;
mod evaluate;
mod explain;
mod fault;
mod gap;
mod read;
mod schema;
mod sentence;
mod suggest;
mod truth;
mod typing;
mod value;
mod verdict;
mod write;
mod written;

pub use builder::{all, any, at_least, coalesce, field, missing, not};
pub use checked::CheckedRule;
pub use fault::Fault;
pub use gap::Gap;
pub use schema::{Facts, Field, Schema, Sheet, Slot};
pub use truth::Truth;
pub use value::{Kind, NotFinite, Number, Text, Value};
pub use verdict::{Aim, Because, Finding, Verdict, Wanted};
pub use written::{Literal, MAX_DEPTH, MAX_NODES, Operand, Rule, Test};

#[cfg(test)]
mod tests;
