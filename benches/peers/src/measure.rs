//! How long things take.

use std::hint::black_box;
use std::time::{Duration, Instant};

use crate::engine::{Engine, Entry};

/// How often each customer is asked for; the least time counts, since whatever else the machine
/// does can only add to it.
const ROUNDS: usize = 5;

/// What was measured of an engine.
pub struct Measured {
    pub entry: &'static Entry,
    /// What it took to compile all rules.
    pub compiled: Duration,
    /// What it took to bring a customer into the engine's own form.
    pub taken_in: Duration,
    /// What it took to find the rules that hold, for each customer.
    pub asked: Vec<Duration>,
}

impl Measured {
    /// What it took to find the rules that hold: the median over customers.
    pub fn median(&self) -> Duration {
        let mut sorted = self.asked.clone();
        sorted.sort_unstable();
        sorted.get(sorted.len() / 2).copied().unwrap_or_default()
    }
}

/// The time for something that is done once.
pub fn once<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = black_box(work());
    (result, start.elapsed())
}

/// The time for one customer of something that is done for `profiles` at once.
pub fn per_profile(profiles: usize, mut work: impl FnMut()) -> Duration {
    let rounds = (0..ROUNDS).map(|_| once(&mut work).1);
    rounds.min().unwrap_or_default().div_f64(profiles as f64)
}

/// What it takes to find the rules that hold, for each customer. One customer follows the other,
/// so that no answer is prepared by the same question just before.
pub fn asked(engine: &mut dyn Engine, profiles: usize) -> Vec<Duration> {
    let mut found = Vec::new();
    let mut least = vec![Duration::MAX; profiles];
    for _ in 0..ROUNDS {
        for (profile, least) in least.iter_mut().enumerate() {
            found.clear();
            let ((), spent) = once(|| engine.eligible(black_box(profile), &mut found));
            black_box(&found);
            *least = spent.min(*least);
        }
    }
    least
}
