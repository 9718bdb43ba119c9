//! Rules that say what a model found, for marketers to read and to edit.
//!
//! A small decision tree is grown that tells the segments of any model apart by the customers' own
//! numbers (a *surrogate*), and its ways are written as rules with thresholds of as few digits as
//! can be. What the rules miss is told with them.

mod levels;
mod ways;

use std::fmt;

use chrono::NaiveDate;
use ndarray::Array2;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::rules::{self, RuleSegment, RuleSegments};
use super::{Membership, Segment, Segmenter};
use crate::cluster;
use crate::cluster::shapley::Attribution;
use crate::cluster::tree::{Cart, Tree};
use crate::feature::figure::percent;
use crate::feature::{Column, FeatureTable, Measure, TableFault};
use crate::id::SegmentId;
use crate::path::{Path, Problems};
use crate::rule::{self, Field, Kind, Rule, Schema, Value};

/// Suggests rules for the segments of a model.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Surrogate {
    /// How the tree is grown; without a word at most 4 questions deep, with at least 5 customers at
    /// the end of each way.
    pub tree: Cart,
    /// The shallowest tree that puts this share of the customers into their segments is taken;
    /// 0.95 without a word. If none does, the deepest.
    pub fidelity: f64,
}

impl Default for Surrogate {
    fn default() -> Self {
        let tree = Cart { max_depth: 4, min_leaf: 5, ..Cart::default() };
        Self { tree, fidelity: 0.95 }
    }
}

/// Rules for the segments of a model, with what they miss.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suggestions {
    /// A rule for each segment that the tree tells apart, the simplest first; of equally simple
    /// ones that which misses least.
    pub suggestions: Vec<Suggestion>,
    /// The segments for which there is no rule.
    pub without: Vec<SegmentId>,
    /// The columns that the rules speak of, in the order of the tree's coordinates. Levels of
    /// categories stand in the order in which the tree parts them into sets.
    pub columns: Vec<Column>,
    /// The tree, in the customers' own numbers; its classes are the positions of the segments.
    pub tree: Tree,
    /// The segments of the model, by these positions.
    pub segments: Vec<SegmentId>,
    /// How many customers it was grown on: those who are in a segment and of whom nothing is
    /// missing.
    pub customers: usize,
    /// What share of these it puts into their segment.
    pub fidelity: f64,
}

/// A rule for a segment.
///
/// Its [`Display`](fmt::Display) is the rule as text with its precision and recall.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suggestion {
    /// The segment.
    pub segment: SegmentId,
    /// What people call it.
    pub name: String,
    /// The rule.
    pub rule: Rule,
    /// How many conditions it has.
    pub conditions: usize,
    /// How many customers are in the segment.
    pub members: usize,
    /// For how many the rule holds.
    pub holds: usize,
    /// For how many of the segment's customers it holds.
    pub both: usize,
}

/// Why no rules can be suggested.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum SuggestionFault {
    /// The table does not suit the model.
    #[error(transparent)]
    Table(#[from] TableFault),
    /// The tree cannot be grown.
    #[error(transparent)]
    Tree(#[from] cluster::Fault),
    /// The columns of the table are no fields of rules.
    #[error(transparent)]
    Field(#[from] rule::Fault),
    /// The segments cannot have rules.
    #[error(transparent)]
    Rules(#[from] rules::Fault),
}

impl Surrogate {
    /// Rules for the segments that a model assigns the customers of a table to, as of a day; who is
    /// in several segments counts in the weightiest.
    ///
    /// Of a category it is asked whether it is one of a set of levels, whichever these are. No
    /// threshold changes the answer of the tree for any customer that it was grown on. How good a
    /// rule is is measured on all customers of the table: one of whom something is missing is in no
    /// segment by a rule.
    ///
    /// ```
    /// use loyalty::cluster::KMeans;
    /// use loyalty::feature::{FeatureTable, Preparation, Scale};
    /// use loyalty::id::CustomerId;
    /// use loyalty::segment::rules::RuleSegments;
    /// use loyalty::segment::suggestion::{Surrogate, fields};
    /// use loyalty::segment::{Fit, clustered::Clusters};
    /// use loyalty::rule::Schema;
    ///
    /// let row = |n: u32| if n < 12 { [1.0, f64::from(n)] } else { [9.0, f64::from(n)] };
    /// let rows = (0..20).map(|n| (CustomerId::new(format!("c{n}")).unwrap(), row(n).map(Some)));
    /// let table = FeatureTable::new(["orders(1y)", "age_years"], rows)?;
    /// let columns = [("orders(1y)", Scale::Standard), ("age_years", Scale::Standard)];
    /// let model = Clusters::new(KMeans::new(2), Preparation::new(columns)).fit_seeded(&table, 1)?;
    ///
    /// let found = Surrogate::default().suggest(&model, &table, "2026-03-01".parse()?)?;
    /// let rules: Vec<String> = found.suggestions.iter().map(ToString::to_string).collect();
    /// assert_eq!(rules, [
    ///     "Cluster 1: orders(1y) < 5 (precision 100 %, recall 100 %)",
    ///     "Cluster 2: orders(1y) >= 5 (precision 100 %, recall 100 %)",
    /// ]);
    /// // They are rules like any others.
    /// let segments = RuleSegments::check(&found.rules(), &Schema::new(fields(&table))?)?;
    /// # let _ = segments;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// All columns that the table does not have, everything that is wrong with the recipe of the
    /// tree, and no customer who is in a segment.
    pub fn suggest(
        &self,
        segmenter: &dyn Segmenter,
        table: &FeatureTable,
        today: NaiveDate,
    ) -> Result<Suggestions, Problems<SuggestionFault>> {
        let mut problems = Problems::none();
        let memberships = problems.take(&Path::root(), segmenter.assign_all(table, today));
        let names = segmenter.inputs().iter().map(rule::Text::as_str);
        let inputs = problems.take(&Path::root(), table.select(names));
        let (Some(memberships), Some(inputs)) = (memberships, inputs) else {
            return Err(problems);
        };
        let segments = segmenter.segments();
        let (mut points, classes) = examples(&inputs, segments, &memberships);
        let columns = levels::ordered(inputs.columns(), &mut points, &classes, segments.len());
        let grown = problems.take(&Path::from("tree"), self.grow(&points, &classes));
        let Some((tree, fidelity)) = grown else { return Err(problems) };
        let rules = ways::rules(&tree, &columns, segments.len());
        let found = suggestions(segments, rules, &memberships, &inputs, today);
        let Some(mut suggestions) = problems.take(&Path::root(), found) else {
            return Err(problems);
        };
        suggestions.sort_by(|left, right| {
            let simpler = left.conditions.cmp(&right.conditions);
            let better = right.balance().total_cmp(&left.balance());
            simpler.then(better).then_with(|| left.segment.cmp(&right.segment))
        });
        let has = |id: &SegmentId| suggestions.iter().any(|found| found.segment == *id);
        let ids: Vec<SegmentId> = segments.iter().map(|segment| segment.id.clone()).collect();
        Ok(Suggestions {
            without: ids.iter().filter(|id| !has(id)).cloned().collect(),
            suggestions,
            columns,
            tree,
            segments: ids,
            customers: classes.len(),
            fidelity,
        })
    }

    /// The shallowest tree that is good enough, and how good it is.
    fn grow(
        &self,
        points: &Array2<f64>,
        classes: &[usize],
    ) -> Result<(Tree, f64), Problems<cluster::Fault>> {
        let mut depth = 1;
        loop {
            let recipe = Cart { max_depth: self.tree.max_depth.min(depth), ..self.tree };
            let tree = recipe.fit(points.view(), classes, None)?;
            let labels = tree.labels(points.view());
            let right =
                labels.iter().zip(classes).filter(|(found, class)| **found == Some(**class));
            let fidelity = right.count() as f64 / classes.len().max(1) as f64;
            // A tree that uses fewer questions than it may will not grow any more.
            let last = depth >= self.tree.max_depth || tree.depth() < depth;
            if fidelity >= self.fidelity || last {
                return Ok((tree, fidelity));
            }
            depth += 1;
        }
    }
}

/// The customers of whom nothing is missing and who are in a segment, with its position.
fn examples(
    inputs: &FeatureTable,
    segments: &[Segment],
    memberships: &[Membership],
) -> (Array2<f64>, Vec<usize>) {
    let width = inputs.columns().len();
    let (mut cells, mut classes) = (Vec::new(), Vec::new());
    for (row, membership) in memberships.iter().enumerate() {
        let own = membership.primary();
        let class = segments.iter().position(|segment| Some(&segment.id) == own);
        let numbers = (0..width).map(|column| inputs.number(row, column));
        if let (Some(class), Some(numbers)) = (class, numbers.collect::<Option<Vec<f64>>>()) {
            cells.extend(numbers);
            classes.push(class);
        }
    }
    // The shape holds: each row has a cell for each column.
    (Array2::from_shape_vec((classes.len(), width), cells).unwrap_or_default(), classes)
}

/// The rules with what they are worth.
fn suggestions(
    segments: &[Segment],
    rules: Vec<Option<Rule>>,
    memberships: &[Membership],
    inputs: &FeatureTable,
    today: NaiveDate,
) -> Result<Vec<Suggestion>, Problems<SuggestionFault>> {
    let mut problems = Problems::none();
    let schema = problems.take(&Path::from("columns"), Schema::new(fields(inputs)));
    let Some(schema) = schema else { return Err(problems) };
    let written: Vec<RuleSegment> = segments
        .iter()
        .zip(rules)
        .filter_map(|(segment, rule)| Some(written(segment, rule?)))
        .collect();
    let checked = problems.take(&Path::root(), RuleSegments::check(&written, &schema));
    let Some(checked) = checked else { return Err(problems) };
    let held = problems.take(&Path::root(), checked.assign_all(inputs, today));
    let Some(held) = held else { return Err(problems) };
    let suggestion = |RuleSegment { id, name, when, .. }: RuleSegment| {
        let own = |membership: &&Membership| membership.primary() == Some(&id);
        let pairs = memberships.iter().zip(&held);
        Suggestion {
            members: memberships.iter().filter(own).count(),
            holds: held.iter().filter(|held| held.contains(&id)).count(),
            both: pairs
                .filter(|(own, held)| own.primary() == Some(&id) && held.contains(&id))
                .count(),
            conditions: conditions(&when),
            segment: id,
            name,
            rule: when,
        }
    };
    Ok(written.into_iter().map(suggestion).collect())
}

fn written(segment: &Segment, rule: Rule) -> RuleSegment {
    let Segment { id, name, description } = segment;
    let name = if name.trim().is_empty() { id.to_string() } else { name.clone() };
    RuleSegment { id: id.clone(), name, description: description.clone(), when: rule }
}

/// How many conditions a rule has.
fn conditions(rule: &Rule) -> usize {
    match rule {
        Rule::All(of) | Rule::Any(of) | Rule::AtLeast { of, .. } => of.iter().map(conditions).sum(),
        Rule::Not(rule) => conditions(rule),
        Rule::Test { .. } | Rule::Missing(_) => 1,
        Rule::Always | Rule::Never => 0,
    }
}

/// The fields of rules that stand for the columns of a table.
#[must_use]
pub fn fields(table: &FeatureTable) -> Vec<Field> {
    let field = |column: &Column| match column.measure {
        Measure::Money(currency) => Field::money(column.name.clone(), currency),
        Measure::Integer => Field::new(column.name.clone(), Kind::Integer),
        Measure::Bool => Field::new(column.name.clone(), Kind::Bool),
        Measure::Number => Field::new(column.name.clone(), Kind::Number),
        Measure::Category => Field::new(column.name.clone(), Kind::Text),
    };
    table.columns().iter().map(field).collect()
}

impl Suggestions {
    /// The rules as segments that [`RuleSegments::check`] takes, the simplest first.
    #[must_use]
    pub fn rules(&self) -> Vec<RuleSegment> {
        let rule = |found: &Suggestion| RuleSegment {
            id: found.segment.clone(),
            name: found.name.clone(),
            description: found.to_string(),
            when: found.rule.clone(),
        };
        self.suggestions.iter().map(rule).collect()
    }

    /// What each column has to do with the segment that the tree puts a customer into, who has
    /// these values of [`Suggestions::columns`]: exact Shapley values of the segment's share (see
    /// [`Tree::attributions`]). `None` if a value is missing or is no number of its column.
    #[must_use]
    pub fn attributions(&self, values: &[Option<Value>]) -> Option<(&SegmentId, Attribution)> {
        let number = |(column, value): (&Column, &Option<Value>)| {
            value.as_ref().and_then(|value| column.number(value))
        };
        let same = values.len() == self.columns.len();
        let point = self.columns.iter().zip(values).filter(|_| same).map(number);
        let point: Vec<f64> = point.collect::<Option<_>>()?;
        let class = self.tree.assign(&point)?;
        let attribution = self.tree.attributions(&point)?.into_iter().nth(class)?;
        Some((self.segments.get(class)?, attribution))
    }
}

impl Suggestion {
    /// What share of those for whom the rule holds are in the segment; 1 if it holds for nobody.
    #[must_use]
    pub fn precision(&self) -> f64 {
        if self.holds == 0 { 1.0 } else { self.both as f64 / self.holds as f64 }
    }

    /// For what share of the segment's customers the rule holds; 1 if it has none.
    #[must_use]
    pub fn recall(&self) -> f64 {
        if self.members == 0 { 1.0 } else { self.both as f64 / self.members as f64 }
    }

    /// The harmonic mean of both, usually called F1 (C. van Rijsbergen, 1979).
    #[must_use]
    pub fn balance(&self) -> f64 {
        2.0 * self.both as f64 / (self.holds + self.members).max(1) as f64
    }
}

impl fmt::Display for Suggestion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (precision, recall) = (percent(self.precision()), percent(self.recall()));
        write!(f, "{}: {} (precision {precision}, recall {recall})", self.name, self.rule)
    }
}
