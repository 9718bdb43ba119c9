//! From a recipe and customers to a model.

use super::cuts::{Better, Scale};
use super::quantile::{Group, Keys, Scored, split};
use super::{
    Dimension, Fault, Figure, Method, Nesting, Rfm, RfmFit, RfmReport, RfmScore, Scoring, Ties,
};
use crate::feature::totals::Totals;
use crate::feature::{FeatureNameError, FeatureTable, Moment, TableFault};
use crate::id::CustomerId;
use crate::parallel::each;
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
        let columns = self.dimensions().map(|(name, dimension)| {
            let path = Path::from(name).field("feature");
            let column = total_column(totals, moment, &dimension.feature);
            problems.take(&path, column).unwrap_or_default()
        });
        problems.into_result(())?;
        let mut order: Vec<usize> = (0..totals.len()).collect();
        if self.ties == Ties::Spread {
            let customers = totals.customers();
            order.sort_unstable_by_key(|&place| customers.get(place));
        }
        let [recency, frequency, monetary] = &columns;
        self.fit_in_order(&order, [recency, frequency, monetary])
    }

    /// The model of customers in the order of their ids, and their scores in that of the columns.
    fn fit_in_order(
        &self,
        order: &[usize],
        columns: [&[Option<Figure>]; 3],
    ) -> Result<RfmFit, Problems<Fault>> {
        let known = self.known(order, columns)?;
        let scored = self.scored(&known);
        let mut scores = vec![None; order.len()];
        for (&place, score) in known.places.iter().zip(together(&scored)) {
            if let Some(place) = scores.get_mut(place) {
                *place = Some(score);
            }
        }
        let report = self.report(order.len(), &known, &scored);
        Ok(RfmFit { model: self.scoring(scored, report).check()?, scores })
    }

    /// The customers of whom nothing is missing.
    fn known(
        &self,
        order: &[usize],
        columns: [&[Option<Figure>]; 3],
    ) -> Result<Known, Problems<Fault>> {
        let is_told =
            |column: &[Option<Figure>], place| column.get(place).is_some_and(Option::is_some);
        let is_known = |place: &usize| columns.iter().all(|column| is_told(column, *place));
        let places: Vec<usize> = order.iter().copied().filter(is_known).collect();
        let takes_quantiles =
            |(_, dimension): (_, &Dimension)| matches!(dimension.method, Method::Quantiles(_));
        if places.is_empty() && self.dimensions().into_iter().any(takes_quantiles) {
            return Err(Problems::one(Path::from("customers"), Fault::NoCustomers));
        }
        let wanted: Vec<_> = self.dimensions().into_iter().zip(columns).collect();
        let keys = each(&wanted, |((_, dimension), column)| {
            let figure = |place: &usize| column.get(*place).copied().flatten();
            dimension.keys(places.iter().filter_map(figure))
        });
        let mut problems = Problems::none();
        let mut keys = wanted.iter().zip(keys);
        let keys = [(); 3].map(|()| {
            let (((name, _), _), keys) = keys.next()?;
            problems.take(&Path::from(*name), keys)
        });
        let keys = keys.map(Option::unwrap_or_default);
        problems.into_result(Known { places, keys })
    }

    /// Scores every dimension, the later ones within the earlier if they are nested.
    fn scored(&self, known: &Known) -> [Scored; 3] {
        let [recency, frequency, monetary] = &known.keys;
        let nested = self.nesting == Nesting::Nested;
        let all = vec![Group::all(known.places.len())];

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

    fn report(&self, customers: usize, known: &Known, scored: &[Scored; 3]) -> RfmReport {
        let [recency, frequency, monetary] = scored;
        let [recency_keys, frequency_keys, monetary_keys] = &known.keys;
        let mut scores: Vec<RfmScore> = together(scored).collect();
        scores.sort_unstable();
        let cell = |equal: &[RfmScore]| {
            let &RfmScore { r, f, m } = equal.first()?;
            Some((Cell { r, f, m: Some(m) }, equal.len()))
        };
        let cells = scores.chunk_by(|left, right| left == right).filter_map(cell).collect();
        RfmReport {
            recipe: self.clone(),
            customers: known.places.len(),
            left_out: customers.saturating_sub(known.places.len()),
            recency: recency.population(recency_keys),
            frequency: frequency.population(frequency_keys),
            monetary: monetary.population(monetary_keys),
            cells,
        }
    }
}

/// The customers of whom nothing is missing, ordered by id.
struct Known {
    /// Where they stand in the columns.
    places: Vec<usize>,
    /// Their figures in each dimension.
    keys: [Keys; 3],
}

/// The scores of the known customers.
fn together([r, f, m]: &[Scored; 3]) -> impl Iterator<Item = RfmScore> {
    let scores = r.scores.iter().zip(&f.scores).zip(&m.scores);
    scores.map(|((&r, &f), &m)| RfmScore { r, f, m })
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
    let unknown = |_: FeatureNameError| TableFault::NotInOrders { name: feature.to_string() };
    let column = match feature.as_str().parse().map_err(unknown) {
        Ok(feature) => totals.column(&feature, moment),
        Err(fault) => Err(Problems::one(Path::root(), fault)),
    };
    let column = column.map_err(|faults| {
        let mut problems = Problems::none();
        faults.into_iter().for_each(|one| problems.add(one.path, one.fault.into()));
        problems
    })?;
    Ok(column.iter().map(|value| Figure::of(value.as_ref()?)).collect())
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
