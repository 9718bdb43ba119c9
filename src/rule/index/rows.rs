//! For each cell of a slot's values, which rules may still hold.

use super::bits;
use super::bounds::Bounds;
use crate::rule::Truth;

/// What one cell says of every rule.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'a> {
    /// The rules that may hold.
    pub(super) may: &'a [u64],
    /// The rules that are known to fail; if there is nothing here, all that cannot hold.
    pub(super) fail: Option<&'a [u64]>,
    /// The rules that this slot does not tell; if there is nothing here, none.
    pub(super) unsure: Option<&'a [u64]>,
}

/// The rows of all cells.
#[derive(Clone, Debug)]
pub(super) struct Rows {
    width: usize,
    may: Vec<u64>,
    marks: Vec<Marks>,
}

/// What a row has besides: nothing where every rule holds or fails.
#[derive(Clone, Debug, Default)]
struct Marks {
    fail: Option<Box<[u64]>>,
    unsure: Option<Box<[u64]>>,
}

impl Rows {
    pub(super) fn row(&self, cell: usize) -> Row<'_> {
        let marks = self.marks.get(cell);
        Row {
            may: self.may(cell),
            fail: marks.and_then(|marks| marks.fail.as_deref()),
            unsure: marks.and_then(|marks| marks.unsure.as_deref()),
        }
    }

    pub(super) fn may(&self, cell: usize) -> &[u64] {
        let start = cell * self.width;
        self.may.get(start..start + self.width).unwrap_or_default()
    }

    /// The rules that may hold, for one cell after the other.
    pub(super) fn all_may(&self) -> &[u64] {
        &self.may
    }

    /// Whether there is a cell that does not tell everything.
    pub(super) fn is_unsure(&self) -> bool {
        self.marks.iter().any(|marks| marks.unsure.is_some())
    }
}

/// Rows that are being filled.
pub(super) struct Draft {
    width: usize,
    may: Vec<u64>,
    fail: Vec<u64>,
    unsure: Vec<u64>,
}

impl Draft {
    /// So many rows, which let every rule hold.
    pub(super) fn new(cells: usize, rules: usize) -> Self {
        let width = bits::width(rules);
        let none = || vec![0; cells * width];
        Self { width, may: vec![u64::MAX; cells * width], fail: none(), unsure: none() }
    }

    /// Writes down between which truths a rule lies in a cell.
    pub(super) fn set(&mut self, cell: usize, rule: usize, bounds: Bounds) {
        let place = cell * self.width * 64 + rule;
        if bounds.most != Truth::Hold {
            bits::delete(&mut self.may, place);
        }
        if bounds.most == Truth::Fail {
            bits::insert(&mut self.fail, place);
        }
        if bounds.least != bounds.most {
            bits::insert(&mut self.unsure, place);
        }
    }

    pub(super) fn finish(self) -> Rows {
        let Self { width, may, fail, unsure } = self;
        let by_row = may.chunks(width.max(1)).zip(fail.chunks(width.max(1)));
        let rows = by_row.zip(unsure.chunks(width.max(1)));
        let marks = rows
            .map(|((may, fail), unsure)| {
                let told = may.iter().zip(fail).all(|(may, fail)| !may == *fail);
                let sure = unsure.iter().all(|word| *word == 0);
                Marks { fail: (!told).then(|| fail.into()), unsure: (!sure).then(|| unsure.into()) }
            })
            .collect();
        Rows { width, may, marks }
    }
}
