//! Trees of ten thousand customers by Ward, of fewer by linkages that compare all pairs, and of a
//! million by way of micro-clusters.

use loyalty::cluster::validation::adjusted_rand;
use loyalty::cluster::{Birch, Branches, Cut, Hierarchy, Linkage};

use super::data::{Data, customers};
use super::figures::{CLOCK, Figures, least};

const CLUSTERS: usize = 8;
const ROWS: usize = 10_000;

/// Of how many all pairs are compared.
const FEW: usize = 5_000;
const MILLION: usize = 1_000_000;

/// How many fits are timed at once.
const TOGETHER: u32 = 5;

pub fn run(figures: &mut Figures) {
    for columns in [3, 8, 16] {
        let data = customers(ROWS, columns, CLUSTERS, 42 + columns as u64);
        figures.leave(&format!("tree_d{columns}"), &data);
        let before = peak_mb();
        let found = time(figures, &format!("ward/d{columns}"), 3, Linkage::Ward, &data);
        figures.tell(&format!("hierarchy/ward_memory/d{columns}"), peak_mb() - before, "MB more");
        let top = found.dendrogram().merges().last().map_or(0.0, |merge| merge.height);
        figures.tell(&format!("hierarchy/ward_top/d{columns}"), top, "height");
        let truth: Vec<usize> = data.labels.iter().map(|&label| label as usize).collect();
        let agreement = adjusted_rand(&truth, found.members()).expect("there is a label each");
        figures.tell(&format!("hierarchy/ward_ari/d{columns}"), agreement, "");
    }
    let data = customers(ROWS, 3, CLUSTERS, 45);
    for (name, linkage) in [("single", Linkage::Single), ("centroid", Linkage::Centroid)] {
        time(figures, &format!("{name}/d3"), 3, linkage, &data);
    }
    let few = customers(FEW, 3, CLUSTERS, 45);
    figures.leave("few_d3", &few);
    for (name, linkage) in [("average", Linkage::Average), ("complete", Linkage::Complete)] {
        time(figures, &format!("{name}_5k/d3"), 3, linkage, &few);
    }
    let many = customers(100_000, 3, CLUSTERS, 42);
    time(figures, "ward_100k/d3", 1, Linkage::Ward, &many);
    let million = customers(MILLION, 3, CLUSTERS, 42);
    let birch = Birch { most: Some(2_000), ..Birch::new(0.05) };
    let recipe = Hierarchy { summary: Some(birch), ..Hierarchy::new(Cut::Clusters(CLUSTERS)) };
    let (time, _) = least(1, || recipe.fit(million.points.view(), None).expect("it is fine"));
    let unit = format!("ms ({CLOCK})");
    figures.tell("hierarchy/ward_1m_summarized/d3", time.as_secs_f64() * 1e3, &unit);
}

fn time(figures: &mut Figures, what: &str, runs: usize, linkage: Linkage, data: &Data) -> Branches {
    let recipe = Hierarchy { linkage, ..Hierarchy::new(Cut::Clusters(CLUSTERS)) };
    let fit = || recipe.fit(data.points.view(), None).expect("it is fine");
    // The clock of a thread does not tell single milliseconds.
    let several = || (1..TOGETHER).fold(fit(), |_, _| fit());
    let (time, found) = least(runs, several);
    let unit = format!("ms ({CLOCK})");
    let ms = time.as_secs_f64() * 1e3 / f64::from(TOGETHER);
    figures.tell(&format!("hierarchy/{what}"), ms, &unit);
    found
}

/// The most memory that the process ever had, where the system tells.
fn peak_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = peak.and_then(|peak| peak.trim().split(' ').next()?.parse::<f64>().ok());
    kilobytes.unwrap_or_default() / 1024.0
}
