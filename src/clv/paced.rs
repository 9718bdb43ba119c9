//! What later purchases are worth now, of customers who live at a tempo.

use chrono::{Datelike, Months, NaiveDate};

use crate::calendar::Unit;

use super::discount::{continuous, stepwise};
use super::gauss::panel;
use super::repeat::History;
use super::tempo::days_of;
use super::{AttritionModel, Discount, Length, Repeat, Tempo};

/// So many years ahead the season is followed; later it has no weight to speak of.
const YEARS: u32 = 5;

/// What is discounted by so much more than e is nothing.
const NOTHING: f64 = 40.0;

/// More steps than that are taken for a steady discount.
const MOST_STEPS: f64 = 4_000.0;

impl Tempo {
    /// How many purchases are to be expected of a customer from a day on, each counted less the
    /// later it is: [`AttritionModel::discounted_purchases`], where purchases come at this tempo
    /// and the discount is of the calendar's time.
    ///
    /// The customer is as [`Tempo::repeat`] tells on that day. After 5 years the season is taken
    /// for its mean.
    ///
    /// ```
    /// use loyalty::calendar::Unit;
    /// use loyalty::clv::{AttritionModel, Discount, Length, Parameters, Repeat, Tempo};
    ///
    /// let model = AttritionModel::new(Parameters::Nbd { r: 1.0, alpha: 10.0 }, Unit::Day)?;
    /// let ann = Repeat::new(2, 15.0, 20.0, Unit::Day);
    /// let mut months = [1.0; 12];
    /// months[11] = 2.0;
    /// let tempo = Tempo::new(months, None)?;
    /// let december = Length::new(31.0, Unit::Day);
    /// let none = Discount::yearly(0.0);
    /// let from = "2026-12-01".parse()?;
    /// let told = tempo.discounted_purchases(&model, &ann, from, Some(december), &none);
    /// // A tenth a day for 31 days, each of which counts twice what others do.
    /// let twice = 31.0 * 2.0 * 365.2425 / (365.2425 + 31.0);
    /// assert!((told.ok_or("no answer")? - 0.1 * twice).abs() < 1e-12);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn discounted_purchases(
        &self,
        model: &AttritionModel,
        customer: &Repeat,
        from: NaiveDate,
        within: Option<Length>,
        discount: &Discount,
    ) -> Option<f64> {
        discount.check().ok()?;
        let history = customer.seen_in(model.unit())?;
        let end = match within {
            Some(length) => length.in_units(Unit::Day).filter(|days| *days >= 0.0)?,
            None => f64::INFINITY,
        };
        let unit = Length::new(1.0, Unit::Day).in_units(model.unit())?;
        let asked = Asked { tempo: self, model, history, from, end, unit };
        let value = match discount.step.map(|step| step.in_units(Unit::Day)) {
            _ if discount.rate == 0.0 && end < f64::INFINITY => asked.expected(end),
            _ if discount.rate == 0.0 => {
                return model.discounted_purchases(customer, None, discount);
            }
            None => asked.continuous(discount.per(Unit::Day))?,
            Some(step) => asked.stepwise(step?, discount.rate)?,
        };
        value.is_finite().then_some(value)
    }
}

/// What is asked of a customer, in days of the calendar.
struct Asked<'a> {
    tempo: &'a Tempo,
    model: &'a AttritionModel,
    history: History,
    from: NaiveDate,
    end: f64,
    /// How many of the model's units a day is.
    unit: f64,
}

impl Asked<'_> {
    /// The purchases within so many days.
    fn expected(&self, days: f64) -> f64 {
        self.model.expected(&self.history, self.tempo.days(self.from, days) * self.unit)
    }

    /// ∫ e^(-δt) dE(τ(t)), by parts, in panels of a month at most.
    fn continuous(&self, delta: f64) -> Option<f64> {
        let near = self.near().min(NOTHING / delta);
        let (mut at, mut sum) = (0.0, 0.0);
        for end in self.panels(near) {
            let parts = libm::ceil(delta * (end - at) / 4.0).max(1.0);
            let width = (end - at) / parts;
            let mut part = 0.0;
            while part < parts {
                panel(at + part * width, at + (part + 1.0) * width, |day, weight| {
                    sum += weight * libm::exp(-delta * day) * self.expected(day);
                });
                part += 1.0;
            }
            at = end;
        }
        let sum = libm::exp(-delta * near) * self.expected(near) + delta * sum;
        if near >= self.end || delta * near >= NOTHING {
            return Some(sum);
        }
        // From there on at the mean tempo, which is 1.
        let passed = self.tempo.days(self.from, near);
        let plain = |days: f64| {
            let end = (days < f64::INFINITY).then_some(days * self.unit);
            continuous(self.model, &self.history, end, delta / self.unit)
        };
        let later = plain(self.until_end())? - plain(passed)?;
        Some(sum + libm::exp(delta * (passed - near)) * later.max(0.0))
    }

    /// Σ (E(i h) - E((i-1) h)) / (1+d)^i; the last step may be shorter.
    fn stepwise(&self, step: f64, rate: f64) -> Option<f64> {
        if step.is_nan() || step <= 0.0 {
            return None;
        }
        let fall = libm::log1p(rate);
        let near = libm::ceil((self.near() / step).min(NOTHING / fall));
        if near > MOST_STEPS {
            // A purchase is counted half a step later than it is.
            let value = self.continuous(fall / step)?;
            return Some(value * libm::exp(-0.5 * fall));
        }
        let (mut sum, mut before, mut at) = (0.0, 0.0, 1.0);
        while at <= near {
            let now = self.expected((at * step).min(self.end));
            sum += (now - before) * libm::exp(-fall * at);
            before = now;
            at += 1.0;
        }
        let passed = near * step;
        if passed >= self.end || fall * near >= NOTHING {
            return Some(sum);
        }
        // From there on at the mean tempo, which is 1.
        let own = self.tempo.days(self.from, passed);
        let later =
            |days: f64| self.model.expected(&self.history, (own + days) * self.unit) - before;
        let end = Some(self.until_end() - own).filter(|days| *days < f64::INFINITY);
        let rest = stepwise(later, end, step, rate)?;
        Some(sum + libm::exp(-fall * near) * rest)
    }

    /// All the time there is, by the clock of the tempo.
    fn until_end(&self) -> f64 {
        if self.end < f64::INFINITY { self.tempo.days(self.from, self.end) } else { self.end }
    }

    /// Until when the season is followed.
    fn near(&self) -> f64 {
        let end = self.from.checked_add_months(Months::new(12 * YEARS));
        end.map_or(0.0, |end| days_of(end) - days_of(self.from)).min(self.end)
    }

    /// The ends of the months from now on, the last of them cut off at an end; the first days are
    /// divided, as what is expected may rise steeply there.
    fn panels(&self, end: f64) -> Vec<f64> {
        let start = days_of(self.from);
        let first = self.from.with_day(1);
        let later = (1..=12 * YEARS + 1).map_while(|number| {
            let day = first?.checked_add_months(Months::new(number))?;
            Some(days_of(day) - start)
        });
        let divided = [1.0 / 4096.0, 1.0 / 1024.0, 1.0 / 256.0, 1.0 / 64.0, 1.0 / 16.0, 1.0 / 4.0];
        let mut ends: Vec<f64> = divided.into_iter().chain(later).collect();
        ends.retain(|day| *day < end);
        ends.push(end);
        ends
    }
}
