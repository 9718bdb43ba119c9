//! Rows parted by the first bits of their spread keys.

use super::Key;
use super::rows::{Row, Rows};
use crate::parallel::each;

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

/// The rows of each part, block by block.
pub(super) fn scattered<K: Key>(rows: Rows<'_, K>) -> Vec<Vec<Vec<Row<K>>>> {
    let blocks: Vec<Rows<'_, K>> = rows.chunks(BLOCK).collect();
    each(&blocks, |block| {
        // A tenth more than there is in each on average.
        let room = block.len() / PARTS * 11 / 10;
        let mut parts: Vec<Vec<Row<K>>> = (0..PARTS).map(|_| Vec::with_capacity(room)).collect();
        for row in block.iter() {
            if let Some(part) = parts.get_mut(part(row.key)) {
                part.push(row);
            }
        }
        parts
    })
}
