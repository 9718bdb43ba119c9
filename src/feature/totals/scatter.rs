//! Rows scattered over the parts in which their keys are.

use super::Key;
use super::key::{PARTS, parted};
use super::packed::{Frame, Packed};
use super::rows::{Row, Rows};
use crate::parallel::fill_chunks;

/// How many rows are scattered at a time: what they take is no more than a part of a core's memory.
pub(super) const CHUNK: usize = 3 << 20;

/// In how many blocks they are, each of which one core scatters at a time.
const BLOCKS: usize = 8;

/// How many rows a block has at least, if there are so many.
const LEAST: usize = 1 << 13;

/// Rows that are scattered over the parts.
pub(super) struct Scattered<K> {
    /// What they take is kept for the next rows.
    blocks: Vec<Block<K>>,
}

/// Rows that stood together in the log.
struct Block<K> {
    frame: Frame,
    /// Those of each part.
    parts: Vec<Part<K>>,
}

/// The rows of a block that are of one part, with keys that are told apart within it.
pub(super) struct Part<K> {
    pub(super) packed: Vec<Packed<K>>,
    /// Those for which few bytes do not suffice.
    pub(super) wide: Vec<Row<K>>,
}

impl<K: Key> Scattered<K> {
    /// None yet.
    pub(super) const fn none() -> Self {
        Self { blocks: Vec::new() }
    }

    /// Scatters these rows, in place of those that were.
    pub(super) fn scatter(&mut self, rows: Rows<'_, K>) {
        let size = rows.len().div_ceil(BLOCKS).max(LEAST);
        let chosen: Vec<Rows<'_, K>> = rows.chunks(size).collect();
        self.blocks.resize_with(chosen.len(), Block::none);
        fill_chunks(&mut self.blocks, 1, |number, blocks| {
            for (block, rows) in blocks.iter_mut().zip(chosen.get(number)) {
                block.scatter(*rows);
            }
        });
    }

    /// How many rows of a part there are.
    pub(super) fn len(&self, part: usize) -> usize {
        self.part(part).map(|(_, part)| part.packed.len() + part.wide.len()).sum()
    }

    /// The keys of these rows.
    pub(super) fn keys(&self, part: usize) -> impl Iterator<Item = K> {
        self.part(part).flat_map(|(frame, part)| {
            let packed = part.packed.iter().map(move |it| frame.unpack(it).key);
            packed.chain(part.wide.iter().map(|row| row.key))
        })
    }

    /// The rows of a part, block by block.
    pub(super) fn part(&self, part: usize) -> impl Iterator<Item = (Frame, &Part<K>)> {
        self.blocks.iter().filter_map(move |block| Some((block.frame, block.parts.get(part)?)))
    }
}

impl<K: Key> Block<K> {
    fn none() -> Self {
        let parts = std::iter::repeat_with(|| Part { packed: Vec::new(), wide: Vec::new() });
        Self { frame: Frame::of(&[]), parts: parts.take(PARTS).collect() }
    }

    fn scatter(&mut self, rows: Rows<'_, K>) {
        // An eighth more than there is in each on average.
        let room = rows.len() / PARTS * 9 / 8;
        for part in &mut self.parts {
            part.packed.clear();
            part.packed.reserve(room);
            part.wide.clear();
        }
        let frame = Frame::of(rows.at());
        self.frame = frame;
        for row in rows.iter() {
            let (part, key) = parted(row.key);
            let row = Row { key, ..row };
            if let Some(part) = self.parts.get_mut(part) {
                match frame.pack(row) {
                    Some(packed) => part.packed.push(packed),
                    None => part.wide.push(row),
                }
            }
        }
    }
}
