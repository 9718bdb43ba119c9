//! The values of a field, as far as its tests can tell them apart.

use std::collections::{BTreeMap, BTreeSet};

use super::budget::Budget;
use super::{Inconclusive, line, numbers, texts};
use crate::money::Currency;
use crate::rule::{Facts, Field, Kind, Sheet, Test, Text, Truth, Value};

/// All values of a field that is no set.
#[derive(Debug)]
pub(super) struct Cells {
    /// One value for each cell, in the order in which cells are told.
    pub(super) points: Vec<Point>,
    /// The points that all tests take for the same. The first class is the missing value, which has
    /// no point.
    pub(super) classes: Vec<Vec<usize>>,
    /// Tests that spots are marked by.
    pub(super) atoms: Vec<Test<Value>>,
    pub(super) lines: Vec<Line>,
}

/// A value that stands for its cell.
#[derive(Debug)]
pub(super) struct Point {
    pub(super) value: Value,
    pub(super) place: Place,
}

/// What a cell is.
#[derive(Debug)]
pub(super) enum Place {
    /// The one value.
    Single,
    /// The values of a stretch of a line that have these marks.
    Spot { line: usize, at: usize, marks: Vec<bool> },
    /// Amounts in other currencies than the lines have.
    Abroad,
}

/// Values in their order, in stretches.
#[derive(Debug, Default)]
pub(super) struct Line {
    /// The currency, if there are several lines.
    pub(super) currency: Option<Currency>,
    pub(super) ends: Vec<Ends>,
}

/// From where to where a stretch goes; it has no end where its line goes on.
#[derive(Clone, Debug, Default)]
pub(super) struct Ends {
    pub(super) low: Option<Bound>,
    pub(super) high: Option<Bound>,
}

#[derive(Clone, Debug)]
pub(super) struct Bound {
    pub(super) value: Value,
    /// Whether the value itself is outside.
    pub(super) open: bool,
}

impl Point {
    const fn single(value: Value) -> Self {
        Self { value, place: Place::Single }
    }
}

impl Cells {
    /// The cells of `field` for `tests`, as of the sheet's day.
    pub(super) fn of(
        field: &Field,
        tests: &[&Test<Value>],
        sheet: &Sheet,
        budget: &mut Budget,
    ) -> Result<Self, Inconclusive> {
        let mut cells =
            Self { points: Vec::new(), classes: Vec::new(), atoms: Vec::new(), lines: Vec::new() };
        match field.kind {
            Kind::Bool => {
                cells.points = [true, false].map(|value| Point::single(value.into())).into();
            }
            Kind::Integer => cells.add(line::integers(tests)),
            Kind::Number => cells.add(numbers::line(tests)),
            Kind::Money => cells.amounts(field, tests),
            Kind::Date => {
                cells.atoms = line::anniversaries(tests);
                let days = line::days(tests, &cells.atoms, sheet, budget)?;
                cells.add(days);
            }
            Kind::Text => cells.words(field, tests, budget)?,
            Kind::Set => {}
        }
        cells.classify(tests, sheet, budget)?;
        Ok(cells)
    }

    /// Adds a line with its points.
    fn add(&mut self, (line, points): (Line, Vec<Point>)) {
        self.lines.push(line);
        self.points.extend(points);
    }

    fn amounts(&mut self, field: &Field, tests: &[&Test<Value>]) {
        if let Some(currency) = field.currency {
            return self.add(line::money(tests, currency, None, 0));
        }
        let currency = |value: &Value| match value {
            Value::Money(amount) => Some(amount.currency()),
            _ => None,
        };
        let values = tests.iter().flat_map(|test| compared(test));
        let named: BTreeSet<Currency> = values.filter_map(currency).collect();
        for (place, currency) in named.iter().enumerate() {
            self.add(line::money(tests, *currency, Some(*currency), place));
        }
        if let Some(value) = line::abroad(&named) {
            self.points.push(Point { value, place: Place::Abroad });
        }
    }

    fn words(
        &mut self,
        field: &Field,
        tests: &[&Test<Value>],
        budget: &mut Budget,
    ) -> Result<(), Inconclusive> {
        if let Some(domain) = &field.domain {
            let texts = domain.iter().cloned();
            self.points = texts.map(|text| Point::single(Value::Text(text))).collect();
            return Ok(());
        }
        let text = |value: &Value| match value {
            Value::Text(text) => Some(text.clone()),
            _ => None,
        };
        let literals = tests.iter().flat_map(|test| compared(test)).filter_map(text);
        let literals: BTreeSet<Text> = literals.collect();
        self.atoms = texts::affixes(tests);
        let found = texts::spots(&self.atoms, &literals, budget)?;
        let literals = literals.into_iter();
        self.points = literals.map(|text| Point::single(Value::Text(text))).collect();
        self.points.extend(found);
        self.lines.push(Line { currency: None, ends: vec![Ends::default()] });
        Ok(())
    }

    fn classify(
        &mut self,
        tests: &[&Test<Value>],
        sheet: &Sheet,
        budget: &mut Budget,
    ) -> Result<(), Inconclusive> {
        budget.spend(self.points.len().saturating_mul(tests.len() + 1))?;
        let mut known: BTreeMap<Vec<Truth>, usize> = BTreeMap::new();
        self.classes.push(Vec::new());
        for (place, point) in self.points.iter().enumerate() {
            let truths = tests.iter().map(|test| test.truth(&point.value, sheet)).collect();
            let class = *known.entry(truths).or_insert(self.classes.len());
            match self.classes.get_mut(class) {
                Some(class) => class.push(place),
                None => self.classes.push(vec![place]),
            }
        }
        Ok(())
    }

    /// The value that stands for a class; `None` for the missing value.
    pub(super) fn value(&self, class: usize) -> Option<&Value> {
        let point = *self.classes.get(class)?.first()?;
        self.points.get(point).map(|point| &point.value)
    }

    /// The truth of `test` for each class.
    pub(super) fn truths(&self, test: &Test<Value>, facts: &dyn Facts) -> Vec<Truth> {
        let classes = 0..self.classes.len();
        let truth = |class| self.value(class).map(|value| test.truth(value, facts));
        classes.map(|class| truth(class).unwrap_or(Truth::Unknown)).collect()
    }
}

/// The values with which a test compares.
pub(super) fn compared(test: &Test<Value>) -> impl Iterator<Item = &Value> {
    let (low, values) = match test {
        Test::Is(value) | Test::IsNot(value) => (None, std::slice::from_ref(value)),
        Test::Above(value) | Test::AtLeast(value) => (None, std::slice::from_ref(value)),
        Test::Below(value) | Test::AtMost(value) => (None, std::slice::from_ref(value)),
        Test::Between(low, high) => (Some(low), std::slice::from_ref(high)),
        Test::OneOf(values) | Test::NoneOf(values) => (None, values.as_slice()),
        Test::AnyOf(values) | Test::AllOf(values) => (None, values.as_slice()),
        Test::StartsWith(_) | Test::EndsWith(_) | Test::Contains(_) => (None, &[][..]),
        Test::WithinLast(_) | Test::WithinNext(_) => (None, &[][..]),
        Test::AnniversaryWithinNext(_) => (None, &[][..]),
    };
    low.into_iter().chain(values)
}
