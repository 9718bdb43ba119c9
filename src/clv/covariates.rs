//! What is known of customers beside of their purchases: covariates that do not change.
//!
//! P. Fader and B. Hardie, "Incorporating time-invariant covariates into the Pareto/NBD and BG/NBD
//! models" (2007): α_i = α exp(-γ'z_i) and β_i = β exp(-δ'z_i), so that an effect of 0.1 is a rate
//! of purchases, or of leaving, that is e^0.1 times as high.

use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use crate::calendar::Unit;
use crate::parallel;
use crate::path::{Path, Problems};

use super::family::{Family, Likelihood};
use super::jet::Jet;
use super::outcome::{Outcome, TooLittle};
use super::parameters::check_parameter;
use super::pareto::Pareto;
use super::repeat::History;
use super::report::{About, Report};
use super::search::{Limits, Slope, climb};
use super::{AttritionModel, Fault, Kind, LatentAttrition, Parameters, Repeat, Repeats};

/// The farthest effect that is searched for, by the greatest value of its covariate.
const REACH: f64 = 20.0;

/// How far logarithms of parameters are searched from those without covariates.
const NEAR: f64 = 12.0;

/// So many customers are summed up at once.
const BLOCK: usize = 1_024;

/// The recipe of a Pareto/NBD model with covariates.
///
/// ```
/// use loyalty::calendar::Unit;
/// use loyalty::clv::{ParetoCovariates, Repeat};
/// use ndarray::array;
///
/// let recipe = ParetoCovariates {
///     purchase: vec!["member".to_owned()],
///     attrition: vec![],
///     max_iterations: 200,
/// };
/// let customers = [Repeat::new(1, 5.0, 20.0, Unit::Week), Repeat::new(0, 0.0, 20.0, Unit::Week)];
/// let outcome = recipe.fit(Unit::Week, &customers, array![[1.0], [0.0]].view())?;
/// assert!(outcome.fitted().is_none(), "two customers are too few");
/// # Ok::<(), loyalty::path::Problems<loyalty::clv::Fault>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParetoCovariates {
    /// The names of the covariates that tell how often customers buy.
    #[serde(default)]
    pub purchase: Vec<String>,
    /// The names of the covariates that tell how soon they leave.
    #[serde(default)]
    pub attrition: Vec<String>,
    /// The most iterations of a search; 200 without a word.
    #[serde(default = "two_hundred")]
    pub max_iterations: usize,
}

const fn two_hundred() -> usize {
    200
}

/// A customer with the covariates.
struct Row<'a> {
    history: History,
    covariates: Vec<&'a f64>,
}

impl ParetoCovariates {
    /// The most likely model; each row of `covariates` has those of a customer, first all that tell
    /// of purchases and then all that tell of attrition.
    ///
    /// # Errors
    /// Everything that makes no sense, with its place.
    pub fn fit(
        &self,
        unit: Unit,
        customers: &[Repeat],
        covariates: ArrayView2<'_, f64>,
    ) -> Result<Outcome<CovariateModel>, Problems<Fault>> {
        self.check(customers, covariates)?;
        let repeats = Repeats::new(unit, customers, None)?;
        let without = LatentAttrition {
            max_iterations: self.max_iterations,
            ..LatentAttrition::new(Kind::ParetoNbd)
        };
        let plain = match without.fit(&repeats)? {
            Outcome::Fitted(model) => model,
            Outcome::NoAttrition(evidence) => return Ok(Outcome::NoAttrition(evidence)),
            Outcome::TooLittle(reason) => return Ok(Outcome::TooLittle(reason)),
        };
        let seen = customers.iter().zip(covariates.rows());
        let rows: Vec<Row<'_>> = seen
            .filter_map(|(customer, row)| {
                let history = customer.seen_in(unit)?;
                let covariates = row.into_iter().collect();
                Some(Row { history, covariates })
            })
            .collect();
        let function = |place: &[f64]| self.slope(&rows, place);
        let start: Vec<f64> = plain
            .parameters()
            .named()
            .iter()
            .map(|(_, value)| libm::log(*value))
            .chain(covariates.columns().into_iter().map(|_| 0.0))
            .collect();
        let Some(summit) = climb(&function, &start, &self.limits(&start, covariates)) else {
            return Ok(Outcome::TooLittle(TooLittle::NoDifference));
        };
        let effect = |kind: &'static str| move |name: &String| format!("{kind}[{name}]");
        let names: Vec<String> = Kind::ParetoNbd
            .parameters()
            .iter()
            .map(|name| (*name).to_owned())
            .chain(self.purchase.iter().map(effect("purchase")))
            .chain(self.attrition.iter().map(effect("attrition")))
            .collect();
        let (customers, histories) = (customers.len() as f64, rows.len());
        let about = About { customers, histories, notes: Vec::new() };
        let report = Report::of(&summit, &names, 4, about);
        let &[r, alpha, s, beta, ref effects @ ..] = summit.place.as_slice() else {
            return Ok(Outcome::TooLittle(TooLittle::NoDifference));
        };
        let [r, alpha, s, beta] = [r, alpha, s, beta].map(libm::exp);
        let mut effects = effects.iter().copied();
        Ok(Outcome::Fitted(CovariateModel {
            unit,
            base: Parameters::ParetoNbd { r, alpha, s, beta },
            purchase: effects.by_ref().take(self.purchase.len()).collect(),
            attrition: effects.collect(),
            report: Some(report),
        }))
    }

    fn check(
        &self,
        customers: &[Repeat],
        covariates: ArrayView2<'_, f64>,
    ) -> Result<(), Problems<Fault>> {
        let mut problems = Problems::none();
        if self.max_iterations == 0 {
            problems.add(Path::from("max_iterations"), Fault::Zero);
        }
        let path = Path::from("covariates");
        let sizes = [
            ("rows", customers.len(), covariates.nrows()),
            ("columns", self.purchase.len() + self.attrition.len(), covariates.ncols()),
        ];
        for (what, expected, found) in sizes {
            if expected != found {
                problems.add(path.clone(), Fault::Count { what, expected, found });
            }
        }
        for ((row, column), &value) in covariates.indexed_iter() {
            if !(-1e9..=1e9).contains(&value) {
                problems.add(path.item(row).item(column), Fault::OutOfRange { value });
            }
        }
        problems.into_result(())
    }

    /// An effect is searched as far as it can multiply a rate by e^20.
    fn limits(&self, start: &[f64], covariates: ArrayView2<'_, f64>) -> Limits {
        let reach: Vec<f64> = (0..4)
            .map(|_| NEAR)
            .chain(covariates.columns().into_iter().map(|column| {
                let most = column.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
                // A covariate that is 0 for all has no effect to be found.
                if most > 0.0 { REACH / most } else { 0.0 }
            }))
            .collect();
        Limits {
            low: start.iter().zip(&reach).map(|(at, reach)| at - reach).collect(),
            high: start.iter().zip(&reach).map(|(at, reach)| at + reach).collect(),
            iterations: self.max_iterations,
        }
    }

    /// The log-likelihood with its derivatives by the logarithms of the four parameters and by the
    /// effects, each of which moves the logarithm of α or of β.
    fn slope(&self, rows: &[Row<'_>], place: &[f64]) -> Slope {
        let size = place.len();
        let block = |number: usize| {
            let mut sum =
                Slope { value: 0.0, gradient: vec![0.0; size], hessian: vec![0.0; size * size] };
            for row in rows.iter().skip(number * BLOCK).take(BLOCK) {
                self.add(&mut sum, row, place);
            }
            sum
        };
        let mut blocks = parallel::each_number(rows.len().div_ceil(BLOCK), block).into_iter();
        let first = blocks.next().unwrap_or_else(|| block(0));
        blocks.fold(first, |mut sum, own| {
            sum.value += own.value;
            sum.gradient.iter_mut().zip(own.gradient).for_each(|(sum, own)| *sum += own);
            sum.hessian.iter_mut().zip(own.hessian).for_each(|(sum, own)| *sum += own);
            sum
        })
    }

    fn add(&self, sum: &mut Slope, row: &Row<'_>, place: &[f64]) {
        let &[r, alpha, s, beta, ref effects @ ..] = place else { return };
        let moved = moves(self.purchase.len(), effects, &row.covariates);
        let model = Pareto.at([r, alpha - moved.purchase, s, beta - moved.attrition]);
        let own: Jet<4> = model.counted(row.history.frequency) + model.timed(&row.history);
        sum.value += own.value;
        // What each coordinate moves: one of the four logarithms, and how far.
        let four = (0..4).map(|which| (which, 1.0));
        let effects = row
            .covariates
            .iter()
            .enumerate()
            .map(|(at, value)| (if at < self.purchase.len() { 1 } else { 3 }, -**value));
        let ways: Vec<(usize, f64)> = four.chain(effects).collect();
        for (cell, (which, far)) in sum.gradient.iter_mut().zip(&ways) {
            *cell += far * own.gradient.get(*which).copied().unwrap_or_default();
        }
        let rows = sum.hessian.chunks_exact_mut(ways.len().max(1));
        for (cells, (one, far)) in rows.zip(&ways) {
            let Some(own) = own.hessian.get(*one) else { continue };
            for (cell, (two, other)) in cells.iter_mut().zip(&ways) {
                *cell += far * other * own.get(*two).copied().unwrap_or_default();
            }
        }
    }
}

/// How far covariates move the logarithms of the rates.
struct Moves {
    purchase: f64,
    attrition: f64,
}

fn moves(purchases: usize, effects: &[f64], covariates: &[&f64]) -> Moves {
    let sum = |pairs: &mut dyn Iterator<Item = (&f64, &&f64)>| {
        pairs.map(|(effect, value)| effect * **value).sum::<f64>()
    };
    let purchase = sum(&mut effects.iter().zip(covariates).take(purchases));
    let attrition = sum(&mut effects.iter().zip(covariates).skip(purchases));
    Moves { purchase, attrition }
}

/// A Pareto/NBD model with covariates: for each customer's it is a model of its own.
///
/// ```
/// use loyalty::calendar::Unit;
/// use loyalty::clv::{CovariateModel, Parameters, Repeat};
///
/// let (r, alpha, s, beta) = (0.5, 10.0, 0.6, 12.0);
/// let base = Parameters::ParetoNbd { r, alpha, s, beta };
/// // Members buy e^0.7, about twice as often; the distance to the shop drives them away.
/// let model = CovariateModel::new(Unit::Week, base, vec![0.7], vec![0.02])?;
/// assert_eq!((model.purchase(), model.attrition()), ([0.7].as_slice(), [0.02].as_slice()));
/// let near = model.of(&[1.0, 2.0]).ok_or("two covariates").unwrap();
/// let far = model.of(&[1.0, 40.0]).ok_or("two covariates").unwrap();
/// let customer = Repeat::new(3, 20.0, 40.0, Unit::Week);
/// assert!(near.p_alive(&customer) > far.p_alive(&customer));
/// # Ok::<(), loyalty::path::Problems<loyalty::clv::Fault>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct CovariateModel {
    unit: Unit,
    base: Parameters,
    purchase: Vec<f64>,
    attrition: Vec<f64>,
    report: Option<Report>,
}

/// A model as it is written.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    unit: Unit,
    base: Parameters,
    purchase: Vec<f64>,
    attrition: Vec<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    report: Option<Report>,
}

impl TryFrom<Stored> for CovariateModel {
    type Error = Problems<Fault>;

    fn try_from(stored: Stored) -> Result<Self, Self::Error> {
        let Stored { unit, base, purchase, attrition, report } = stored;
        Ok(Self { report, ..Self::new(unit, base, purchase, attrition)? })
    }
}

impl From<CovariateModel> for Stored {
    fn from(model: CovariateModel) -> Self {
        let CovariateModel { unit, base, purchase, attrition, report } = model;
        Self { unit, base, purchase, attrition, report }
    }
}

impl CovariateModel {
    /// A model with known parameters of customers whose covariates are all 0, and known effects.
    ///
    /// # Errors
    /// Everything that is out of range, and parameters of another model than Pareto/NBD.
    pub fn new(
        unit: Unit,
        base: Parameters,
        purchase: Vec<f64>,
        attrition: Vec<f64>,
    ) -> Result<Self, Problems<Fault>> {
        let mut problems = Problems::none();
        if !matches!(base, Parameters::ParetoNbd { .. }) {
            let expected = 1;
            let fault = Fault::Count { what: "Pareto/NBD models", expected, found: 0 };
            problems.add(Path::from("base"), fault);
        }
        for (name, value) in base.named() {
            check_parameter(value, &Path::from("base").field(name), &mut problems);
        }
        for (name, effects) in [("purchase", &purchase), ("attrition", &attrition)] {
            for (at, &value) in effects.iter().enumerate().filter(|(_, x)| !x.is_finite()) {
                problems.add(Path::from(name).item(at), Fault::OutOfRange { value });
            }
        }
        problems.into_result(Self { unit, base, purchase, attrition, report: None })
    }

    /// The parameters of customers whose covariates are all 0.
    #[must_use]
    pub const fn base(&self) -> &Parameters {
        &self.base
    }

    /// The effects on the rate of purchases.
    #[must_use]
    pub fn purchase(&self) -> &[f64] {
        &self.purchase
    }

    /// The effects on the rate of leaving.
    #[must_use]
    pub fn attrition(&self) -> &[f64] {
        &self.attrition
    }

    /// How it was fitted, if it was: effects are named `purchase[…]` and `attrition[…]`.
    #[must_use]
    pub const fn report(&self) -> Option<&Report> {
        self.report.as_ref()
    }

    /// The model of customers with these covariates, in the order of the fit; `None` if there are
    /// not as many, or they make no sense.
    #[must_use]
    pub fn of(&self, covariates: &[f64]) -> Option<AttritionModel> {
        let effects: Vec<f64> = self.purchase.iter().chain(&self.attrition).copied().collect();
        let Parameters::ParetoNbd { r, alpha, s, beta } = self.base else { return None };
        if effects.len() != covariates.len() {
            return None;
        }
        let values: Vec<&f64> = covariates.iter().collect();
        let moved = moves(self.purchase.len(), &effects, &values);
        let alpha = alpha * libm::exp(-moved.purchase);
        let beta = beta * libm::exp(-moved.attrition);
        AttritionModel::new(Parameters::ParetoNbd { r, alpha, s, beta }, self.unit).ok()
    }
}
