//! What later purchases are worth now.

use serde::{Deserialize, Serialize};

use crate::calendar::Unit;
use crate::path::{Path, Problems};

use super::gauss::{falling, smooth};
use super::geometric::Geometric;
use super::length::in_year;
use super::model::waiting;
use super::repeat::History;
use super::special::logistic;
use super::{AttritionModel, Fault, Length, Parameters, survivors};

/// So many steps are summed one by one.
const EACH_STEP: f64 = 200.0;

/// How much less a purchase is worth the later it is.
///
/// ```
/// use loyalty::calendar::Unit;
/// use loyalty::clv::{Discount, Length};
///
/// // 15 % a year, for purchases whenever they are; or 1 % a month, at the end of each.
/// let each_day = Discount::yearly(0.15);
/// let each_month = Discount::stepwise(0.01, Length::new(1.0, Unit::Month));
/// assert!(each_day.check().is_ok() && each_month.check().is_ok());
/// assert!(Discount::yearly(f64::NAN).check().is_err());
/// assert_eq!(serde_json::to_string(&each_day)?, r#"{"rate":0.15}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Discount {
    /// How much less it is after a year (or after a step, if there are steps): 0.15 for 1/1.15.
    pub rate: f64,
    /// Without a word each purchase is discounted by when it is to be expected, by years of
    /// 365.2425 days; with a step all purchases within one are counted at its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<Length>,
}

impl Discount {
    /// So much a year, for each purchase by its own time.
    #[must_use]
    pub const fn yearly(rate: f64) -> Self {
        Self { rate, step: None }
    }

    /// So much a step, for all purchases within one by its end.
    #[must_use]
    pub const fn stepwise(rate: f64, step: Length) -> Self {
        Self { rate, step: Some(step) }
    }

    /// Whether it makes sense.
    ///
    /// # Errors
    /// A rate below 0 or above 1,000, and a step that is not above 0.
    pub fn check(&self) -> Result<(), Problems<Fault>> {
        let mut problems = Problems::none();
        if !(0.0..=1_000.0).contains(&self.rate) {
            problems.add(Path::from("rate"), Fault::OutOfRange { value: self.rate });
        }
        if let Some(Length { count, .. }) = self.step
            && !(count > 0.0 && count.is_finite())
        {
            problems.add(Path::from("step").field("count"), Fault::OutOfRange { value: count });
        }
        problems.into_result(())
    }

    /// The rate δ at which a value falls, so that after t units e^(-δt) is left.
    pub(super) fn per(&self, unit: Unit) -> f64 {
        libm::log1p(self.rate) / in_year(unit)
    }
}

/// The discounted purchases that are to be expected of a customer who may have left.
pub(super) fn discounted(
    model: &AttritionModel,
    history: &History,
    within: Option<Length>,
    discount: &Discount,
) -> Option<f64> {
    discount.check().ok()?;
    let end = match within {
        Some(length) => Some(length.in_units(model.unit()).filter(|time| *time >= 0.0)?),
        None => None,
    };
    let value = match discount.step {
        Some(step) => {
            let step = step.in_units(model.unit())?;
            stepwise(|time| model.expected(history, time), end, step, discount.rate)?
        }
        None => continuous(model, history, end, discount.per(model.unit()))?,
    };
    value.is_finite().then_some(value)
}

/// Σ (E(i h) - E((i-1) h)) / (1+d)^i; the last step may be shorter.
///
/// By parts it is E(H)/(1+d)^n + Σ E(i h) d/(1+d)^(i+1) over the i below n, all of them positive.
pub(super) fn stepwise(
    expected: impl Fn(f64) -> f64,
    end: Option<f64>,
    step: f64,
    rate: f64,
) -> Option<f64> {
    if step <= 0.0 || (rate == 0.0 && end.is_none()) {
        return None;
    }
    let fall = libm::log1p(rate);
    let share = rate / (1.0 + rate);
    let term = |at: f64| expected(step * at) * libm::exp(-fall * at) * share;
    // Without an end, or as good as that.
    let steps = end.map_or(f64::INFINITY, |end| libm::ceil(end / step));
    let steps = if fall * steps > 700.0 { f64::INFINITY } else { steps };
    let mut sum = match end {
        Some(end) if steps < f64::INFINITY => expected(end) * libm::exp(-fall * steps),
        _ => 0.0,
    };
    if rate == 0.0 {
        return Some(sum);
    }
    let mut at = 1.0;
    while at < steps && at < EACH_STEP {
        let own = term(at);
        sum += own;
        // What follows grows by less than the discount takes off, from here on.
        if fall * at > 700.0 {
            return Some(sum);
        }
        at += 1.0;
    }
    if at < steps {
        let [rest] = smooth(at, steps - 1.0, 0.5, |at| [term(at)]);
        sum += rest;
    }
    Some(sum)
}

/// ∫ e^(-δt) dE(t) from now to the end.
pub(super) fn continuous(
    model: &AttritionModel,
    history: &History,
    end: Option<f64>,
    delta: f64,
) -> Option<f64> {
    let History { frequency, age, .. } = *history;
    let whole = end.unwrap_or(f64::INFINITY);
    if delta == 0.0 {
        return match (end, *model.parameters()) {
            (Some(end), _) => Some(model.expected(history, end)),
            (None, Parameters::ParetoNbd { s, .. }) if s > 1.0 => {
                Some(model.expected(history, f64::MAX))
            }
            _ => None,
        };
    }
    match *model.parameters() {
        Parameters::Nbd { r, alpha } => {
            Some((r + frequency) / (alpha + age) * -libm::expm1(-delta * whole) / delta)
        }
        Parameters::ParetoNbd { r, alpha, s, beta } => {
            let alive = logistic(-model.log_odds(history));
            let rate = (r + frequency) / (alpha + age);
            Some(alive * rate * discounted_time(s, beta + age, whole, delta))
        }
        Parameters::BgNbd { k, r, alpha, a, b } => {
            let family = Geometric { k, at_first: 0.0 };
            Some(leaving_after(model, family, [r, alpha, a, b], history, end, delta))
        }
        Parameters::MbgNbd { k, r, alpha, a, b } => {
            let family = Geometric { k, at_first: 1.0 };
            Some(leaving_after(model, family, [r, alpha, a, b], history, end, delta))
        }
    }
}

/// The same of a customer who leaves after purchases.
fn leaving_after(
    model: &AttritionModel,
    family: Geometric,
    parameters: [f64; 4],
    history: &History,
    end: Option<f64>,
    delta: f64,
) -> f64 {
    let [r, alpha, _, _] = parameters;
    let scale = alpha + history.age;
    let whole = || {
        let alive = logistic(-model.log_odds(history));
        let (first, chances) = waiting(family, parameters, history);
        alive * survivors::discounted(&first, &chances, delta * scale)
    };
    let Some(end) = end.filter(|end| delta * end < NOTHING) else { return whole() };
    let waits = f64::from(family.k);
    let gap = scale * waits / (r + history.frequency * waits);
    if end > WAVES * gap && delta * end > NEAR {
        return whole() - after(model, history, end, delta);
    }
    // By parts: e^(-δH) E(H) + δ ∫ e^(-δt) E(t) dt, by y = ln (1 + t/g) with a gap g.
    let scale = scale.min(gap).min(1.0 / delta);
    let function = |y: f64| {
        let time = scale * libm::expm1(y);
        [model.expected(history, time) * libm::exp(-delta * time) * (scale + time)]
    };
    let length = libm::log1p(end / scale);
    let last = libm::exp(-delta * end) * model.expected(history, end);
    // Regular buyers come in waves, which are gone after many gaps.
    let waves = libm::log1p(WAVES * gap / scale).min(length);
    let [mut before] = falling(0.0, waves, (2.0 / waits.sqrt()).min(1.0), function);
    if waves < length {
        let [later] = falling(waves, length, 1.0, function);
        before += later;
    }
    last + delta * before
}

/// ∫ e^(-δt) dE(t) from a time on at which there are no waves any more, by parts, with
/// y = ln (1 + u/g) of the time u after it.
fn after(model: &AttritionModel, history: &History, from: f64, delta: f64) -> f64 {
    let scale = from.min(1.0 / delta);
    let so_far = model.expected(history, from);
    let [later] = falling(0.0, f64::INFINITY, 1.0, |y| {
        let time = scale * libm::expm1(y);
        let more = model.expected(history, from + time) - so_far;
        [more.max(0.0) * libm::exp(-delta * time) * (scale + time)]
    });
    libm::exp(-delta * from) * delta * later
}

/// What is discounted by so much more than e, for good, is nothing: a purchase comes no sooner for
/// its being later than another.
const NOTHING: f64 = 25.0;

/// After so many gaps purchases of regular buyers come at any time.
const WAVES: f64 = 30.0;

/// Where the discount has hardly begun, what follows is dearer to tell than what comes before.
const NEAR: f64 = 3.0;

/// ∫ (b/(b+t))^s dt from 0 to `time`: how long a customer is still there.
pub(super) fn still_there(s: f64, b: f64, time: f64) -> f64 {
    let length = libm::log1p(time / b);
    let less = s - 1.0;
    // (1 - e^(-less length)) / less without a difference, also where less is 0.
    let product = less * length;
    if product.abs() < 1e-9 {
        b * length * (1.0 - 0.5 * product)
    } else {
        b * -libm::expm1(-product) / less
    }
}

/// ∫ e^(-δt) (b/(b+t))^s dt from 0 to `end`, by y = ln (1 + t/b).
fn discounted_time(s: f64, b: f64, end: f64, delta: f64) -> f64 {
    let steep = delta * b;
    // Where e^(-δt) is nothing, or (b/(b+t))^s is.
    let most = libm::log1p(end.min(60.0 / delta) / b);
    let width = (6.0 / (s - 1.0).abs().max(1e-9)).min(0.7).min((2.0 / steep).max(1e-9));
    let there = |y: f64| [libm::exp(-steep * libm::expm1(y) - (s - 1.0) * y)];
    let [time] = falling(0.0, most, width, there);
    b * time
}
