//! How long it takes to find the offers whose rules hold for a customer: the rule index of loyalty
//! beside other ways to do it.
//!
//! `cargo run --release --manifest-path benches/peers/Cargo.toml [offers…]`
//!
//! Every engine is given the same rules in its own words, compiled once, and the same customers in
//! its own form, made once. Nothing is measured before all engines agree on every pair of a rule
//! and a customer.

mod agreement;
mod engine;
mod measure;
mod table;
mod versions;
mod workload;

use std::env::args;

use engine::{Engine, Gaps, ROSTER};
use measure::Measured;

const PROFILES: usize = 200;
const OFFERS: [usize; 2] = [1_000, 10_000];
const MISSING_PERCENT: usize = 20;

fn main() {
    let given: Vec<usize> = args().skip(1).filter_map(|text| text.parse().ok()).collect();
    let counts = if given.is_empty() { &OFFERS } else { given.as_slice() };
    for &count in counts {
        for (gaps, missing_percent) in [(Gaps::Never, 0), (Gaps::Sometimes, MISSING_PERCENT)] {
            compare(count, gaps, missing_percent);
        }
    }
}

/// Builds all engines, holds their answers together, and prints what was measured.
fn compare(count: usize, gaps: Gaps, missing_percent: usize) {
    let offers = workload::offers(count);
    let profiles = workload::profiles(PROFILES, missing_percent);
    let mut engines: Vec<(Box<dyn Engine>, Measured)> = ROSTER
        .iter()
        .map(|entry| {
            let (mut engine, compiled) = measure::once(|| (entry.build)(&offers, gaps));
            let taken_in = measure::per_profile(PROFILES, || engine.take_in(&profiles));
            (engine, Measured { entry, compiled, taken_in, asked: Vec::new() })
        })
        .collect();
    let eligible = agreement::check(&mut engines, PROFILES);
    for (engine, measured) in &mut engines {
        measured.asked = measure::asked(engine.as_mut(), PROFILES);
    }
    let share = eligible as f64 * 100.0 / (count * PROFILES) as f64;
    println!("\n{count} offers, {PROFILES} customers, {missing_percent} % of facts missing");
    println!("{share:.2} % of pairs eligible; all engines agree on every pair\n");
    let measured: Vec<Measured> = engines.into_iter().map(|(_, measured)| measured).collect();
    table::print(&measured, count);
}
