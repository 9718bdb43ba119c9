//! RFM segments as a program's document has them.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{self, IntoDeserializer, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::{Fault, RfmSegments, Scoring};
use crate::path::{Path, Problems};
use crate::rule::Schema;
use crate::segment::grid::{Grid, StandardGrid};

/// RFM segments as they are written: fixed thresholds by an author, or what a fit has found.
///
/// ```
/// use loyalty::rule::{Field, Kind, Schema};
/// use loyalty::money::Currency;
/// use loyalty::segment::rfm::RfmSpec;
///
/// let spec: RfmSpec = serde_json::from_str(r#"{
///   "scoring": {
///     "recency": {"feature": "recency_days", "cuts": {"thresholds": [30, 60, 120, 360]}},
///     "frequency": {"feature": "orders(1y)", "cuts": {"thresholds": [2, 3, 5, 10]}},
///     "monetary": {"feature": "spend(1y)",
///       "cuts": {"thresholds": ["25.00 EUR", "50.00 EUR", "100.00 EUR", "500.00 EUR"]}}
///   },
///   "grid": "standard_125"
/// }"#)?;
/// let schema = Schema::new([
///     Field::new("recency_days", Kind::Integer),
///     Field::new("orders(1y)", Kind::Integer),
///     Field::money("spend(1y)", Currency::EUR),
/// ])?;
/// let segments = spec.check(&schema)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RfmSpec {
    /// Which features are scored, and how.
    pub scoring: Scoring,
    /// Which segment each cell of scores belongs to.
    pub grid: GridChoice,
}

/// A grid that comes with the crate, by its name, or one of the author's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum GridChoice {
    /// Such as `"standard_125"`.
    Standard(StandardGrid),
    /// Written out.
    Own(Grid),
}

impl RfmSpec {
    /// The segments, whose features are in `schema`.
    ///
    /// # Errors
    /// All problems: features that are not in the schema or that are not numbers or money, cuts
    /// that cannot be compared with them or with each other or are not in order, and everything
    /// that [`Grid::check`] finds.
    pub fn check(&self, schema: &Schema) -> Result<RfmSegments, Problems<Fault>> {
        let mut problems = Problems::none();
        problems.absorb(&Path::from("scoring"), self.scoring.fit_to(schema));
        let segments = problems.take(&Path::root(), self.segments());
        match segments {
            Some(segments) => problems.into_result(segments),
            None => Err(problems),
        }
    }

    /// The names of the features that are scored.
    pub fn features(&self) -> impl Iterator<Item = &str> {
        self.scoring.scales().into_iter().map(|(_, scale)| scale.feature.as_str())
    }

    fn segments(&self) -> Result<RfmSegments, Problems<Fault>> {
        let mut problems = Problems::none();
        let model = problems.take(&Path::from("scoring"), self.scoring.check());
        let grid = match &self.grid {
            GridChoice::Standard(standard) => standard.grid().check(),
            GridChoice::Own(grid) => grid.check(),
        };
        let grid = problems.take(&Path::from("grid"), grid);
        match (model, grid) {
            (Some(model), Some(grid)) => RfmSegments::new(model, grid),
            _ => Err(problems),
        }
    }
}

/// Without a schema: what is found of the features then is found when they are used.
impl TryFrom<RfmSpec> for RfmSegments {
    type Error = Problems<Fault>;

    fn try_from(written: RfmSpec) -> Result<Self, Self::Error> {
        written.segments()
    }
}

impl From<RfmSegments> for RfmSpec {
    fn from(segments: RfmSegments) -> Self {
        Self {
            scoring: segments.model().scoring().clone(),
            grid: GridChoice::Own(segments.grid().written().clone()),
        }
    }
}

impl<'de> Deserialize<'de> for GridChoice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;

        impl<'de> Visitor<'de> for Read {
            type Value = GridChoice;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a standard grid, or a grid")
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<GridChoice, E> {
                StandardGrid::deserialize(name.into_deserializer()).map(GridChoice::Standard)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<GridChoice, A::Error> {
                Grid::deserialize(MapAccessDeserializer::new(map)).map(GridChoice::Own)
            }
        }

        deserializer.deserialize_any(Read)
    }
}
