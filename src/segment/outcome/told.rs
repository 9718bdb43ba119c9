//! What became of segments, in sentences.

use super::{Lift, Outcomes, Validated};
use crate::segment::Segment;
use crate::stats::{Estimate, Evidence, Proportion, Test};

impl Validated {
    /// A sentence for each segment, with its name, and one for each test.
    #[must_use]
    pub fn sentences(&self, segments: &[Segment]) -> Vec<String> {
        let name = |row: &Lift| {
            let named = segments.iter().find(|segment| segment.id == row.segment);
            named.map_or_else(|| row.segment.to_string(), |segment| segment.name.clone())
        };
        let rows = self.rows.iter().map(|row| format!("{}: {}", name(row), told(row)));
        let tests = self.tests.iter().map(|test| verdict(test, 1.0 - self.confidence.share()));
        rows.chain(tests).collect()
    }
}

fn told(row: &Lift) -> String {
    let own = match (&row.outcomes, row.estimate) {
        (Outcomes::Answers(Proportion { hits, of }), Some(Estimate { value, low, high })) => {
            let [value, low, high] = [value, low, high].map(|share| 100.0 * share);
            format!("{hits} of {of} ({value:.1} %, {low:.1} to {high:.1})")
        }
        (Outcomes::Amounts(amounts), Some(Estimate { value, low, high })) => {
            format!("{value:.2} on average of {} ({low:.2} to {high:.2})", amounts.count)
        }
        (Outcomes::Answers(Proportion { of, .. }), None) => return few(*of),
        (Outcomes::Amounts(amounts), None) => return few(amounts.count),
    };
    match (row.ratio, row.difference) {
        (Some(Estimate { value, low, high }), _) => {
            format!("{own}, {value:.2} times the others ({low:.2} to {high:.2})")
        }
        (None, Some(Estimate { value, low, high })) => {
            format!("{own}, {value:+.2} beside the others ({low:+.2} to {high:+.2})")
        }
        (None, None) => own,
    }
}

fn few(count: u64) -> String {
    format!("too few to tell: {count}")
}

fn verdict(evidence: &Evidence, doubt: f64) -> String {
    let chance = match evidence.p {
        p if p < 0.001 => "less than 0.001".to_owned(),
        p => format!("{p:.3}"),
    };
    let what = match evidence.test {
        Test::KruskalWallis { .. } => "in their ranks",
        Test::Welch { .. } => "in their means",
        _ => "",
    };
    let space = if what.is_empty() { "" } else { " " };
    let differ = if evidence.p <= doubt { "differ" } else { "do not show to differ" };
    format!("the segments {differ}{space}{what}: a chance of {chance} without any difference")
}
