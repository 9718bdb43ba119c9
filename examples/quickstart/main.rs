//! The main job on real data: who the customers are, what they are worth, which tier and which
//! offers they get and why, and one customer's whole story.
//!
//! `cargo run --release --example quickstart`

pub mod base;
pub mod club;
pub mod clusters;
pub mod job;
pub mod layout;
pub mod offers;
pub mod read;
pub mod report;
pub mod segments;
pub mod shop;
pub mod story;
pub mod tale;
pub mod words;

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/cdnow_sample.csv");
    let csv = std::fs::read_to_string(path).map_err(|fault| format!("{path}: {fault}"))?;
    let job = job::run(read::read(&csv))?;
    print!("{}", report::report(&job)?);
    eprintln!();
    for took in &job.took {
        eprintln!("{took}");
    }
    Ok(())
}
