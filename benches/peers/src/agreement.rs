//! All engines must give the same answers before they are measured.

use crate::engine::Engine;
use crate::measure::Measured;

/// How many pairs of a rule and a customer hold.
///
/// # Panics
/// If engines do not agree, with the first pairs about which they differ.
pub fn check(engines: &mut [(Box<dyn Engine>, Measured)], profiles: usize) -> usize {
    let mut eligible = 0;
    for profile in 0..profiles {
        let mut all = engines.iter_mut().map(|(engine, measured)| {
            let mut found = Vec::new();
            engine.eligible(profile, &mut found);
            found.sort_unstable();
            (measured.entry.name, found)
        });
        let Some((first, expected)) = all.next() else { return 0 };
        for (other, found) in all {
            assert!(
                found == expected,
                "customer {profile}: only `{first}` grants {:?}, only `{other}` grants {:?}",
                without(&expected, &found),
                without(&found, &expected),
            );
        }
        eligible += expected.len();
    }
    eligible
}

/// The first of those in `these` that are not in `those`, and what occurs more than once.
fn without(these: &[usize], those: &[usize]) -> Vec<usize> {
    let twice = these.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]);
    these.iter().copied().filter(|rule| !those.contains(rule)).chain(twice).take(8).collect()
}
