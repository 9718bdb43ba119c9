//! Reasons in words.

use std::fmt;

use super::{Contribution, Reason, Sign};
use crate::calendar::Span;
use crate::feature::figure::{counted, percent, plain, told};
use crate::feature::{Label, Labels, Measure};

/// How many signs are told.
const TOLD: usize = 3;

impl Reason {
    /// The reason in a sentence, in which signs are called by these labels, whose names are those
    /// of [`Sign`] as they are written, such as `orders_two_spans`.
    #[must_use]
    pub fn told(&self, labels: &Labels) -> String {
        match self {
            Self::Inactivity { days, limit_days } => format!(
                "no order for {}, where {} are the limit",
                told_days(*days),
                told(*limit_days, Measure::Number)
            ),
            Self::PersonalGap { days, gap_days, is_own, multiple } => format!(
                "no order for {}, {} times {} gap of {} days, where {} times are the limit",
                told_days(*days),
                plain(days / gap_days),
                if *is_own { "their own" } else { "the usual" },
                plain(*gap_days),
                multiple
            ),
            Self::PAlive { chance, purchases, days } => {
                let noun = if *purchases == 1 { "purchase" } else { "purchases" };
                format!(
                    "a chance of {} not to have left after {} repeat {noun} and {} of silence",
                    percent(*chance),
                    counted(*purchases),
                    told_days(*days)
                )
            }
            Self::Trained { chance, lapse, contributions } => {
                let telling = contributions.iter().filter(|it| it.adds != 0.0).take(TOLD);
                let telling: Vec<String> = telling.map(|it| it.told(*lapse, labels)).collect();
                let colon = if telling.is_empty() { "" } else { ": " };
                let chance = percent(*chance);
                format!("a chance of {chance} to lapse{colon}{}", telling.join("; "))
            }
        }
    }
}

/// As [`Reason::told`] without labels of the host.
impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.told(&Labels::default()))
    }
}

impl Contribution {
    fn told(&self, lapse: Span, labels: &Labels) -> String {
        let label = label(self.sign, lapse);
        let phrase = labels.phrase_or(self.sign.name(), &label, self.value, self.stands_for);
        let way = if self.adds > 0.0 { "likelier" } else { "less likely" };
        format!("{phrase} (makes it {way})")
    }
}

/// What a sign is called where windows are multiples of this span.
fn label(sign: Sign, lapse: Span) -> Label {
    let within = |halves: u64| format!("in the last {}", multiple(lapse, halves));
    let orders = |halves: u64| {
        let [one, many] = ["order", "orders"].map(|noun| format!("{noun} {}", within(halves)));
        Label::new(&many).counted(one, many)
    };
    match sign {
        Sign::RecencyDays => {
            let [one, many] = ["day", "days"].map(|noun| format!("{noun} since the last order"));
            Label::new(&many).counted(one, many)
        }
        Sign::OrdersHalfSpan => orders(1),
        Sign::OrdersSpan => orders(2),
        Sign::OrdersTwoSpans => orders(4),
        Sign::OrdersFourSpans => orders(8),
        Sign::DaysPerOrder => {
            Label::new("days per order").counted("day per order", "days per order")
        }
        Sign::SpendTwoSpans => {
            let rest = format!("spent {}", within(4));
            Label::new(format!("spend {}", within(4))).counted(&rest, &rest)
        }
        Sign::RelativeRecency => Label::new("usual gaps of silence")
            .counted("usual gap of silence", "usual gaps of silence"),
    }
}

/// So many halves of a span: `14 days`, `45.5 days`, `half a month`, `year`.
fn multiple(span: Span, halves: u64) -> String {
    let (halves, noun) = (halves * u64::from(span.count()), span.unit().noun());
    match halves {
        1 => format!("half a {noun}"),
        2 => noun.to_owned(),
        whole if whole.is_multiple_of(2) => format!("{} {noun}s", whole / 2),
        odd => format!("{}.5 {noun}s", odd / 2),
    }
}

/// `1 day`, `31 days`.
fn told_days(days: f64) -> String {
    let days = told(days, Measure::Number);
    if days == "1" { "1 day".to_owned() } else { format!("{days} days") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_are_written_as_their_names_say() {
        for sign in Sign::ALL {
            assert_eq!(serde_json::to_value(sign).unwrap(), sign.name());
        }
    }

    #[test]
    fn halves_of_a_span_are_said_in_its_unit() {
        for (span, halves, said) in [
            ("28d", 1, "14 days"),
            ("91d", 1, "45.5 days"),
            ("91d", 4, "182 days"),
            ("1mo", 1, "half a month"),
            ("1y", 2, "year"),
            ("1y", 4, "2 years"),
        ] {
            assert_eq!(multiple(span.parse().unwrap(), halves), said);
        }
    }
}
