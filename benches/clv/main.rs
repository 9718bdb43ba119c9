//! How fast models of repeat purchases are fitted and asked, against lifetimes on the same data.
//!
//! `cargo bench --bench clv` prints this crate's figures. With a folder among the arguments
//! (anything with a `/`), the data and the figures are left there for `benches/clv/peers.py`.
//!
//! With `foretold` among the arguments it prints instead how well CDNOW's purchases are foretold,
//! of the sample and of each `.csv` of CDNOW that is named; with `season`, whether a season helps.

mod foretold;
mod season;

use std::fs::{self, File};
use std::hint::black_box;
use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use loyalty::calendar::Unit;
use loyalty::clv::{
    AttritionModel, Discount, Kind, LatentAttrition, Length, Parameters, Repeat, Repeats,
};

const KINDS: [(Kind, &str); 4] = [
    (Kind::Nbd, "nbd"),
    (Kind::BgNbd, "bg_nbd"),
    (Kind::MbgNbd, "mbg_nbd"),
    (Kind::ParetoNbd, "pareto_nbd"),
];

/// What is told instead of times, of the sample and of each file that is given.
fn told(tell: fn(&str, &str)) {
    tell("sample", include_str!("../../examples/data/cdnow_sample.csv"));
    for path in std::env::args().skip(1).filter(|word| word.ends_with(".csv")) {
        tell("given", &fs::read_to_string(path).expect("the file can be read"));
    }
}

fn main() {
    let asked = |word: &str| std::env::args().any(|own| own == word);
    if asked("foretold") {
        return told(foretold::tell);
    }
    if asked("season") {
        return told(season::tell);
    }
    let folder = std::env::args().skip(1).find(|word| word.contains('/'));
    let mut figures = Figures::new(folder);
    let sample = cdnow();
    figures.leave("sample", &sample);
    for (kind, name) in KINDS {
        figures.fit(&format!("fit/{name}/sample"), kind, &sample, 9);
    }
    let whole_days = many(10 * sample.len(), 1.0);
    figures.leave("days", &whole_days);
    figures.fit("fit/bg_nbd/days", Kind::BgNbd, &whole_days, 5);
    let million = many(1_000_000, 0.0);
    figures.leave("million", &million);
    let model = figures.fit("fit/bg_nbd/million", Kind::BgNbd, &million, 3);
    figures.fit("fit/mbg_nbd/million", Kind::MbgNbd, &million, 1);
    figures.asked("p_alive/million", &million, || model.p_alive_each(&million));
    let few = &million[..100_000];
    let year = Length::new(52.0, Unit::Week);
    figures.asked("expected/100k", few, || model.expected_purchases_each(few, year));
    let few = &million[..1_000];
    let discount = Discount::yearly(0.15);
    figures.asked("dert/1k", few, || model.discounted_purchases_each(few, None, &discount));
}

/// The CDNOW sample, each customer for herself.
fn cdnow() -> Vec<Repeat> {
    let lines = include_str!("../../tests/data/clv_cdnow.csv").lines().skip(1);
    lines
        .flat_map(|line| {
            let cells: Vec<f64> =
                line.split(',').map(|cell| cell.parse().expect("a number")).collect();
            let row = Repeat::new(cells[0] as u32, cells[1], cells[2], Unit::Day);
            std::iter::repeat_n(row, cells[3] as usize)
        })
        .collect()
}

/// Customers drawn from the model of the CDNOW sample, with ages of half a year to two years, in
/// steps of so many days, or without steps.
fn many(count: usize, step_days: f64) -> Vec<Repeat> {
    let (r, alpha, a, b) = (0.2426, 7.0 * 4.4136, 0.7929, 2.4259);
    let parameters = Parameters::BgNbd { k: 1, r, alpha, a, b };
    let model = AttritionModel::new(parameters, Unit::Day).expect("parameters");
    let ages: Vec<f64> = (0..count).map(|number| 180.0 + (number % 550) as f64).collect();
    let mut customers = model.simulate(&ages, 42);
    if step_days > 0.0 {
        for customer in &mut customers {
            customer.recency = (customer.recency / step_days).floor() * step_days;
        }
    }
    customers
}

/// Figures that are printed, and left in a folder for the peers together with the data.
struct Figures {
    folder: Option<PathBuf>,
    file: Option<File>,
}

impl Figures {
    fn new(folder: Option<String>) -> Self {
        let folder = folder.map(PathBuf::from);
        let file = folder.as_ref().map(|folder| {
            fs::create_dir_all(folder).expect("the folder can be made");
            File::create(folder.join("ours.jsonl")).expect("the folder can be written to")
        });
        Self { folder, file }
    }

    fn tell(&mut self, key: &str, value: f64, unit: &str) {
        println!("{key:<32} {value:>14.4} {unit}");
        if let Some(file) = &mut self.file {
            let line = serde_json::json!({ "key": key, "value": value, "unit": unit });
            writeln!(file, "{line}").expect("the figure can be written");
        }
    }

    /// Leaves customers as rows of frequency, and recency and age in weeks.
    fn leave(&self, name: &str, customers: &[Repeat]) {
        let Some(folder) = &self.folder else { return };
        let row = |one: &Repeat| [f64::from(one.frequency), one.recency / 7.0, one.age / 7.0];
        let bytes: Vec<u8> = customers.iter().flat_map(row).flat_map(f64::to_le_bytes).collect();
        fs::write(folder.join(format!("{name}.f64")), bytes).expect("data can be written");
    }

    /// Times a fit from customers, one by one, to the model.
    fn fit(&mut self, key: &str, kind: Kind, customers: &[Repeat], runs: usize) -> AttritionModel {
        let fit = || {
            let repeats = Repeats::new(Unit::Week, customers, None).expect("customers");
            LatentAttrition::new(kind).fit(&repeats).expect("a recipe").fitted().expect("a model")
        };
        // The system tells the time of a thread in steps of some milliseconds.
        let times = (100_000 / customers.len()).max(1);
        let (time, model) = least(runs, || {
            (1..times).for_each(|_| drop(black_box(fit())));
            fit()
        });
        self.tell(key, time.as_secs_f64() * 1e3 / times as f64, &format!("ms ({CLOCK})"));
        let report = model.report().expect("a report");
        self.tell(&format!("{key}/log_likelihood"), report.log_likelihood, "");
        model
    }

    /// Times what all customers are asked.
    fn asked(&mut self, key: &str, customers: &[Repeat], ask: impl FnMut() -> Vec<Option<f64>>) {
        let (time, _) = least(5, ask);
        let nanoseconds = time.as_nanos() as f64 / customers.len() as f64;
        self.tell(key, nanoseconds, &format!("ns/customer ({CLOCK})"));
    }
}

/// The least time of several runs, and what the last of them gave.
fn least<A>(runs: usize, mut run: impl FnMut() -> A) -> (Duration, A) {
    let mut timed = || {
        let start = spent();
        let answer = black_box(run());
        (spent() - start, answer)
    };
    let mut best = timed();
    for _ in 1..runs {
        let (time, answer) = timed();
        best = (time.min(best.0), answer);
    }
    best
}

/// What the time is called: of all cores by the clock with the feature `rayon`, and otherwise of
/// this thread alone, which other work on the machine does not add to.
const CLOCK: &str = if cfg!(feature = "rayon") { "wall" } else { "cpu" };

/// Time that goes by.
fn spent() -> Duration {
    thread_local!(static START: Instant = Instant::now());
    let wall = || START.with(Instant::elapsed);
    if cfg!(feature = "rayon") { wall() } else { on_cpu().unwrap_or_else(wall) }
}

/// How long this thread has run, where the system tells.
fn on_cpu() -> Option<Duration> {
    let told = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    told.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}
