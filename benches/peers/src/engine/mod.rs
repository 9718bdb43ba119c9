//! The engines that are compared, each used in the fastest way that its documentation tells.

mod atree;
mod cel;
mod datalogic;
mod index;
mod interpreter;
mod json;
mod typed;
mod zen;

use crate::workload::{Offer, Profile};

/// Rules and customers in an engine's own form.
pub trait Engine {
    /// Replaces the customers by `profiles`.
    fn take_in(&mut self, profiles: &[Profile]);

    /// The positions of the rules that hold for the customer at a position.
    fn eligible(&mut self, profile: usize, into: &mut Vec<usize>);
}

/// Whether facts may be missing. Engines to which what is missing is zero, or an error that ends an
/// "or", are given rules that guard against it only where it may happen.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Gaps {
    Never,
    Sometimes,
}

/// An engine, and what to call it.
pub struct Entry {
    pub name: &'static str,
    /// Its package, or nothing for what is in this one.
    pub package: &'static str,
    pub build: fn(&[Offer], Gaps) -> Box<dyn Engine>,
}

/// All engines; the others are compared with the first.
pub const ROSTER: [Entry; 7] = [
    Entry { name: "rule index", package: "loyalty", build: index::build },
    Entry { name: "rule by rule", package: "loyalty", build: interpreter::build },
    Entry { name: "typed loop by hand", package: "", build: typed::build },
    Entry { name: "A-Tree", package: "a-tree", build: atree::build },
    Entry { name: "JSONLogic", package: "datalogic-rs", build: datalogic::build },
    Entry { name: "CEL", package: "cel", build: cel::build },
    Entry { name: "ZEN", package: "zen-expression", build: zen::build },
];
