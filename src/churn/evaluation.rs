//! How well a rule told at a date who would lapse.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::event::Purchases;
use crate::parallel;
use crate::path::{Path, Problems};
use crate::stats::{Bin, Classified};

use super::signs::lapsed;
use super::{ChurnModel, Fault};

/// How well a rule told at a date who would lapse.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evaluation {
    /// How many customers were scored.
    pub customers: usize,
    /// How many of them lapsed.
    pub lapsed: usize,
    /// How many the rule said would leave.
    pub leaving: usize,
    /// How many of those did lapse.
    pub right: usize,
    /// The chance that of one who lapsed and one who did not the former has the greater risk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auc: Option<f64>,
    /// How many times likelier a lapse is among the tenth with the greatest risk than among all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lift_of_tenth: Option<f64>,
    /// Minus the mean log-likelihood, where the rule tells chances.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_loss: Option<f64>,
    /// The mean squared error, where the rule tells chances.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brier: Option<f64>,
    /// Ten groups of customers by their chances, where the rule tells them.
    pub calibration: Vec<Bin>,
}

impl ChurnModel {
    /// Compares what the rule says at a date with what is known of it at `as_of`.
    ///
    /// # Errors
    /// A date before the model was fitted, since it knows what happened then; a date whose outcome
    /// is still open at `as_of`; a log without customers to score.
    pub fn evaluate(
        &self,
        log: &Purchases,
        date: DateTime<Utc>,
        as_of: DateTime<Utc>,
    ) -> Result<Evaluation, Problems<Fault>> {
        let until = self.lapse().after(date, self.zone());
        let mut problems = Problems::none();
        if date < self.known() {
            problems.add(Path::from("date"), Fault::Known { date, known: self.known() });
        }
        if until > as_of {
            problems.add(Path::from("date"), Fault::OutcomeOpen { date, until, as_of });
        }
        problems.into_result(())?;
        let told = parallel::each_number(log.len(), |index| {
            let orders = log.orders(index);
            Some((self.score(orders, date)?, lapsed(orders, date, until)))
        });
        let told: Vec<_> = told.into_iter().flatten().collect();
        let labels: Vec<bool> = told.iter().map(|(_, label)| *label).collect();
        let risks = told.iter().map(|(score, _)| score.risk).collect();
        let Some(by_risk) = Classified::new(risks, labels.clone()) else {
            return Err(Problems::one(Path::from("log"), Fault::NoCustomers));
        };
        let chances: Option<Vec<f64>> = told.iter().map(|(score, _)| score.chance).collect();
        let by_chance = chances.and_then(|chances| Classified::new(chances, labels));
        let leaving = || told.iter().filter(|(score, _)| score.is_leaving);
        Ok(Evaluation {
            customers: told.len(),
            lapsed: by_risk.hits(),
            leaving: leaving().count(),
            right: leaving().filter(|(_, lapsed)| *lapsed).count(),
            auc: by_risk.auc(),
            lift_of_tenth: by_risk.lift(0.1),
            log_loss: by_chance.as_ref().and_then(Classified::log_loss),
            brier: by_chance.as_ref().and_then(Classified::brier),
            calibration: by_chance.map(|told| told.calibration(10)).unwrap_or_default(),
        })
    }
}
