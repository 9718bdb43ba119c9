//! The main job on real data: who the customers are, what they are worth, which tier and which
//! offers they get and why, and one customer's whole story.
//!
//! `cargo run --release --example quickstart` prints the report, and writes it with charts to
//! `target/quickstart.html`, or to the file that is named as an argument.

pub mod base;
pub mod charts;
pub mod club;
pub mod clusters;
pub mod job;
pub mod layout;
pub mod offers;
pub mod page;
pub mod read;
pub mod report;
pub mod segments;
pub mod shop;
pub mod story;
pub mod tale;
pub mod words;

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn main() -> Result<(), Box<dyn Error>> {
    let path = PathBuf::from(ROOT).join("examples/data/cdnow_sample.csv");
    let csv = fs::read_to_string(&path).map_err(|fault| told(&path, &fault))?;
    let job = job::run(read::read(&csv))?;
    let mut text = String::new();
    report::report(&job, &mut text)?;
    print!("{text}");

    let path = env::args_os().nth(1).map_or_else(target, PathBuf::from);
    fs::write(&path, page::page(&job)?).map_err(|fault| told(&path, &fault))?;
    eprintln!();
    for took in &job.took {
        eprintln!("{took}");
    }
    eprintln!("\nThe same with charts: {}", path.display());
    Ok(())
}

/// Where the page goes if nothing else is said.
fn target() -> PathBuf {
    let folder = env::var_os("CARGO_TARGET_DIR");
    folder.map_or_else(|| PathBuf::from(ROOT).join("target"), PathBuf::from).join("quickstart.html")
}

fn told(path: &std::path::Path, fault: &std::io::Error) -> String {
    format!("{}: {fault}", path.display())
}
