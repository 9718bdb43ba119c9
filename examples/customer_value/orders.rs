//! Orders from anybody's file: every bad row is told with its line, and none is skipped silently.

use std::error::Error;
use std::fs::File;
use std::path::Path;

use loyalty::event::csv::OrderFile;
use loyalty::path::from_json;

use super::study::Shop;

/// The orders in a file of comma-separated values; `mapping` says how its columns are called.
pub fn shop(file: &Path, mapping: &Path) -> Result<Shop, Box<dyn Error>> {
    let columns: OrderFile = from_json(&std::fs::read_to_string(mapping)?)?;
    let size = std::fs::metadata(file)?.len().max(1);
    let read = columns.read(File::open(file)?, |so_far| {
        eprintln!("{} rows, {} %", so_far.rows, so_far.bytes * 100 / size);
    })?;
    for row in &read.bad {
        eprintln!("left out: {row}");
    }
    let source = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Shop { source, log: read.log, zone: columns.zone })
}
