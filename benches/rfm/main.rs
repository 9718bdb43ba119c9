//! RFM of very many orders: how long it takes, against a hash table as one writes it first, and
//! with `peers.py` against DuckDB and Polars on the same columns.
//!
//! `cargo bench --bench rfm --features rayon -- 10000000 /tmp/rfm/` scores the customers of so many
//! orders, and leaves the columns and the figures in a folder for
//! `python benches/rfm/peers.py /tmp/rfm/`. Times are of the wall, the least of five; memory is
//! the most that was allocated at a time.

use std::collections::HashMap;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use chrono::DateTime;
use loyalty::Currency;
use loyalty::calendar::Zone;
use loyalty::feature::Moment;
use loyalty::feature::totals::{Rows, Totals};
use loyalty::segment::rfm::Rfm;
use peak_alloc::PeakAlloc;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

/// How many customers the orders are of, few of whom order often.
const CUSTOMERS: usize = 963_000;
const START: i64 = 1_700_000_000_000_000_000;
const YEAR: i64 = 31_536_000_000_000_000;
const TIMES: usize = 5;

struct Log {
    customers: Vec<u64>,
    at: Vec<i64>,
    net_minor: Vec<i64>,
}

impl Log {
    fn of(orders: usize) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(42);
        let ids: Vec<u64> = (0..CUSTOMERS).map(|_| rng.random()).collect();
        let mut customer = || {
            let share: f64 = rng.random();
            ids[(share * share * CUSTOMERS as f64) as usize]
        };
        let customers = (0..orders).map(|_| customer()).collect();
        let at = (0..orders).map(|_| START + rng.random_range(0..YEAR)).collect();
        let net_minor = (0..orders).map(|_| rng.random_range(1..20_000)).collect();
        Self { customers, at, net_minor }
    }

    fn rows(&self, orders: usize) -> Rows<'_> {
        Rows::new(&self.customers[..orders], &self.at[..orders], &self.net_minor[..orders])
            .expect("equal lengths")
    }

    fn len(&self) -> usize {
        self.customers.len()
    }

    fn write(&self, folder: &Path) {
        let bytes = |name: &str, column: Vec<u8>| {
            fs::write(folder.join(name), column).expect("the folder can be written");
        };
        bytes("customers.u64", self.customers.iter().flat_map(|one| one.to_le_bytes()).collect());
        bytes("at.i64", self.at.iter().flat_map(|one| one.to_le_bytes()).collect());
        bytes("net.i64", self.net_minor.iter().flat_map(|one| one.to_le_bytes()).collect());
    }
}

/// The least time of several.
fn least<T>(mut answer: impl FnMut() -> T) -> Duration {
    let time = || {
        let start = Instant::now();
        black_box(answer());
        start.elapsed()
    };
    std::iter::repeat_with(time).take(TIMES).min().unwrap_or_default()
}

/// As one writes it first.
fn naive(log: &Log) -> HashMap<u64, (i64, u32, i64)> {
    let mut totals: HashMap<u64, (i64, u32, i64)> = HashMap::new();
    for ((customer, at), net) in log.customers.iter().zip(&log.at).zip(&log.net_minor) {
        let total = totals.entry(*customer).or_default();
        *total = (total.0.max(*at), total.1 + 1, total.2 + net);
    }
    totals
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let orders = words.iter().find_map(|word| word.parse().ok()).unwrap_or(10_000_000);
    let log = Log::of(orders);
    let as_of = DateTime::from_timestamp_nanos(START + YEAR);
    let moment = Moment { as_of, zone: Zone::UTC, currency: Currency::EUR };
    let before = ALLOCATED.current_usage_as_mb();
    ALLOCATED.reset_peak_usage();
    let whole = Totals::of(log.rows(log.len()));
    let fit = Rfm::default().fit_totals(&whole, &moment).expect("a fit");
    let beside = ALLOCATED.peak_usage_as_mb() - before;
    println!("{orders} orders of {} customers", whole.len());
    println!("{:<28} {beside:>9.1}", "MiB beside the columns");
    let mut figures =
        vec![format!("{{\"key\": \"MiB beside the columns\", \"value\": {beside}}}\n")];
    let mut tell = |key: &str, took: Duration| {
        println!("{key:<28} {:>9.1} ms", took.as_secs_f64() * 1e3);
        figures.push(format!("{{\"key\": \"{key}\", \"value\": {}}}\n", took.as_secs_f64()));
    };
    tell("std HashMap, totals only", least(|| naive(&log)));
    tell("totals", least(|| Totals::of(log.rows(log.len()))));
    tell("scores", least(|| Rfm::default().fit_totals(&whole, &moment)));
    tell(
        "totals and scores",
        least(|| Rfm::default().fit_totals(&Totals::of(log.rows(log.len())), &moment)),
    );
    // The orders of one of 365 days; every time of other customers.
    let (day, mut totals) = (orders / 365, whole.clone());
    tell("a day more", least(|| totals.add(log.rows(day))));
    if let Some(folder) = words.iter().find(|word| word.contains('/')).map(Path::new) {
        fs::create_dir_all(folder).expect("a folder");
        log.write(folder);
        fs::write(folder.join("ours.jsonl"), figures.concat()).expect("a file");
        let scores: String = whole
            .customers()
            .iter()
            .zip(&fit.scores)
            .step_by(97)
            .filter_map(|(customer, score)| Some(format!("{customer},{}\n", (*score)?.number())))
            .collect();
        fs::write(folder.join("scores.csv"), scores).expect("a file");
    }
}
