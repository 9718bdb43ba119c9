//! Declines told to people.

use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};

use super::decline::{
    AmountReached, Beaten, BudgetExhausted, Decline, Excluded, Exclusion, JointMissing,
    LimitReached, Nothing, Reason, Withheld,
};
use super::{BudgetPeriod, KeyScope, Trial, TrialUnit};
use crate::calendar::Window;

impl fmt::Display for Decline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.reason, &self.field, &self.verdict) {
            (reason, _, Some(verdict)) => write!(f, "{reason}: {verdict}"),
            (Reason::RuleFailed, Some(field), None) => {
                write!(f, "its conditions on `{field}` do not hold")
            }
            (Reason::FactUnknown, Some(field), None) => {
                write!(f, "whether its conditions on `{field}` hold is not known")
            }
            (reason, ..) => reason.fmt(f),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotYetValid { from } => write!(f, "it begins at {}", written(*from)),
            Self::Expired { until } => write!(f, "it ended at {}", written(*until)),
            Self::CodeMissing => f.write_str("its code was not presented"),
            Self::RuleFailed => f.write_str("its conditions do not hold"),
            Self::FactUnknown => f.write_str("whether its conditions hold is not known"),
            Self::MembershipUnknown => {
                f.write_str("its limit is per membership year, and none is known to have begun")
            }
            Self::AmountUnknown => f.write_str(
                "what it takes off is limited, and what it took off so far is not known",
            ),
            Self::StoreUnknown => f.write_str("it depends on the store, which is not known"),
            Self::LimitReached(reached) => reached.fmt(f),
            Self::AmountReached(reached) => reached.fmt(f),
            Self::BudgetExhausted(exhausted) => exhausted.fmt(f),
            Self::NotReserved => {
                f.write_str("it has a budget, of which nothing was reserved for the purchase")
            }
            Self::NotEnoughPoints { cost, available } => {
                write!(f, "it costs {cost}, of which {available} are available")
            }
            Self::NotChosen { cost } => {
                write!(f, "it costs {cost}, which the customer has not chosen to spend")
            }
            Self::JointMissing(missing) => missing.fmt(f),
            Self::Excluded(excluded) => excluded.fmt(f),
            Self::WrongCurrency { found, expected } => {
                write!(f, "the basket is in {found}, the offer in {expected}")
            }
            Self::InvalidBasket { line: Some(line) } => {
                write!(f, "the basket has no price: line `{line}` is broken or there twice")
            }
            Self::InvalidBasket { line: None } => {
                f.write_str("the basket has no price: its sum is out of range")
            }
            Self::MinimumNotReached(short) => {
                write!(f, "the customer is eligible, but the basket is {short}")
            }
            Self::NothingToDiscount(nothing) => nothing.fmt(f),
            Self::Withheld(withheld) => withheld.fmt(f),
            Self::BeatenInLane(beaten) => beaten.fmt(f),
        }
    }
}

impl fmt::Display for LimitReached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at_most, within, used } = self;
        let times =
            |count: u64| if count == 1 { "once".to_owned() } else { format!("{count} times") };
        write!(f, "it was used {}, and allowed {}", times(*used), times(u64::from(*at_most)))?;
        if *within == Window::Lifetime { Ok(()) } else { write!(f, " in `{within}`") }
    }
}

impl fmt::Display for AmountReached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at_most, within, used } = self;
        write!(f, "it took {used} off, and at most {at_most} are allowed")?;
        if *within == Window::Lifetime { Ok(()) } else { write!(f, " in `{within}`") }
    }
}

impl fmt::Display for BudgetExhausted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, limit, left, wanted } = self;
        match (wanted, left.amount) {
            (Some(wanted), Some(left)) => {
                write!(f, "{left} are left of its budget of {limit}, and it would take {wanted}")?;
            }
            _ => write!(f, "nothing is left of its budget of {limit}")?,
        }
        match &key.scope {
            KeyScope::Global => {}
            KeyScope::Store(store) => write!(f, " for store `{store}`")?,
            KeyScope::Code(code) => write!(f, " for code `{code}`")?,
        }
        match key.period {
            BudgetPeriod::Lifetime => Ok(()),
            BudgetPeriod::Calendar { period, .. } => {
                write!(f, " in `{}`", Window::Calendar(period))
            }
        }
    }
}

impl fmt::Display for Withheld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { by, share, of } = self;
        let units = match of {
            TrialUnit::Customers => "customers",
            TrialUnit::Stores => "stores",
        };
        match by {
            Trial::Pilot => write!(f, "only {share} of all {units} get it, and this is not one"),
            Trial::Holdout => write!(f, "{share} of all {units} do not get it, and this is one"),
        }
    }
}

impl fmt::Display for Nothing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EmptyBasket => "the customer is eligible, but the basket is empty",
            Self::NoMatchingLine => {
                "the customer is eligible, but the basket has nothing of what it is for"
            }
            Self::TooFewUnits => {
                "the customer is eligible, but there are too few units of what it is for"
            }
            Self::BelowFirstStep => {
                "the customer is eligible, but the basket does not reach the first step"
            }
            Self::NoPoint => {
                "the customer is eligible, but what is left to pay comes to less than a point"
            }
            Self::ShippingUnknown => {
                "the customer is eligible, but the price of shipping is not known"
            }
            Self::NothingLeft => "the customer is eligible, but nothing is left to take off",
        })
    }
}

impl fmt::Display for JointMissing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { set, missing, code } = self;
        write!(f, "it is given together with `{missing}` of the set `{set}`, which is not: {code}")
    }
}

impl fmt::Display for Excluded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { by, why, winning, offered } = self;
        write!(f, "`{by}` stands in the way: {why}")?;
        if offered.minor() == 0 || winning.minor() == 0 {
            return Ok(());
        }
        write!(f, "; it takes {winning} off, this offer would take {offered}")
    }
}

impl fmt::Display for Exclusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Group(group) => write!(f, "only one offer of the group `{group}` is given"),
            Self::Tag(tag) => write!(f, "this offer is not given with the tag `{tag}`"),
            Self::OwnTag(tag) => write!(f, "it is not given with the tag `{tag}`"),
            Self::Units => f.write_str("it claimed the units that this offer is for"),
            Self::Joint(set) => write!(f, "the set `{set}` is given whole, and it is not given"),
        }
    }
}

impl fmt::Display for Beaten {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { by, winning, offered } = self;
        if offered < winning {
            write!(f, "`{by}` takes {winning} off, this offer would take {offered}")
        } else {
            write!(f, "`{by}` comes first in its lane")
        }
    }
}

fn written(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}
