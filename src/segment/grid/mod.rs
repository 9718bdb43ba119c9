//! Named segments over score cells, as data: which customers are champions, which are at risk.
//!
//! A [`Grid`] gives every cell of recency × frequency (× monetary) scores to a named segment.
//! [`Grid::check`] proves that it is total (each cell has a segment), unambiguous (no cell has two)
//! and reachable (each segment has a cell), or tells all offending cells. Many grids in use are
//! none of the three; the [`StandardGrid`]s are all of them.

mod cell;
mod check;
mod fault;
mod standard;
mod written;
#[cfg(test)]
mod tests;

pub use cell::{Bins, Cell, MAX_BINS, MIN_BINS, NoCell};
pub use check::CheckedGrid;
pub use fault::Fault;
pub use standard::StandardGrid;
pub use written::{Block, Cells, Grid, GridSegment, Overlap, Scores};
