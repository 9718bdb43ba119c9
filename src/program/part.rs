//! Parts of a program, and which facts they see.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::rule::{Facts, Sheet, Slot, Text, Value};
use crate::segment::Segmenter;

/// A segmenter, and where its inputs are.
pub(super) struct Installed {
    pub part: Box<dyn Segmenter>,
    pub slots: Vec<Option<Slot>>,
}

impl Installed {
    /// What the segmenter wants to know of the customer on this sheet.
    pub(super) fn row(&self, sheet: &Sheet) -> Vec<Option<Value>> {
        self.slots.iter().map(|slot| sheet.value((*slot)?).cloned()).collect()
    }
}

/// A part that is asked with facts, and how it numbers their slots.
pub(super) struct Consulted<T> {
    pub part: T,
    /// For a host's own part: where the fields that it names are, in its order.
    pub slots: Option<Vec<Option<Slot>>>,
}

impl<T> Consulted<T> {
    /// The facts of `sheet` in the slots that the part uses.
    pub(super) fn facts<'a>(&'a self, sheet: &'a Sheet) -> PartFacts<'a> {
        PartFacts { sheet, slots: self.slots.as_deref() }
    }
}

/// A sheet as a part sees it.
pub(super) struct PartFacts<'a> {
    sheet: &'a Sheet,
    slots: Option<&'a [Option<Slot>]>,
}

impl Facts for PartFacts<'_> {
    fn value(&self, slot: Slot) -> Option<&Value> {
        match self.slots {
            None => self.sheet.value(slot),
            Some(slots) => self.sheet.value((*slots.get(slot.index())?)?),
        }
    }

    fn today(&self) -> NaiveDate {
        self.sheet.today()
    }

    fn undecided(&self, slot: Slot) -> Option<&BTreeSet<Text>> {
        match self.slots {
            None => self.sheet.undecided(slot),
            Some(slots) => self.sheet.undecided((*slots.get(slot.index())?)?),
        }
    }
}
