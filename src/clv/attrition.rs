//! Fitting models of customers who buy at any time and may leave.

use serde::{Deserialize, Serialize};

use crate::path::{Path, Problems};

use super::family::{Family, log_likelihood};
use super::geometric::Geometric;
use super::nbd::Nbd;
use super::outcome::{NoAttrition, Outcome, TooLittle, Without};
use super::parameters::{check_parameter, check_regularity};
use super::pareto::Pareto;
use super::report::{About, LikelihoodRatio, Note, Report};
use super::search::{Limits, Slope, Summit, climb};
use super::{AttritionModel, Fault, Fitted, Kind, MOST_REGULAR, Parameters, Repeats};

/// How far logarithms of parameters are searched from what is usual.
const REACH: f64 = 18.0;

/// From this logarithm on a shape says that customers are alike.
const ALIKE: f64 = 6.9;

/// Among more histories the search begins with about this many of them.
const SAMPLE: usize = 6_000;

/// A model whose log-likelihood is less above the NBD's, as a share of it, is an NBD.
const NOTHING_GAINED: f64 = 1e-9;

/// The recipe of a model of repeat purchases.
///
/// ```
/// use loyalty::calendar::Unit;
/// use loyalty::clv::{Kind, LatentAttrition, Outcome, Repeat, Repeats, TooLittle};
///
/// // Three customers, nobody of whom bought again.
/// let once = [12.0, 20.0, 30.0].map(|age| Repeat::new(0, 0.0, age, Unit::Week));
/// let once = Repeats::new(Unit::Week, &once, None)?;
/// let outcome = LatentAttrition::new(Kind::BgNbd).fit(&once)?;
/// assert_eq!(outcome, Outcome::TooLittle(TooLittle::NoRepeatPurchases));
/// # Ok::<(), loyalty::path::Problems<loyalty::clv::Fault>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LatentAttrition {
    /// Which model.
    pub kind: Kind,
    /// Where a search starts beside of where it does anyway: the parameters in the order of the
    /// paper. What is found does not depend on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<Vec<f64>>,
    /// The most iterations of a search; 200 without a word.
    #[serde(default = "two_hundred")]
    pub max_iterations: usize,
}

const fn two_hundred() -> usize {
    200
}

impl LatentAttrition {
    /// A recipe without a word on anything but the model.
    #[must_use]
    pub const fn new(kind: Kind) -> Self {
        Self { kind, start: None, max_iterations: two_hundred() }
    }

    /// The most likely model, in the unit of the customers, or why there is none.
    ///
    /// It does not depend on the order of the customers or on the number of threads.
    ///
    /// # Errors
    /// Everything in the recipe that is out of range, with its place.
    ///
    /// # Complexity
    /// O(iterations · n) for n different histories; 12 or more times as much for Pareto/NBD.
    pub fn fit(&self, repeats: &Repeats) -> Result<Outcome<AttritionModel>, Problems<Fault>> {
        self.check(repeats)?;
        if let Some(reason) = too_little(repeats, self.kind.parameters().len()) {
            return Ok(Outcome::TooLittle(reason));
        }
        let fitting = Fitting::new(self, repeats);
        let Some(nbd) = fitting.nbd() else {
            return Ok(Outcome::TooLittle(TooLittle::NoDifference));
        };
        let shape = |k| Shape::new(self.kind, k);
        let found = match self.kind {
            Kind::Nbd => return Ok(Outcome::Fitted(nbd)),
            Kind::BgCnbd { k: None } | Kind::MbgCnbd { k: None } => {
                fitting.most_regular(&nbd, self.kind)
            }
            Kind::BgCnbd { k: Some(k) } | Kind::MbgCnbd { k: Some(k) } => {
                fitting.found(&nbd, shape(k))
            }
            Kind::BgNbd | Kind::MbgNbd | Kind::ParetoNbd => fitting.found(&nbd, shape(1)),
        };
        let Some(found) = found else {
            return Ok(Outcome::TooLittle(TooLittle::NoDifference));
        };
        Ok(fitting.outcome(nbd, &found))
    }

    fn check(&self, repeats: &Repeats) -> Result<(), Problems<Fault>> {
        let mut problems = Problems::none();
        if self.max_iterations == 0 {
            problems.add(Path::from("max_iterations"), Fault::Zero);
        }
        match self.kind {
            Kind::BgCnbd { k: Some(k) } | Kind::MbgCnbd { k: Some(k) } => {
                check_regularity(k, &Path::from("kind").field("k"), &mut problems);
            }
            Kind::BgCnbd { k: None } | Kind::MbgCnbd { k: None }
                if repeats.log_gaps().is_none() =>
            {
                problems.add(Path::from("kind").field("k"), Fault::NoGaps);
            }
            _ => {}
        }
        let path = Path::from("start");
        let expected = self.kind.parameters().len();
        if let Some(start) = &self.start {
            if start.len() != expected {
                let fault = Fault::Count { what: "parameters", expected, found: start.len() };
                problems.add(path.clone(), fault);
            }
            for (at, &value) in start.iter().enumerate() {
                check_parameter(value, &path.item(at), &mut problems);
            }
        }
        problems.into_result(())
    }
}

/// Why a model of so many parameters cannot be fitted, if it cannot.
pub(super) fn too_little(repeats: &Repeats, parameters: usize) -> Option<TooLittle> {
    let rows = repeats.rows();
    if rows.is_empty() {
        Some(TooLittle::NoCustomers)
    } else if rows.iter().all(|(history, _)| history.frequency == 0.0) {
        Some(TooLittle::NoRepeatPurchases)
    } else if rows.iter().all(|(history, _)| history.age == 0.0) {
        Some(TooLittle::NoTime)
    } else {
        let (found, needed) = (rows.len(), parameters);
        (found < needed).then_some(TooLittle::FewHistories { found, needed })
    }
}

/// A family of models with the model that its parameters make.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    /// Any parameters.
    pub(super) model: Parameters,
}

impl Shape {
    pub(super) fn new(kind: Kind, k: u32) -> Self {
        let (r, alpha, a, b) = (1.0, 1.0, 1.0, 1.0);
        let model = match kind {
            Kind::Nbd => Parameters::Nbd { r, alpha },
            Kind::BgNbd | Kind::BgCnbd { .. } => Parameters::BgNbd { k, r, alpha, a, b },
            Kind::MbgNbd | Kind::MbgCnbd { .. } => Parameters::MbgNbd { k, r, alpha, a, b },
            Kind::ParetoNbd => Parameters::ParetoNbd { r, alpha, s: a, beta: b },
        };
        Self { model }
    }

    /// How many waits make a gap.
    pub(super) const fn regularity(self) -> u32 {
        match self.model {
            Parameters::BgNbd { k, .. } | Parameters::MbgNbd { k, .. } => k,
            Parameters::Nbd { .. } | Parameters::ParetoNbd { .. } => 1,
        }
    }

    /// The log-likelihood without what no parameter changes.
    pub(super) fn slope(self, repeats: &Repeats, counts: &[(f64, f64)], place: &[f64]) -> Slope {
        let nothing = || Slope { value: f64::NAN, gradient: Vec::new(), hessian: Vec::new() };
        let four = || <[f64; 4]>::try_from(place);
        match self.model {
            Parameters::Nbd { .. } => {
                let place = <[f64; 2]>::try_from(place);
                place.map_or_else(|_| nothing(), |at| slope(&Nbd, repeats, counts, at))
            }
            Parameters::BgNbd { k, .. } => {
                let family = Geometric { k, at_first: 0.0 };
                four().map_or_else(|_| nothing(), |at| slope(&family, repeats, counts, at))
            }
            Parameters::MbgNbd { k, .. } => {
                let family = Geometric { k, at_first: 1.0 };
                four().map_or_else(|_| nothing(), |at| slope(&family, repeats, counts, at))
            }
            Parameters::ParetoNbd { .. } => {
                four().map_or_else(|_| nothing(), |at| slope(&Pareto, repeats, counts, at))
            }
        }
    }

    /// What gaps of k waits add to the log-likelihood, whatever the parameters are:
    /// (k-1) Σ ln gap - Σx ln (k-1)!.
    pub(super) fn of_gaps(self, repeats: &Repeats) -> f64 {
        let k = self.regularity();
        let factorial = libm::lgamma(f64::from(k));
        f64::from(k - 1) * repeats.log_gaps().unwrap_or(0.0) - repeats.purchases() * factorial
    }
}

fn slope<const N: usize>(
    family: &impl Family<N>,
    repeats: &Repeats,
    counts: &[(f64, f64)],
    place: [f64; N],
) -> Slope {
    log_likelihood(family, repeats, counts, place).into()
}

/// A model where the search for it ended.
pub(super) struct Found {
    pub(super) shape: Shape,
    pub(super) summit: Summit,
}

/// All that a search needs.
struct Fitting<'a> {
    recipe: &'a LatentAttrition,
    repeats: &'a Repeats,
    counts: Vec<(f64, f64)>,
    sample: Option<(Repeats, Vec<(f64, f64)>)>,
    /// The mean age, by which times are measured.
    age: f64,
}

impl<'a> Fitting<'a> {
    fn new(recipe: &'a LatentAttrition, repeats: &'a Repeats) -> Self {
        let sample = (repeats.histories() > 2 * SAMPLE).then(|| {
            let sample = repeats.sample(SAMPLE);
            let counts = sample.frequencies();
            (sample, counts)
        });
        let age = mean_age(repeats);
        Self { recipe, repeats, counts: repeats.frequencies(), sample, age }
    }

    fn limits(&self, shape: Shape) -> Limits {
        let center = [0.0, libm::log(self.age), 0.0];
        let [plain, time, _] = center;
        let usual: Vec<f64> = match shape.model {
            Parameters::Nbd { .. } => vec![plain, time],
            Parameters::ParetoNbd { .. } => vec![plain, time, plain, time],
            Parameters::BgNbd { .. } | Parameters::MbgNbd { .. } => {
                vec![plain, time, plain, plain]
            }
        };
        Limits {
            low: usual.iter().map(|place| place - REACH).collect(),
            high: usual.iter().map(|place| place + REACH).collect(),
            iterations: self.recipe.max_iterations,
        }
    }

    /// The highest summit from some starts: first among a sample of the histories if there are
    /// many.
    fn summit(&self, shape: Shape, starts: &[Vec<f64>]) -> Option<Summit> {
        let limits = self.limits(shape);
        let (first, counts) = self
            .sample
            .as_ref()
            .map_or((self.repeats, &self.counts), |(some, counts)| (some, counts));
        let function = |place: &[f64]| shape.slope(first, counts, place);
        let value = |start: &Vec<f64>| function(start).value;
        let usual = starts.iter().map(|start| (value(start), start));
        let usual = usual.filter(|(value, _)| value.is_finite());
        let usual = usual.max_by(|one, two| one.0.total_cmp(&two.0)).map(|(_, start)| start);
        let own = self
            .recipe
            .start
            .as_ref()
            .filter(|own| Some(own.len()) == starts.first().map(Vec::len));
        let own: Option<Vec<f64>> = own.map(|own| own.iter().map(|x| libm::log(*x)).collect());
        let from = usual.into_iter().chain(&own);
        let summits = from.filter_map(|start| climb(&function, start, &limits));
        let best = summits.reduce(higher)?;
        if self.sample.is_none() {
            return Some(best);
        }
        let whole = |place: &[f64]| shape.slope(self.repeats, &self.counts, place);
        let mut summit = climb(&whole, &best.place, &limits)?;
        summit.iterations += best.iterations;
        Some(summit)
    }

    fn nbd(&self) -> Option<AttritionModel> {
        let shape = Shape::new(Kind::Nbd, 1);
        let rows = self.repeats.rows();
        let times: f64 = rows.iter().map(|(history, weight)| weight * history.age).sum();
        let rate = self.repeats.purchases() / times;
        let starts = [0.3, 1.0, 4.0].map(|r: f64| vec![libm::log(r), libm::log(r / rate)]);
        let summit = self.summit(shape, &starts)?;
        Some(self.model(&Found { shape, summit }, Vec::new()))
    }

    fn found(&self, nbd: &AttritionModel, shape: Shape) -> Option<Found> {
        let Parameters::Nbd { r, alpha } = *nbd.parameters() else { return None };
        let k = f64::from(shape.regularity());
        let log_alpha = libm::log(alpha / k);
        let pareto = matches!(shape.model, Parameters::ParetoNbd { .. });
        let time = if pareto { libm::log(self.age) } else { 0.0 };
        let pairs = [(0.5, 1.5), (0.5, 0.2), (1.0, 8.0), (0.05, 0.5), (0.05, 10.0)];
        let starts: Vec<Vec<f64>> = [0.0, -0.5]
            .into_iter()
            .flat_map(|less| pairs.map(|pair| (less, pair)))
            .map(|(less, (one, two))| {
                let (one, two) = (libm::log(one), libm::log(two) + time);
                vec![libm::log(r), log_alpha + less, one, two]
            })
            .collect();
        let mut summit = self.summit(shape, &starts)?;
        summit.slope.value += shape.of_gaps(self.repeats);
        Some(Found { shape, summit })
    }

    /// The most likely of all regularities, the less regular one first.
    fn most_regular(&self, nbd: &AttritionModel, kind: Kind) -> Option<Found> {
        let mut best: Option<Found> = None;
        for k in 1..=MOST_REGULAR {
            let Some(found) = self.found(nbd, Shape::new(kind, k)) else { continue };
            match &best {
                Some(known) if found.summit.slope.value <= known.summit.slope.value => break,
                _ => best = Some(found),
            }
        }
        best
    }

    /// The same regularity where nobody leaves: a as small and b as great as is searched for.
    fn regular(&self, found: &Found) -> Option<Found> {
        let shape = found.shape;
        let mut limits = self.limits(shape);
        limits.high = limits.high.iter().zip(&limits.low).enumerate().map(pinned_high).collect();
        limits.low = limits.low.iter().zip(&limits.high).enumerate().map(pinned_low).collect();
        let function = |place: &[f64]| shape.slope(self.repeats, &self.counts, place);
        let mut summit = climb(&function, &found.summit.place, &limits)?;
        summit.slope.value += shape.of_gaps(self.repeats);
        Some(Found { shape, summit })
    }

    fn outcome(&self, nbd: AttritionModel, found: &Found) -> Outcome<AttritionModel> {
        let value = found.summit.slope.value;
        let mut notes = Vec::new();
        let without = if found.shape.regularity() == 1 {
            Without::Nbd(nbd)
        } else {
            if self.repeats.log_gaps().is_none() {
                notes.push(Note::GapsUnknown);
            }
            match self.regular(found) {
                Some(found) => Without::Regular(self.model(&found, Vec::new())),
                None => return Outcome::Fitted(self.model(found, notes)),
            }
        };
        let less = match &without {
            Without::Nbd(model) | Without::Regular(model) => model.report(),
            Without::BetaBernoulli { .. } => None,
        };
        let less = less.map_or(f64::NEG_INFINITY, |report| report.log_likelihood);
        let degrees = found.summit.place.len().saturating_sub(2);
        if let Some(ratio) = LikelihoodRatio::new(value - less, degrees) {
            if value - less <= NOTHING_GAINED * less.abs().max(1.0) {
                let names = found.shape.model.named().into_iter().map(|(name, _)| name.to_owned());
                let reached = names.zip(&found.summit.place);
                let reached = reached
                    .map(|(name, x)| Fitted { name, value: libm::exp(*x), error: None })
                    .collect();
                let evidence = NoAttrition { without, reached, log_likelihood: value, ratio };
                return Outcome::NoAttrition(Box::new(evidence));
            }
            if ratio.p > 0.05 {
                notes.push(Note::WeakAttrition { p: ratio.p });
            }
        }
        Outcome::Fitted(self.model(found, notes))
    }

    fn model(&self, found: &Found, mut notes: Vec<Note>) -> AttritionModel {
        let Found { shape, summit } = found;
        let names: Vec<String> =
            shape.model.named().iter().map(|(name, _)| (*name).to_owned()).collect();
        let limits = self.limits(*shape);
        let ends = limits.low.iter().zip(&limits.high);
        for ((name, place), (low, high)) in names.iter().zip(&summit.place).zip(ends) {
            if place <= low || place >= high {
                notes.push(Note::AtBound { parameter: name.clone() });
            }
        }
        // The parameters come in pairs, of how often and of how soon.
        for (name, place) in names.iter().zip(&summit.place).step_by(2) {
            if *place > ALIKE {
                notes.push(Note::Alike { parameter: name.clone() });
            }
        }
        let customers = self.repeats.customers();
        let about = About { customers, histories: self.repeats.histories(), notes };
        let report = Report::of(summit, &names, names.len(), about);
        let values: Vec<f64> = summit.place.iter().map(|x| libm::exp(*x)).collect();
        let parameters = shape.model.with(&values).unwrap_or(shape.model);
        AttritionModel::fitted(parameters, self.repeats.unit(), report)
    }
}

/// The upper end of a search in which a is pinned to its lower end.
fn pinned_high((at, (high, low)): (usize, (&f64, &f64))) -> f64 {
    if at == 2 { *low } else { *high }
}

/// The lower end of a search in which b is pinned to its upper end.
fn pinned_low((at, (low, high)): (usize, (&f64, &f64))) -> f64 {
    if at == 3 { *high } else { *low }
}

/// The mean age of customers.
pub(super) fn mean_age(repeats: &Repeats) -> f64 {
    let ages = repeats.rows().iter().map(|(history, weight)| weight * history.age);
    ages.sum::<f64>() / repeats.customers()
}

/// The higher of two summits; the first of equal ones.
fn higher(one: Summit, two: Summit) -> Summit {
    if two.slope.value > one.slope.value { two } else { one }
}
