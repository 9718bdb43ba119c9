//! A block of points, which is assigned to centers apart from all others.

use super::super::points::{Points, squared_distance};
use super::super::wide::wide;
use super::bounds::{Bounds, Drift};
use super::screen::{Screen, WIDTH};
use super::sums::Rows;
use super::tally::{Move, Tally};
use super::tile::{LANES, for_columns, nearest, turn};

/// What an assignment does with all blocks.
pub(super) struct Step<'a> {
    pub(super) points: &'a Points<'a>,
    /// How many points are in a block.
    pub(super) size: usize,
    /// Row-major.
    pub(super) centers: &'a [f64],
    /// The centers in short floats, where these are of use.
    pub(super) screen: Option<&'a Screen>,
    /// How far centers have moved, if bounds are to be kept.
    pub(super) drift: Option<&'a Drift>,
}

/// Points with the centers that they belong to since the last assignment.
pub(super) struct Block {
    pub(super) labels: Vec<u32>,
    /// What the last assignment changed.
    pub(super) moves: Vec<Move>,
    pub(super) tally: Tally,
    bounds: Bounds,
}

impl Block {
    pub(super) fn new(points: usize, centers: usize, columns: usize) -> Self {
        Self {
            labels: vec![u32::MAX; points],
            moves: Vec::new(),
            tally: Tally::new(centers, columns),
            bounds: Bounds::new(),
        }
    }

    /// Assigns its points to their nearest centers, and sums them up.
    pub(super) fn assign(&mut self, number: usize, step: &Step<'_>) {
        let rows = step.rows(number);
        wide(
            #[inline(always)]
            || for_columns!(rows.columns, columns => self.search(Rows { columns, ..rows }, step)),
        );
    }

    /// Sums its points up by the labels they have, which were not all measured.
    pub(super) fn sum(&mut self, number: usize, step: &Step<'_>) {
        self.bounds.forget();
        self.tally.count(step.rows(number), &self.labels);
    }

    /// The weighted sum of the squared distances of its points from their centers.
    pub(super) fn inertia(&self, number: usize, step: &Step<'_>) -> f64 {
        let rows = step.rows(number);
        wide(
            #[inline(always)]
            || for_columns!(rows.columns, columns => self.measure(Rows { columns, ..rows }, step)),
        )
    }

    #[inline(always)]
    fn measure(&self, rows: Rows<'_>, step: &Step<'_>) -> f64 {
        let columns = rows.columns;
        let mut weights = rows.weights.map(<[f64]>::iter);
        let mut inertia = 0.0;
        for (row, &label) in rows.coordinates.chunks_exact(columns).zip(&self.labels) {
            let center = step.centers.get(label as usize * columns..);
            let center = center.and_then(|center| center.get(..columns)).unwrap_or_default();
            let weight = weights.as_mut().and_then(Iterator::next).copied().unwrap_or(1.0);
            inertia += weight * squared_distance(row, center);
        }
        inertia
    }

    #[inline(always)]
    fn search(&mut self, rows: Rows<'_>, step: &Step<'_>) {
        let Self { labels, moves, tally, bounds } = self;
        moves.clear();
        let mut found = Relabel { labels, moves };
        match (step.screen, step.drift) {
            (None, _) => search_all(rows, step.centers, &mut found),
            (Some(screen), drift) => {
                let count = found.labels.len();
                let few = drift.is_some_and(|drift| bounds.find_open(drift, count));
                // Taken so that bounds can learn meanwhile.
                let open = std::mem::take(&mut bounds.open);
                let these = if few { These::Open(&open) } else { These::All(count) };
                if drift.is_some() && !few {
                    bounds.forget_all(count);
                }
                let learns = drift.map(|drift| (&mut *bounds, drift));
                search_screened(rows, these, (step.centers, screen), &mut found, learns);
                bounds.open = open;
            }
        }
        tally.follow(rows, labels, moves);
    }
}

impl Step<'_> {
    fn rows(&self, number: usize) -> Rows<'_> {
        let (coordinates, weights) = self.points.span(number * self.size, self.size);
        Rows { columns: self.points.columns(), coordinates, weights }
    }
}

/// Labels, and which of them change.
struct Relabel<'a> {
    labels: &'a mut [u32],
    moves: &'a mut Vec<Move>,
}

impl Relabel<'_> {
    /// Labels in a row from `first` on.
    #[inline(always)]
    fn run<const N: usize>(&mut self, first: usize, found: [u32; N]) {
        let Some(labels) = self.labels.get_mut(first..) else { return };
        if let Some((own, _)) = labels.split_first_chunk_mut::<N>() {
            // Most often none changes, which is told for all at once.
            let changes = own.iter().zip(&found).fold(0, |all, (own, found)| all | (own ^ found));
            if changes == 0 {
                return;
            }
        }
        for ((row, label), found) in (first..).zip(labels).zip(found) {
            change(row as u32, label, found, self.moves);
        }
    }

    /// Labels of these rows.
    #[inline(always)]
    fn these(&mut self, rows: &[u32], found: &[u32]) {
        for (&row, &found) in rows.iter().zip(found) {
            if let Some(label) = self.labels.get_mut(row as usize) {
                change(row, label, found, self.moves);
            }
        }
    }
}

#[inline(always)]
fn change(row: u32, label: &mut u32, found: u32, moves: &mut Vec<Move>) {
    if *label != found {
        moves.push(Move { row, from: *label });
        *label = found;
    }
}

/// Measures all points.
#[inline(always)]
fn search_all(rows: Rows<'_>, centers: &[f64], found: &mut Relabel<'_>) {
    let columns = rows.columns;
    let (mut few, mut many) = ([[0.0; LANES]; 8], Vec::new());
    let tile = tile_of(columns, &mut few, &mut many);
    let mut first = 0;
    for eight in rows.coordinates.chunks(LANES * columns) {
        turn(eight.chunks_exact(columns), tile);
        let labels = nearest(tile, centers, columns);
        for (row, label) in (first..).zip(labels).take(eight.len() / columns) {
            found.run(row, [label as u32]);
        }
        first += LANES;
    }
}

/// Which points of a block are searched for.
#[derive(Clone, Copy)]
enum These<'a> {
    /// All so many.
    All(usize),
    Open(&'a [u32]),
}

/// Tells points from short floats where these are sure, from which bounds learn, and measures the
/// others.
#[inline(always)]
fn search_screened(
    rows: Rows<'_>,
    these: These<'_>,
    (centers, screen): (&[f64], &Screen),
    found: &mut Relabel<'_>,
    mut learns: Option<(&mut Bounds, &Drift)>,
) {
    let columns = rows.columns;
    let (mut few, mut many) = ([[0.0; WIDTH]; 8], Vec::new());
    let tile = tile_of(columns, &mut few, &mut many);
    let mut together = vec![0.0; WIDTH * columns];
    let count = match these {
        These::All(count) => count / WIDTH * WIDTH,
        These::Open(open) => open.len(),
    };
    // One loop for both, so that the compiler has no more than one to make the best of.
    for first in (0..count).step_by(WIDTH) {
        let open = match these {
            These::All(_) => None,
            These::Open(open) => open.get(first..).map(|open| open.get(..WIDTH).unwrap_or(open)),
        };
        let coordinates = match open {
            None => rows.coordinates.get(first * columns..).unwrap_or_default(),
            Some(open) => {
                gather(rows, open, &mut together);
                &together
            }
        };
        let told = screen.tell(coordinates, columns, tile);
        if let Some((bounds, drift)) = &mut learns {
            let margins = screen.margins(&told);
            match open {
                None => bounds.learn_run(first, &margins, drift),
                Some(open) => bounds.learn(open, &margins, drift),
            }
        }
        match (screen.is_sure(&told), open) {
            (true, None) => found.run(first, told.labels),
            (true, Some(open)) => found.these(open, &told.labels),
            (false, None) => measure(&numbers(first), rows, centers, found),
            (false, Some(open)) => measure(open, rows, centers, found),
        }
    }
    if let These::All(all) = these {
        let rest = numbers(count);
        measure(rest.get(..all - count).unwrap_or_default(), rows, centers, found);
    }
}

/// Takes points over one after the other.
#[inline(always)]
fn gather(rows: Rows<'_>, open: &[u32], together: &mut [f64]) {
    for (place, &row) in together.chunks_exact_mut(rows.columns).zip(open) {
        if let Some((row, _)) = rows.get(row as usize) {
            place.copy_from_slice(row);
        }
    }
}

/// Numbers in a row.
fn numbers(first: usize) -> [u32; WIDTH] {
    std::array::from_fn(|at| (first + at) as u32)
}

/// Measures these points: apart, since they are few.
#[inline(never)]
fn measure(these: &[u32], rows: Rows<'_>, centers: &[f64], found: &mut Relabel<'_>) {
    wide(
        #[inline(always)]
        || {
            for_columns!(rows.columns, columns => {
                measure_few(these, Rows { columns, ..rows }, centers, found);
            })
        },
    );
}

#[inline(always)]
fn measure_few(these: &[u32], rows: Rows<'_>, centers: &[f64], found: &mut Relabel<'_>) {
    let (mut few, mut many) = ([[0.0; LANES]; 8], Vec::new());
    let tile = tile_of(rows.columns, &mut few, &mut many);
    for these in these.chunks(LANES) {
        turn(these.iter().filter_map(|&row| Some(rows.get(row as usize)?.0)), tile);
        let labels = nearest(tile, centers, rows.columns);
        found.these(these, &labels.map(|label| label as u32));
    }
}

/// A tile of so many columns, on the stack if they are few.
#[inline(always)]
pub(super) fn tile_of<'t, F: Copy + Default, const LANES: usize>(
    columns: usize,
    few: &'t mut [[F; LANES]; 8],
    many: &'t mut Vec<[F; LANES]>,
) -> &'t mut [[F; LANES]] {
    if columns > few.len() {
        many.resize(columns, [F::default(); LANES]);
    }
    match few.get_mut(..columns) {
        Some(tile) => tile,
        None => many,
    }
}
