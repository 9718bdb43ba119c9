//! The cells of a slot that has one value at most.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::bounds::{Bounds, Seen, is_affix, stranger};
use super::conjunct::{Conjunct, conditions};
use super::keys::{Key, Line, literals};
use super::lookup::Lookup;
use super::rows::{Draft, Row, Rows};
use super::search::Search;
use crate::money::Currency;
use crate::rule::checked::CheckedRule;
use crate::rule::{Kind, Text, Truth, Value};

/// So many cells are the values of a slot cut into at most.
pub(super) const MAX_CELLS: usize = 256;

/// The cells that every slot has.
pub(super) const MISSING: usize = 0;
pub(super) const WRONG: usize = 1;
const BESIDE: usize = 2;
/// How many cells stand before those of the values.
const FIRST: usize = 3;

/// What a rule asks of one slot.
pub(super) struct Asked<'a> {
    /// The position of the rule in the index.
    pub(super) position: usize,
    pub(super) rule: &'a CheckedRule,
    pub(super) of: Vec<Conjunct>,
}

/// The cells of a slot, and what each says of the rules.
#[derive(Clone, Debug)]
pub(super) struct Scalar {
    cells: Cells,
    rows: Rows,
}

#[derive(Clone, Debug)]
pub(super) enum Cells {
    /// Each bound is the least key of its cell; what is below the first has a cell, too.
    Keys(Line, Search),
    /// The cells of the texts that are mentioned; all others share the first.
    Texts(Lookup, Vec<usize>),
}

impl Asked<'_> {
    pub(super) fn bounds(&self, seen: Seen<'_>) -> Bounds {
        let bounds = self.of.iter().map(|conjunct| {
            let bounds = Bounds::of(self.rule, conjunct.place, seen);
            if conjunct.negated { bounds.not() } else { bounds }
        });
        bounds.fold(Bounds::exactly(Truth::Hold), Bounds::and)
    }

    pub(super) fn conditions(&self) -> impl Iterator<Item = &crate::rule::checked::Condition> {
        self.of.iter().flat_map(|conjunct| conditions(self.rule, conjunct.place))
    }
}

impl Scalar {
    /// The cells for what rules of an index of so many ask of a slot of this type.
    pub(super) fn new(kind: Kind, asked: &[Asked<'_>], rules: usize) -> Self {
        let line = match kind {
            Kind::Bool => Line::Bool,
            Kind::Integer => Line::Integer,
            Kind::Number => Line::Number,
            Kind::Money => money(asked),
            Kind::Date => Line::Date,
            Kind::Text | Kind::Set => return Self::texts(asked, rules),
        };
        Self::keys(line, asked, rules)
    }

    /// The cells on a line.
    pub(super) fn keys(line: Line, asked: &[Asked<'_>], rules: usize) -> Self {
        let own: Vec<Vec<i64>> = asked.iter().map(|asked| own_bounds(&line, asked)).collect();
        let bounds = few(own.iter().flatten().copied());
        let mut draft = Draft::new(FIRST + bounds.len() + 1, rules);
        for (asked, own) in asked.iter().zip(&own) {
            head(asked, &mut draft);
            let stretches = stretches(&line, asked, own);
            let lows = std::iter::once(None).chain(bounds.iter().copied().map(Some));
            let highs = bounds.iter().copied().map(Some).chain([None]);
            for (cell, (low, high)) in lows.zip(highs).enumerate() {
                let first = low.map_or(0, |low| own.partition_point(|bound| *bound <= low));
                let last =
                    high.map_or(own.len(), |high| own.partition_point(|bound| *bound < high));
                let inside = stretches.get(first..=last).unwrap_or_default();
                let within = inside.iter().flatten().copied().reduce(Bounds::or_else);
                let nothing = Bounds::exactly(Truth::Fail);
                draft.set(FIRST + cell, asked.position, within.unwrap_or(nothing));
            }
        }
        Self { cells: Cells::Keys(line, Search::new(bounds)), rows: draft.finish() }
    }

    fn texts(asked: &[Asked<'_>], rules: usize) -> Self {
        let mut mentions: BTreeMap<&Text, usize> = BTreeMap::new();
        for text in asked.iter().flat_map(mentioned) {
            *mentions.entry(text).or_default() += 1;
        }
        let cells = shared(mentions.values().copied());
        let count = cells.iter().max().map_or(1, |last| last + 1);
        let texts: Vec<Text> = mentions.into_keys().cloned().collect();
        let lookup = Lookup::new(texts);
        let stranger = stranger(lookup.texts().iter());
        let mut draft = Draft::new(FIRST + count, rules);
        for asked in asked {
            head(asked, &mut draft);
            let other = asked.bounds(Seen::Stranger(&stranger));
            let mut rows: Vec<Option<Bounds>> = vec![None; count];
            let looks_inside = asked.conditions().any(|condition| is_affix(&condition.test));
            let own: Vec<usize> =
                mentioned(asked).filter_map(|t| lookup.find(t.as_str())).collect();
            for (number, (text, cell)) in lookup.texts().iter().zip(&cells).enumerate() {
                let bounds = if looks_inside || own.contains(&number) {
                    asked.bounds(Seen::Value(&Value::Text(text.clone())))
                } else {
                    other
                };
                if let Some(row) = rows.get_mut(*cell) {
                    *row = Some(row.map_or(bounds, |row| row.or_else(bounds)));
                }
            }
            for (cell, row) in rows.into_iter().enumerate() {
                draft.set(FIRST + cell, asked.position, row.unwrap_or(other));
            }
        }
        let cells = cells.into_iter().map(|cell| FIRST + cell).collect();
        Self { cells: Cells::Texts(lookup, cells), rows: draft.finish() }
    }

    pub(super) fn row(&self, value: Option<&Value>, today: impl FnOnce() -> NaiveDate) -> Row<'_> {
        self.rows.row(self.cell(value, today))
    }

    pub(super) fn cell(&self, value: Option<&Value>, today: impl FnOnce() -> NaiveDate) -> usize {
        match (value, &self.cells) {
            (None, _) => MISSING,
            (Some(Value::Text(text)), Cells::Texts(..)) => self.cell_of_text(text),
            (Some(_), Cells::Texts(..)) => WRONG,
            (Some(value), Cells::Keys(line, _)) => match line.key(value, today) {
                Key::At(key) => self.cell_of_key(key),
                Key::Wrong => WRONG,
                Key::Beside => BESIDE,
            },
        }
    }

    pub(super) fn cell_of_key(&self, key: i64) -> usize {
        match &self.cells {
            Cells::Keys(_, search) => FIRST + search.find(key),
            Cells::Texts(..) => WRONG,
        }
    }

    pub(super) fn cell_of_text(&self, text: &Text) -> usize {
        match &self.cells {
            Cells::Texts(lookup, cells) => {
                let cell = lookup.find(text.as_str()).and_then(|number| cells.get(number));
                cell.copied().unwrap_or(FIRST)
            }
            Cells::Keys(..) => WRONG,
        }
    }

    /// The cell of amounts in a currency other than the line's.
    pub(super) fn cell_of_foreign(&self, currency: Currency) -> Option<usize> {
        match &self.cells {
            Cells::Keys(line, _) => match line.foreign(currency)? {
                Key::Beside => Some(BESIDE),
                _ => Some(WRONG),
            },
            Cells::Texts(..) => Some(WRONG),
        }
    }

    pub(super) const fn line(&self) -> Option<&Line> {
        match &self.cells {
            Cells::Keys(line, _) => Some(line),
            Cells::Texts(..) => None,
        }
    }

    pub(super) const fn rows(&self) -> &Rows {
        &self.rows
    }
}

/// Fills the cells that every slot has.
fn head(asked: &Asked<'_>, draft: &mut Draft) {
    for (cell, seen) in [(MISSING, Seen::Missing), (WRONG, Seen::Wrong), (BESIDE, Seen::Something)]
    {
        draft.set(cell, asked.position, asked.bounds(seen));
    }
}

/// The currency of most comparisons first; of two with equally many, the first by code.
fn money(asked: &[Asked<'_>]) -> Line {
    let mut counts: BTreeMap<Currency, usize> = BTreeMap::new();
    let conditions = asked.iter().flat_map(Asked::conditions);
    for value in conditions.flat_map(|condition| literals(&condition.test)) {
        if let Value::Money(amount) = value {
            *counts.entry(amount.currency()).or_default() += 1;
        }
    }
    let most = counts.iter().rev().max_by_key(|(_, count)| **count).map(|(currency, _)| *currency);
    let own = most.unwrap_or(Currency::EUR);
    Line::Money(own, counts.into_keys().filter(|currency| *currency != own).collect())
}

/// The texts that the rule compares with, each once.
fn mentioned<'a>(asked: &Asked<'a>) -> impl Iterator<Item = &'a Text> {
    let mut texts: Vec<&Text> = Vec::new();
    let of = asked.of.iter();
    let conditions = of.flat_map(|conjunct| conditions(asked.rule, conjunct.place));
    for value in conditions.flat_map(|condition| literals(&condition.test)) {
        if let Value::Text(text) = value {
            texts.push(text);
        }
    }
    texts.sort_unstable();
    texts.dedup();
    texts.into_iter()
}

/// Where the answer of one rule may change.
fn own_bounds(line: &Line, asked: &Asked<'_>) -> Vec<i64> {
    let mut bounds = Vec::new();
    asked.conditions().for_each(|condition| line.bounds(condition, &mut bounds));
    bounds.sort_unstable();
    bounds.dedup();
    bounds
}

/// What the rule says on the stretches between its own bounds; nothing where no value is.
fn stretches(line: &Line, asked: &Asked<'_>, own: &[i64]) -> Vec<Option<Bounds>> {
    let below = own.first().map_or(Some(0), |first| first.checked_sub(1));
    let keys = std::iter::once(below).chain(own.iter().copied().map(Some));
    keys.map(|key| {
        let key = key?;
        let value = line.value(key);
        line.seen(key, value.as_ref()).map(|seen| asked.bounds(seen))
    })
    .collect()
}

/// At most so many of the bounds that cells have room for, so that about equally many bounds of
/// rules lie between them.
fn few(bounds: impl Iterator<Item = i64>) -> Vec<i64> {
    let mut weights: BTreeMap<i64, usize> = BTreeMap::new();
    let mut total: usize = 0;
    for bound in bounds {
        *weights.entry(bound).or_default() += 1;
        total += 1;
    }
    let most = MAX_CELLS - 1;
    if weights.len() <= most {
        return weights.into_keys().collect();
    }
    let (share, mut passed) = (total.div_ceil(most), 0);
    let chosen = weights.into_iter().filter(|(_, weight)| {
        passed += weight;
        let full = passed >= share;
        if full {
            passed = 0;
        }
        full
    });
    chosen.map(|(bound, _)| bound).collect()
}

/// A cell for each text from 1 on; where there are too many, neighbors share one.
fn shared(weights: impl ExactSizeIterator<Item = usize> + Clone) -> Vec<usize> {
    let most = MAX_CELLS - 1;
    if weights.len() <= most {
        return (1..=weights.len()).collect();
    }
    // A cell closes where it is full and before a text that fills one alone: each closed by
    // either takes half of the shares.
    let share = (weights.clone().sum::<usize>() * 2).div_ceil(most - 1);
    let (mut cell, mut held) = (1, 0);
    weights
        .map(|weight| {
            if held > 0 && (held >= share || weight >= share) {
                cell += 1;
                held = 0;
            }
            held += weight;
            cell
        })
        .collect()
}
