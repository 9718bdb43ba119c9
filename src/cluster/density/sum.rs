//! Sums that lose next to nothing.

/// A sum with what rounding took from it: A. Neumaier, "Rundungsfehleranalyse einiger Verfahren zur
/// Summation endlicher Summen", Zeitschrift für Angewandte Mathematik und Mechanik 54 (1974),
/// 39–51.
#[derive(Clone, Copy, Default)]
pub(super) struct Sum {
    pub(super) high: f64,
    low: f64,
}

impl Sum {
    pub(super) fn add(&mut self, value: f64) {
        let sum = self.high + value;
        let lost =
            if self.high >= value { (self.high - sum) + value } else { (value - sum) + self.high };
        (self.high, self.low) = (sum, self.low + lost);
    }

    pub(super) fn total(self) -> f64 {
        self.high + self.low
    }
}
