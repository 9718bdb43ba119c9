//! Reasons in words.

use std::fmt;

use super::{Contribution, Reason, Sign};

/// How many signs are told.
const TOLD: usize = 3;

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inactivity { days, limit_days } => {
                write!(f, "no order for {days:.0} days, where {limit_days:.0} are the limit")
            }
            Self::PersonalGap { days, gap_days, is_own, multiple } => {
                let whose = if *is_own { "their own" } else { "the usual" };
                let times = days / gap_days;
                write!(f, "no order for {days:.0} days, {times:.1} times {whose} gap of ")?;
                write!(f, "{gap_days:.1} days, where {multiple} times are the limit")
            }
            Self::PAlive { chance, purchases, days } => {
                let percent = 100.0 * chance;
                write!(f, "a chance of {percent:.0} % not to have left after {purchases} repeat ")?;
                write!(f, "purchases and {days:.0} days of silence")
            }
            Self::Trained { chance, contributions } => {
                write!(f, "a chance of {:.0} % to lapse", 100.0 * chance)?;
                let telling = contributions.iter().filter(|it| it.adds != 0.0).take(TOLD);
                for (at, contribution) in telling.enumerate() {
                    f.write_str(if at == 0 { ": " } else { "; " })?;
                    fmt::Display::fmt(contribution, f)?;
                }
                Ok(())
            }
        }
    }
}

impl fmt::Display for Contribution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.value;
        match self.sign {
            Sign::RecencyDays => write!(f, "{value:.0} days since the last order"),
            Sign::OrdersHalfSpan => write!(f, "{value:.0} orders in the last half span"),
            Sign::OrdersSpan => write!(f, "{value:.0} orders in the last span"),
            Sign::OrdersTwoSpans => write!(f, "{value:.0} orders in the last two spans"),
            Sign::OrdersFourSpans => write!(f, "{value:.0} orders in the last four spans"),
            Sign::DaysPerOrder => write!(f, "an order every {value:.1} days"),
            Sign::SpendTwoSpans => write!(f, "{value:.0} minor units paid in the last two spans"),
            Sign::RelativeRecency => write!(f, "silent for {value:.1} of their gaps"),
        }?;
        let way = if self.adds > 0.0 { "likelier" } else { "less likely" };
        write!(f, " ({way}, {:+.2})", self.adds)
    }
}
