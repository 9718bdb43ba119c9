//! The parameters of models of purchases at any time.

use serde::{Deserialize, Serialize};

use crate::path::{Path, Problems};

use super::Fault;

/// The most waits of a gap.
pub const MOST_REGULAR: u32 = 32;

/// A model of repeat purchases with its parameters, named as in the papers; `alpha` and `beta` are
/// in units of time.
///
/// ```
/// use loyalty::clv::Parameters;
///
/// let read: Parameters = serde_json::from_str(r#"{"nbd": {"r": 0.385, "alpha": 12.07}}"#)?;
/// assert_eq!(read, Parameters::Nbd { r: 0.385, alpha: 12.07 });
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Parameters {
    /// Rates λ ~ gamma(r, α), and nobody leaves (A. Ehrenberg, 1959).
    Nbd {
        /// The shape of the rates.
        r: f64,
        /// Their rate.
        alpha: f64,
    },
    /// A customer may leave after each repeat purchase with a chance p ~ beta(a, b): BG/NBD
    /// (P. Fader, B. Hardie and K. L. Lee, 2005), and BG/CNBD-k (M. Platzer and T. Reutterer, 2017)
    /// where gaps are more regular.
    BgNbd {
        /// How many exponential waits make a gap: 1 without a word.
        #[serde(default = "one")]
        k: u32,
        /// The shape of the rates of waits.
        r: f64,
        /// Their rate.
        alpha: f64,
        /// The first shape of the chances to leave.
        a: f64,
        /// The second shape.
        b: f64,
    },
    /// The same, and a customer may leave after the first purchase too: MBG/NBD (E. Batislam et
    /// al., 2007), MBG/CNBD-k.
    MbgNbd {
        /// How many exponential waits make a gap: 1 without a word.
        #[serde(default = "one")]
        k: u32,
        /// The shape of the rates of waits.
        r: f64,
        /// Their rate.
        alpha: f64,
        /// The first shape of the chances to leave.
        a: f64,
        /// The second shape.
        b: f64,
    },
    /// A customer may leave at any time, at a rate μ ~ gamma(s, β): Pareto/NBD (D. Schmittlein,
    /// D. Morrison and R. Colombo, 1987).
    ParetoNbd {
        /// The shape of the rates of purchases.
        r: f64,
        /// Their rate.
        alpha: f64,
        /// The shape of the rates of leaving.
        s: f64,
        /// Their rate.
        beta: f64,
    },
}

const fn one() -> u32 {
    1
}

impl Parameters {
    /// The parameters with their names, in the order of the papers.
    ///
    /// ```
    /// use loyalty::clv::Parameters;
    ///
    /// let nbd = Parameters::Nbd { r: 0.385, alpha: 12.07 };
    /// assert_eq!(nbd.named(), [("r", 0.385), ("alpha", 12.07)]);
    /// ```
    #[must_use]
    pub fn named(&self) -> Vec<(&'static str, f64)> {
        match *self {
            Self::Nbd { r, alpha } => vec![("r", r), ("alpha", alpha)],
            Self::BgNbd { r, alpha, a, b, .. } | Self::MbgNbd { r, alpha, a, b, .. } => {
                vec![("r", r), ("alpha", alpha), ("a", a), ("b", b)]
            }
            Self::ParetoNbd { r, alpha, s, beta } => {
                vec![("r", r), ("alpha", alpha), ("s", s), ("beta", beta)]
            }
        }
    }

    /// The same model with other parameters, in their order; `None` if there are too few.
    pub(super) fn with(&self, values: &[f64]) -> Option<Self> {
        match (*self, values) {
            (Self::Nbd { .. }, &[r, alpha]) => Some(Self::Nbd { r, alpha }),
            (Self::BgNbd { k, .. }, &[r, alpha, a, b]) => Some(Self::BgNbd { k, r, alpha, a, b }),
            (Self::MbgNbd { k, .. }, &[r, alpha, a, b]) => Some(Self::MbgNbd { k, r, alpha, a, b }),
            (Self::ParetoNbd { .. }, &[r, alpha, s, beta]) => {
                Some(Self::ParetoNbd { r, alpha, s, beta })
            }
            _ => None,
        }
    }

    /// Adds everything that no model can have.
    pub(super) fn check(&self, path: &Path, problems: &mut Problems<Fault>) {
        for (name, value) in self.named() {
            check_parameter(value, &path.field(name), problems);
        }
        if let Self::BgNbd { k, .. } | Self::MbgNbd { k, .. } = *self {
            check_regularity(k, &path.field("k"), problems);
        }
    }
}

/// Adds what is wrong with a number of waits.
pub(super) fn check_regularity(k: u32, path: &Path, problems: &mut Problems<Fault>) {
    if k == 0 {
        problems.add(path.clone(), Fault::Zero);
    } else if k > MOST_REGULAR {
        let (most, found) = (MOST_REGULAR as usize, k as usize);
        problems.add(path.clone(), Fault::TooMany { most, found });
    }
}

/// Adds what is wrong with a parameter.
pub(super) fn check_parameter(value: f64, path: &Path, problems: &mut Problems<Fault>) {
    if !(value > 1e-300 && value <= 1e300) {
        problems.add(path.clone(), Fault::Parameter { value });
    }
}

/// Which model of repeat purchases is fitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Kind {
    /// NBD: nobody leaves.
    Nbd,
    /// BG/NBD: customers leave after repeat purchases.
    BgNbd,
    /// MBG/NBD: customers leave after any purchase.
    MbgNbd,
    /// Pareto/NBD: customers leave at any time.
    ParetoNbd,
    /// BG/CNBD-k: BG/NBD with more regular gaps.
    BgCnbd {
        /// How many exponential waits make a gap; without a word it is chosen by the likelihood.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        k: Option<u32>,
    },
    /// MBG/CNBD-k: MBG/NBD with more regular gaps.
    MbgCnbd {
        /// How many exponential waits make a gap; without a word it is chosen by the likelihood.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        k: Option<u32>,
    },
}

impl Kind {
    /// Its name as in the papers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nbd => "NBD",
            Self::BgNbd => "BG/NBD",
            Self::MbgNbd => "MBG/NBD",
            Self::ParetoNbd => "Pareto/NBD",
            Self::BgCnbd { .. } => "BG/CNBD-k",
            Self::MbgCnbd { .. } => "MBG/CNBD-k",
        }
    }

    /// The names of its parameters, in the order of the papers.
    #[must_use]
    pub const fn parameters(self) -> &'static [&'static str] {
        match self {
            Self::Nbd => &["r", "alpha"],
            Self::ParetoNbd => &["r", "alpha", "s", "beta"],
            Self::BgNbd | Self::MbgNbd | Self::BgCnbd { .. } | Self::MbgCnbd { .. } => {
                &["r", "alpha", "a", "b"]
            }
        }
    }
}
