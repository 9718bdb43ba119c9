//! How a season and a trend are found in what customers did.

use std::collections::BTreeMap;

use chrono::{Datelike, Months, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::calendar::Unit;
use crate::path::{Path, Problems};

use super::length::DAYS_OF_YEAR;
use super::outcome::{Outcome, TooLittle};
use super::tempo::days_of;
use super::{AttritionModel, Fault, Kind, LatentAttrition, Length, Repeat, Repeats, Tempo, Trend};

/// So often the model and the tempo are fitted in turn, at most.
const MOST_ROUNDS: usize = 25;

/// As soon as no month moves by more than this share, they agree.
const ENOUGH: f64 = 1e-4;

/// The recipe of a [`Tempo`].
///
/// Repeat purchases of a month are compared with those that a model of purchases expects in it of
/// as many customers as came in each month before, so that neither a growing number of customers
/// nor customers who leave are taken for a season. A month's factor is drawn towards 1 by a prior
/// that is gamma(κ, κ), with the κ that makes the counts of all months likeliest, where purchases
/// of one customer in one month count as one by as much as customers are alike in that; so what may
/// be chance stays 1. Model and tempo are fitted in turn until they agree.
///
/// Of customers who all came at once, a trend cannot be told from their slowing down with age,
/// which the model takes for itself.
///
/// ```
/// use loyalty::clv::{Kind, Outcome, Rhythm, Seasonality, TooLittle};
///
/// let recipe: Seasonality = serde_json::from_str("{}")?;
/// assert_eq!(recipe, Seasonality { rhythm: Rhythm::Season, kind: Kind::BgNbd });
/// // In half a year there is no season to see.
/// let days = [vec!["2026-01-01".parse()?, "2026-05-01".parse()?]];
/// let told = recipe.fit(&days, "2026-07-01".parse()?)?;
/// assert_eq!(told, Outcome::TooLittle(TooLittle::TooShort { days: 181, needed: 365 }));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seasonality {
    /// What is looked for; a season without a word.
    #[serde(default)]
    pub rhythm: Rhythm,
    /// The model of purchases, BG/NBD without a word; one with an open k needs gaps, and has none.
    #[serde(default = "bg_nbd")]
    pub kind: Kind,
}

const fn bg_nbd() -> Kind {
    Kind::BgNbd
}

impl Default for Seasonality {
    fn default() -> Self {
        Self { rhythm: Rhythm::Season, kind: bg_nbd() }
    }
}

/// What is looked for in the course of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rhythm {
    /// How the months of a year differ: a year at least is needed.
    #[default]
    Season,
    /// That, and by how much each year is faster: two years at least are needed, as in one there is
    /// no telling a trend from a season.
    SeasonAndTrend,
}

impl Rhythm {
    const fn needed_days(self) -> u32 {
        match self {
            Self::Season => 365,
            Self::SeasonAndTrend => 730,
        }
    }
}

impl Seasonality {
    /// The tempo of customers who bought on these days, in their order, as far as the day before
    /// `until`: several purchases of a day are one.
    ///
    /// # Errors
    /// A model that cannot be fitted like that.
    pub fn fit(
        &self,
        customers: &[Vec<NaiveDate>],
        until: NaiveDate,
    ) -> Result<Outcome<Tempo>, Problems<Fault>> {
        let Some(seen) = Seen::of(customers, until) else {
            return Ok(Outcome::TooLittle(TooLittle::NoCustomers));
        };
        let (days, needed) = (seen.length(), self.rhythm.needed_days());
        if days < needed {
            return Ok(Outcome::TooLittle(TooLittle::TooShort { days, needed }));
        }
        let mut tempo = seen.start(self.rhythm);
        for _ in 0..MOST_ROUNDS {
            let model = match self.model(customers, until, &tempo)? {
                Ok(model) => model,
                Err(reason) => return Ok(Outcome::TooLittle(reason)),
            };
            let next = seen.next(&tempo, &model)?;
            let moved = next.moved(&tempo);
            tempo = next;
            if moved < ENOUGH {
                break;
            }
        }
        Ok(Outcome::Fitted(tempo))
    }

    /// The model of the customers by the clock of a tempo, or why there is none.
    fn model(
        &self,
        customers: &[Vec<NaiveDate>],
        until: NaiveDate,
        tempo: &Tempo,
    ) -> Result<Result<AttritionModel, TooLittle>, Problems<Fault>> {
        let day_before = until.pred_opt().unwrap_or(until);
        let rows = customers.iter().filter_map(|days| {
            let row = tempo.repeat(days, day_before)?;
            let rest = tempo.between(day_before, until).count;
            Some(Repeat { age: row.age + rest, ..row })
        });
        let rows: Vec<Repeat> = rows.collect();
        let repeats = Repeats::new(Unit::Day, &rows, None)?;
        let outcome = LatentAttrition::new(self.kind).fit(&repeats)?;
        let reason = match &outcome {
            Outcome::TooLittle(reason) => *reason,
            _ => TooLittle::NoDifference,
        };
        Ok(outcome.model().ok_or(reason))
    }
}

/// A month of a year, or what of it was seen.
struct Month {
    from: NaiveDate,
    to: NaiveDate,
    /// Repeat purchases in it.
    purchases: f64,
}

/// What was seen of all customers.
struct Seen {
    /// How many customers first bought on a day.
    cohorts: BTreeMap<NaiveDate, f64>,
    months: Vec<Month>,
    /// By how much more than by chance the purchases of a month scatter, as customers differ.
    scatter: f64,
    until: NaiveDate,
}

impl Seen {
    fn of(customers: &[Vec<NaiveDate>], until: NaiveDate) -> Option<Self> {
        let mut cohorts: BTreeMap<NaiveDate, f64> = BTreeMap::new();
        let mut counts: BTreeMap<(i32, u32), f64> = BTreeMap::new();
        let (mut squares, mut all) = (0.0, 0.0);
        for days in customers {
            let mut seen: Vec<NaiveDate> = days.iter().copied().filter(|it| *it < until).collect();
            seen.dedup();
            let Some(first) = seen.first() else { continue };
            *cohorts.entry(*first).or_default() += 1.0;
            let again: Vec<(i32, u32)> =
                seen.iter().skip(1).map(|day| (day.year(), day.month())).collect();
            for own in again.chunk_by(|one, two| one == two) {
                let count = own.len() as f64;
                squares += count * count;
                all += count;
                if let Some(month) = own.first() {
                    *counts.entry(*month).or_default() += count;
                }
            }
        }
        let (first, _) = cohorts.first_key_value()?;
        let mut months = Vec::new();
        let mut from = *first;
        while from < until {
            let next = from.with_day(1)?.checked_add_months(Months::new(1))?.min(until);
            let purchases = counts.get(&(from.year(), from.month())).copied().unwrap_or(0.0);
            months.push(Month { from, to: next, purchases });
            from = next;
        }
        let scatter = if all > 0.0 { squares / all } else { 1.0 };
        Some(Self { cohorts, months, scatter, until })
    }

    fn first(&self) -> NaiveDate {
        self.cohorts.first_key_value().map_or(self.until, |(day, _)| *day)
    }

    fn length(&self) -> u32 {
        u32::try_from((self.until - self.first()).num_days()).unwrap_or(0)
    }

    /// The tempo to begin with.
    fn start(&self, rhythm: Rhythm) -> Tempo {
        let trend = match rhythm {
            Rhythm::Season => None,
            Rhythm::SeasonAndTrend => {
                Some(Trend { per_year: 0.0, from: self.first(), until: self.until })
            }
        };
        Tempo::new([1.0; 12], trend).unwrap_or_default()
    }

    /// How many repeat purchases a model expects in each month at a tempo.
    fn expected(&self, tempo: &Tempo, model: &AttritionModel) -> Vec<f64> {
        let mut expected = vec![0.0; self.months.len()];
        for (first, customers) in &self.cohorts {
            let (mut at, mut time, mut before) = (*first, 0.0, 0.0);
            for (month, sum) in self.months.iter().zip(&mut expected) {
                if month.to <= *first {
                    continue;
                }
                time += tempo.between(at, month.to).count;
                let until = Length::new(time, Unit::Day);
                let all = model.expected_of_new(until).unwrap_or(before);
                *sum += customers * (all - before);
                (at, before) = (month.to, all);
            }
        }
        expected
    }

    /// The tempo that explains the purchases better than the one by which they are expected.
    fn next(&self, tempo: &Tempo, model: &AttritionModel) -> Result<Tempo, Problems<Fault>> {
        let expected = self.expected(tempo, model);
        let trend = tempo.trend().map(|trend| self.steeper(*trend, &expected));
        let mut cells = [Cell::default(); 12];
        for (month, expected) in self.months.iter().zip(&expected) {
            let at = month.from.month0() as usize;
            let factor = tempo.months().get(at).copied().unwrap_or(1.0);
            if let Some(cell) = cells.get_mut(at) {
                cell.purchases += month.purchases / self.scatter;
                cell.expected += expected / factor / self.scatter;
            }
        }
        // What there is too much of in all months is the model's.
        let sum = |of: fn(&Cell) -> f64| cells.iter().map(of).sum::<f64>();
        let to = sum(|cell| cell.purchases) / sum(|cell| cell.expected);
        if to.is_finite() && to > 0.0 {
            cells.iter_mut().for_each(|cell| cell.expected *= to);
        }
        let strength = strength(&cells);
        Tempo::new(cells.map(|cell| cell.factor(strength)), trend).map_err(|found| {
            let mut problems = Problems::none();
            problems.absorb(&Path::from("tempo"), found);
            problems
        })
    }

    /// The trend by a step of Newton's method for counts that are Poisson distributed.
    fn steeper(&self, trend: Trend, expected: &[f64]) -> Trend {
        let rows = || self.months.iter().zip(expected);
        let years = |month: &Month| {
            let middle = 0.5 * (days_of(month.from) + days_of(month.to));
            (middle - days_of(self.until)) / DAYS_OF_YEAR
        };
        let all: f64 = expected.iter().sum();
        let actual: f64 = self.months.iter().map(|month| month.purchases).sum();
        let to = actual / all;
        let mean = rows().map(|(month, own)| own * years(month)).sum::<f64>() / all;
        let (mut along, mut squares) = (0.0, 0.0);
        for (month, own) in rows() {
            let year = years(month) - mean;
            along += year * (month.purchases - own * to);
            squares += year * year * own * to;
        }
        let step = if squares > 0.0 { (along / squares).clamp(-0.5, 0.5) } else { 0.0 };
        // A tenfold change a year is no trend.
        let log = (libm::log1p(trend.per_year) + step).clamp(-2.3, 2.3);
        Trend { per_year: libm::expm1(log), ..trend }
    }
}

/// The purchases of a month in all years, and how many were expected of an even tempo.
#[derive(Clone, Copy, Default)]
struct Cell {
    purchases: f64,
    expected: f64,
}

impl Cell {
    /// The mean of a gamma distribution that began as gamma(strength, strength).
    fn factor(&self, strength: f64) -> f64 {
        let factor = (strength + self.purchases) / (strength + self.expected);
        // Also if nobody ever bought in that month, somebody may.
        factor.clamp(1e-3, 1e3)
    }

    /// How likely its purchases are, but for what the strength does not change.
    fn log_likelihood(&self, strength: f64) -> f64 {
        let all = strength + self.expected;
        libm::lgamma(strength + self.purchases) - libm::lgamma(strength)
            + strength * libm::log(strength / all)
            - self.purchases * libm::log(all)
    }
}

/// The strength of the prior with which the purchases of all months are likeliest, by golden
/// sections of its logarithm.
fn strength(cells: &[Cell]) -> f64 {
    let likely = |log: f64| -> f64 {
        let strength = libm::exp(log);
        cells.iter().map(|cell| cell.log_likelihood(strength)).sum()
    };
    let ratio = 0.5 * (libm::sqrt(5.0) - 1.0);
    let (mut low, mut high) = (-2.0, 16.0);
    let (mut one, mut two) = (high - ratio * (high - low), low + ratio * (high - low));
    let (mut of_one, mut of_two) = (likely(one), likely(two));
    for _ in 0..40 {
        if of_one > of_two {
            (high, two, of_two) = (two, one, of_one);
            one = high - ratio * (high - low);
            of_one = likely(one);
        } else {
            (low, one, of_one) = (one, two, of_two);
            two = low + ratio * (high - low);
            of_two = likely(two);
        }
    }
    libm::exp(0.5 * (low + high))
}

impl Tempo {
    /// The greatest share by which a month, or the year, is another than in a second tempo.
    fn moved(&self, other: &Self) -> f64 {
        let months = self.months().iter().zip(other.months());
        let most = months.map(|(one, two)| (one / two - 1.0).abs()).fold(0.0, f64::max);
        match (self.trend(), other.trend()) {
            (Some(one), Some(two)) => most.max((one.per_year - two.per_year).abs()),
            _ => most,
        }
    }
}
