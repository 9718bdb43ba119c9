//! Rules: three-valued conditions that are written, checked against a schema, and then evaluated
//! without the possibility of failure.
//!
//! A [`Rule`] is written in Rust ([`field`], [`all`], [`any`]…) or as JSON. [`Rule::check`] finds
//! its fields in a [`Schema`] and reports every problem; the [`CheckedRule`] then answers for any
//! [`Facts`] with a [`Truth`], and with a [`Verdict`] where someone asks why.
//!
//! What can be said of rules before there are facts (which never apply, which are implied by
//! others, what a change loses) is answered by [`analysis`].
//!
//! # What can be tested
//!
//! | tests | of | for example |
//! |---|---|---|
//! | `is` `is_not` | everything | `"gold"`, `true`, `["tea", "books"]` |
//! | `above` `at_least` `below` `at_most` `between` | numbers, money, dates | `"500.00 EUR"` |
//! | `one_of` `none_of` | numbers, money, dates, texts | `["2026-01-31", "2026-02-28"]` |
//! | `any_of` `all_of` `none_of` | sets of texts | `["tea", "books"]` |
//! | `starts_with` `ends_with` `contains` | texts | `"@example.org"` |
//! | `within_last` `within_next` `anniversary_within_next` | dates | `"14d"` |
//!
//! # What is easily taken for something else
//!
//! - A test of a missing value is [`Truth::Unknown`], and so is its opposite: "not at most 30 days
//!   since the last order" grants nothing to someone who never ordered. Only `missing` sees that.
//! - `between` has both its ends, and `within_last` "14d" has both today and the day two weeks ago.
//! - Whole numbers and numbers are compared exactly, never rounded to each other.
//! - Money of another currency than the one it is compared with is unknown, not less.
//! - Texts are compared with their capitals.

pub mod analysis;

mod axis;
mod builder;
mod check;
mod checked;
mod columns;
mod compare;
mod days;
mod digits;
mod evaluate;
mod explain;
mod fault;
mod gap;
mod index;
mod read;
mod schema;
mod sentence;
mod suggest;
mod text;
mod truth;
mod turn;
mod typing;
mod value;
mod verdict;
mod write;
mod written;

pub use builder::{all, any, at_least, coalesce, field, missing, not};
pub use checked::CheckedRule;
pub use columns::{Column, ColumnFault, Columns, Row};
pub use fault::Fault;
pub use gap::Gap;
pub use index::{MatchTable, Matches, Obstacle, Obstacles, RuleIndex};
pub use schema::{Facts, Field, Schema, Sheet, Slot};
pub(crate) use suggest::name as closest;
pub use text::NoRule;
pub use truth::Truth;
pub use turn::{Change, Demand, MAX_TURNS, Turn, Turns, Unlock, unlocks};
pub use value::{Kind, NotFinite, Number, Text, Value};
pub use verdict::{Aim, Because, Finding, Verdict, Wanted};
pub use written::{Literal, MAX_DEPTH, MAX_NODES, Operand, Rule, Test};

#[cfg(test)]
mod tests;
