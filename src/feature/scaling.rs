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
#[serde(rename_all = "snake_case", deny_unknown_fields)]
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::id::CustomerId;

    /// Recency in days, spend, and a count that is the same for most.
    const ROWS: [[f64; 3]; 6] = [
        [3.0, 12.5, 0.0],
        [7.0, 80.25, 4.0],
        [1.0, 0.0, 4.0],
        [30.0, 1500.0, 4.0],
        [365.0, 42.1, 9.0],
        [14.0, 9.99, 4.0],
    ];

    fn table(rows: &[[f64; 3]]) -> FeatureTable {
        let row = |(index, row): (usize, &[f64; 3])| {
            (CustomerId::new(format!("c-{index:03}")).unwrap(), row.map(Some))
        };
        let rows = rows.iter().enumerate().map(row);
        FeatureTable::new(["recency_days", "spend", "orders"], rows).unwrap()
    }

    fn fitted(scale: Scale) -> Scaling {
        Scaling::fit(&table(&ROWS), &[scale; 3]).unwrap()
    }

    /// The first and the fourth row of what scikit-learn 1.9.1 makes of [`ROWS`].
    const EXPECTED: [(Scale, [[f64; 3]; 2]); 5] = [
        (Scale::None, [ROWS[0], ROWS[3]]),
        (
            // StandardScaler of numpy.log1p.
            Scale::Log1p,
            [
                [-0.7823286643733598, -0.3642819105452473, -2.0842920051111467],
                [0.43654930481971654, 1.755152077419419, 0.21850616320832067],
            ],
        ),
        (
            // StandardScaler.
            Scale::Standard,
            [
                [-0.5065206361903186, -0.47668814945982213, -1.5971914124998496],
                [-0.3024003798151156, 2.233423539584229, -0.0638876564999941],
            ],
        ),
        (
            // RobustScaler.
            Scale::Robust,
            [
                [-0.3409090909090909, -0.24627672851318744, -4.0],
                [0.8863636363636364, 24.506198519011562, 0.0],
            ],
        ),
        (
            // MinMaxScaler.
            Scale::MinMax,
            [
                [0.005494505494505494, 0.008333333333333333, 0.0],
                [0.07967032967032968, 1.0, 0.4444444444444444],
            ],
        ),
    ];

    #[test]
    fn scales_are_those_of_scikit_learn_and_can_be_undone() {
        for (scale, rows) in EXPECTED {
            let scaling = fitted(scale);
            let scaled = scaling.table(&table(&ROWS)).unwrap();
            for (row, expected) in [(0, rows[0]), (3, rows[1])] {
                let alone = scaling.row(&ROWS[row]).unwrap();
                let back = scaling.undo_row(&alone).unwrap();
                for column in 0..3 {
                    assert_eq!(scaled.number(row, column), Some(alone[column]));
                    let error = (alone[column] - expected[column]).abs();
                    assert!(error < 1e-13 * expected[column].abs().max(1.0), "{scale:?} {error}");
                    let error = (back[column] - ROWS[row][column]).abs();
                    assert!(error < 1e-12 * ROWS[row][column].max(1.0), "{scale:?} {error}");
                }
            }
            let json = serde_json::to_string(&scaling).unwrap();
            assert_eq!(serde_json::from_str::<Scaling>(&json).unwrap(), scaling);
        }
    }

    #[test]
    fn a_column_without_spread_is_only_centered_and_noted() {
        // Half of the orders lie between two equal quartiles.
        let noted = vec![ScalingNote::NoSpread { column: Text::from("orders") }];
        assert_eq!(fitted(Scale::Robust).notes(), noted);
        assert!(fitted(Scale::Standard).notes().is_empty());
        let same = table(&[[1.0, 2.0, 0.1], [3.0, 4.0, 0.1], [5.0, 7.0, 0.1]]);
        for scale in [Scale::Log1p, Scale::Standard, Scale::Robust, Scale::MinMax] {
            let scaling = Scaling::fit(&same, &[scale; 3]).unwrap();
            assert_eq!(scaling.notes(), noted);
            assert_eq!(scaling.table(&same).unwrap().number(1, 2), Some(0.0), "{scale:?}");
        }
    }

    #[test]
    fn what_is_missing_does_not_count_and_stays_missing() {
        let row = |(index, row): (usize, &[f64; 3])| {
            let recency = (index != 1).then_some(row[0]);
            (CustomerId::new(format!("c-{index}")).unwrap(), [recency])
        };
        let table = FeatureTable::new(["recency_days"], ROWS.iter().enumerate().map(row)).unwrap();
        // scikit-learn 1.9.1 disregards NaN in the same way.
        for (scale, first) in [
            (Scale::Standard, -0.5622467290729088),
            (Scale::Robust, -0.4074074074074074),
            (Scale::MinMax, 0.005494505494505494),
        ] {
            let scaled = Scaling::fit(&table, &[scale]).unwrap().table(&table).unwrap();
            let error = (scaled.number(0, 0).unwrap() - first).abs();
            assert!(error < 1e-14, "{scale:?} {error}");
            assert_eq!(scaled.number(1, 0), None);
        }
    }

    #[test]
    fn other_columns_and_other_lengths_are_refused() {
        let scaling = fitted(Scale::Standard);
        assert_eq!((scaling.row(&[1.0, 2.0]), scaling.undo_row(&[1.0; 4])), (None, None));
        assert_eq!(scaling.row(&[1.0, f64::NAN, 0.0]), None);
        assert_eq!(fitted(Scale::Log1p).row(&[1.0, -1.0, 0.0]), None);
        let other = table(&ROWS).select(["orders", "spend"]).unwrap();
        let told = scaling.table(&other).unwrap_err().to_string();
        assert_eq!(told, "`columns[0]`: there is no column `recency_days`");
        let told = Scaling::fit(&other, &[Scale::None]).unwrap_err().to_string();
        assert_eq!(told, "`scales`: 1 scales for 2 columns");
        let debts = table(&[[1.0, -1.0, 0.0], [1.0, 2.0, -7.5]]);
        let told = Scaling::fit(&debts, &[Scale::Log1p; 3]).unwrap_err().to_string();
        let lines = [
            "`columns[1]`: column `spend` has -1 for customer `c-000`: log1p needs more than -1",
            "`columns[2]`: column `orders` has -7.5 for customer `c-001`: log1p needs more than -1",
        ];
        assert_eq!(told.lines().collect::<Vec<_>>(), lines);
        let json = r#"{"columns":[{"name":"a","scale":"standard","center":0.0,"spread":0.0}]}"#;
        assert!(serde_json::from_str::<Scaling>(json).is_err());
    }

    #[test]
    fn a_number_beyond_all_reason_stays_at_the_end_of_the_scale() {
        let tiny = table(&[[0.0, 0.0, 0.0], [1e-300, 5e-324, 1.0]]);
        let scaling = Scaling::fit(&tiny, &[Scale::Standard; 3]).unwrap();
        assert_eq!(scaling.row(&[1e300, -1e300, 0.5]), Some(vec![f64::MAX, f64::MIN, 0.0]));
    }

    proptest! {
        #[test]
        fn whatever_the_numbers_a_scaled_column_is_finite_and_in_order(
            numbers in prop::collection::vec(
                prop_oneof![
                    (-5_i32..5).prop_map(f64::from),
                    -1e3..1e3_f64,
                    prop::sample::select(vec![f64::MAX, f64::MIN, 1e300, 5e-324, -1e-310]),
                ],
                1..20,
            ),
            scale in prop::sample::select(vec![
                Scale::None, Scale::Standard, Scale::Robust, Scale::MinMax,
            ]),
        ) {
            let rows: Vec<[f64; 3]> = numbers.iter().map(|&number| [number; 3]).collect();
            let scaling = Scaling::fit(&table(&rows), &[scale; 3]).unwrap();
            let mut pairs: Vec<(f64, f64)> =
                rows.iter().map(|row| (row[0], scaling.row(row).unwrap()[0])).collect();
            pairs.sort_by(|left, right| left.0.total_cmp(&right.0));
            prop_assert!(pairs.iter().all(|(_, scaled)| scaled.is_finite()));
            prop_assert!(pairs.is_sorted_by(|left, right| left.1 <= right.1));
        }
    }
}
