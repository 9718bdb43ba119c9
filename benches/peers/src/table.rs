//! What was measured, as a table that can stand in a document.

use std::time::Duration;

use crate::measure::Measured;
use crate::versions;

/// Prints a line for each engine; ratios are to the first.
pub fn print(all: &[Measured], offers: usize) {
    println!(
        "| {:34} | {:>12} | {:>11} | {:>7} | {:>12} | {:>12} |",
        "engine", "per customer", "per offer", "ratio", "take in", "compile all"
    );
    println!("|{:-<36}|{:->13}:|{:->12}:|{:->8}:|{:->13}:|{:->13}:|", "", "", "", "", "", "");
    let first = all.first().map(Measured::median).unwrap_or_default();
    for measured in all {
        let median = measured.median();
        let per_offer = median.as_secs_f64() * 1e9 / offers as f64;
        let ratio = median.as_secs_f64() / first.as_secs_f64();
        println!(
            "| {:34} | {:>12} | {per_offer:>8.2} ns | {ratio:>7.1} | {:>12} | {:>12} |",
            title(measured),
            text(median),
            text(measured.taken_in),
            text(measured.compiled),
        );
    }
}

fn title(measured: &Measured) -> String {
    let entry = measured.entry;
    match versions::of(entry.package) {
        Some(version) => format!("{} ({} {version})", entry.name, entry.package),
        None => entry.name.to_owned(),
    }
}

fn text(time: Duration) -> String {
    let micros = time.as_secs_f64() * 1e6;
    if micros < 1_000.0 { format!("{micros:.2} µs") } else { format!("{:.2} ms", micros / 1e3) }
}
