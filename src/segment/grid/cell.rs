//! The cells of a grid: one score for each dimension.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use smol_str::SmolStr;
use thiserror::Error;

/// The fewest scores that a dimension can have.
pub const MIN_BINS: u8 = 2;

/// The most scores that a dimension can have, so that every score is one digit.
pub const MAX_BINS: u8 = 9;

/// How many scores each dimension has: 1 to that number, the greatest being the best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Bins {
    /// Recency.
    pub r: u8,
    /// Frequency.
    pub f: u8,
    /// Monetary; without it, cells are of recency and frequency only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub m: Option<u8>,
}

impl Bins {
    /// All cells, from `111` up.
    pub fn cells(self) -> impl Iterator<Item = Cell> {
        let Self { r, f, m } = self;
        (1..=r).flat_map(move |r| {
            (1..=f).flat_map(move |f| {
                let last: Vec<Option<u8>> = match m {
                    Some(m) => (1..=m).map(Some).collect(),
                    None => vec![None],
                };
                last.into_iter().map(move |m| Cell { r, f, m })
            })
        })
    }

    /// Where `cell` stands among all cells; `None` if it is none of them.
    pub(super) fn index(self, cell: Cell) -> Option<usize> {
        let within = |score: u8, bins: u8| (1..=bins).contains(&score).then(|| score - 1);
        let last = match (cell.m, self.m) {
            (Some(m), Some(bins)) => within(m, bins)?,
            (None, None) => 0,
            _ => return None,
        };
        let (r, f) = (within(cell.r, self.r)?, within(cell.f, self.f)?);
        let row = usize::from(r) * usize::from(self.f) + usize::from(f);
        Some(row * usize::from(self.m.unwrap_or(1)) + usize::from(last))
    }
}

impl fmt::Display for Bins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} × {}", self.r, self.f)?;
        self.m.map_or(Ok(()), |m| write!(f, " × {m}"))
    }
}

/// A cell of a grid, written as its scores: `555`, or `55` without monetary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell {
    /// The recency score.
    pub r: u8,
    /// The frequency score.
    pub f: u8,
    /// The monetary score, where the grid has that dimension.
    pub m: Option<u8>,
}

/// The text is no cell.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{text}` is no cell: write one digit from 1 to 9 for each dimension, like `555` or `55`")]
pub struct NoCell {
    /// The text.
    pub text: String,
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.r, self.f)?;
        self.m.map_or(Ok(()), |m| write!(f, "{m}"))
    }
}

impl FromStr for Cell {
    type Err = NoCell;

    fn from_str(text: &str) -> Result<Self, NoCell> {
        let digit = |byte: u8| byte.is_ascii_digit().then(|| byte - b'0').filter(|&d| d > 0);
        let mut digits = text.bytes().map(digit);
        let parsed = match (digits.next(), digits.next(), digits.next(), digits.next()) {
            (Some(Some(r)), Some(Some(f)), None, None) => Some(Self { r, f, m: None }),
            (Some(Some(r)), Some(Some(f)), Some(Some(m)), None) => Some(Self { r, f, m: Some(m) }),
            _ => None,
        };
        parsed.ok_or_else(|| NoCell { text: text.chars().take(40).collect() })
    }
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        SmolStr::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_two_or_three_digits_from_1() {
        assert_eq!("543".parse(), Ok(Cell { r: 5, f: 4, m: Some(3) }));
        assert_eq!("19".parse(), Ok(Cell { r: 1, f: 9, m: None }));
        assert_eq!("543".parse::<Cell>().map(|cell| cell.to_string()).as_deref(), Ok("543"));
        for text in ["", "5", "5555", "50", "5a", "５５", "-5", " 55"] {
            assert!(text.parse::<Cell>().is_err(), "{text}");
        }
    }

    #[test]
    fn every_cell_has_its_own_place() {
        for bins in [Bins { r: 2, f: 3, m: Some(4) }, Bins { r: 5, f: 2, m: None }] {
            let places: Vec<_> = bins.cells().map(|cell| bins.index(cell)).collect();
            let count =
                usize::from(bins.r) * usize::from(bins.f) * usize::from(bins.m.unwrap_or(1));
            assert_eq!(places, (0..count).map(Some).collect::<Vec<_>>());
        }
        let bins = Bins { r: 2, f: 3, m: Some(4) };
        for outside in ["311", "141", "115", "11"] {
            assert_eq!(bins.index(outside.parse().unwrap()), None, "{outside}");
        }
        assert_eq!(Bins { m: None, ..bins }.index("111".parse().unwrap()), None);
    }
}
