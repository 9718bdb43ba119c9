//! Looks at the segments anew, and tells how they moved, came and went.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::cluster::stream::{MacroClusters, Move, Transitions};
use crate::feature::figure::{listed, percent};
use crate::feature::{Column, Labels};
use crate::id::SegmentId;
use crate::path::{Path, Problems};
use crate::segment::found::segment;
use crate::segment::{ModelFault, Segment};

use super::{Streamed, days};

/// What became of segments when they were looked at anew.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Regrouped {
    /// The day as of which they were looked at.
    pub as_of: NaiveDate,
    /// Segments that went on, with where they are now.
    pub moves: Vec<Shift>,
    /// Segments that another one took in.
    pub absorbed: Vec<Absorbed>,
    /// Segments that are new and parted from another one.
    pub split: Vec<Split>,
    /// Segments of which nothing is left.
    pub faded: Vec<SegmentId>,
    /// Segments that are new, of customers who were in none.
    pub born: Vec<SegmentId>,
    /// All this in sentences, with the names of the segments.
    pub sentences: Vec<String>,
}

/// A segment that went on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shift {
    /// The segment.
    pub segment: SegmentId,
    /// Its center before, in the columns' own units (money in major units).
    pub from: Vec<f64>,
    /// Its center now.
    pub to: Vec<f64>,
    /// How far it moved, in the scaled columns.
    pub distance: f64,
    /// Its share of the weight of all segments before.
    pub share_before: f64,
    /// Its share now.
    pub share_after: f64,
    /// The share of its weight before that is in micro-clusters which it still has.
    pub kept: f64,
}

/// A segment that another one took in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Absorbed {
    /// The segment that is no more.
    pub segment: SegmentId,
    /// The one that took most of it in.
    pub into: SegmentId,
}

/// A segment that parted from another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Split {
    /// The new segment.
    pub segment: SegmentId,
    /// The one that most of it comes from.
    pub from: SegmentId,
}

impl Streamed {
    /// Groups what came so far anew, as of a day (that of the latest customer if that is later).
    ///
    /// Segments are followed as [`Transitions`] follows clusters: one that goes on keeps its id,
    /// the name that people gave it, and its description unless that was never anything but the
    /// found one. A new one gets the next number that no segment ever had.
    ///
    /// ```
    /// use loyalty::cluster::stream::{Grouping, Stream};
    /// use loyalty::cluster::{Cut, Hierarchy};
    /// use loyalty::feature::{FeatureTable, Preparation, Scale};
    /// use loyalty::id::CustomerId;
    /// use loyalty::rule::Value;
    /// use loyalty::segment::{Fit, Learn, Segmenter, streamed::Streams};
    ///
    /// let bought = [("ann", 1.0), ("bob", 2.0), ("dan", 20.0), ("eve", 20.0)];
    /// let rows = bought.map(|(id, orders)| (CustomerId::new(id).ok(), [Some(orders)]));
    /// let rows = rows.into_iter().filter_map(|(id, row)| Some((id?, row)));
    /// let table = FeatureTable::new(["orders"], rows)?;
    /// let recipe = Streams {
    ///     preparation: Preparation::new([("orders", Scale::None)]),
    ///     stream: Stream { half_life: Some(30.0), ..Stream::new(2.0) },
    ///     grouping: Grouping::Hierarchy(Hierarchy::new(Cut::Height(5.0))),
    ///     as_of: "2026-03-01".parse()?,
    /// };
    /// let mut model = recipe.fit_seeded(&table, 1)?;
    ///
    /// // A month later those of March count half.
    /// let april = "2026-03-31".parse()?;
    /// model.learn(&[Value::number(23.0)], april);
    /// model.learn(&[Value::number(80.0)], april);
    /// let told = model.regroup(april)?;
    /// assert_eq!(model.segments().len(), 3);
    /// assert_eq!(
    ///     told.sentences,
    ///     [
    ///         "Cluster 1 stays where it is, with 25 % of the weight (50 % before)",
    ///         "Cluster 2 moved: orders from 20 to 21.5, with 50 % of the weight (50 % before)",
    ///         "Cluster 3 is new: 80 orders, with 25 % of the weight",
    ///     ],
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Everything in the grouping that is out of range, and that all customers have faded; the
    /// segments are then as before.
    pub fn regroup(&mut self, today: NaiveDate) -> Result<Regrouped, Problems<ModelFault>> {
        let mut problems = Problems::none();
        let found = self.flow.group(&self.grouping, days(today));
        let later = problems.take(&Path::from("grouping"), found);
        let Some(later) = later else { return Err(problems) };
        let transitions = self.clusters.transitions(&later);
        let (segments, issued) = self
            .handed_over(&transitions, later.clusters().len())
            .map_err(|fault| Problems::one(Path::from("segments"), fault))?;
        let found = self.descriptions();
        let before = std::mem::replace(&mut self.segments, segments);
        let earlier = std::mem::replace(&mut self.clusters, later);
        self.issued = issued;
        self.describe(&before, &found);
        let told = self.told(&transitions, (&before, &earlier));
        Ok(Regrouped { as_of: self.day(today), ..told })
    }

    /// The day as of which it was grouped.
    fn day(&self, today: NaiveDate) -> NaiveDate {
        let behind = self.clusters.as_of() - days(today);
        today.checked_add_days(chrono::Days::new(behind.max(0.0) as u64)).unwrap_or(today)
    }

    /// The segments of the clusters after transitions, and the highest number that was given.
    fn handed_over(
        &self,
        transitions: &Transitions,
        clusters: usize,
    ) -> Result<(Vec<Segment>, usize), ModelFault> {
        let mut issued = self.issued;
        let mut segments = Vec::with_capacity(clusters);
        for cluster in 0..clusters {
            let origin = transitions.moves.iter().find(|moved| moved.after == cluster);
            match origin.and_then(|moved| self.segments.get(moved.before)) {
                Some(same) => segments.push(same.clone()),
                None => {
                    issued = issued.saturating_add(1);
                    segments.push(segment(issued)?);
                }
            }
        }
        Ok((segments, issued))
    }

    /// Describes all segments but those of which people said something else than was `found`.
    fn describe(&mut self, before: &[Segment], found: &[String]) {
        let descriptions = self.descriptions();
        for (segment, description) in self.segments.iter_mut().zip(descriptions) {
            let old = before.iter().zip(found).find(|(old, _)| old.id == segment.id);
            if old.is_none_or(|(old, found)| old.description == *found) {
                segment.description = description;
            }
        }
    }

    fn told(
        &self,
        transitions: &Transitions,
        (before, earlier): (&[Segment], &MacroClusters),
    ) -> Regrouped {
        let old = |number: usize| before.get(number);
        let new = |number: usize| self.segments.get(number);
        let mut told = Regrouped {
            as_of: NaiveDate::default(),
            moves: Vec::new(),
            absorbed: Vec::new(),
            split: Vec::new(),
            faded: Vec::new(),
            born: Vec::new(),
            sentences: Vec::new(),
        };
        for moved in &transitions.moves {
            let Some(segment) = new(moved.after) else { continue };
            let shift = self.shift(moved, &segment.id, earlier);
            told.sentences.push(self.moved(&segment.name, &shift));
            told.moves.push(shift);
        }
        for (segment, into) in &transitions.absorbed {
            let (Some(segment), Some(into)) = (old(*segment), new(*into)) else { continue };
            told.sentences.push(format!("{} went up in {}", segment.name, into.name));
            told.absorbed.push(Absorbed { segment: segment.id.clone(), into: into.id.clone() });
        }
        for (from, number) in &transitions.split {
            let (Some(from), Some(segment)) = (old(*from), new(*number)) else { continue };
            let place = self.placed(*number);
            told.sentences.push(format!("{} parted from {}: {place}", segment.name, from.name));
            told.split.push(Split { segment: segment.id.clone(), from: from.id.clone() });
        }
        for segment in transitions.faded.iter().filter_map(|&number| old(number)) {
            told.sentences.push(format!("{} faded: too little of it is left", segment.name));
            told.faded.push(segment.id.clone());
        }
        for &number in &transitions.born {
            let Some(segment) = new(number) else { continue };
            told.sentences.push(format!("{} is new: {}", segment.name, self.placed(number)));
            told.born.push(segment.id.clone());
        }
        told
    }

    fn shift(&self, moved: &Move, segment: &SegmentId, earlier: &MacroClusters) -> Shift {
        let own = |center: &[f64]| self.prepared.undo_row(center).unwrap_or_default();
        Shift {
            segment: segment.clone(),
            from: own(&moved.from),
            to: own(&moved.to),
            distance: moved.distance,
            share_before: moved.weight_before / weight(earlier),
            share_after: moved.weight_after / weight(&self.clusters),
            kept: moved.kept,
        }
    }

    /// How a segment moved, in the columns whose numbers are told otherwise than before.
    fn moved(&self, name: &str, shift: &Shift) -> String {
        let columns = self.prepared.columns().iter().zip(shift.from.iter().zip(&shift.to));
        let labels = Labels::default();
        let change = |(column, (&from, &to)): (&Column, (&f64, &f64))| {
            let name = column.name.as_str();
            let [from, to] = [from, to].map(|number| labels.number(name, number, column.measure));
            (from != to).then(|| format!("{} from {from} to {to}", labels.name(name)))
        };
        let changes: Vec<String> = columns.filter_map(change).collect();
        let (after, before) = (percent(shift.share_after), percent(shift.share_before));
        let weight = format!("with {after} of the weight ({before} before)");
        if changes.is_empty() {
            format!("{name} stays where it is, {weight}")
        } else {
            format!("{name} moved: {}, {weight}", listed(&changes))
        }
    }

    /// Where a cluster is, and how much of all.
    fn placed(&self, number: usize) -> String {
        let Some(cluster) = self.clusters.clusters().get(number) else { return String::new() };
        let typical = self.prepared.undo_row(&cluster.center).unwrap_or_default();
        let share = percent(cluster.weight / weight(&self.clusters));
        format!("{}, with {share} of the weight", self.numbers(&typical))
    }
}

/// The weight of all clusters.
fn weight(clusters: &MacroClusters) -> f64 {
    clusters.clusters().iter().map(|cluster| cluster.weight).sum()
}
