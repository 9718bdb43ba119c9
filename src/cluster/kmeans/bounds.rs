//! What is known of a point's center without looking at the point again.
//!
//! G. Hamerly, "Making k-means even faster", SDM 2010, 130–140: a point that is nearer to its own
//! center than to any other keeps it until centers have moved by as much as it is nearer. Here that
//! is one number for each point, which is only read while the point keeps its center: how far
//! centers may have moved since the search began. It is rounded to the safe side, by more than what
//! rounding does to a measured distance: the label of a point that is passed over is the one that
//! measuring would give, to the bit.

use super::screen::WIDTH;

/// Added to the root of a square, it outweighs what squares lose that are too small for a float.
const TINY: f64 = 1e-150;

/// More than what rounding does to a short float, as a share: by so much the slack is greater that
/// distances of any number of coordinates in long floats need.
const SHARE: f32 = 4.0 * f32::EPSILON;

/// How far any two centers have moved since the search began, at most, step by step.
pub(super) struct Drift {
    columns: usize,
    sum: f64,
    short: f32,
}

impl Drift {
    pub(super) const fn new(columns: usize) -> Self {
        Self { columns, sum: 0.0, short: 0.0 }
    }

    /// Centers have moved by so much, squared.
    pub(super) fn add(&mut self, moved: &[f64]) {
        let slack = 1.0 + (self.columns + 8) as f64 * f64::EPSILON;
        let (mut farthest, mut next) = (0.0, 0.0);
        for moved in moved.iter().map(|moved| moved.sqrt() * slack + TINY) {
            next = moved.min(farthest).max(next);
            farthest = moved.max(farthest);
        }
        self.sum = (self.sum + farthest + next) * (1.0 + 4.0 * f64::EPSILON);
        self.short = self.sum as f32 * (1.0 + SHARE);
    }
}

/// Until when the points of a block keep their centers.
pub(super) struct Bounds {
    /// Of each point, the drift until which it does. Empty if nothing is known.
    until: Vec<f32>,
    /// The points that could have gone to another center.
    pub(super) open: Vec<u32>,
}

impl Bounds {
    pub(super) const fn new() -> Self {
        Self { until: Vec::new(), open: Vec::new() }
    }

    /// Labels were given that nothing was measured for.
    pub(super) fn forget(&mut self) {
        self.until.clear();
    }

    /// Of so many points nothing is known.
    pub(super) fn forget_all(&mut self, points: usize) {
        self.until.clear();
        self.until.resize(points, f32::NEG_INFINITY);
    }

    /// Finds the open ones of so many points. Whether they are so few that measuring them alone is
    /// worth it.
    #[inline(always)]
    pub(super) fn find_open(&mut self, drift: &Drift, points: usize) -> bool {
        if self.until.len() != points {
            return false;
        }
        self.open.clear();
        let drift = drift.short;
        for (first, run) in (0..).step_by(WIDTH).zip(self.until.chunks(WIDTH)) {
            // Most often all keep their centers, which is told for all at once.
            let open = run.iter().fold(0, |open, until| open | u32::from(*until <= drift));
            if open == 0 {
                continue;
            }
            let (mut rows, mut count) = ([0; WIDTH], 0);
            for (row, until) in (first..).zip(run) {
                // Written in any case, so that nothing depends on a guess.
                rows.get_mut(count).into_iter().for_each(|place| *place = row);
                count += usize::from(*until <= drift);
            }
            self.open.extend_from_slice(rows.get(..count).unwrap_or_default());
        }
        self.open.len() < points / 2
    }

    /// Takes over of points in a row by how much they are nearer to their centers than to others.
    #[inline(always)]
    pub(super) fn learn_run(&mut self, first: usize, margins: &[f32; WIDTH], drift: &Drift) {
        let places = self.until.get_mut(first..).unwrap_or_default().iter_mut();
        places.zip(margins).for_each(|(until, margin)| *until = below(margin + drift.short));
    }

    /// Takes over the same of these points.
    #[inline(always)]
    pub(super) fn learn(&mut self, rows: &[u32], margins: &[f32; WIDTH], drift: &Drift) {
        for (&row, margin) in rows.iter().zip(margins) {
            if let Some(until) = self.until.get_mut(row as usize) {
                *until = below(margin + drift.short);
            }
        }
    }
}

/// Less than a number that was rounded; nothing at all of what is no number.
#[inline(always)]
fn below(number: f32) -> f32 {
    let below = number - number.abs() * SHARE;
    if below < f32::INFINITY { below } else { f32::NEG_INFINITY }
}
