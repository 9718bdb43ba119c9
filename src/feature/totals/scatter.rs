//! Rows parted by the first bits of their spread keys.

use super::Key;
use super::rows::{Row, Rows};
use crate::parallel::fill_chunks;

/// How many parts there are.
pub(super) const PARTS: usize = 1 << PART_BITS;

/// How many bits of a spread key say in which part it is.
pub(super) const PART_BITS: u32 = 8;

/// How many rows are scattered at a time: what they take is no more than a part of a core's memory.
pub(super) const CHUNK: usize = 1 << 21;

/// How many rows one core scatters at a time.
const BLOCK: usize = CHUNK / 8;

/// In which part a key is.
pub(super) fn part<K: Key>(key: K) -> usize {
    usize::try_from(key.spread() >> (u64::BITS - PART_BITS)).unwrap_or(0)
}

/// Rows that are scattered over the parts.
pub(super) struct Scattered<K> {
    /// For each block of rows those of each part. What they take is kept for the next rows.
    blocks: Vec<Vec<Vec<Row<K>>>>,
}

impl<K: Key> Scattered<K> {
    /// None yet.
    pub(super) const fn none() -> Self {
        Self { blocks: Vec::new() }
    }

    /// Scatters these rows, in place of those that were.
    pub(super) fn scatter(&mut self, rows: Rows<'_, K>) {
        let chosen: Vec<Rows<'_, K>> = rows.chunks(BLOCK).collect();
        self.blocks.resize_with(chosen.len(), || vec![Vec::new(); PARTS]);
        fill_chunks(&mut self.blocks, 1, |number, blocks| {
            for (parts, rows) in blocks.iter_mut().zip(chosen.get(number)) {
                scatter(*rows, parts);
            }
        });
    }

    /// The rows of a part, block by block.
    pub(super) fn part(&self, part: usize) -> impl Iterator<Item = &[Row<K>]> + Clone {
        self.blocks.iter().filter_map(move |parts| parts.get(part)).map(Vec::as_slice)
    }
}

fn scatter<K: Key>(rows: Rows<'_, K>, parts: &mut [Vec<Row<K>>]) {
    // An eighth more than there is in each on average.
    let room = rows.len() / PARTS * 9 / 8;
    for part in parts.iter_mut() {
        part.clear();
        part.reserve(room);
    }
    for row in rows.iter() {
        if let Some(part) = parts.get_mut(part(row.key)) {
            part.push(row);
        }
    }
}
