//! One customer of many as facts.

use std::cell::OnceCell;
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
}

impl<'a> Row<'a> {
    pub(super) fn new(columns: &'a Columns, index: usize) -> Self {
        Self { columns, index, values: vec![OnceCell::new(); columns.columns.len()] }
    }

    /// Goes on to another customer.
    pub(in crate::rule) fn move_to(&mut self, index: usize) {
        if index != self.index {
            self.index = index;
            for value in &mut self.values {
                value.take();
            }
        }
    }
}

impl Facts for Row<'_> {
    fn value(&self, slot: Slot) -> Option<&Value> {
        let place = self.values.get(slot.index())?;
        place.get_or_init(|| self.columns.column(slot)?.value(self.index)).as_ref()
    }

    fn today(&self) -> NaiveDate {
        self.columns.today
    }

    fn undecided(&self, slot: Slot) -> Option<&BTreeSet<Text>> {
        self.columns.column(slot)?.open(self.index)
    }
}
