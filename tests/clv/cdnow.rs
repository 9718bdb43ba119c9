//! The CDNOW sample, of which the papers publish parameters and likelihoods.

use loyalty::calendar::Unit;
use loyalty::clv::{AttritionModel, Kind, LatentAttrition, Outcome, Parameters, Repeat, Repeats};

/// The sample, in weeks though it is told in days, up to 30 September 1997.
pub fn cdnow() -> Repeats {
    let (rows, weights) = rows();
    Repeats::new(Unit::Week, &rows, Some(&weights)).unwrap()
}

/// Each history once, and how many customers have it.
pub fn rows() -> (Vec<Repeat>, Vec<f64>) {
    let lines = include_str!("../data/clv_cdnow.csv").lines().skip(1);
    let row = |line: &str| {
        let cells: Vec<f64> = line.split(',').map(|cell| cell.parse().unwrap()).collect();
        (Repeat::new(cells[0] as u32, cells[1], cells[2], Unit::Day), cells[3])
    };
    lines.map(row).unzip()
}

fn fitted(kind: Kind, start: Option<Vec<f64>>) -> AttritionModel {
    let recipe = LatentAttrition { start, ..LatentAttrition::new(kind) };
    match recipe.fit(&cdnow()).unwrap() {
        Outcome::Fitted(model) => model,
        other => panic!("{other:?}"),
    }
}

/// What the papers and spreadsheets of P. Fader and B. Hardie publish: parameters to all digits
/// given, and log-likelihood.
const PUBLISHED: [(Kind, &[f64], f64); 4] = [
    (Kind::Nbd, &[0.384766, 12.07202], -9763.6576),
    (Kind::BgNbd, &[0.242595, 4.413602, 0.792922, 2.425907], -9582.4292),
    (Kind::MbgNbd, &[0.524843, 6.183085, 0.891359, 1.614002], -9582.1357),
    (Kind::ParetoNbd, &[0.553277, 10.577683, 0.606240, 11.668735], -9594.9762),
];

fn values(parameters: &Parameters) -> Vec<f64> {
    parameters.named().iter().map(|(_, value)| *value).collect()
}

#[test]
fn fits_are_the_published_ones_from_any_start() {
    for (kind, parameters, log_likelihood) in PUBLISHED {
        let far = [0.0, 0.001, 1.0, 100.0, 1e4];
        // Pareto/NBD takes ten times as long.
        let far = if kind == Kind::ParetoNbd { &far[..2] } else { &far[..] };
        for start in far.iter().copied() {
            let start = (start > 0.0).then(|| vec![start; parameters.len()]);
            let model = fitted(kind, start.clone());
            let report = model.report().unwrap();
            assert!(report.converged && report.customers == 2357.0);
            assert!((report.log_likelihood - log_likelihood).abs() < 1e-4, "{kind:?}");
            for (found, expected) in values(model.parameters()).iter().zip(parameters) {
                assert!((found / expected - 1.0).abs() < 1e-4, "{kind:?}: {found} {expected}");
            }
        }
    }
}
