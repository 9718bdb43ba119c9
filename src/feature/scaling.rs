//! Making columns comparable, so that no feature outweighs the others by its unit alone.

use serde::{Deserialize, Serialize};

use crate::path::{Path, Problems};
use crate::rule::{Number, Text};

use super::spread::{deviation, mean, quantiles, range};
use super::{FeatureTable, Measure, TableFault};

/// How a column is brought to a common scale.
///
/// Each is `(x - center) / spread`, [`Scale::Log1p`] of `ln(1 + x)`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Scale {
    /// As it is.
    None,
    /// The standard scale of `ln(1 + x)`: for counts and amounts, of which a few are very large.
    Log1p,
    /// Mean 0 and population standard deviation 1.
    #[default]
    Standard,
    /// Median 0 and distance between the quartiles 1: outliers hardly matter.
    Robust,
    /// From 0 for the least to 1 for the greatest.
    MinMax,
}

/// Something about a scaling that its user should know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ScalingNote {
    /// The column does not vary (by its scale's measure of spread), and is centered only.
    NoSpread {
        /// The name of the column.
        column: Text,
    },
}

/// Fitted scales of named columns, which are kept with a model and applied to new customers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Scaling {
    columns: Vec<ScaledColumn>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    columns: Vec<ScaledColumn>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ScaledColumn {
    name: Text,
    scale: Scale,
    center: Number,
    /// More than 0; none for a column without spread.
    spread: Option<Number>,
}

impl Scaling {
    /// The scaling of the columns of this table, by one scale for each; what is missing does not
    /// count.
    ///
    /// # Errors
    /// Another number of scales than of columns, columns without any value, and values that have
    /// no logarithm though their scale needs it.
    pub fn fit(table: &FeatureTable, scales: &[Scale]) -> Result<Self, Problems<TableFault>> {
        let expected = table.columns().len();
        if scales.len() != expected {
            let fault = TableFault::ScaleCount { expected, found: scales.len() };
            return Err(Problems::one(Path::from("scales"), fault));
        }
        let mut problems = Problems::none();
        let mut columns = Vec::with_capacity(expected);
        for (position, &scale) in scales.iter().enumerate() {
            match ScaledColumn::fit(table, position, scale) {
                Ok(column) => columns.push(column),
                Err(fault) => problems.add(Path::from("columns").item(position), fault),
            }
        }
        problems.into_result(Self { columns })
    }

    /// The names of the columns, in order.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &Text> {
        self.columns.iter().map(|column| &column.name)
    }

    /// What its user should know.
    #[must_use]
    pub fn notes(&self) -> Vec<ScalingNote> {
        let still = self.columns.iter().filter(|column| column.spread.is_none());
        still.map(|column| ScalingNote::NoSpread { column: column.name.clone() }).collect()
    }

    /// One customer's numbers, scaled; they are in the order of [`Scaling::names`].
    ///
    /// `None` if the row has another length, or a number that has no place on its scale (NaN, an
    /// infinity, or -1 and less where a logarithm is taken). Beyond the range of floats a result
    /// stays at its end.
    #[must_use]
    pub fn row(&self, numbers: &[f64]) -> Option<Vec<f64>> {
        let same = numbers.len() == self.columns.len();
        let scaled = self.columns.iter().zip(numbers).map(|(column, &number)| column.apply(number));
        if same { scaled.collect() } else { None }
    }

    /// The numbers that [`Scaling::row`] scales to these, up to rounding.
    ///
    /// `None` if the row has another length, or a number that is not finite.
    #[must_use]
    pub fn undo_row(&self, scaled: &[f64]) -> Option<Vec<f64>> {
        let same = scaled.len() == self.columns.len();
        let numbers = self.columns.iter().zip(scaled).map(|(column, &number)| column.undo(number));
        if same { numbers.collect() } else { None }
    }

    /// The scaled columns of a table; what is missing, or has no place on its scale, is missing.
    ///
    /// # Errors
    /// All names that no column of the table has.
    pub fn table(&self, table: &FeatureTable) -> Result<FeatureTable, Problems<TableFault>> {
        let selected = table.select(self.names().map(Text::as_str))?;
        Ok(selected.map_columns(|position, column, mut cells| {
            if let Some(scaled) = self.columns.get(position) {
                column.measure = Measure::Number;
                cells.map_inplace(|cell| *cell = scaled.apply(*cell).unwrap_or(f64::NAN));
            }
        }))
    }
}

impl ScaledColumn {
    fn fit(table: &FeatureTable, position: usize, scale: Scale) -> Result<Self, TableFault> {
        let name = table.columns().get(position).map(|c| c.name.clone()).unwrap_or_default();
        if scale == Scale::Log1p {
            let short = |row: &usize| table.number(*row, position).is_some_and(|x| x <= -1.0);
            let found = (0..table.customers().len()).find(short);
            if let Some((row, customer)) =
                found.and_then(|row| Some((row, table.customers().get(row)?)))
            {
                return Err(TableFault::NoLogarithm {
                    column: name.to_string(),
                    number: table.number(row, position).unwrap_or_default().to_string(),
                    customer: customer.clone(),
                });
            }
        }
        let numbers = table.present(position);
        let fitted = match scale {
            Scale::None => Some((0.0, 1.0)),
            Scale::Log1p => standard(numbers.map(libm::log1p)),
            Scale::Standard => standard(numbers),
            Scale::Robust => quantiles(numbers, [0.25, 0.5, 0.75])
                .map(|[lower, median, upper]| (median, upper - lower)),
            Scale::MinMax => range(numbers).map(|(least, greatest)| (least, greatest - least)),
        };
        let (center, spread) =
            fitted.ok_or_else(|| TableFault::EmptyColumn { column: name.to_string() })?;
        let center = Number::new(center).unwrap_or_default();
        let spread = Number::new(spread.min(f64::MAX)).ok().filter(|spread| spread.as_f64() > 0.0);
        Ok(Self { name, scale, center, spread })
    }

    fn spread(&self) -> f64 {
        self.spread.unwrap_or(Number::ONE).as_f64()
    }

    fn apply(&self, number: f64) -> Option<f64> {
        let number = match self.scale {
            _ if !number.is_finite() => return None,
            Scale::Log1p if number <= -1.0 => return None,
            Scale::Log1p => libm::log1p(number),
            _ => number,
        };
        Some(bounded((number - self.center.as_f64()) / self.spread()))
    }

    fn undo(&self, scaled: f64) -> Option<f64> {
        if !scaled.is_finite() {
            return None;
        }
        let number = bounded(scaled * self.spread() + self.center.as_f64());
        Some(if self.scale == Scale::Log1p { bounded(libm::expm1(number)) } else { number })
    }
}

/// Mean and standard deviation, of which the latter is exactly 0 if the numbers are all the same.
fn standard(numbers: impl Iterator<Item = f64> + Clone) -> Option<(f64, f64)> {
    let (least, greatest) = range(numbers.clone())?;
    if least == greatest {
        return Some((least, 0.0));
    }
    Some((mean(numbers.clone())?, deviation(numbers)?))
}

fn bounded(number: f64) -> f64 {
    number.clamp(f64::MIN, f64::MAX)
}

impl TryFrom<Written> for Scaling {
    type Error = Problems<TableFault>;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let mut problems = Problems::none();
        for (position, column) in written.columns.iter().enumerate() {
            let path = Path::from("columns").item(position).field("spread");
            if column.spread.is_some_and(|spread| spread.as_f64() <= 0.0) {
                problems.add(path, TableFault::Spread { column: column.name.to_string() });
            }
        }
        problems.into_result(Self { columns: written.columns })
    }
}

impl From<Scaling> for Written {
    fn from(scaling: Scaling) -> Self {
        Self { columns: scaling.columns }
    }
}
