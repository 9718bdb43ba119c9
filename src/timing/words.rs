//! Answers in words.

use std::fmt;

use super::{BestMoment, Cycle, Late, Predicted, Season};
use crate::calendar::month_name;

impl fmt::Display for Predicted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected on {}, most likely from {} to {}", self.day, self.first, self.last)?;
        let percent = 100.0 * self.returns;
        if percent < 99.5 {
            write!(f, ", if they come back ({percent:.0} %)")?;
        }
        Ok(())
    }
}

impl fmt::Display for Late {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if self.is_late { "late" } else { "in time" };
        write!(
            f,
            "{word}: silent for {:.0} days, usually {:.0}",
            self.silent_days, self.usual_days
        )?;
        let (percent, purchases) = (100.0 * self.chance, self.purchases);
        write!(f, " ({percent:.1} % of such gaps are as long; {purchases} purchases)")
    }
}

impl fmt::Display for BestMoment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |share: f64| 100.0 * share;
        let (own, usual) = (percent(self.weekday_share), percent(self.weekday_usual));
        write!(f, "{} ({own:.0} % of orders, usually {usual:.0} %)", self.weekday)?;
        let (own, usual) = (percent(self.hour_share), percent(self.hour_usual));
        write!(f, " at {:02}:00 ({own:.0} %, usually {usual:.0} %)", self.hour)?;
        write!(f, ", from {} orders", self.orders)
    }
}

impl fmt::Display for Cycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let spread = self.days / libm::sqrt(self.regularity);
        write!(f, "buys every {:.0} days, give or take {spread:.1}", self.days)?;
        write!(f, " ({} gaps, last on {})", self.gaps, self.last)
    }
}

impl fmt::Display for Season {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = month_name(self.month);
        if self.years == self.of_years {
            write!(f, "buys every {name}")?;
        } else {
            write!(f, "buys in {name} in {} of {} years", self.years, self.of_years)?;
        }
        let usual = self.usual * self.of_days as f64;
        write!(f, ": {} of {} days with an order, where {usual:.1} ", self.days, self.of_days)?;
        f.write_str("are usual")
    }
}
