//! One customer of many as facts.

use std::cell::{Cell, OnceCell};
use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::Columns;
use crate::rule::{Facts, Slot, Text, Value};

/// The facts of one customer of [`Columns`]; a value is made when somebody asks for it.
#[derive(Clone, Debug)]
pub struct Row<'a> {
    columns: &'a Columns,
    index: usize,
    values: Vec<OnceCell<Option<Value>>>,
    /// Whether a value was made.
    made: Cell<bool>,
}

impl<'a> Row<'a> {
    pub(super) fn new(columns: &'a Columns, index: usize) -> Self {
        let values = vec![OnceCell::new(); columns.columns.len()];
        Self { columns, index, values, made: Cell::new(false) }
    }

    /// Goes on to another customer.
    pub(in crate::rule) fn move_to(&mut self, index: usize) {
        if index != self.index {
            self.index = index;
            if self.made.take() {
                self.values.iter_mut().for_each(|value| *value = OnceCell::new());
            }
        }
    }
}

impl Facts for Row<'_> {
    fn value(&self, slot: Slot) -> Option<&Value> {
        let place = self.values.get(slot.index())?;
        self.made.set(true);
        place.get_or_init(|| self.columns.column(slot)?.value(self.index)).as_ref()
    }

    fn today(&self) -> NaiveDate {
        self.columns.today
    }

    fn undecided(&self, slot: Slot) -> Option<&BTreeSet<Text>> {
        self.columns.column(slot)?.open(self.index)
    }
}
