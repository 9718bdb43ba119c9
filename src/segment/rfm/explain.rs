//! Why a customer has a score and a segment.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::model::{Judged, figures};
use super::{Figure, RfmModel, RfmScore};
use crate::feature::Labels;
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

impl Bound {
    const fn figure(self) -> Figure {
        match self {
            Self::AtMost(figure) | Self::AtLeast(figure) | Self::MoreThan(figure) => figure,
        }
    }

    /// With the figure as it was told.
    fn told(self, figure: &str) -> String {
        match self {
            Self::AtMost(_) => format!("{figure} or less"),
            Self::AtLeast(_) => format!("{figure} or more"),
            Self::MoreThan(_) => format!("more than {figure}"),
        }
    }
}

impl ScoredFeature {
    /// How it was scored in a line, in which the feature is called by these labels.
    #[must_use]
    pub fn told(&self, labels: &Labels) -> String {
        let Self { feature, value, score, best, next } = self;
        let name = feature.as_str();
        let Some(value) = value else { return format!("{}: not known", labels.name(name)) };
        let (number, measure) = value.measured();
        let phrase = labels.phrase(name, number, measure);
        let Some(score) = score else { return format!("{phrase}: no score") };
        let Some(step) = next else { return format!("{phrase}: {score} of {best}") };
        let (bound, of_bound) = step.bound.figure().measured();
        let [phrase, bound] = if measure == of_bound {
            labels.phrase_beside(name, number, bound, measure)
        } else {
            [phrase, labels.number(name, bound, of_bound)]
        };
        format!("{phrase}: {score} of {best} ({} for {})", step.bound.told(&bound), step.score)
    }
}

impl RfmExplanation {
    /// The scores in lines, one for each dimension, in which features are called by these labels.
    #[must_use]
    pub fn told(&self, labels: &Labels) -> String {
        let first = match (&self.segment, self.score) {
            (Some(segment), Some(score)) => format!("{}, scored {score}", segment.name),
            (None, Some(score)) => format!("scored {score}"),
            (_, None) => "not scored".to_owned(),
        };
        let [recency, frequency, monetary] =
            [&self.recency, &self.frequency, &self.monetary].map(|scored| scored.told(labels));
        format!("{first}\n{recency}\n{frequency}\n{monetary}")
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.told(&self.figure().to_string()))
    }
}

/// As [`ScoredFeature::told`] without labels of the host.
impl fmt::Display for ScoredFeature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.told(&Labels::default()))
    }
}

/// As [`RfmExplanation::told`] without labels of the host.
impl fmt::Display for RfmExplanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.told(&Labels::default()))
    }
}
