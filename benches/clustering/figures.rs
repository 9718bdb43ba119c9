//! Figures that are printed, and left in a folder for the peers together with the data.

use std::fs::{self, File};
use std::hint::black_box;
use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::data::Data;

/// Where figures go.
pub struct Figures {
    folder: Option<PathBuf>,
    file: Option<File>,
}

impl Figures {
    pub fn new(folder: Option<&str>) -> Self {
        let folder = folder.map(PathBuf::from);
        let file = folder.as_ref().map(|folder| {
            fs::create_dir_all(folder).expect("the folder can be made");
            File::create(folder.join("ours.jsonl")).expect("the folder can be written to")
        });
        Self { folder, file }
    }

    /// Prints a figure; `key` is what the peers' figure of the same thing is called.
    pub fn tell(&mut self, key: &str, value: f64, unit: &str) {
        println!("{key:<40} {value:>12.3} {unit}");
        if let Some(file) = &mut self.file {
            let line = serde_json::json!({ "key": key, "value": value, "unit": unit });
            writeln!(file, "{line}").expect("the figure can be written");
        }
    }

    /// Leaves data for the peers: `name.f64` (row-major, little-endian), `name.labels` (u32, the
    /// cluster each point was drawn from) and `name.json` (rows and columns).
    pub fn leave(&self, name: &str, data: &Data) {
        let Some(folder) = &self.folder else { return };
        let (rows, columns) = data.points.dim();
        let points: Vec<u8> = data.points.iter().flat_map(|x| x.to_le_bytes()).collect();
        let labels: Vec<u8> = data.labels.iter().flat_map(|x| x.to_le_bytes()).collect();
        let shape = serde_json::json!({ "rows": rows, "columns": columns }).to_string();
        for (end, bytes) in [("f64", points), ("labels", labels), ("json", shape.into_bytes())] {
            fs::write(folder.join(format!("{name}.{end}")), bytes).expect("data can be written");
        }
    }
}

/// The least time of several runs, and what the last of them gave.
pub fn least<A>(runs: usize, mut run: impl FnMut() -> A) -> (Duration, A) {
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
pub const CLOCK: &str = if cfg!(feature = "rayon") { "wall" } else { "cpu" };

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
