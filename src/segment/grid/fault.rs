//! What can be wrong with a grid.

use thiserror::Error;

use super::{Bins, Cell, MAX_BINS, MIN_BINS, Scores};
use crate::id::SegmentId;

/// What is wrong at a place of a grid.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Fault {
    /// A dimension has too few or too many scores.
    #[error("{bins} scores: a dimension has {MIN_BINS} to {MAX_BINS}")]
    Bins {
        /// How many scores it has.
        bins: u8,
    },
    /// A segment has no name that people could call it by.
    #[error("the segment has no name")]
    Nameless,
    /// Two segments have one id.
    #[error("the segment `{id}` is there twice")]
    Duplicate {
        /// The id.
        id: SegmentId,
    },
    /// The grid does not have this cell.
    #[error("`{cell}` is no cell of {bins} scores")]
    Outside {
        /// The cell.
        cell: Cell,
        /// How many scores each dimension has.
        bins: Bins,
    },
    /// The dimension does not have these scores.
    #[error("`{scores}`: the scores are 1 to {bins}, and the lowest comes first")]
    WrongScores {
        /// The scores as they are written.
        scores: Scores,
        /// How many scores the dimension has.
        bins: u8,
    },
    /// The grid has no monetary dimension.
    #[error("the grid has no monetary scores")]
    NoMonetary,
    /// All cells of an item stand before it in the same segment.
    #[error("the segment already has all of these cells")]
    Repeated,
    /// Cells belong to two segments.
    #[error("{} also in `{with}`", is_or_are(cells))]
    Ambiguous {
        /// The cells, in ascending order.
        cells: Vec<Cell>,
        /// The first other segment that names them.
        with: SegmentId,
    },
    /// Cells belong to no segment.
    #[error("{} in no segment", is_or_are(cells))]
    Uncovered {
        /// The cells, in ascending order.
        cells: Vec<Cell>,
    },
    /// No cell belongs to the segment.
    #[error("no cell belongs to the segment `{id}`")]
    Unreachable {
        /// The segment.
        id: SegmentId,
    },
    /// The segment for all other cells is none of the grid's.
    #[error("there is no segment `{id}`")]
    UnknownElse {
        /// The id.
        id: SegmentId,
    },
}

fn is_or_are(cells: &[Cell]) -> String {
    let codes: Vec<String> = cells.iter().map(|cell| format!("`{cell}`")).collect();
    format!("{} {}", codes.join(", "), if codes.len() == 1 { "is" } else { "are" })
}
