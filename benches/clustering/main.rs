//! How fast clusters are found, and how well, against other packages on the same data.
//!
//! `cargo bench --bench clustering` runs all sections, and with names after `--` those only. With a
//! folder among the arguments (anything with a `/`), the data and the figures are left there for
//! `benches/clustering/peers.py`, which runs the other packages on the same bytes. Each section is
//! a file here, with a file of the same name for its peers.

mod alike;
mod data;
mod density;
mod figures;
mod hierarchy;
mod kmeans;
mod mixture;
mod scores;
mod stream;

use figures::Figures;

/// The figures of one method.
struct Section {
    name: &'static str,
    run: fn(&mut Figures),
}

const SECTIONS: [Section; 7] = [
    Section { name: "alike", run: alike::run },
    Section { name: "density", run: density::run },
    Section { name: "hierarchy", run: hierarchy::run },
    Section { name: "kmeans", run: kmeans::run },
    Section { name: "mixture", run: mixture::run },
    Section { name: "scores", run: scores::run },
    Section { name: "stream", run: stream::run },
];

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let (folders, names): (Vec<&String>, Vec<&String>) =
        words.iter().partition(|word| word.contains('/'));
    let mut figures = Figures::new(folders.first().map(|folder| folder.as_str()));
    for Section { name, run } in SECTIONS {
        if names.is_empty() || names.iter().any(|wanted| *wanted == name) {
            run(&mut figures);
        }
    }
}
