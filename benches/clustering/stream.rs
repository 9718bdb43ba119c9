//! Micro-clusters of customers as they come, who count half after 2,000 others.

use loyalty::cluster::stream::{Flow, Grouping, Stream};
use loyalty::cluster::validation::adjusted_rand;
use loyalty::cluster::{Cut, Hierarchy};

use super::data::{Data, customers};
use super::figures::{CLOCK, Figures, least};

const CLUSTERS: usize = 8;
const ROWS: usize = 100_000;

/// How many the peers get, which are slow.
const FEW: usize = 10_000;

/// How many groupings are timed at once.
const TOGETHER: u32 = 500;

pub fn run(figures: &mut Figures) {
    for (columns, radius) in [(3, 0.25), (8, 0.8)] {
        let seed = 42 + columns as u64;
        let stream = Stream { half_life: Some(2_000.0), ..Stream::new(radius) };
        figures.leave(&format!("stream_d{columns}"), &customers(FEW, columns, CLUSTERS, seed));
        let data = customers(ROWS, columns, CLUSTERS, seed);
        let (time, flow) = least(3, || learned(&stream, &data));
        let ns = time.as_nanos() as f64 / ROWS as f64;
        figures.tell(&format!("stream/learn/d{columns}"), ns, &format!("ns/point ({CLOCK})"));
        let micro = flow.micro_clusters(ROWS as f64).len() as f64;
        figures.tell(&format!("stream/micro_clusters/d{columns}"), micro, "");

        let by = Grouping::Hierarchy(Hierarchy::new(Cut::Clusters(CLUSTERS)));
        let group = || flow.group(&by, ROWS as f64).expect("it is fine");
        // The clock of a thread does not tell single milliseconds.
        let (time, found) = least(3, || (1..TOGETHER).fold(group(), |_, _| group()));
        let us = time.as_secs_f64() * 1e6 / f64::from(TOGETHER);
        figures.tell(&format!("stream/group/d{columns}"), us, &format!("us ({CLOCK})"));
        let label = |point: &[f64]| found.assign(point).map_or(0, |found| found.nearest.cluster);
        let rows = data.points.outer_iter();
        let labels: Vec<usize> = rows.map(|row| label(row.as_slice().unwrap_or(&[]))).collect();
        let truth: Vec<usize> = data.labels.iter().map(|&label| label as usize).collect();
        let agreement = adjusted_rand(&truth, &labels).expect("there is a label each");
        figures.tell(&format!("stream/ari/d{columns}"), agreement, "");
    }
}

fn learned(stream: &Stream, data: &Data) -> Flow {
    let mut flow = stream.start(data.points.ncols()).expect("it is fine");
    for (at, row) in data.points.outer_iter().enumerate() {
        flow.learn(row.as_slice().unwrap_or_default(), 1.0, at as f64);
    }
    flow
}
