//! The chain ladder: how cumulative figures go on, from cohorts for which it is known.

use serde::{Deserialize, Serialize};

use super::{Fault, TooLittle};
use crate::path::{Path, Problems};

/// The greatest tail factor.
pub const MAX_TAIL: f64 = 100.0;

/// How figures go on from one age to the next, and how far cohorts differ in that.
///
/// T. Mack, "Distribution-free calculation of the standard error of chain ladder reserve
/// estimates", ASTIN Bulletin 23 (1993), 213–225, in the recursive form of T. Mack, "The standard
/// error of chain ladder reserve estimates: recursive calculation and inclusion of a tail factor",
/// ASTIN Bulletin 29 (1999), 361–366.
///
/// ```
/// use loyalty::insight::liability::{ChainLadder, Tail};
///
/// let rows = [
///     vec![100.0, 150.0, 165.0, 165.0],
///     vec![110.0, 176.0, 190.0],
///     vec![120.0, 180.0],
///     vec![90.0],
/// ];
/// let ladder = ChainLadder::fit(&rows, Tail::NONE)?;
/// let factor = ladder.links().first().and_then(|link| link.factor);
/// assert_eq!(factor, Some((150.0 + 176.0 + 180.0) / (100.0 + 110.0 + 120.0)));
/// let youngest = ladder.project(&[90.0])?;
/// assert!(youngest.ultimate > 138.0 && youngest.standard_error > 0.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChainLadder {
    links: Vec<Link>,
    tail: Tail,
}

/// From one age to the next.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Link {
    /// How many times the figure; `None` if no cohort shows it.
    pub factor: Option<f64>,
    /// Mack's σ², how far cohorts differ from that; `None` if too few show it.
    pub variance: Option<f64>,
    /// What the cohorts that show it had at the earlier age.
    pub weight: f64,
    /// How many cohorts show it: those that had anything at the earlier age.
    pub cohorts: usize,
}

/// What is assumed of the time after the oldest cohort's age.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tail {
    /// How many times the figure: 1 if the oldest cohort has come to its end.
    pub factor: f64,
    /// The standard error of that factor.
    #[serde(default)]
    pub standard_error: f64,
}

/// What a figure comes to in the end.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Projection {
    /// The figure in the end.
    pub ultimate: f64,
    /// The root of its mean squared error: of what chance does, and of what is estimated.
    pub standard_error: f64,
}

impl Tail {
    /// The oldest cohort has come to its end.
    pub const NONE: Self = Self { factor: 1.0, standard_error: 0.0 };
}

impl Default for Tail {
    fn default() -> Self {
        Self::NONE
    }
}

impl ChainLadder {
    /// The factors of cumulative figures: a row for each cohort, the oldest first, with a figure
    /// for each age that it has reached.
    ///
    /// A cohort that had nothing at an age shows nothing of what follows.
    ///
    /// # Errors
    /// No rows, an empty row, a row longer than the one before it, figures that are negative or
    /// not finite, and a tail that is out of range.
    pub fn fit(rows: &[Vec<f64>], tail: Tail) -> Result<Self, Problems<Fault>> {
        check(rows, tail)?;
        let ages = rows.first().map_or(0, Vec::len);
        let mut links: Vec<Link> = (1..ages).map(|age| Link::of(rows, age)).collect();
        let mut before = (None, None);
        for link in &mut links {
            link.variance = link.variance.or_else(|| Some(extrapolated(before.0?, before.1?)));
            before = (before.1, link.variance);
        }
        Ok(Self { links, tail })
    }

    /// The factors, from the first age on.
    #[must_use]
    pub fn links(&self) -> &[Link] {
        &self.links
    }

    /// What is assumed of the time after the oldest cohort's age.
    #[must_use]
    pub const fn tail(&self) -> Tail {
        self.tail
    }

    /// What a cohort with these cumulative figures comes to in the end.
    ///
    /// # Errors
    /// Why that cannot be told: it has nothing yet, or no older cohort shows how it goes on.
    pub fn project(&self, row: &[f64]) -> Result<Projection, TooLittle> {
        match row.last() {
            Some(last) if *last > 0.0 => self.project_sum(&[row]),
            Some(_) => Err(TooLittle::NothingRedeemed),
            None => Err(TooLittle::PeriodNotOver),
        }
    }

    /// What several cohorts come to in the end, with the error of their sum: they share the
    /// factors, so that their errors go together.
    ///
    /// # Errors
    /// As [`ChainLadder::project`] for each.
    pub fn project_sum(&self, rows: &[&[f64]]) -> Result<Projection, TooLittle> {
        let latest = |at: &dyn Fn(usize) -> bool| -> f64 {
            let there = rows.iter().filter(|row| at(row.len()));
            there.filter_map(|row| row.last()).sum()
        };
        let (mut sum, mut variance) = (0.0_f64, 0.0_f64);
        for (link, age) in self.links.iter().zip(1..) {
            sum += latest(&|length| length == age);
            if rows.iter().all(|row| row.len() > age) {
                continue;
            }
            let factor = link.factor.ok_or(TooLittle::NoOlderCohort { age })?;
            let found = link.cohorts;
            let spread = link.variance.ok_or(TooLittle::FewCohorts { age, found })?;
            variance = variance * factor * factor + spread * sum + spread * sum * sum / link.weight;
            sum *= factor;
        }
        sum += latest(&|length| length > self.links.len());
        let Tail { factor, standard_error } = self.tail;
        variance = variance * factor * factor + sum * sum * standard_error * standard_error;
        let found = Projection { ultimate: sum * factor, standard_error: variance.sqrt() };
        let finite = found.ultimate.is_finite() && found.standard_error.is_finite();
        if finite { Ok(found) } else { Err(TooLittle::Unbounded) }
    }
}

impl Link {
    /// From `age` to the age after it; the first age is 1.
    fn of(rows: &[Vec<f64>], age: usize) -> Self {
        let pairs = || {
            let pairs = rows.iter().filter_map(|row| Some((*row.get(age - 1)?, *row.get(age)?)));
            pairs.filter(|(earlier, _)| *earlier > 0.0)
        };
        let cohorts = pairs().count();
        let weight: f64 = pairs().map(|(earlier, _)| earlier).sum();
        let later: f64 = pairs().map(|(_, later)| later).sum();
        let factor = (cohorts > 0).then(|| later / weight);
        let variance = factor.filter(|_| cohorts > 1).map(|factor| {
            let squares = pairs().map(|(earlier, later)| {
                let off = later - factor * earlier;
                off * off / earlier
            });
            squares.sum::<f64>() / (cohorts - 1) as f64
        });
        Self { factor, variance, weight, cohorts }
    }
}

/// Mack's σ² where one cohort alone shows a factor, from those of the two ages before.
fn extrapolated(before: f64, last: f64) -> f64 {
    let falling = if before > 0.0 { last * last / before } else { 0.0 };
    falling.min(before).min(last)
}

fn check(rows: &[Vec<f64>], tail: Tail) -> Result<(), Problems<Fault>> {
    let mut problems = Problems::none();
    if rows.is_empty() {
        problems.add(Path::from("rows"), Fault::NoCohorts);
    }
    let mut most = usize::MAX;
    for (index, row) in rows.iter().enumerate() {
        let path = || Path::from("rows").item(index);
        if row.is_empty() {
            problems.add(path(), Fault::NoFigures);
        }
        if row.len() > most {
            problems.add(path(), Fault::Hole { found: row.len(), most });
        }
        most = row.len();
        for (age, &value) in row.iter().enumerate() {
            if !(value.is_finite() && value >= 0.0) {
                problems.add(path().item(age), Fault::Figure { value });
            }
        }
    }
    tail.check(&Path::from("tail"), &mut problems);
    problems.into_result(())
}

impl Tail {
    pub(super) fn check(self, path: &Path, problems: &mut Problems<Fault>) {
        if !(1.0..=MAX_TAIL).contains(&self.factor) {
            problems.add(path.field("factor"), Fault::Tail { value: self.factor });
        }
        if !(self.standard_error.is_finite() && self.standard_error >= 0.0) {
            problems
                .add(path.field("standard_error"), Fault::Figure { value: self.standard_error });
        }
    }
}
