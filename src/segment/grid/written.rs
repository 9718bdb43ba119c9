//! Grids as people write them: not yet known to be total, unambiguous and reachable.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{self, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::{Bins, Cell};
use crate::id::SegmentId;

/// Which segment each cell of scores belongs to, as it is written.
///
/// ```
/// use loyalty::segment::grid::Grid;
///
/// let grid: Grid = serde_json::from_str(r#"{
///   "bins": {"r": 3, "f": 3, "m": 3},
///   "segments": [
///     {"id": "best", "name": "Best", "advice": "Thank them.", "cells": ["333"]},
///     {"id": "leaving", "name": "Leaving", "cells": [{"r": 1, "f": [2, 3]}]},
///     {"id": "others", "name": "Others"}
///   ],
///   "else": "others"
/// }"#)?;
/// let grid = grid.check()?;
/// assert_eq!(grid.segment("132".parse()?).map(|segment| segment.name.as_str()), Some("Leaving"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Grid {
    /// How many scores each dimension has.
    pub bins: Bins,
    /// What a cell that several segments name means.
    #[serde(default)]
    pub overlap: Overlap,
    /// The segments, in the order in which reports show them.
    pub segments: Vec<GridSegment>,
    /// The segment that all cells belong to which no segment names.
    #[serde(default, rename = "else", skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<SegmentId>,
}

/// What a cell that several segments name means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Overlap {
    /// A mistake: the grid is refused.
    #[default]
    Refused,
    /// It belongs to the first of them.
    FirstMatch,
}

/// A segment of a grid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct GridSegment {
    /// Its id, which offers and rules refer to.
    pub id: SegmentId,
    /// What people call it.
    pub name: String,
    /// Who is in it, in a sentence.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// What to do with them, in a sentence.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub advice: String,
    /// The cells that belong to it; a cell that stands in two of the items counts once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cells: Vec<Cells>,
}

/// Some cells: `"555"`, or `{"r": [4, 5], "f": 1}` with any score where none is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Cells {
    /// One cell.
    One(Cell),
    /// All cells with certain scores.
    Block(Block),
}

/// All cells with certain scores, such as `{"r": [4, 5], "f": 1}`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Block {
    /// The recency scores; any, if none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r: Option<Scores>,
    /// The frequency scores; any, if none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub f: Option<Scores>,
    /// The monetary scores; any, if none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub m: Option<Scores>,
}

/// Scores of one dimension: `5`, or `[4, 5]` from the lowest to the highest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Scores {
    /// This score only.
    One(u8),
    /// From the lowest to the highest, both included.
    Between(u8, u8),
}

impl Scores {
    /// The lowest and the highest score.
    #[must_use]
    pub const fn ends(self) -> (u8, u8) {
        match self {
            Self::One(score) => (score, score),
            Self::Between(lowest, highest) => (lowest, highest),
        }
    }
}

impl fmt::Display for Scores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(score) => score.fmt(f),
            Self::Between(lowest, highest) => write!(f, "{lowest} to {highest}"),
        }
    }
}

impl<'de> Deserialize<'de> for Cells {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;

        impl<'de> Visitor<'de> for Read {
            type Value = Cells;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a cell like \"555\" or scores like {\"r\": [4, 5], \"f\": 1}")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Cells, E> {
                text.parse().map(Cells::One).map_err(E::custom)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Cells, A::Error> {
                Block::deserialize(MapAccessDeserializer::new(map)).map(Cells::Block)
            }
        }

        deserializer.deserialize_any(Read)
    }
}

impl<'de> Deserialize<'de> for Scores {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;

        impl<'de> Visitor<'de> for Read {
            type Value = Scores;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a score like 5 or the lowest and the highest like [4, 5]")
            }

            fn visit_u64<E: de::Error>(self, score: u64) -> Result<Scores, E> {
                let found = de::Unexpected::Unsigned(score);
                u8::try_from(score).map(Scores::One).map_err(|_| E::invalid_value(found, &self))
            }

            fn visit_i64<E: de::Error>(self, score: i64) -> Result<Scores, E> {
                let found = de::Unexpected::Signed(score);
                u8::try_from(score).map(Scores::One).map_err(|_| E::invalid_value(found, &self))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Scores, A::Error> {
                let ends = (seq.next_element()?, seq.next_element()?);
                match (ends, seq.next_element::<IgnoredAny>()?) {
                    ((Some(lowest), Some(highest)), None) => Ok(Scores::Between(lowest, highest)),
                    _ => Err(de::Error::invalid_type(de::Unexpected::Seq, &self)),
                }
            }
        }

        deserializer.deserialize_any(Read)
    }
}
