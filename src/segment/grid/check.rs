//! From written to checked: a grid in which every cell has just one segment.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Bins, Block, Cell, Cells, Fault, Grid, MAX_BINS, MIN_BINS, Overlap, Scores};
use crate::id::SegmentId;
use crate::path::{Path, Problems};
use crate::segment::Segment;

/// A grid that is total, unambiguous and reachable: every cell has one segment, every segment a
/// cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Grid", into = "Grid")]
pub struct CheckedGrid {
    written: Grid,
    segments: Vec<Segment>,
    /// For each cell in order, the position of its segment.
    owners: Vec<usize>,
}

impl Grid {
    /// Proves that every cell has just one segment and every segment a cell.
    ///
    /// # Errors
    /// All problems: cells of no segment; cells of two segments, unless the first may take them;
    /// segments without a cell; cells and scores that the grid does not have; ids that are there
    /// twice or missing; names that are empty.
    pub fn check(&self) -> Result<CheckedGrid, Problems<Fault>> {
        let mut problems = bin_problems(self.bins);
        problems.absorb(&Path::root(), self.name_problems());
        if !problems.is_empty() {
            return Err(problems);
        }
        let claims = self.claims(&mut problems);
        let owners = self.owners(&claims, &mut problems);
        self.reach(&owners, &mut problems);
        let owners = owners.into_iter().flatten().collect();
        problems.into_result(CheckedGrid {
            written: self.clone(),
            segments: self.segments.iter().map(Into::into).collect(),
            owners,
        })
    }

    fn name_problems(&self) -> Problems<Fault> {
        let mut problems = Problems::none();
        let mut seen = BTreeSet::new();
        for (index, segment) in self.segments.iter().enumerate() {
            let path = Path::from("segments").item(index);
            if segment.name.trim().is_empty() {
                problems.add(path.field("name"), Fault::Nameless);
            }
            if !seen.insert(&segment.id) {
                problems.add(path.field("id"), Fault::Duplicate { id: segment.id.clone() });
            }
        }
        match &self.otherwise {
            Some(id) if !seen.contains(id) => {
                problems.add(Path::from("else"), Fault::UnknownElse { id: id.clone() });
            }
            _ => {}
        }
        problems
    }

    /// The places of the cells that each segment names.
    fn claims(&self, problems: &mut Problems<Fault>) -> Vec<BTreeSet<usize>> {
        let mut all = Vec::with_capacity(self.segments.len());
        for (index, segment) in self.segments.iter().enumerate() {
            let path = Path::from("segments").item(index).field("cells");
            let mut claimed = BTreeSet::new();
            for (item, cells) in segment.cells.iter().enumerate() {
                let path = path.item(item);
                if let Some(named) = problems.take(&path, self.bins.named(cells)) {
                    let before = claimed.len();
                    claimed.extend(named);
                    if claimed.len() == before {
                        problems.add(path, Fault::Repeated);
                    }
                }
            }
            all.push(claimed);
        }
        all
    }

    /// For each cell in order, the position of its segment.
    fn owners(
        &self,
        claims: &[BTreeSet<usize>],
        problems: &mut Problems<Fault>,
    ) -> Vec<Option<usize>> {
        let cells: Vec<Cell> = self.bins.cells().collect();
        let mut owners = vec![None; cells.len()];
        for (index, claimed) in claims.iter().enumerate() {
            let mut taken: BTreeMap<usize, Vec<Cell>> = BTreeMap::new();
            for &place in claimed {
                let (Some(owner), Some(&cell)) = (owners.get_mut(place), cells.get(place)) else {
                    continue;
                };
                match *owner {
                    None => *owner = Some(index),
                    Some(first) => taken.entry(first).or_default().push(cell),
                }
            }
            if self.overlap == Overlap::Refused {
                self.ambiguous(index, taken, problems);
            }
        }
        self.rest(&cells, &mut owners, problems);
        owners
    }

    fn ambiguous(
        &self,
        index: usize,
        taken: BTreeMap<usize, Vec<Cell>>,
        problems: &mut Problems<Fault>,
    ) {
        let path = Path::from("segments").item(index).field("cells");
        for (first, cells) in taken {
            if let Some(with) = self.segments.get(first).map(|segment| segment.id.clone()) {
                problems.add(path.clone(), Fault::Ambiguous { cells, with });
            }
        }
    }

    /// Gives the cells that no segment names to the one for all others.
    fn rest(&self, cells: &[Cell], owners: &mut [Option<usize>], problems: &mut Problems<Fault>) {
        let other = self.otherwise.as_ref().and_then(|id| self.position(id));
        let mut uncovered = Vec::new();
        for (owner, cell) in owners.iter_mut().zip(cells).filter(|(owner, _)| owner.is_none()) {
            *owner = other;
            if other.is_none() {
                uncovered.push(*cell);
            }
        }
        if !uncovered.is_empty() {
            problems.add(Path::from("segments"), Fault::Uncovered { cells: uncovered });
        }
    }

    /// Finds the segments that no cell belongs to.
    fn reach(&self, owners: &[Option<usize>], problems: &mut Problems<Fault>) {
        let reached: BTreeSet<usize> = owners.iter().flatten().copied().collect();
        for (index, segment) in self.segments.iter().enumerate() {
            let disputed = self.overlap == Overlap::Refused && !segment.cells.is_empty();
            if !reached.contains(&index) && !disputed {
                let fault = Fault::Unreachable { id: segment.id.clone() };
                problems.add(Path::from("segments").item(index), fault);
            }
        }
    }

    fn position(&self, id: &SegmentId) -> Option<usize> {
        self.segments.iter().position(|segment| segment.id == *id)
    }
}

fn bin_problems(bins: Bins) -> Problems<Fault> {
    let mut problems = Problems::none();
    let dimensions = [("r", Some(bins.r)), ("f", Some(bins.f)), ("m", bins.m)];
    for (name, bins) in dimensions {
        if let Some(bins) = bins.filter(|bins| !(MIN_BINS..=MAX_BINS).contains(bins)) {
            problems.add(Path::from("bins").field(name), Fault::Bins { bins });
        }
    }
    problems
}

impl Bins {
    /// The places of the cells that `cells` names.
    fn named(self, cells: &Cells) -> Result<Vec<usize>, Problems<Fault>> {
        match cells {
            Cells::One(cell) => match self.index(*cell) {
                Some(place) => Ok(vec![place]),
                None => {
                    Err(Problems::one(Path::root(), Fault::Outside { cell: *cell, bins: self }))
                }
            },
            Cells::Block(block) => self.in_block(block),
        }
    }

    fn in_block(self, block: &Block) -> Result<Vec<usize>, Problems<Fault>> {
        let mut problems = Problems::none();
        let mut ends = |name: &str, scores: Option<Scores>, bins: Option<u8>| {
            let bins = bins.unwrap_or_default();
            let Some(scores) = scores else { return 1..=bins };
            let (lowest, highest) = scores.ends();
            if bins == 0 {
                problems.add(Path::from(name), Fault::NoMonetary);
            } else if lowest == 0 || lowest > highest || highest > bins {
                problems.add(Path::from(name), Fault::WrongScores { scores, bins });
            }
            lowest..=highest
        };
        let r = ends("r", block.r, Some(self.r));
        let f = ends("f", block.f, Some(self.f));
        let m = ends("m", block.m, self.m);
        let inside = |cell: &Cell| {
            r.contains(&cell.r)
                && f.contains(&cell.f)
                && cell.m.is_none_or(|score| m.contains(&score))
        };
        let cells = self.cells().enumerate().filter(|(_, cell)| inside(cell));
        problems.into_result(cells.map(|(place, _)| place).collect())
    }
}

impl CheckedGrid {
    /// The grid as it was written.
    #[must_use]
    pub const fn written(&self) -> &Grid {
        &self.written
    }

    /// How many scores each dimension has.
    #[must_use]
    pub const fn bins(&self) -> Bins {
        self.written.bins
    }

    /// The segments in the order in which they are written.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The segment that `cell` belongs to; `None` only if the grid does not have the cell.
    #[must_use]
    pub fn segment(&self, cell: Cell) -> Option<&Segment> {
        self.segments.get(*self.owners.get(self.bins().index(cell)?)?)
    }

    /// What to do with the customers of a segment, if it is one of the grid's and says so.
    #[must_use]
    pub fn advice(&self, id: &SegmentId) -> Option<&str> {
        let segment = self.written.segments.get(self.written.position(id)?)?;
        Some(segment.advice.as_str()).filter(|advice| !advice.is_empty())
    }

    /// Every cell with its segment, from `111` up.
    pub fn cells(&self) -> impl Iterator<Item = (Cell, &Segment)> {
        let owners = self.owners.iter().filter_map(|&owner| self.segments.get(owner));
        self.bins().cells().zip(owners)
    }
}

impl TryFrom<Grid> for CheckedGrid {
    type Error = Problems<Fault>;

    fn try_from(grid: Grid) -> Result<Self, Self::Error> {
        grid.check()
    }
}

impl From<CheckedGrid> for Grid {
    fn from(grid: CheckedGrid) -> Self {
        grid.written
    }
}

impl From<&super::GridSegment> for Segment {
    fn from(segment: &super::GridSegment) -> Self {
        Self {
            id: segment.id.clone(),
            name: segment.name.clone(),
            description: segment.description.clone(),
        }
    }
}
