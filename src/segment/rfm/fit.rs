//! From a recipe and customers to a model.

use std::collections::BTreeMap;

use super::cuts::{Better, Scale};
use super::plain::{self, Places};
use super::quantile::{CHUNK, Group, Keys, Scored, split};
use super::{
    Dimension, Fault, Figure, Method, Nesting, Rfm, RfmFit, RfmReport, RfmScore, Scoring, Ties,
};
use crate::feature::totals::{Numbers, Totals};
use crate::feature::{FeatureTable, Moment};
use crate::id::CustomerId;
use crate::parallel::{each, fill_chunks};
use crate::path::{Path, Problems};
use crate::rule::{Text, Value};
use crate::segment::grid::Cell;

impl Rfm {
    /// The model of the customers of a table, with their scores.
    ///
    /// # Errors
    /// All problems of the recipe, of its features in the table, and of its thresholds with them.
    ///
    /// # Complexity
    /// O(n log n) for n customers.
    pub fn fit_table(&self, table: &FeatureTable) -> Result<RfmFit, Problems<Fault>> {
        let mut problems = self.problems();
        let columns = self.dimensions().map(|(name, dimension)| {
            let path = Path::from(name).field("feature");
            problems.take(&path, column(table, &dimension.feature)).unwrap_or_default()
        });
        problems.into_result(())?;
        let [recency, frequency, monetary] = &columns;
        self.fit_columns(table.customers(), recency, frequency, monetary)
    }

    /// The model of these customers, with their scores; each column has one cell for each customer,
    /// and all figures of a column are of one type. The order of the customers does not matter.
    ///
    /// # Errors
    /// All problems of the recipe, the columns and the customers; above all customers that are
    /// there twice, and nobody to take quantiles of.
    ///
    /// # Complexity
    /// O(n log n) for n customers.
    pub fn fit_columns(
        &self,
        customers: &[CustomerId],
        recency: &[Option<Figure>],
        frequency: &[Option<Figure>],
        monetary: &[Option<Figure>],
    ) -> Result<RfmFit, Problems<Fault>> {
        let mut problems = self.problems();
        let columns = [recency, frequency, monetary];
        for ((name, _), column) in self.dimensions().into_iter().zip(columns) {
            if column.len() != customers.len() {
                let (expected, found) = (customers.len(), column.len());
                problems.add(Path::from(name), Fault::Rows { expected, found });
            }
        }
        let order = by_id(customers, &mut problems);
        problems.into_result(())?;
        self.fit_in_order(&order, columns)
    }

    /// The model of the customers of totals as of a moment, with their scores in the order of
    /// [`Totals::customers`].
    ///
    /// # Errors
    /// All problems of the recipe, and of its features with totals.
    ///
    /// # Complexity
    /// O(n log n) for n customers.
    pub fn fit_totals(&self, totals: &Totals, moment: &Moment) -> Result<RfmFit, Problems<Fault>> {
        let mut problems = self.problems();
        let told = self.dimensions().map(|(name, dimension)| {
            let path = Path::from(name).field("feature");
            problems.take(&path, plain::told(&dimension.feature))
        });
        let [Some(recency), Some(frequency), Some(monetary)] = told else { return Err(problems) };
        problems.into_result(())?;
        let told = [recency, frequency, monetary];
        let units = told.map(|told| plain::unit(told, moment));
        let Numbers { columns, missing } = totals.numbers(told, moment);
        let mut places = Places::without(&missing, totals.len());
        if self.ties == Ties::Spread {
            // Ids only matter where ties are spread by them.
            let ids = places.of(totals.customers());
            let mut order: Vec<(u64, usize)> = ids.into_iter().zip(places.iter()).collect();
            order.sort_unstable();
            places = Places::These(order.into_iter().map(|(_, place)| place).collect());
        }
        let columns = columns.map(|column| places.of(column));
        let [r, f, m] = columns;
        let [recency, frequency, monetary] = units;
        let columns = [(recency, r), (frequency, f), (monetary, m)];
        let known =
            self.known(places, columns, |_, (unit, keys), dimension| dimension.ranked(unit, keys))?;
        self.fit_known(totals.len(), &known)
    }

    /// The model of customers in the order of their ids, and their scores in that of the columns.
    fn fit_in_order(
        &self,
        order: &[usize],
        columns: [&[Option<Figure>]; 3],
    ) -> Result<RfmFit, Problems<Fault>> {
        let figure = |column: &[Option<Figure>], place: usize| column.get(place).copied().flatten();
        let is_known = |place: &usize| columns.iter().all(|it| figure(it, *place).is_some());
        let places = Places::These(order.iter().copied().filter(is_known).collect());
        let known = self.known(places, columns, |places, column, dimension| {
            dimension.keys(places.iter().filter_map(|place| figure(column, place)))
        })?;
        self.fit_known(order.len(), &known)
    }

    /// The customers at these places, whose keys in a dimension are told by `keys`.
    fn known<C: Send>(
        &self,
        places: Places,
        columns: [C; 3],
        keys: impl Fn(&Places, C, &Dimension) -> Result<Keys, Problems<Fault>> + Sync,
    ) -> Result<Known, Problems<Fault>> {
        let dimensions = self.dimensions();
        let takes_quantiles =
            |(_, dimension): &(_, &Dimension)| matches!(dimension.method, Method::Quantiles(_));
        if places.len() == 0 && dimensions.iter().any(takes_quantiles) {
            return Err(Problems::one(Path::from("customers"), Fault::NoCustomers));
        }
        let wanted = dimensions.into_iter().zip(columns);
        let mut found: Vec<_> = wanted.map(|(of, column)| (of, Some(column), None)).collect();
        fill_chunks(&mut found, 1, |_, found| {
            for ((_, dimension), column, found) in found {
                *found = column.take().map(|column| keys(&places, column, dimension));
            }
        });
        let mut problems = Problems::none();
        let mut found = found.into_iter();
        let keys = [(); 3].map(|()| {
            let ((name, _), _, keys) = found.next()?;
            problems.take(&Path::from(name), keys?)
        });
        problems.into_result(Known { places, keys: keys.map(Option::unwrap_or_default) })
    }

    /// The model of these customers, and the scores of all, of whom there are so many.
    fn fit_known(&self, customers: usize, known: &Known) -> Result<RfmFit, Problems<Fault>> {
        let scored = self.scored(known);
        let mut scores = vec![None; known.places.len()];
        fill_chunks(&mut scores, CHUNK, |number, scores| {
            for (score, found) in scores.iter_mut().zip(together(&scored, number)) {
                *score = Some(found);
            }
        });
        let report = self.report(customers, known, &scored, &having(&scores));
        let scores = known.places.spread(scores, customers);
        Ok(RfmFit { model: self.scoring(scored, report).check()?, scores })
    }

    /// Scores every dimension, the later ones within the earlier if they are nested.
    fn scored(&self, known: &Known) -> [Scored; 3] {
        let [recency, frequency, monetary] = &known.keys;
        let nested = self.nesting == Nesting::Nested;
        let all = vec![Group::all()];

        let r = self.recency.scored(recency, Better::Less, &all, self.ties);
        let groups = if nested { split(&all, &r) } else { all };
        let f = self.frequency.scored(frequency, Better::More, &groups, self.ties);
        let groups = if nested { split(&groups, &f) } else { groups };
        let m = self.monetary.scored(monetary, Better::More, &groups, self.ties);
        [r, f, m]
    }

    fn scoring(&self, scored: [Scored; 3], report: RfmReport) -> Scoring {
        let [recency, frequency, monetary] = scored;
        let scale = |dimension: &Dimension, scored: Scored| {
            let feature = dimension.feature.clone();
            Scale { feature, cuts: scored.cuts }
        };
        Scoring {
            recency: scale(&self.recency, recency),
            frequency: scale(&self.frequency, frequency),
            monetary: scale(&self.monetary, monetary),
            report: Some(report),
        }
    }

    fn report(
        &self,
        customers: usize,
        known: &Known,
        scored: &[Scored; 3],
        having: &[usize],
    ) -> RfmReport {
        let [recency, frequency, monetary] = scored;
        let [recency_keys, frequency_keys, monetary_keys] = &known.keys;
        let cells: BTreeMap<Cell, usize> = (0..)
            .zip(having)
            .filter(|(_, customers)| **customers > 0)
            .map(|(number, customers)| (cell(number), *customers))
            .collect();
        let sum = |is_meant: &dyn Fn(&Cell) -> bool| {
            cells.iter().filter(|(cell, _)| is_meant(cell)).map(|(_, customers)| customers).sum()
        };
        RfmReport {
            recipe: self.clone(),
            customers: known.places.len(),
            left_out: customers.saturating_sub(known.places.len()),
            recency: recency.population(recency_keys, |score| sum(&|cell| cell.r == score)),
            frequency: frequency.population(frequency_keys, |score| sum(&|cell| cell.f == score)),
            monetary: monetary
                .population(monetary_keys, |score| sum(&|cell| cell.m == Some(score))),
            cells,
        }
    }
}

/// The customers of whom nothing is missing; ordered by id where ties are spread.
struct Known {
    /// Where they stand in the columns.
    places: Places,
    /// Their figures in each dimension.
    keys: [Keys; 3],
}

/// The scores of a chunk of the known customers.
fn together([r, f, m]: &[Scored; 3], chunk: usize) -> impl Iterator<Item = RfmScore> {
    let [r, f, m] = [r, f, m].map(|of| of.scores.chunks(CHUNK).nth(chunk).unwrap_or_default());
    r.iter().zip(f).zip(m).map(|((&r, &f), &m)| RfmScore { r, f, m })
}

/// How many have each scores, by their number, such as 543.
fn having(scores: &[Option<RfmScore>]) -> Vec<usize> {
    let chunks: Vec<_> = scores.chunks(CHUNK).collect();
    let counts = each(&chunks, |scores| {
        let mut having = vec![0; 1_000];
        for score in scores.iter().flatten() {
            if let Some(count) = having.get_mut(score.number() as usize) {
                *count += 1;
            }
        }
        having
    });
    let sum = |all: Vec<usize>, more: Vec<usize>| {
        all.into_iter().zip(more).map(|(all, more)| all + more).collect()
    };
    counts.into_iter().fold(vec![0; 1_000], sum)
}

/// The cell of scores that as one number are such as 543.
fn cell(number: u32) -> Cell {
    let digit = |number: u32| u8::try_from(number % 10).unwrap_or_default();
    Cell { r: digit(number / 100), f: digit(number / 10), m: Some(digit(number)) }
}

/// The figures of a feature in a table.
pub(super) fn column(
    table: &FeatureTable,
    feature: &Text,
) -> Result<Vec<Option<Figure>>, Problems<Fault>> {
    let columns = table.positions([feature.as_str()]).map_err(|unknown| {
        let mut problems = Problems::none();
        for problem in unknown {
            problems.add(Path::root(), problem.fault.into());
        }
        problems
    })?;
    let figure = |value: Value| {
        Figure::of(&value).ok_or_else(|| {
            let fault = Fault::NotRanked { feature: feature.clone(), kind: value.kind() };
            Problems::one(Path::root(), fault)
        })
    };
    let cells = (0..table.customers().len()).zip(columns.iter().cycle());
    cells.map(|(row, &column)| table.value(row, column).map(figure).transpose()).collect()
}

/// The figures of a feature in totals.
pub(super) fn total_column(
    totals: &Totals,
    moment: &Moment,
    feature: &Text,
) -> Result<Vec<Option<Figure>>, Problems<Fault>> {
    let values = plain::feature(feature).and_then(|feature| totals.column(&feature, moment));
    let values = values.map_err(|faults| {
        let mut problems = Problems::none();
        problems.absorb(&Path::root(), faults);
        problems
    })?;
    Ok(values.iter().map(|value| Figure::of(value.as_ref()?)).collect())
}

/// The places of the customers in the order of their ids.
pub(super) fn by_id(customers: &[CustomerId], problems: &mut Problems<Fault>) -> Vec<usize> {
    let mut order: Vec<(&CustomerId, usize)> = customers.iter().zip(0..).collect();
    order.sort();
    for ((before, _), (customer, place)) in order.iter().zip(order.iter().skip(1)) {
        if before == customer {
            let fault = Fault::DuplicateCustomer { customer: (*customer).clone() };
            problems.add(Path::from("customers").item(*place), fault);
        }
    }
    order.into_iter().map(|(_, place)| place).collect()
}
