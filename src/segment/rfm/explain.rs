//! Why a customer has a score and a segment.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::model::{Judged, figures};
use super::{Figure, RfmModel, RfmScore};
use crate::rule::{Text, Value};
use crate::segment::Segment;

/// Why a customer has a score and a segment, and what the next better scores take.
///
/// Its [`Display`](fmt::Display) tells it to people, one dimension a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RfmExplanation {
    /// The scores; `None` if a value is missing or cannot be compared.
    pub score: Option<RfmScore>,
    /// The segment of the scores.
    pub segment: Option<Segment>,
    /// How recency was scored.
    pub recency: ScoredFeature,
    /// How frequency was scored.
    pub frequency: ScoredFeature,
    /// How monetary value was scored.
    pub monetary: ScoredFeature,
}

/// How one dimension of a customer was scored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoredFeature {
    /// The feature.
    pub feature: Text,
    /// Its value, if it is not missing.
    pub value: Option<Figure>,
    /// Its score, if it can be told.
    pub score: Option<u8>,
    /// The best score that there is.
    pub best: u8,
    /// What the next better score takes while all other scores stay; `None` if there is no better.
    pub next: Option<Step>,
}

/// What a better score takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The better score.
    pub score: u8,
    /// The figure that it takes.
    pub bound: Bound,
}

/// A figure that must be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// This or less.
    AtMost(Figure),
    /// This or more.
    AtLeast(Figure),
    /// More than this.
    MoreThan(Figure),
}

impl RfmModel {
    /// How a customer of whom `row` has the values of [`RfmModel::features`] is scored; the segment
    /// is for those to tell who know the grid.
    pub(super) fn explain_row(&self, row: &[Option<Value>]) -> RfmExplanation {
        let figures = figures(row);
        let score = self.score_row(row);
        let [recency, frequency, monetary] = self.judged(figures).map(ScoredFeature::from);
        RfmExplanation { score, segment: None, recency, frequency, monetary }
    }
}

impl From<Judged<'_>> for ScoredFeature {
    fn from(judged: Judged<'_>) -> Self {
        let Judged { scale, figure, steps, score } = judged;
        let next = figure.zip(steps).filter(|_| score.is_some());
        Self {
            feature: scale.feature.clone(),
            value: figure,
            score,
            best: scale.cuts.bins(),
            next: next.and_then(|(figure, steps)| steps.step(figure)),
        }
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtMost(figure) => write!(f, "{figure} or less"),
            Self::AtLeast(figure) => write!(f, "{figure} or more"),
            Self::MoreThan(figure) => write!(f, "more than {figure}"),
        }
    }
}

impl fmt::Display for ScoredFeature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { feature, value, score, best, next } = self;
        match (value, score) {
            (None, _) => write!(f, "{feature} is not known"),
            (Some(value), None) => write!(f, "{feature} is {value}, which has no score"),
            (Some(value), Some(score)) => write!(f, "{feature} is {value}: {score} of {best}"),
        }?;
        next.map_or(Ok(()), |step| write!(f, " ({} for {})", step.bound, step.score))
    }
}

impl fmt::Display for RfmExplanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.segment, self.score) {
            (Some(segment), Some(score)) => writeln!(f, "{}, scored {score}", segment.name),
            (None, Some(score)) => writeln!(f, "scored {score}"),
            (_, None) => writeln!(f, "not scored"),
        }?;
        write!(f, "{}\n{}\n{}", self.recency, self.frequency, self.monetary)
    }
}
