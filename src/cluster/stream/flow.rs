//! What is known of the points that came so far.

use serde::{Deserialize, Serialize};

use crate::path::{Path, Problems};

use super::super::hierarchy::blocks::{LANES, least, squared_distances};
use super::super::hierarchy::joined_by_ward;
use super::super::points::{Points, is_coordinate, is_weight, squared_distance};
use super::super::{Assignment, ClusteringFeature, Fault, nearby};
use super::clock::{Advance, Clock};
use super::micro::{Kept, MicroCluster};
use super::stored::Written;
use super::{Grouping, MacroClusters, Stream};

/// Micro-clusters of the points that came so far.
///
/// Points may come in any order of their instants: how much each counts depends on its instant
/// alone. What is dropped as faded still counts in [`Flow::total`].
///
/// ```
/// use loyalty::cluster::stream::Stream;
///
/// let stream = Stream { half_life: Some(7.0), ..Stream::new(1.0) };
/// let (mut monday, mut sunday) = (stream.start(1)?, stream.start(1)?);
/// monday.learn(&[1.0], 2.0, 0.0);
/// sunday.learn(&[4.0], 2.0, 7.0);
/// monday.merge(&sunday)?;
/// let total = monday.total(7.0).expect("two points came");
/// assert_eq!((total.weight, total.center), (3.0, vec![3.0]));
/// assert_eq!(monday.micro_clusters(7.0).len(), 2);
/// # Ok::<(), loyalty::path::Problems<loyalty::cluster::Fault>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Flow {
    pub(super) recipe: Stream,
    pub(super) columns: usize,
    pub(super) clock: Clock,
    pub(super) next: u64,
    pub(super) learned: u64,
    pub(super) kept: Vec<Kept>,
    pub(super) dropped: Option<ClusteringFeature>,
    /// The radius of the recipe, or more if there was too little room.
    pub(super) radius: f64,
    /// The centers again, eight by eight.
    pub(super) blocks: Vec<[f64; LANES]>,
}

impl Flow {
    pub(super) fn new(recipe: Stream, columns: usize) -> Self {
        Self {
            radius: recipe.radius,
            recipe,
            columns,
            clock: Clock::default(),
            next: 0,
            learned: 0,
            kept: Vec::new(),
            dropped: None,
            blocks: Vec::new(),
        }
    }

    /// The recipe.
    #[must_use]
    pub const fn recipe(&self) -> &Stream {
        &self.recipe
    }

    /// How many coordinates points have.
    #[must_use]
    pub const fn columns(&self) -> usize {
        self.columns
    }

    /// How many points were learned.
    #[must_use]
    pub const fn learned(&self) -> u64 {
        self.learned
    }

    /// The greatest radius of a micro-cluster now: that of the recipe, unless there were more
    /// micro-clusters than it allows.
    #[must_use]
    pub const fn radius(&self) -> f64 {
        self.radius
    }

    /// The latest instant of a point that was learned.
    #[must_use]
    pub const fn latest(&self) -> Option<f64> {
        self.clock.latest
    }

    /// Takes a point in that came `at` an instant, and returns the id of its micro-cluster.
    ///
    /// None (nothing was learned) if it has another number of coordinates or one out of range, if
    /// the weight is not more than 0 and in range, if the instant is not finite or more than 10¹²
    /// half-lives from 0, or if the point is so old that nothing is left of it.
    pub fn learn(&mut self, point: &[f64], weight: f64, at: f64) -> Option<u64> {
        let half_life = self.recipe.half_life;
        let is_point = self.takes(point) && weight > 0.0 && is_weight(weight);
        if !is_point || !Clock::takes(half_life, at) {
            return None;
        }
        let seen = self.clock.latest.is_some_and(|latest| at <= latest);
        let advance = if seen { Advance::None } else { self.clock.advance(half_life, at) };
        match advance {
            Advance::None => {}
            Advance::Ticked => self.tick(),
            Advance::Moved { factor } => {
                self.rescale(factor);
                self.tick();
            }
        }
        let weight = weight * self.clock.scale(half_life, at);
        if weight < f64::MIN_POSITIVE {
            return None;
        }
        self.learned = self.learned.saturating_add(1);
        if let Some((slot, square)) = self.nearest(point)
            && let Some(kept) = self.kept.get_mut(slot)
            && fits(self.radius, &kept.feature, weight, 0.0, square)
        {
            kept.feature.take(point, weight, 0.0, square);
            kept.size = kept.size.saturating_add(1);
            kept.born = kept.born.min(at);
            kept.touched = kept.touched.max(at);
            let id = kept.id;
            self.write(slot);
            return Some(id);
        }
        let feature = ClusteringFeature::point(point, weight);
        let kept = Kept { id: self.next, feature, size: 1, born: at, touched: at };
        let id = self.push(kept);
        if self.kept.len() <= self.recipe.most {
            return Some(id);
        }
        self.make_room();
        self.nearest(point).and_then(|(slot, _)| self.kept.get(slot)).map(|kept| kept.id)
    }

    /// Takes in what another flow of the same recipe learned: as if its points had come here, up to
    /// which micro-clusters they are in.
    ///
    /// # Errors
    /// Another recipe or another number of coordinates.
    pub fn merge(&mut self, other: &Self) -> Result<(), Problems<Fault>> {
        let mut problems = Problems::none();
        if self.recipe != other.recipe {
            problems.add(Path::from("recipe"), Fault::Different { what: "recipe" });
        }
        if self.columns != other.columns {
            let what = "number of coordinates";
            problems.add(Path::from("columns"), Fault::Different { what });
        }
        problems.into_result(())?;
        let Some(latest) = other.clock.latest else { return Ok(()) };
        if self.clock.latest.is_none() {
            self.clock = other.clock;
        } else if let Advance::Moved { factor } = self.clock.advance(self.recipe.half_life, latest)
        {
            self.rescale(factor);
        }
        let factor = self.clock.factor(&other.clock);
        for kept in &other.kept {
            let mut kept = kept.clone();
            scale(&mut kept.feature, factor);
            self.take(kept);
        }
        for mut feature in other.dropped.iter().cloned() {
            scale(&mut feature, factor);
            self.note_dropped(&feature);
        }
        self.learned = self.learned.saturating_add(other.learned);
        self.radius = self.radius.max(other.radius);
        self.drop_faded();
        if self.kept.len() > self.recipe.most {
            self.make_room();
        }
        Ok(())
    }

    /// The micro-clusters as of an instant (the latest if that is later), by id.
    #[must_use]
    pub fn micro_clusters(&self, as_of: f64) -> Vec<MicroCluster> {
        let scale = self.scale(as_of);
        self.kept.iter().map(|kept| kept.told(&self.recipe, scale)).collect()
    }

    /// The mean, weight and scatter of all points as of an instant (the latest if that is later),
    /// with those of what was dropped; none if there is nothing.
    #[must_use]
    pub fn total(&self, as_of: f64) -> Option<ClusteringFeature> {
        let mut features = self.kept.iter().map(|kept| &kept.feature).chain(&self.dropped);
        let mut total = features.next()?.clone();
        features.for_each(|feature| total.absorb(feature));
        scale(&mut total, 1.0 / self.scale(as_of));
        Some(total)
    }

    /// The micro-clusters whose centers are nearest to a point, numbered as in
    /// [`Flow::micro_clusters`]; `None` as for [`Flow::learn`], or if there are none.
    #[must_use]
    pub fn assign(&self, point: &[f64]) -> Option<Assignment> {
        let centers = self.kept.iter().map(|kept| kept.feature.center.as_slice());
        let squares = centers.map(|center| squared_distance(center, point)).enumerate();
        if self.takes(point) { nearby::nearest(squares) } else { None }
    }

    /// The clusters of all micro-clusters that are no outliers, as of an instant (the latest if
    /// that is later).
    ///
    /// # Errors
    /// Everything in the recipe that is out of range, and that there are no points if nothing has
    /// come or all are outliers.
    pub fn group(&self, by: &Grouping, as_of: f64) -> Result<MacroClusters, Problems<Fault>> {
        if !Clock::takes(self.recipe.half_life, as_of) {
            let fault = Fault::OutOfRange { value: as_of };
            return Err(Problems::one(Path::from("as_of"), fault));
        }
        let as_of = self.clock.as_of(as_of);
        MacroClusters::new(self.micro_clusters(as_of), by, as_of)
    }

    fn takes(&self, point: &[f64]) -> bool {
        point.len() == self.columns && point.iter().all(|&x| is_coordinate(x))
    }

    /// What a weight of 1 as of an instant is at the landmark.
    fn scale(&self, as_of: f64) -> f64 {
        self.clock.scale(self.recipe.half_life, self.clock.as_of(as_of))
    }

    /// The nearest micro-cluster and its squared distance: the first of equally near ones.
    fn nearest(&self, point: &[f64]) -> Option<(usize, f64)> {
        let mut best = (0, f64::INFINITY);
        for (number, block) in self.blocks.chunks_exact(self.columns).enumerate() {
            let squares = squared_distances(block, point);
            let least = least(&squares);
            if least < best.1 {
                let lane = squares.iter().position(|square| *square == least)?;
                best = (number * LANES + lane, least);
            }
        }
        best.1.is_finite().then_some(best)
    }

    /// Takes a micro-cluster of another flow in.
    fn take(&mut self, other: Kept) {
        if other.feature.weight < f64::MIN_POSITIVE {
            return;
        }
        let ClusteringFeature { center, weight, scatter } = &other.feature;
        if let Some((slot, square)) = self.nearest(center)
            && let Some(kept) = self.kept.get_mut(slot)
            && fits(self.radius, &kept.feature, *weight, *scatter, square)
        {
            kept.absorb(&other);
            self.write(slot);
        } else {
            self.push(other);
        }
    }

    /// Adds a micro-cluster with the next id.
    fn push(&mut self, kept: Kept) -> u64 {
        let (slot, id) = (self.kept.len(), self.next);
        self.kept.push(Kept { id, ..kept });
        self.next = self.next.saturating_add(1);
        if slot.is_multiple_of(LANES) {
            let blocks = std::iter::repeat_n([f64::INFINITY; LANES], self.columns);
            self.blocks.extend(blocks);
        }
        self.write(slot);
        id
    }

    /// Writes the center of a slot to its lane.
    fn write(&mut self, slot: usize) {
        let Some(kept) = self.kept.get(slot) else { return };
        let block = self.blocks.iter_mut().skip(slot / LANES * self.columns);
        for (lanes, x) in block.zip(&kept.feature.center) {
            lanes.get_mut(slot % LANES).into_iter().for_each(|place| *place = *x);
        }
    }

    /// Writes all centers to their lanes.
    pub(super) fn write_all(&mut self) {
        let blocks = self.kept.len().div_ceil(LANES) * self.columns;
        self.blocks.clear();
        self.blocks.resize(blocks, [f64::INFINITY; LANES]);
        (0..self.kept.len()).for_each(|slot| self.write(slot));
    }

    fn rescale(&mut self, factor: f64) {
        let features = self.kept.iter_mut().map(|kept| &mut kept.feature);
        features.chain(&mut self.dropped).for_each(|feature| scale(feature, factor));
        self.dropped.take_if(|dropped| dropped.weight < f64::MIN_POSITIVE);
        self.kept.retain(|kept| kept.feature.weight >= f64::MIN_POSITIVE);
        self.write_all();
    }

    /// Does what is done once in each half-life.
    fn tick(&mut self) {
        self.drop_faded();
        if self.kept.len() <= self.recipe.most / 2 {
            self.radius = (0.9 * self.radius).max(self.recipe.radius);
        }
    }

    /// Drops what is too light by now.
    fn drop_faded(&mut self) {
        let Some(latest) = self.clock.latest else { return };
        let least = self.recipe.faded_weight * self.scale(latest);
        let (kept, faded): (Vec<Kept>, Vec<Kept>) = std::mem::take(&mut self.kept)
            .into_iter()
            .partition(|kept| kept.feature.weight >= least);
        self.kept = kept;
        if !faded.is_empty() {
            faded.iter().for_each(|faded| self.note_dropped(&faded.feature));
            self.write_all();
        }
    }

    fn note_dropped(&mut self, feature: &ClusteringFeature) {
        match &mut self.dropped {
            Some(dropped) => dropped.absorb(feature),
            none => *none = Some(feature.clone()),
        }
    }

    /// Makes a quarter of the room free: drops what faded, and joins what is nearest.
    fn make_room(&mut self) {
        let room = self.recipe.most.saturating_sub(self.recipe.most / 4);
        if self.recipe.half_life.is_some() {
            self.drop_faded();
        }
        let features = self.kept.iter().map(|kept| &kept.feature);
        let coordinates = features.clone().flat_map(|feature| &feature.center).copied().collect();
        let weights = features.map(|feature| feature.weight).collect();
        let points = Points::known(self.columns, coordinates, weights);
        let labels = joined_by_ward(&points, room);
        let mut joined: Vec<Kept> = Vec::with_capacity(room);
        let mut parts: Vec<Part> = Vec::with_capacity(room);
        for (kept, label) in std::mem::take(&mut self.kept).into_iter().zip(labels) {
            let weight = kept.feature.weight;
            let Some((known, part)) = joined.get_mut(label).zip(parts.get_mut(label)) else {
                parts.push(Part { count: 1, heaviest: weight });
                joined.push(kept);
                continue;
            };
            known.absorb(&kept);
            part.count += 1;
            // The name is that of the heaviest.
            if weight > part.heaviest {
                part.heaviest = weight;
                known.id = kept.id;
            }
        }
        let several = joined.iter().zip(&parts).filter(|(_, part)| part.count > 1);
        let typical = typical(several.map(|(kept, _)| kept));
        self.radius = typical.map_or(self.radius, |typical| typical.max(self.radius));
        joined.sort_unstable_by_key(|kept| kept.id);
        self.kept = joined;
        self.write_all();
    }
}

/// What a joined micro-cluster is made of.
struct Part {
    count: usize,
    heaviest: f64,
}

/// Lets what was learned count so many times as much.
fn scale(feature: &mut ClusteringFeature, factor: f64) {
    feature.weight *= factor;
    feature.scatter *= factor;
}

/// Whether a micro-cluster can take another in whose center is at this squared distance: if it does
/// not become wider than the radius, or than it is.
fn fits(radius: f64, feature: &ClusteringFeature, weight: f64, scatter: f64, square: f64) -> bool {
    let most = (radius * radius).max(feature.scatter / feature.weight);
    square <= 4.0 * most && feature.joint_square(weight, scatter, square) <= most
}

/// The median of the radii of what was joined.
fn typical<'a>(joined: impl Iterator<Item = &'a Kept>) -> Option<f64> {
    let mut radii: Vec<f64> = joined.map(|kept| kept.feature.radius()).collect();
    let middle = radii.len() / 2;
    if radii.is_empty() {
        return None;
    }
    Some(*radii.select_nth_unstable_by(middle, f64::total_cmp).1)
}
