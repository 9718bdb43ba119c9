//! How much a point of one instant counts at another.
//!
//! Weights are kept as of a landmark, before which points count less and after which they count
//! more, so that nothing is touched as time goes by: G. Cormode, V. Shkapenyuk, D. Srivastava and
//! B. Xu, "Forward decay: a practical time decay model for streaming systems", ICDE (2009),
//! 138–149. The landmark moves by whole half-lives, which scales floats exactly.

use serde::{Deserialize, Serialize};

/// The landmark moves when so many half-lives have gone by.
const HORIZON: f64 = 16.0;

/// Beyond so many half-lives from 0 an instant cannot be told from its neighbors well.
const FARTHEST: f64 = 1e12;

/// A landmark, counted in half-lives, and the latest instant that was seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Clock {
    landmark: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) latest: Option<f64>,
}

impl Clock {
    /// Whether an instant can be told.
    pub(super) fn takes(half_life: Option<f64>, at: f64) -> bool {
        at.is_finite() && half_life.is_none_or(|half_life| (at / half_life).abs() <= FARTHEST)
    }

    /// Whether the clock is one that learning could have given.
    pub(super) fn is_sound(&self, half_life: Option<f64>) -> bool {
        let within = self.landmark.abs() <= FARTHEST && self.landmark == self.landmark.floor();
        within && self.latest.is_none_or(|latest| Self::takes(half_life, latest))
    }

    /// What a weight of 1 at this instant is at the landmark.
    pub(super) fn scale(&self, half_life: Option<f64>, at: f64) -> f64 {
        half_life.map_or(1.0, |half_life| libm::exp2(at / half_life - self.landmark))
    }

    /// The instant as of which an answer is given: the latest if that is later.
    pub(super) fn as_of(&self, at: f64) -> f64 {
        self.latest.map_or(at, |latest| latest.max(at))
    }

    /// What weights at the landmark of another clock are at this one.
    pub(super) fn factor(&self, other: &Self) -> f64 {
        libm::exp2(other.landmark - self.landmark)
    }

    /// Goes on to an instant, and tells what became of the time.
    pub(super) fn advance(&mut self, half_life: Option<f64>, at: f64) -> Advance {
        let before = self.latest;
        self.latest = Some(self.as_of(at));
        let Some(half_life) = half_life else { return Advance::None };
        let now = (self.as_of(at) / half_life).floor();
        let Some(before) = before.map(|before| (before / half_life).floor()) else {
            self.landmark = now;
            return Advance::None;
        };
        if now - self.landmark > HORIZON {
            let factor = libm::exp2(self.landmark - now);
            self.landmark = now;
            return Advance::Moved { factor };
        }
        if now > before { Advance::Ticked } else { Advance::None }
    }
}

/// What became of the time.
pub(super) enum Advance {
    /// It is within the same half-life.
    None,
    /// It is in another half-life.
    Ticked,
    /// The landmark moved: all weights are to be multiplied.
    Moved { factor: f64 },
}
