//! From a recipe and customers to a model.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::cuts::{Better, Cuts, Scale};
use super::keys::Unit;
use super::{
    Dimension, Fault, Figure, Method, Nesting, Population, Rfm, RfmFit, RfmReport, RfmScore,
    Scoring, Ties,
};
use crate::feature::FeatureTable;
use crate::id::CustomerId;
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
        let known = self.known(&order, columns)?;
        let scored = self.scored(&known);
        let report = self.report(customers.len(), &known, &scored);
        let [recency, frequency, monetary] = scored;
        let mut scores = vec![None; customers.len()];
        let all = recency.scores.iter().zip(&frequency.scores).zip(&monetary.scores);
        for (&place, ((&r, &f), &m)) in known.places.iter().zip(all) {
            if let Some(score) = scores.get_mut(place) {
                *score = Some(RfmScore { r, f, m });
            }
        }
        let scale = |dimension: &Dimension, scored: Scored| {
            let feature = dimension.feature.clone();
            Scale { feature, cuts: scored.cuts }
        };
        let scoring = Scoring {
            recency: scale(&self.recency, recency),
            frequency: scale(&self.frequency, frequency),
            monetary: scale(&self.monetary, monetary),
            report: Some(report),
        };
        Ok(RfmFit { model: scoring.check()?, scores })
    }

    /// The customers of whom nothing is missing.
    fn known(
        &self,
        order: &[usize],
        columns: [&[Option<Figure>]; 3],
    ) -> Result<Known, Problems<Fault>> {
        let (mut places, [mut r, mut f, mut m]) = (Vec::new(), [const { Vec::new() }; 3]);
        for &place in order {
            let row = columns.map(|column| column.get(place).copied().flatten());
            if let [Some(recency), Some(frequency), Some(monetary)] = row {
                places.push(place);
                r.push(recency);
                f.push(frequency);
                m.push(monetary);
            }
        }
        let mut problems = Problems::none();
        let mut keys = |name: &str, dimension: &Dimension, figures: &[Figure]| {
            problems.take(&Path::from(name), dimension.keys(figures)).unwrap_or_default()
        };
        let keys = [
            keys("recency", &self.recency, &r),
            keys("frequency", &self.frequency, &f),
            keys("monetary", &self.monetary, &m),
        ];
        problems.into_result(Known { places, keys })
    }

    /// Scores every dimension, the later ones within the earlier if they are nested.
    fn scored(&self, known: &Known) -> [Scored; 3] {
        let [recency, frequency, monetary] = &known.keys;
        let nested = self.nesting == Nesting::Nested;
        let all = vec![Group { of: Rc::new((0..known.places.len()).collect()), borrowed: false }];

        let r = self.recency.scored(recency, Better::Less, &all, self.ties);
        let groups = if nested { split(&all, &r) } else { all };
        let f = self.frequency.scored(frequency, Better::More, &groups, self.ties);
        let groups = if nested { split(&groups, &f) } else { groups };
        let m = self.monetary.scored(monetary, Better::More, &groups, self.ties);
        [r, f, m]
    }

    fn report(&self, customers: usize, known: &Known, scored: &[Scored; 3]) -> RfmReport {
        let [recency, frequency, monetary] = scored;
        let [recency_keys, frequency_keys, monetary_keys] = &known.keys;
        let mut cells = BTreeMap::new();
        let all = recency.scores.iter().zip(&frequency.scores).zip(&monetary.scores);
        for ((&r, &f), &m) in all {
            *cells.entry(Cell { r, f, m: Some(m) }).or_insert(0) += 1;
        }
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

/// A column of figures as integers in the same order.
#[derive(Default)]
struct Keys {
    unit: Unit,
    keys: Vec<i64>,
}

/// A dimension in which every customer has a score.
struct Scored {
    cuts: Cuts,
    /// The scores of the known customers.
    scores: Vec<u8>,
}

/// Customers, by their positions among the known, within whom quantiles are taken.
struct Group {
    of: Rc<Vec<usize>>,
    /// Whether they stand in for a group without customers.
    borrowed: bool,
}

/// The figures of a feature in a table.
fn column(table: &FeatureTable, feature: &Text) -> Result<Vec<Option<Figure>>, Problems<Fault>> {
    let found = table.positions([feature.as_str()]);
    let column = found.map_err(|unknown| {
        let mut problems = Problems::none();
        for problem in unknown {
            problems.add(Path::root(), problem.fault.into());
        }
        problems
    })?;
    let values = column
        .iter()
        .flat_map(|&column| (0..table.customers().len()).map(move |row| table.value(row, column)));
    let figure = |value: Option<Value>| match value.as_ref().map(|value| (value, Figure::of(value)))
    {
        Some((value, None)) => {
            let fault = Fault::NotRanked { feature: feature.clone(), kind: value.kind() };
            Err(Problems::one(Path::root(), fault))
        }
        Some((_, figure)) => Ok(figure),
        None => Ok(None),
    };
    values.map(figure).collect()
}

/// The places of the customers in the order of their ids.
fn by_id(customers: &[CustomerId], problems: &mut Problems<Fault>) -> Vec<usize> {
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

impl Dimension {
    /// The keys of these figures, if the recipe can work with them.
    fn keys(&self, figures: &[Figure]) -> Result<Keys, Problems<Fault>> {
        let Some(&first) = figures.first() else {
            return match self.method {
                Method::Thresholds(_) => Ok(Keys::default()),
                Method::Quantiles(_) => Err(Problems::one(Path::root(), Fault::NoCustomers)),
            };
        };
        let unit = Unit::of(first);
        let mut problems = Problems::none();
        let mut keys = Vec::with_capacity(figures.len());
        for &other in figures {
            match unit.key(other) {
                Some(key) => keys.push(key),
                None => {
                    let feature = self.feature.clone();
                    let fault = Fault::MixedColumn { feature, first, other };
                    problems.add(Path::from("feature"), fault);
                    break;
                }
            }
        }
        if let Method::Thresholds(cuts) = &self.method {
            let path = Path::from("method").field("thresholds");
            problems.absorb(&path, unit.compared(&self.feature, cuts));
        }
        problems.into_result(Keys { unit, keys })
    }

    /// Scores the customers of every group.
    fn scored(&self, keys: &Keys, better: Better, groups: &[Group], ties: Ties) -> Scored {
        let mut scores = vec![0; keys.keys.len()];
        let cuts = match &self.method {
            Method::Thresholds(cuts) => {
                let cuts = Cuts::Thresholds(cuts.clone());
                let steps = cuts.steps(better, None);
                for (score, &key) in scores.iter_mut().zip(&keys.keys) {
                    let figure = keys.unit.figure(key);
                    *score = steps.and_then(|steps| steps.score(figure)).unwrap_or_default();
                }
                cuts
            }
            Method::Quantiles(bins) => {
                let mut cut = |group| keys.cut(group, *bins, better, ties, &mut scores);
                let cuts: Vec<Vec<Figure>> = groups.iter().map(&mut cut).collect();
                match <[Vec<Figure>; 1]>::try_from(cuts) {
                    Ok([cuts]) => Cuts::Quantiles(cuts),
                    Err(groups) => Cuts::Nested(groups),
                }
            }
        };
        Scored { cuts, scores }
    }
}

impl Keys {
    /// The quantiles of a group, whose customers get their scores unless they only stand in.
    fn cut(
        &self,
        group: &Group,
        bins: u8,
        better: Better,
        ties: Ties,
        scores: &mut [u8],
    ) -> Vec<Figure> {
        let key = |&position: &usize| Some((*self.keys.get(position)?, position));
        let mut sorted: Vec<(i64, usize)> = group.of.iter().filter_map(key).collect();
        sorted.sort_unstable();
        // How many customers stand in the first score, in the first two, and so on.
        let ends: Vec<usize> =
            (1..usize::from(bins)).map(|k| (sorted.len() * k).div_ceil(bins.into())).collect();
        let last = |end: &usize| sorted.get(end.checked_sub(1)?).map(|(key, _)| *key);
        let cuts: Vec<i64> = ends.iter().filter_map(last).collect();
        if !group.borrowed {
            for (rank, (key, position)) in sorted.iter().enumerate() {
                let above = match ties {
                    Ties::Share => cuts.iter().filter(|cut| key > cut).count(),
                    Ties::Spread => ends.iter().filter(|end| rank >= **end).count(),
                };
                if let Some(score) = scores.get_mut(*position) {
                    *score = better.score(above, cuts.len());
                }
            }
        }
        cuts.into_iter().map(|cut| self.unit.figure(cut)).collect()
    }
}

impl Scored {
    /// How the customers spread over the scores.
    fn population(&self, keys: &Keys) -> Population {
        let mut customers = vec![0; usize::from(self.cuts.bins())];
        for &score in &self.scores {
            if let Some(count) =
                usize::from(score).checked_sub(1).and_then(|at| customers.get_mut(at))
            {
                *count += 1;
            }
        }
        let mut sorted = keys.keys.clone();
        sorted.sort_unstable();
        let commonest =
            sorted.chunk_by(|left, right| left == right).rev().max_by_key(|it| it.len());
        let commonest = commonest.unwrap_or_default();
        let value = commonest.first().map(|&key| keys.unit.figure(key));
        Population { customers, commonest: value, commonest_customers: commonest.len() }
    }
}

/// The groups of each score within these groups, in the order of the scores.
fn split(groups: &[Group], scored: &Scored) -> Vec<Group> {
    let bins = usize::from(scored.cuts.bins());
    let children = |group: &Group| {
        let mut members = vec![Vec::new(); bins];
        for &position in group.of.iter().filter(|_| !group.borrowed) {
            let score = scored.scores.get(position).map_or(0, |score| usize::from(*score));
            if let Some(child) = score.checked_sub(1).and_then(|at| members.get_mut(at)) {
                child.push(position);
            }
        }
        let of = Rc::clone(&group.of);
        members.into_iter().map(move |members| match members.is_empty() {
            true => Group { of: Rc::clone(&of), borrowed: true },
            false => Group { of: Rc::new(members), borrowed: false },
        })
    };
    groups.iter().flat_map(children).collect()
}
