//! Which model of repeat purchases to take, and why.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::path::Problems;

use super::{
    AttritionModel, Fault, Kind, LatentAttrition, LikelihoodRatio, Outcome, Parameters, Repeats,
};

/// The difference of BIC from which one model is said to be better (A. Raftery, "Bayesian model
/// selection in social research", Sociological Methodology 25, 1995: "positive" evidence).
const POSITIVE: f64 = 2.0;

/// A model that was fitted beside others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Candidate {
    /// What it is.
    pub kind: Kind,
    /// What came of it.
    pub outcome: Outcome<AttritionModel>,
    /// Akaike's criterion, if it could be fitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aic: Option<f64>,
    /// The Bayesian criterion, by which models are compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bic: Option<f64>,
}

/// Models that were compared, and the one to take.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// All models, in the order in which they were named.
    pub candidates: Vec<Candidate>,
    /// The model to take, if there is any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<AttritionModel>,
    /// Why.
    pub reason: ChoiceReason,
}

/// Why a model is the one to take.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum ChoiceReason {
    /// There is too little data for any of them.
    TooLittle,
    /// It is the only one that could be fitted.
    OnlyOne {
        /// Which one.
        kind: Kind,
    },
    /// No attrition is identifiable in this data: every model with attrition comes to the NBD.
    NoAttrition,
    /// It explains the data best for its number of parameters.
    Best {
        /// Which one.
        kind: Kind,
        /// The second best, of those that do not come to the same model.
        second: Kind,
        /// How much less its BIC is.
        by: f64,
        /// How much better it is than the NBD, if that was fitted and is a case of it: of regular
        /// buyers it is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        than_nbd: Option<LikelihoodRatio>,
    },
    /// It explains the data best for its number of parameters, but the second does nearly as well.
    Close {
        /// Which one.
        kind: Kind,
        /// The second best.
        second: Kind,
        /// How much less its BIC is.
        by: f64,
    },
}

/// Fits models of these kinds, and takes the one with the least BIC: first the one with fewer
/// parameters, and then the one that was named first, if they are equal.
///
/// The kinds with a chosen regularity need the gaps between purchases; without these they are no
/// better than k = 1.
///
/// ```
/// use loyalty::calendar::Unit;
/// use loyalty::clv::{ChoiceReason, Kind, Repeat, Repeats, choose};
///
/// let once = [12.0, 20.0, 30.0].map(|age| Repeat::new(0, 0.0, age, Unit::Week));
/// let once = Repeats::new(Unit::Week, &once, None)?;
/// let choice = choose(&once, &[Kind::Nbd, Kind::ParetoNbd])?;
/// assert_eq!(choice.reason, ChoiceReason::TooLittle);
/// assert_eq!(choice.reason.to_string(), "there is too little data for any model");
/// assert!(choice.model.is_none() && choice.candidates.len() == 2);
/// # Ok::<(), loyalty::path::Problems<loyalty::clv::Fault>>(())
/// ```
///
/// # Errors
/// Kinds whose regularity is to be chosen, without the gaps between purchases.
pub fn choose(repeats: &Repeats, kinds: &[Kind]) -> Result<Choice, Problems<Fault>> {
    let mut candidates = Vec::with_capacity(kinds.len());
    for kind in kinds {
        let outcome = LatentAttrition::new(*kind).fit(repeats)?;
        let report = match &outcome {
            Outcome::Fitted(model) => model.report(),
            Outcome::NoAttrition(_) | Outcome::TooLittle(_) => None,
        };
        let (aic, bic) = (report.map(super::Report::aic), report.map(super::Report::bic));
        candidates.push(Candidate { kind: *kind, outcome, aic, bic });
    }
    let mut ranked: Vec<(&Candidate, f64)> =
        candidates.iter().filter_map(|candidate| Some((candidate, candidate.bic?))).collect();
    ranked.sort_by(|(one, less), (two, more)| {
        let parameters = |candidate: &Candidate| candidate.kind.parameters().len();
        less.total_cmp(more).then(parameters(one).cmp(&parameters(two)))
    });
    let (model, reason) = reason(&candidates, &ranked);
    Ok(Choice { candidates, model, reason })
}

/// The model to take, and why, of all and of those with a BIC, the least first.
fn reason(
    all: &[Candidate],
    ranked: &[(&Candidate, f64)],
) -> (Option<AttritionModel>, ChoiceReason) {
    let none_left = || {
        let nobody_leaves = all.iter().find_map(|candidate| match &candidate.outcome {
            Outcome::NoAttrition(_) => candidate.outcome.clone().model(),
            Outcome::Fitted(_) | Outcome::TooLittle(_) => None,
        });
        let others = ranked.iter().filter(|(candidate, _)| candidate.kind != Kind::Nbd);
        nobody_leaves.filter(|_| others.count() == 0)
    };
    if let Some(nbd) = none_left() {
        return (Some(nbd), ChoiceReason::NoAttrition);
    }
    let Some(((best, bic), rest)) = ranked.split_first() else {
        return (None, ChoiceReason::TooLittle);
    };
    let model = best.outcome.clone().fitted();
    let kind = best.kind;
    // With a chosen regularity of 1 a kind comes to the model without one.
    let fitted = |candidate: &Candidate| match &candidate.outcome {
        Outcome::Fitted(model) => Some(*model.parameters()),
        Outcome::NoAttrition(_) | Outcome::TooLittle(_) => None,
    };
    let Some((second, next)) = rest.iter().find(|(other, _)| fitted(other) != fitted(best)) else {
        return (model, ChoiceReason::OnlyOne { kind });
    };
    let (second, by) = (second.kind, next - bic);
    if by < POSITIVE {
        return (model, ChoiceReason::Close { kind, second, by });
    }
    let nbd = ranked.iter().find(|(candidate, _)| candidate.kind == Kind::Nbd);
    let report = |outcome: &Outcome<AttritionModel>| {
        outcome.clone().fitted().and_then(|model| model.report().cloned())
    };
    // NBD has the gaps of k = 1: with others, it is not the model without attrition.
    let of_nbd = !matches!(
        fitted(best),
        Some(
            Parameters::Nbd { .. }
                | Parameters::BgNbd { k: 2.., .. }
                | Parameters::MbgNbd { k: 2.., .. }
        )
    );
    let than_nbd = nbd
        .filter(|_| of_nbd)
        .and_then(|(nbd, _)| report(&best.outcome)?.better_than(&report(&nbd.outcome)?));
    (model, ChoiceReason::Best { kind, second, by, than_nbd })
}

impl fmt::Display for ChoiceReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLittle => f.write_str("there is too little data for any model"),
            Self::OnlyOne { kind } => write!(f, "{} is the only model that fits", kind.name()),
            Self::NoAttrition => f.write_str(
                "no attrition identifiable in this data: each model comes to that of customers who \
                 never leave",
            ),
            Self::Best { kind, second, by, than_nbd } => {
                let (name, second) = (kind.name(), second.name());
                write!(
                    f,
                    "{name} explains the data best: its BIC is {by:.1} less than {second}'s"
                )?;
                than_nbd.map_or(Ok(()), |ratio| {
                    let LikelihoodRatio { statistic, p, .. } = ratio;
                    write!(f, "; customers leave (likelihood ratio {statistic:.1}, p = {p:.2e})")
                })
            }
            Self::Close { kind, second, by } => {
                let (name, second) = (kind.name(), second.name());
                write!(f, "{name} explains the data best, {second} nearly as well ")?;
                write!(f, "(BIC {by:.1} more)")
            }
        }
    }
}
