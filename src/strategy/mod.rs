//! Generators of the crate's data for property tests, of this crate and of others; they need the
//! feature `proptest`.
//!
//! Everything that is made passes the check of its kind: an [`event`] its `validate`, a [`rule`]
//! the check against its schema, and so on. Where a test fails, what is found shrinks to what is
//! still wrong with less. Small pools of products, words and amounts make things meet: the rule's
//! text is the customer's, the offer's category is in the basket.
//!
//! In `Cargo.toml`:
//!
//! ```toml
//! [dev-dependencies]
//! loyalty = { version = "0.1", features = ["proptest"] }
//! proptest = "1"
//! ```
//!
//! In a test, which is a function under `#[test]` of its own there:
//!
//! ```
//! use loyalty::rule::Truth;
//! use loyalty::strategy;
//! use proptest::prelude::*;
//!
//! proptest! {
//!     fn a_rule_and_its_opposite_never_both_hold(
//!         (rule, sheet, schema) in strategy::schema(4).prop_flat_map(|schema| {
//!             let (rule, sheet) = (strategy::rule(&schema), strategy::sheet(&schema, 0.2));
//!             (rule, sheet, Just(schema))
//!         }),
//!     ) {
//!         let truth = rule.check(&schema)?.truth(&sheet);
//!         prop_assert_eq!((!rule).check(&schema)?.truth(&sheet), !truth);
//!         prop_assert!(truth != !truth || truth == Truth::Unknown);
//!     }
//! }
//! a_rule_and_its_opposite_never_both_hold();
//! ```

mod basket;
mod benefit;
mod calendar;
mod customer;
mod earning;
mod event;
mod game;
mod id;
mod ladder;
mod message;
mod money;
mod offer;
mod operation;
mod purse;
mod rule;
mod spec;
mod story;
mod table;
mod value;

pub use basket::{basket, category, coupon, offer, product, purchase, return_of, store};
pub use benefit::floors;
pub use calendar::{day, instant, span, window, years, zone};
pub use customer::{attribute, attributes, channel, coordinates, customer};
pub use earning::{earning, expiry, multipliers};
pub use event::{event, event_kind};
pub use game::games;
pub use id::id;
pub use ladder::ladder;
pub use message::contact;
pub use money::{currency, money, percent, price, rounding, worths};
pub use offer::{catalog, offers};
pub use operation::operation;
pub use purse::purses;
pub use rule::rule;
pub use spec::spec;
pub use story::{Plot, Story, shuffled, stories, story};
pub use table::table;
pub use value::{number, schema, sheet, text, value};
