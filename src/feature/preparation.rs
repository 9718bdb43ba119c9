//! From the columns of a table to coordinates: which columns, what for gaps, on which scales.

use serde::{Deserialize, Serialize};

use crate::path::{Path, Problems};
use crate::rule::{Text, Value};

use super::{
    Column, Completion, FeatureTable, Measure, Missing, Scale, Scaling, ScalingNote, TableFault,
};

/// Which columns a model looks at, and how they are made complete and comparable: a part of the
/// recipe of every model that is fitted on a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preparation {
    /// The columns, in the order of the coordinates.
    pub columns: Vec<Input>,
    /// What happens to customers of whom a value is missing.
    #[serde(default)]
    pub missing: Missing,
}

/// A column that a model looks at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Its name.
    pub name: Text,
    /// Its scale.
    #[serde(default)]
    pub scale: Scale,
}

/// A fitted preparation, which is kept with a model and turns a customer's values into the
/// coordinates that the model knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Prepared {
    columns: Vec<Column>,
    completion: Completion,
    scaling: Scaling,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    columns: Vec<Column>,
    completion: Completion,
    scaling: Scaling,
}

impl Preparation {
    /// These columns on these scales; no value may be missing.
    #[must_use]
    pub fn new<N: AsRef<str>>(columns: impl IntoIterator<Item = (N, Scale)>) -> Self {
        let input = |(name, scale)| Input { name: Text::from(name), scale };
        Self { columns: columns.into_iter().map(input).collect(), missing: Missing::Refuse }
    }

    /// The same columns on the same scales, with another treatment of what is missing.
    #[must_use]
    pub fn missing(self, missing: Missing) -> Self {
        Self { missing, ..self }
    }

    /// The preparation of the customers of this table.
    ///
    /// # Errors
    /// No column, or columns that are not in the table, are there twice, have values missing where
    /// none may be, none at all, or some that have no place on their scale, or are of categories;
    /// no customer who has them all.
    pub fn fit(&self, table: &FeatureTable) -> Result<Prepared, Problems<TableFault>> {
        let path = Path::from("columns");
        if self.columns.is_empty() {
            return Err(Problems::one(path, TableFault::NoColumns));
        }
        let table = table.select(self.columns.iter().map(|input| input.name.as_str()))?;
        categories(table.columns()).into_result(())?;
        let completion = self.missing.fit(&table)?;
        let complete = completion.table(&table)?;
        if complete.customers().is_empty() {
            return Err(Problems::one(path, TableFault::NoCustomers));
        }
        let scales: Vec<Scale> = self.columns.iter().map(|input| input.scale).collect();
        let scaling = Scaling::fit(&complete, &scales)?;
        Ok(Prepared { columns: table.columns().to_vec(), completion, scaling })
    }
}

impl Prepared {
    /// The columns, in the order of the coordinates.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// What its user should know.
    #[must_use]
    pub fn notes(&self) -> Vec<ScalingNote> {
        self.scaling.notes()
    }

    /// The coordinates of one customer, of whom `values` has what [`Prepared::columns`] name.
    ///
    /// `None` if the customer is to be left out: a value is missing that is not filled, is of
    /// another currency or no number at all, or has no place on its scale.
    #[must_use]
    pub fn row(&self, values: &[Option<Value>]) -> Option<Vec<f64>> {
        if values.len() != self.columns.len() {
            return None;
        }
        let number = |(column, value): (&Column, &Option<Value>)| {
            let measure = match column.measure {
                Measure::Money(currency) => Measure::Money(currency),
                _ => Measure::Number,
            };
            value.as_ref().and_then(|value| measure.number(value))
        };
        let numbers: Vec<Option<f64>> = self.columns.iter().zip(values).map(number).collect();
        self.scaling.row(&self.completion.row(&numbers)?)
    }

    /// The coordinates of the customers of a table who are not to be left out; its
    /// [`FeatureTable::matrix`] is there.
    ///
    /// # Errors
    /// All columns that the table does not have.
    pub fn table(&self, table: &FeatureTable) -> Result<FeatureTable, Problems<TableFault>> {
        let scaled = self.scaling.table(&self.completion.table(table)?)?;
        Ok(scaled.without_gaps())
    }

    /// The numbers that have these coordinates, up to rounding: amounts of money in major units.
    ///
    /// `None` for another number of coordinates, or one that is not finite.
    #[must_use]
    pub fn undo_row(&self, coordinates: &[f64]) -> Option<Vec<f64>> {
        self.scaling.undo_row(coordinates)
    }
}

impl TryFrom<Written> for Prepared {
    type Error = Problems<TableFault>;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let Written { columns, completion, scaling } = written;
        let mut problems = super::table::column_problems(&columns);
        let names = || columns.iter().map(|column| &column.name);
        problems.absorb(&Path::root(), categories(&columns));
        if columns.is_empty() {
            problems.add(Path::from("columns"), TableFault::NoColumns);
        }
        for (part, same) in [
            ("completion", completion.names().eq(names())),
            ("scaling", scaling.names().eq(names())),
        ] {
            if !same {
                problems.add(Path::from(part), TableFault::OtherColumns);
            }
        }
        problems.into_result(Self { columns, completion, scaling })
    }
}

/// All columns of categories, which have no coordinates.
fn categories(columns: &[Column]) -> Problems<TableFault> {
    let mut problems = Problems::none();
    for (position, column) in columns.iter().enumerate() {
        if column.measure == Measure::Category {
            let fault = TableFault::NoNumber { name: column.name.to_string() };
            problems.add(Path::from("columns").item(position), fault);
        }
    }
    problems
}

impl From<Prepared> for Written {
    fn from(prepared: Prepared) -> Self {
        let Prepared { columns, completion, scaling } = prepared;
        Self { columns, completion, scaling }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feature::Filling;
    use crate::id::CustomerId;
    use crate::money::{Currency, Money};

    fn euro(minor: i64) -> Option<Value> {
        Some(Value::Money(Money::from_minor(minor, Currency::EUR)))
    }

    fn table() -> FeatureTable {
        let columns = [
            Column::new("orders", Measure::Integer),
            Column::new("spend", Measure::Money(Currency::EUR)),
        ];
        let rows = [
            ("ann", [Some(Value::Integer(2)), euro(1_000)]),
            ("bob", [Some(Value::Integer(4)), euro(3_000)]),
            ("cat", [None, euro(2_000)]),
        ];
        let row = |(id, row)| (CustomerId::new(id).unwrap(), row);
        FeatureTable::from_values(columns, rows.map(row)).unwrap()
    }

    fn recipe() -> Preparation {
        Preparation::new([("spend", Scale::MinMax), ("orders", Scale::Standard)])
    }

    #[test]
    fn a_customer_gets_the_same_coordinates_alone_and_in_a_table() {
        let filled = recipe().missing(Missing::Fill(Filling::Mean)).fit(&table()).unwrap();
        let coordinates = filled.table(&table()).unwrap();
        let values = |row, column| table().value(row, column);
        for row in 0..3 {
            let alone = filled.row(&[values(row, 1), values(row, 0)]).unwrap();
            assert_eq!(coordinates.matrix().unwrap().row(row).to_vec(), alone);
        }
        assert_eq!(filled.row(&[euro(2_000), None]), Some(vec![0.5, 0.0]));
        assert_eq!(filled.undo_row(&[0.5, 0.0]), Some(vec![20.0, 3.0]));
        let json = serde_json::to_string(&filled).unwrap();
        assert_eq!(serde_json::from_str::<Prepared>(&json).unwrap(), filled);
    }

    #[test]
    fn a_customer_who_is_not_known_well_enough_has_no_coordinates() {
        let dropped = recipe().missing(Missing::DropRows).fit(&table()).unwrap();
        assert_eq!(dropped.table(&table()).unwrap().customers().len(), 2);
        let orders = Some(Value::Integer(2));
        assert!(dropped.row(&[euro(1_000), orders.clone()]).is_some());
        let yen = Some(Value::Money(Money::from_minor(1_000, Currency::JPY)));
        for values in [
            vec![None, orders.clone()],
            vec![yen, orders.clone()],
            vec![Some(Value::text("10.00 EUR")), orders],
            vec![euro(1_000)],
        ] {
            assert_eq!(dropped.row(&values), None, "{values:?}");
        }
    }

    #[test]
    fn what_cannot_be_prepared_is_told() {
        let told = |recipe: Preparation| recipe.fit(&table()).unwrap_err().to_string();
        let none: [(&str, Scale); 0] = [];
        assert_eq!(told(Preparation::new(none)), "`columns`: no column is named");
        assert_eq!(
            told(Preparation::new([("spent", Scale::None), ("visits", Scale::None)])),
            "`columns[0]`: there is no column `spent`: do you mean `spend`?\n\
             `columns[1]`: there is no column `visits`"
        );
        assert_eq!(
            told(recipe()),
            "`columns[1]`: column `orders` is missing for 1 customers, first for `cat`"
        );
        let nobody = table().filter(|customer| customer.as_str() == "cat");
        let recipe = recipe().missing(Missing::DropRows);
        let told = recipe.fit(&nobody).unwrap_err().to_string();
        assert_eq!(told, "`columns`: no customer has a value in every column");
    }

    #[test]
    fn parts_that_do_not_belong_together_are_refused() {
        let prepared = recipe().missing(Missing::DropRows).fit(&table()).unwrap();
        let json = serde_json::to_string(&prepared).unwrap();
        let (columns, rest) = json.split_once("\"completion\"").unwrap();
        let renamed = format!("{}\"completion\"{rest}", columns.replace("spend", "visits"));
        let told = serde_json::from_str::<Prepared>(&renamed).unwrap_err().to_string();
        let expected = "`completion`: it is of other columns\n`scaling`: it is of other columns";
        assert!(told.starts_with(expected), "{told}");
    }
}
