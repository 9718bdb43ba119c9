//! The laws of assigning customers to segments, and of learning how to.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{Violation, uphold};
use crate::feature::FeatureTable;
use crate::id::SegmentId;
use crate::money::{Currency, Money};
use crate::rule::{Text, Value};
use crate::segment::{Fit, Learn, Membership, Segmenter};

const SAME: &str = "the same question has the same answer";

/// Checks the laws of [`Segmenter`] for the customers of a table that has its inputs.
///
/// A table has numbers only; use [`assignment`] for a segmenter that wants texts, sets or dates.
///
/// # Errors
/// The first law that is broken: those of [`assignment`] for each row and for rows that make no
/// sense; a whole table gives what its rows give one by one; a table without the inputs is refused.
pub fn segmenter(
    segmenter: &dyn Segmenter,
    table: &FeatureTable,
    today: NaiveDate,
) -> Result<(), Violation> {
    let inputs = segmenter.inputs();
    let nothing: [&str; 0] = [];
    let refused = match table.select(nothing) {
        Ok(empty) => segmenter.assign_all(&empty, today).is_err(),
        Err(_) => true,
    };
    uphold("a table without the inputs is refused", refused || inputs.is_empty(), || {
        format!("a table without columns is assigned, though {} are wanted", listed(inputs))
    })?;
    let all = segmenter.assign_all(table, today).map_err(|problems| Violation {
        law: "a table with the inputs is assigned",
        case: format!("{} are wanted: {problems}", listed(inputs)),
    })?;
    let count = table.customers().len();
    uphold("a whole table gives each of its rows a membership", all.len() == count, || {
        format!("{count} customers have {} memberships", all.len())
    })?;
    let columns: Vec<Option<usize>> =
        inputs.iter().map(|name| table.column(name.as_str())).collect();
    // Backwards, so that an answer that leans on the one before it shows.
    for (row, (customer, found)) in table.customers().iter().zip(&all).enumerate().rev() {
        let values: Vec<Option<Value>> =
            columns.iter().map(|column| table.value(row, (*column)?)).collect();
        assignment(segmenter, &values, today)?;
        let alone = segmenter.assign(&values, today);
        uphold("a whole table gives what its rows give one by one", alone == *found, || {
            let (found, alone) = (told(found), told(&alone));
            format!("`{customer}` is in {found} as one of a table, in {alone} by the row alone")
        })?;
    }
    nonsense(inputs.len()).iter().try_for_each(|row| assignment(segmenter, row, today))
}

/// Checks the laws of [`Segmenter`] for one row, whatever is in it.
///
/// # Errors
/// The first law that is broken: the ids of the segments are all different; the same row and day
/// give the same membership; only ids of the segments are assigned; where there is a measure, the
/// weightiest segment is the nearest.
pub fn assignment(
    segmenter: &dyn Segmenter,
    row: &[Option<Value>],
    today: NaiveDate,
) -> Result<(), Violation> {
    let segments: Vec<&SegmentId> = segmenter.segments().iter().map(|s| &s.id).collect();
    let mut known = BTreeSet::new();
    for id in &segments {
        uphold("the ids of the segments are all different", known.insert(*id), || {
            format!("`{id}` is there twice")
        })?;
    }
    let found = segmenter.assign(row, today);
    let again = segmenter.assign(row, today);
    uphold(SAME, again == found, || {
        format!("{} is in {}; asked again, in {}", shown(row), told(&found), told(&again))
    })?;
    let unknown = found.iter().find(|share| !known.contains(&share.segment));
    uphold("only segments that are listed are assigned", unknown.is_none(), || {
        format!("{} is in {}, of which not all are listed", shown(row), told(&found))
    })?;
    nearest(segmenter, row, today, &found)?;
    let same = segmenter.segments().iter().map(|segment| &segment.id).eq(segments);
    uphold("the segments stay the same", same, || "they differ after an assignment".to_owned())
}

/// A measure has a distance for each segment, and the weightiest segment is the nearest.
fn nearest(
    segmenter: &dyn Segmenter,
    row: &[Option<Value>],
    today: NaiveDate,
    found: &Membership,
) -> Result<(), Violation> {
    let Some(distances) = segmenter.distances(row, today) else { return Ok(()) };
    let (wanted, measured) = (segmenter.segments().len(), distances.len());
    uphold("a measure has a distance for each segment", measured == wanted, || {
        format!("{} has {measured} distances of {wanted} segments", shown(row))
    })?;
    let Some(primary) = found.primary() else { return Ok(()) };
    let measured = segmenter.segments().iter().zip(&distances);
    let own = measured.clone().find(|(segment, _)| segment.id == *primary);
    let least = own.is_some_and(|(_, own)| distances.iter().all(|other| own <= other));
    uphold("a customer is in the nearest segment", least, || {
        format!("{} is in {}, of distances {distances:?}", shown(row), told(found))
    })
}

/// Checks the laws of [`Fit`] for a table, a seed and a day.
///
/// # Errors
/// The first law that is broken: the same table and seed give the same model, or the same error;
/// [`Fit::fit`] is [`Fit::fit_seeded`] for the next seed of the generator; the model assigns the
/// table that it was fitted on, by the laws of [`segmenter`].
pub fn fit<R: Fit>(
    recipe: &R,
    table: &FeatureTable,
    seed: u64,
    today: NaiveDate,
) -> Result<(), Violation> {
    let fitted = recipe.fit_seeded(table, seed);
    let again = recipe.fit_seeded(table, seed);
    same_model(&fitted, &again, table, today).map_err(|case| Violation {
        law: "the same table and seed give the same model",
        case: format!("seed {seed}: {case}"),
    })?;
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let next = rng.clone().next_u64();
    let by_rng = recipe.fit(table, &mut rng);
    same_model(&recipe.fit_seeded(table, next), &by_rng, table, today)
        .map_err(|case| Violation { law: "a generator gives the model of its next seed", case })?;
    fitted.map_or(Ok(()), |model| segmenter(&model, table, today))
}

/// Checks the laws of [`Learn`] with the customers of a table, from whom `segmenter` learns.
///
/// # Errors
/// The first law that is broken: learning tells what was assigned before; who is in no segment
/// teaches nothing; what was learned assigns by the laws of [`segmenter`](self::segmenter).
pub fn learn(
    segmenter: &mut dyn Learn,
    table: &FeatureTable,
    today: NaiveDate,
) -> Result<(), Violation> {
    let columns: Vec<Option<usize>> =
        segmenter.inputs().iter().map(|name| table.column(name.as_str())).collect();
    for row in 0..table.customers().len() {
        let values: Vec<Option<Value>> =
            columns.iter().map(|column| table.value(row, (*column)?)).collect();
        let expected = segmenter.assign(&values, today);
        let before = segmenter.assign_all(table, today);
        let found = segmenter.learn(&values, today);
        uphold("learning tells what was assigned before", found == expected, || {
            format!("{} was in {}, learned {}", shown(&values), told(&expected), told(&found))
        })?;
        let taught = segmenter.assign_all(table, today) != before;
        uphold("who is in no segment teaches nothing", !taught || !found.is_empty(), || {
            format!("{} is in no segment, but others are in others now", shown(&values))
        })?;
    }
    self::segmenter(segmenter, table, today)
}

/// How two fits differ, as far as can be seen from outside.
fn same_model<M: Segmenter, E: std::error::Error>(
    one: &Result<M, E>,
    other: &Result<M, E>,
    table: &FeatureTable,
    today: NaiveDate,
) -> Result<(), String> {
    match (one, other) {
        (Ok(one), Ok(other)) => {
            let same = one.segments() == other.segments()
                && one.inputs() == other.inputs()
                && one.assign_all(table, today) == other.assign_all(table, today);
            if same { Ok(()) } else { Err("two models that differ".to_owned()) }
        }
        (Err(one), Err(other)) if one.to_string() == other.to_string() => Ok(()),
        (Err(one), Err(other)) => Err(format!("once `{one}`, once `{other}`")),
        (Ok(_), Err(error)) | (Err(error), Ok(_)) => Err(format!("once a model, once `{error}`")),
    }
}

/// Rows of a wrong length, and with values of every type in every place.
fn nonsense(inputs: usize) -> Vec<Vec<Option<Value>>> {
    let values = [
        Value::Bool(true),
        Value::Integer(i64::MIN),
        Value::Integer(i64::MAX),
        Value::number(f64::MAX).unwrap_or(Value::Integer(0)),
        Value::number(-f64::MIN_POSITIVE).unwrap_or(Value::Integer(0)),
        Value::Money(Money::from_minor(i64::MIN, Currency::JPY)),
        Value::text(""),
        Value::Date(NaiveDate::MAX),
        Value::Set(BTreeSet::new()),
    ];
    let filled = |value: &Value, length| vec![Some(value.clone()); length];
    let mut rows = vec![vec![None; inputs], Vec::new(), vec![None; inputs + 1]];
    for value in &values {
        rows.extend([filled(value, inputs), filled(value, inputs + 1)]);
        for place in 0..inputs {
            let alone = |at| (at == place).then(|| value.clone());
            rows.push((0..inputs).map(alone).collect());
        }
    }
    rows
}

fn listed(names: &[Text]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

fn shown(row: &[Option<Value>]) -> String {
    let cell = |value: &Option<Value>| match value {
        Some(value) => value.to_string(),
        None => "missing".to_owned(),
    };
    format!("[{}]", row.iter().map(cell).collect::<Vec<_>>().join(", "))
}

fn told(membership: &Membership) -> String {
    let shares =
        membership.iter().map(|share| format!("`{}` by {}", share.segment, share.weight.as_f64()));
    format!("{{{}}}", shares.collect::<Vec<_>>().join(", "))
}
