//! How well a model fits, and how sure its parameters are.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::stats::{ChiSquared, Confidence, Estimate};

use super::search::{Summit, covariance};

/// How a fit went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// How many customers were fitted, by their weights.
    pub customers: f64,
    /// How many different histories they had.
    pub histories: usize,
    /// The logarithm of the likelihood.
    pub log_likelihood: f64,
    /// How many steps were taken.
    pub iterations: usize,
    /// Whether no further step would have gained anything.
    pub converged: bool,
    /// Each parameter with its standard error.
    pub parameters: Vec<Fitted>,
    /// The covariances of the logarithms of the parameters, by the second derivatives of the
    /// likelihood; nothing if the likelihood is flat in some direction. (Effects of covariates
    /// stand as they are, without a logarithm.)
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub covariance: Option<Vec<Vec<f64>>>,
    /// What should be known about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
}

/// A parameter as it was fitted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fitted {
    /// Its name, as in the paper.
    pub name: String,
    /// Its most likely value.
    pub value: f64,
    /// Its standard error by the second derivatives (and the delta method); nothing if the
    /// likelihood is flat in some direction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<f64>,
}

/// What should be known about a fit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Note {
    /// The most iterations were taken without an end.
    NotConverged,
    /// A parameter ran to an end of what is searched: the likelihood is greatest beyond it.
    AtBound {
        /// Which one.
        parameter: String,
    },
    /// The likelihood is flat in some direction: there are no standard errors.
    Flat,
    /// The gaps between purchases are not known: likelihoods of other regularities do not compare.
    GapsUnknown,
    /// Customers hardly differ in how often they buy, or in how soon they leave: the two parameters
    /// of that are large, and only their ratio is known.
    Alike {
        /// The first of the two parameters.
        parameter: String,
    },
    /// Customers who never leave explain the data nearly as well: the difference of the likelihoods
    /// is not significant at 5 %.
    WeakAttrition {
        /// The chance of such a difference if nobody ever left.
        p: f64,
    },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotConverged => f.write_str("the search did not converge"),
            Self::AtBound { parameter } => {
                write!(f, "`{parameter}` is as far as it is searched for")
            }
            Self::Flat => f.write_str("the likelihood is flat: there are no standard errors"),
            Self::GapsUnknown => {
                f.write_str("likelihoods of other regularities do not compare: gaps are unknown")
            }
            Self::Alike { parameter } => {
                write!(f, "customers hardly differ in what `{parameter}` tells")
            }
            Self::WeakAttrition { p } => {
                write!(f, "customers who never leave explain the data nearly as well (p = {p:.3})")
            }
        }
    }
}

impl Report {
    /// Akaike's criterion: less is better.
    #[must_use]
    pub fn aic(&self) -> f64 {
        2.0 * self.parameters.len() as f64 - 2.0 * self.log_likelihood
    }

    /// The Bayesian criterion of G. Schwarz: less is better.
    #[must_use]
    pub fn bic(&self) -> f64 {
        self.parameters.len() as f64 * libm::log(self.customers) - 2.0 * self.log_likelihood
    }

    /// Each parameter with its interval, by its standard error on the scale of its logarithm, so
    /// that no end is below 0; `None` where there is no standard error.
    #[must_use]
    pub fn intervals(&self, confidence: Confidence) -> Vec<(&str, Option<Estimate>)> {
        let interval = |fitted: &Fitted| {
            let Fitted { value, error, .. } = *fitted;
            let error = error?;
            let errors = confidence.errors();
            let (low, high) = if value > 0.0 && !fitted.name.contains('[') {
                let factor = libm::exp(errors * error / value);
                (value / factor, value * factor)
            } else {
                (value - errors * error, value + errors * error)
            };
            (low.is_finite() && high.is_finite()).then_some(Estimate { value, low, high })
        };
        self.parameters.iter().map(|fitted| (fitted.name.as_str(), interval(fitted))).collect()
    }

    /// Whether this model is better than a `simpler` one that it has in it, by the ratio of their
    /// likelihoods; `None` if the other one has not fewer parameters.
    ///
    /// S. Wilks, Annals of Mathematical Statistics 9 (1938), 60–62. Where the simpler model lies at
    /// an end of this one's parameters, as NBD does, the chance is greater than the true one.
    #[must_use]
    pub fn better_than(&self, simpler: &Self) -> Option<LikelihoodRatio> {
        let degrees = self.parameters.len().checked_sub(simpler.parameters.len())?;
        LikelihoodRatio::new(self.log_likelihood - simpler.log_likelihood, degrees)
    }

    /// What is told of a summit, with effects of covariates after so many parameters.
    pub(super) fn of(summit: &Summit, names: &[String], positive: usize, about: About) -> Self {
        let size = summit.place.len();
        let covariance = covariance(&summit.slope.hessian, size);
        let mut notes = about.notes;
        if !summit.converged {
            notes.push(Note::NotConverged);
        }
        if covariance.is_none() {
            notes.push(Note::Flat);
        }
        let variances = covariance.iter().flat_map(|cells| cells.iter().step_by(size + 1));
        let mut variances = variances.copied();
        let parameters = names.iter().zip(&summit.place).enumerate().map(|(at, (name, place))| {
            let value = if at < positive { libm::exp(*place) } else { *place };
            let scale = if at < positive { value } else { 1.0 };
            let error = variances.next().map(|variance| scale * variance.sqrt());
            Fitted { name: name.clone(), value, error }
        });
        let parameters = parameters.collect();
        let rows = |cells: Vec<f64>| cells.chunks_exact(size).map(<[f64]>::to_vec).collect();
        Self {
            customers: about.customers,
            histories: about.histories,
            log_likelihood: summit.slope.value,
            iterations: summit.iterations,
            converged: summit.converged,
            parameters,
            covariance: covariance.map(rows),
            notes,
        }
    }
}

/// A note of each parameter that is as far from 1 as its logarithm is searched for.
pub(super) fn bounds(names: &[String], summit: &Summit, reach: f64) -> Vec<Note> {
    let ends = names.iter().zip(&summit.place).filter(|(_, place)| place.abs() >= reach);
    ends.map(|(name, _)| Note::AtBound { parameter: name.clone() }).collect()
}

/// What a report says beside of what the search found.
pub(super) struct About {
    pub(super) customers: f64,
    pub(super) histories: usize,
    pub(super) notes: Vec<Note>,
}

/// How much better one model is than another that it has in it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LikelihoodRatio {
    /// Twice the difference of the log-likelihoods.
    pub statistic: f64,
    /// How many parameters more it has.
    pub degrees: usize,
    /// The chance of such a difference or a greater one if the simpler model is true.
    pub p: f64,
}

impl LikelihoodRatio {
    pub(super) fn new(difference: f64, degrees: usize) -> Option<Self> {
        let statistic = (2.0 * difference).max(0.0);
        let p = ChiSquared::new(degrees as f64)?.survival(statistic);
        Some(Self { statistic, degrees, p })
    }
}
