//! All rules for all customers, column by column.

use super::RuleIndex;
use super::bits::{self, width};
use super::flat::Flat;
use super::keys::{Line, of_day, of_float};
use super::members::Members;
use super::rows::Row as Said;
use super::scalar::{MISSING, Scalar};
use super::scratch::SetScratch;
use super::table::{Cut, Table};
use crate::parallel::fill_chunks;
use crate::rule::columns::{Column, Data, Presence};
use crate::rule::{Columns, Facts, Row};

/// So many customers are looked at together.
const BLOCK: usize = 256;

/// Up to so many words the compiler makes no loops of what is done with the rules.
const NARROW: usize = 4;

/// No rule mentions the text.
const UNMENTIONED: u32 = u32::MAX;

/// Which rules hold for each of many customers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatchTable {
    width: usize,
    words: Vec<u64>,
}

impl MatchTable {
    /// The set of the rules that hold for a customer, as words: position 0 is the lowest bit of
    /// the first.
    #[must_use]
    pub fn row(&self, row: usize) -> &[u64] {
        let start = row.saturating_mul(self.width);
        self.words.get(start..start.saturating_add(self.width)).unwrap_or_default()
    }

    /// Whether a rule holds for a customer.
    #[must_use]
    pub fn contains(&self, row: usize, position: usize) -> bool {
        bits::contains(self.row(row), position)
    }

    /// The positions of the rules that hold for a customer, in ascending order.
    pub fn iter(&self, row: usize) -> impl Iterator<Item = usize> {
        bits::positions(self.row(row))
    }

    /// The words of all customers, one after the other.
    #[must_use]
    pub fn words(&self) -> &[u64] {
        &self.words
    }
}

/// What is looked up once for a whole column.
struct Prepared<'a> {
    table: &'a Table,
    column: Option<&'a Column>,
    /// For each text of the dictionary its cell, or its number among the texts of rules.
    codes: Vec<u32>,
    /// What sets say, where rules take few words.
    flat: Flat,
    /// Whether there is a cell that does not tell everything.
    is_unsure: bool,
    has_special: bool,
}

/// What is reckoned for a block of customers.
struct Block<'a> {
    first: usize,
    words: Vec<u64>,
    unsure: Vec<u64>,
    cells: Vec<usize>,
    sets: SetScratch,
    row: Row<'a>,
}

impl RuleIndex {
    /// Finds for every customer of `columns`, which are over the schema of the index, all rules
    /// that hold.
    ///
    /// With the feature `rayon` the customers are spread over all cores; the answer is the same.
    ///
    /// # Complexity
    /// For each customer and field a search among the cells of the field.
    #[must_use]
    pub fn holding_all(&self, columns: &Columns) -> MatchTable {
        let width = width(self.len());
        let mut words = vec![0; width * columns.len()];
        if !words.is_empty() {
            let prepared: Vec<Prepared<'_>> = self
                .tables
                .iter()
                .map(|table| Prepared::new(table, columns, self.all.len()))
                .collect();
            fill_chunks(&mut words, width * BLOCK, |number, words| {
                let block = Block::new(number * BLOCK, words.len() / width, self, columns);
                block.fill(self, &prepared, words);
            });
        }
        MatchTable { width, words }
    }
}

impl<'a> Prepared<'a> {
    fn new(table: &'a Table, columns: &'a Columns, width: usize) -> Self {
        let column = columns.column(table.slot);
        let codes = match (column.map(|column| &column.data), &table.cut) {
            (Some(Data::Texts(dictionary, _)), Cut::Scalar(scalar)) => {
                let cell = |text| u32::try_from(scalar.cell_of_text(text)).unwrap_or_default();
                dictionary.texts.iter().map(cell).collect()
            }
            (Some(Data::Sets(dictionary, ..)), Cut::Members(members)) => {
                let number = |text| members.number(text).unwrap_or(UNMENTIONED);
                dictionary.texts.iter().map(number).collect()
            }
            _ => Vec::new(),
        };
        let flat = match &table.cut {
            Cut::Members(members) if width <= NARROW => members.flat(width),
            _ => Flat::default(),
        };
        let is_unsure = match &table.cut {
            Cut::Scalar(scalar) => scalar.rows().is_unsure(),
            Cut::Members(_) => true,
        };
        let has_special = column.is_some_and(|column| column.presence.contains(&Presence::Special));
        Self { table, column, codes, flat, is_unsure, has_special }
    }
}

impl<'a> Block<'a> {
    fn new(first: usize, rows: usize, index: &RuleIndex, columns: &'a Columns) -> Self {
        Self {
            first,
            words: index.all.repeat(rows),
            unsure: vec![0; index.all.len() * rows],
            cells: Vec::with_capacity(rows),
            sets: SetScratch::default(),
            row: columns.row(first),
        }
    }

    fn fill(mut self, index: &RuleIndex, prepared: &[Prepared<'_>], into: &mut [u64]) {
        for prepared in prepared {
            match &prepared.table.cut {
                Cut::Scalar(scalar) => {
                    self.find_cells(prepared, scalar, index.all.len());
                    self.keep_cells(scalar, prepared.is_unsure, index.all.len());
                }
                Cut::Members(members) => self.keep_sets(prepared, members, index.all.len()),
            }
        }
        let Self { first, mut words, unsure, mut row, .. } = self;
        let rows = words.chunks_mut(index.all.len()).zip(unsure.chunks(index.all.len()));
        let answers = into.chunks_mut(width(index.len()));
        for (number, ((words, unsure), answer)) in rows.zip(answers).enumerate() {
            let mut open = words.iter().zip(unsure).zip(&index.rest);
            if open.any(|((word, unsure), rest)| word & (unsure | rest) != 0) {
                row.move_to(first + number);
                index.test(words, unsure, &row);
            }
            answer.copy_from_slice(words.get(..answer.len()).unwrap_or_default());
            bits::cut(answer, index.len());
        }
    }

    /// Finds the cell of every customer.
    fn find_cells(&mut self, prepared: &Prepared<'_>, scalar: &Scalar, width: usize) {
        let rows = self.words.len() / width;
        self.cells.clear();
        let Some(column) = prepared.column else {
            return self.cells.resize(rows, MISSING);
        };
        let range = self.first..self.first + rows;
        let presence = column.presence.get(range.clone()).unwrap_or_default();
        let today = of_day(self.row.today());
        match (&column.data, scalar.line()) {
            (Data::Whole(keys), Some(Line::DaysAhead)) => {
                let keys = keys.get(range).unwrap_or_default();
                self.cells.extend(keys.iter().map(|key| scalar.cell_of_key(key - today)));
            }
            (Data::Whole(keys), _) => {
                let keys = keys.get(range).unwrap_or_default();
                self.cells.extend(keys.iter().map(|key| scalar.cell_of_key(*key)));
            }
            (Data::Money(keys, currency), _) => {
                let keys = keys.get(range).unwrap_or_default();
                match currency.and_then(|currency| scalar.cell_of_foreign(currency)) {
                    Some(cell) => self.cells.resize(rows, cell),
                    None => self.cells.extend(keys.iter().map(|key| scalar.cell_of_key(*key))),
                }
            }
            (Data::Numbers(floats), _) => {
                let keys = floats.get(range).unwrap_or_default().iter();
                self.cells.extend(keys.map(|float| scalar.cell_of_key(of_float(*float))));
            }
            (Data::Texts(_, codes), _) => {
                let codes = codes.get(range).unwrap_or_default().iter();
                let cell = |code: &u32| prepared.codes.get(*code as usize).copied();
                self.cells.extend(codes.map(|code| cell(code).unwrap_or_default() as usize));
            }
            (Data::Sets(..), _) => self.cells.resize(rows, MISSING),
        }
        for (cell, presence) in self.cells.iter_mut().zip(presence) {
            *cell = if *presence == Presence::Missing { MISSING } else { *cell };
        }
        if prepared.has_special {
            self.find_special(prepared, scalar, presence);
        }
    }

    /// Finds the cells of values that do not stand in the column.
    fn find_special(&mut self, prepared: &Prepared<'_>, scalar: &Scalar, presence: &[Presence]) {
        for (number, (cell, presence)) in self.cells.iter_mut().zip(presence).enumerate() {
            if *presence == Presence::Special {
                self.row.move_to(self.first + number);
                let value = self.row.value(prepared.table.slot);
                *cell = scalar.cell(value, || self.row.today());
            }
        }
    }

    /// Keeps the rules that may hold in the cells.
    fn keep_cells(&mut self, scalar: &Scalar, is_unsure: bool, width: usize) {
        match width {
            1 => self.keep_narrow::<1>(scalar),
            2 => self.keep_narrow::<2>(scalar),
            3 => self.keep_narrow::<3>(scalar),
            4 => self.keep_narrow::<4>(scalar),
            _ => {
                for (words, cell) in self.words.chunks_exact_mut(width).zip(&self.cells) {
                    bits::keep(words, scalar.rows().may(*cell));
                }
            }
        }
        if is_unsure {
            for (words, cell) in self.unsure.chunks_exact_mut(width).zip(&self.cells) {
                if let Some(unsure) = scalar.rows().row(*cell).unsure {
                    bits::add(words, unsure);
                }
            }
        }
    }

    /// The same for sets of so many words, of which the compiler makes no loops.
    fn keep_narrow<const WIDTH: usize>(&mut self, scalar: &Scalar) {
        let rows = scalar.rows().all_may().as_chunks::<WIDTH>().0;
        let words = self.words.as_chunks_mut::<WIDTH>().0;
        for (words, cell) in words.iter_mut().zip(&self.cells) {
            if let Some(row) = rows.get(*cell) {
                bits::keep(words, row);
            }
        }
    }

    /// Keeps the rules that may hold for the sets.
    fn keep_sets(&mut self, prepared: &Prepared<'_>, members: &Members, width: usize) {
        match width {
            1 => self.keep_flat::<1>(prepared, members),
            2 => self.keep_flat::<2>(prepared, members),
            3 => self.keep_flat::<3>(prepared, members),
            4 => self.keep_flat::<4>(prepared, members),
            _ => self.keep_wide(prepared, members, width),
        }
    }

    /// The same for sets of so many words.
    fn keep_flat<const WIDTH: usize>(&mut self, prepared: &Prepared<'_>, members: &Members) {
        let flat = &prepared.flat;
        let rows = self.words.as_chunks_mut::<WIDTH>().0.iter_mut();
        let rows = rows.zip(self.unsure.as_chunks_mut::<WIDTH>().0);
        for (index, (words, unsure)) in (self.first..).zip(rows) {
            let presence = prepared.column.and_then(|column| column.presence.get(index));
            if let (Some(Presence::Here), Some(column)) = (presence, prepared.column) {
                let codes = column.data.codes(index).iter();
                let number = |code: &u32| prepared.codes.get(*code as usize).copied();
                flat.keep(words, codes.filter_map(number));
                if let Some(row) = &flat.unsure {
                    bits::add(unsure, row);
                }
            } else {
                let special = presence == Some(&Presence::Special);
                self.row.move_to(index);
                let slot = prepared.table.slot;
                let value = if special { self.row.value(slot) } else { None };
                let said = members.row(value, self.row.undecided(slot), &mut self.sets);
                bits::keep(words, said.may);
                if let Some(row) = said.unsure {
                    bits::add(unsure, row);
                }
            }
        }
    }

    /// The same for any number of words.
    fn keep_wide(&mut self, prepared: &Prepared<'_>, members: &Members, width: usize) {
        let Self { first, words, unsure, sets, row, .. } = self;
        let rows = words.chunks_exact_mut(width).zip(unsure.chunks_exact_mut(width));
        for (index, (words, unsure)) in (*first..).zip(rows) {
            let presence = prepared.column.and_then(|column| column.presence.get(index));
            let said: Said<'_> = match (presence, prepared.column) {
                (Some(Presence::Here), Some(column)) => {
                    let codes = column.data.codes(index).iter();
                    let numbers = codes.filter_map(|code| prepared.codes.get(*code as usize));
                    sets.open.clear();
                    sets.present.clear();
                    sets.present.extend(numbers.filter(|number| **number != UNMENTIONED));
                    members.row_of(sets)
                }
                (Some(Presence::Special), _) => {
                    row.move_to(index);
                    let slot = prepared.table.slot;
                    members.row(row.value(slot), row.undecided(slot), sets)
                }
                _ => members.row(None, None, sets),
            };
            bits::keep(words, said.may);
            if let Some(row) = said.unsure {
                bits::add(unsure, row);
            }
        }
    }
}
