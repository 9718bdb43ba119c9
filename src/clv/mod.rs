//! What customers will buy and be worth: models of repeat purchases that are fitted on all
//! customers and then speak of each. Mathematics only: numbers in, numbers out.

mod attrition;
mod blend;
mod bootstrap;
mod choice;
mod contracts;
mod covariates;
mod discount;
mod draw;
mod family;
mod fault;
mod gamma_gamma;
mod gauss;
mod geometric;
mod holdout;
mod jet;
mod length;
mod model;
mod nbd;
mod opportunities;
mod outcome;
mod paced;
mod parameters;
mod pareto;
mod repeat;
mod report;
mod rounds;
mod search;
mod seasonality;
mod special;
mod survivors;
mod tempo;
mod valuation;

pub use attrition::LatentAttrition;
pub use blend::{Aim, Blend, BlendedModel, Past};
pub use bootstrap::{Bootstrap, Replicates, Resampling};
pub use choice::{Candidate, Choice, ChoiceReason, choose};
pub use contracts::{Contract, ContractState, Sbg, SbgModel};
pub use covariates::{CovariateModel, ParetoCovariates};
pub use discount::Discount;
pub use fault::Fault;
pub use gamma_gamma::{GammaGamma, GammaGammaModel, Spent, spend_frequency_correlation};
pub use holdout::{Group, Validation};
pub use length::Length;
pub use model::AttritionModel;
pub use opportunities::{BgBb, BgBbModel, MOST_OPPORTUNITIES, Opportunities};
pub use outcome::{NoAttrition, Outcome, TooLittle, Without};
pub use parameters::{Kind, MOST_REGULAR, Parameters};
pub use repeat::{Repeat, Repeats};
pub use report::{Fitted, LikelihoodRatio, Note, Report};
pub use seasonality::{Rhythm, Seasonality};
pub use tempo::{Tempo, Trend};
pub use valuation::Valuation;

/// The greatest time, in whatever unit.
pub const LONGEST: f64 = 1e9;

/// The greatest weight of a customer.
pub const MOST_WEIGHT: f64 = 1e12;
