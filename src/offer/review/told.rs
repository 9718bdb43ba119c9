//! What a review finds, told to a marketer.

use std::fmt::{self, Display};

use chrono::{DateTime, SecondsFormat, Utc};

use super::{Bound, Clash, Concern, PartOf, Question, Remark, Rivalry, Series, Shade};
use crate::id::OfferId;

impl Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((first, others)) = self.offers.split_first() else { return Ok(()) };
        match self.concern.telling_why_not(first, &Listed(others)) {
            Some(sentence) => f.write_str(&sentence),
            None => self.tell_odd(f, first, &Listed(others)),
        }
    }
}

impl Concern {
    /// That the offer is never granted, or hardly ever, and why; if that is what it says.
    fn telling_why_not(&self, first: &OfferId, others: &Listed<'_>) -> Option<String> {
        let sentence = match self {
            Self::NeverHolds { clash, on } => {
                let day = on.map(|day| format!(" on {day}")).unwrap_or_default();
                let why = match clash {
                    Some(Clash { first, second }) => format!("`{first}` and `{second}` never both"),
                    None => "its conditions never".into(),
                };
                let together = if clash.is_some() { "hold" } else { "hold together" };
                format!("`{first}` is never granted{day}: {why} {together}")
            }
            Self::Over { until } => format!("`{first}` is over since {}", At(until)),
            Self::ClosedBefore { closes, from } => format!(
                "`{first}` is never granted: it begins {}, and what it lets in to closes {}",
                At(from),
                At(closes)
            ),
            Self::TooManyUnits { units } => format!(
                "`{first}` is never granted: it wants {units} units, of which its conditions allow \
                 fewer"
            ),
            Self::JointNever { set } => {
                format!("`{first}` is never granted: {others} of its set `{set}` never is")
            }
            Self::Shadowed(shade) => format!(
                "`{first}` is never granted: wherever it could be, {others} comes before it{shade}"
            ),
            Self::Dominated(shade) => format!(
                "`{first}` never wins its lane: wherever it competes, {others} takes at least as \
                 much off{shade}"
            ),
            Self::WinsTiesOnly(shade) => format!(
                "`{first}` wins its lane in ties only: wherever it competes, {others} takes at \
                 least as much off{shade}"
            ),
            _ => return None,
        };
        Some(sentence)
    }
}

impl Remark {
    /// What is odd about offers that can be granted.
    fn tell_odd(
        &self,
        f: &mut fmt::Formatter<'_>,
        first: &OfferId,
        others: &Listed<'_>,
    ) -> fmt::Result {
        match &self.concern {
            Concern::Overlap { rivalry, witness, from } => {
                write!(f, "`{first}` and {others} can be due at once")?;
                if !witness.facts.is_empty() {
                    write!(f, " ({witness})")?;
                }
                write!(f, " from {}, but {rivalry}", At(from))
            }
            Concern::BandGap { series, region } => {
                write!(f, "none of {} of {series} is for {region}", Listed(&self.offers))
            }
            Concern::BandOverlap { series, region } => {
                write!(f, "both `{first}` and {others} of {series} are for {region}")
            }
            Concern::DateGap { series, until, from } => write!(
                f,
                "`{first}` of {series} is over {}, and {others} begins only {}",
                At(until),
                At(from)
            ),
            Concern::DateOverlap { series, from, until } => write!(
                f,
                "{others} of {series} begins {}, before `{first}` is over {}",
                At(from),
                At(until)
            ),
            Concern::LimitNeverResets { at_most, within } => write!(
                f,
                "`{first}` can be used {at_most} times within {within}, which is as long as it \
                 lasts: the limit never resets"
            ),
            Concern::AmountOutOfReach { amount, most } => write!(
                f,
                "the budget of {amount} of `{first}` is never used up: all of its uses take at \
                 most {most} off"
            ),
            Concern::UsesOutOfReach { uses, most } => write!(
                f,
                "the {uses} uses of `{first}` are never used up: its amount is enough for {most}"
            ),
            Concern::Inconclusive { question, limit } => {
                write!(f, "it cannot be told of {} {question}: {limit}", Listed(&self.offers))
            }
            _ => Ok(()),
        }
    }
}

impl Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.has(PartOf::Lines), self.has(PartOf::Shipping), self.share) {
            (false, false, _) => return f.write_str("nothing"),
            (false, true, _) => f.write_str("at most shipping")?,
            (true, _, Some(share)) => write!(f, "at most {share} of the lines")?,
            (true, _, None) => f.write_str("at most all of the lines")?,
        }
        if self.has(PartOf::Lines) && self.has(PartOf::Shipping) {
            f.write_str(" and shipping")?;
        }
        self.amount.map_or(Ok(()), |amount| write!(f, ", and {amount}"))
    }
}

/// An instant, without what is zero.
struct At<'a>(&'a DateTime<Utc>);

impl Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

/// Offers, of which the last is joined by a word.
struct Listed<'a>(&'a [OfferId]);

impl Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, offer) in self.0.iter().enumerate() {
            let left = self.0.len() - at;
            let joint = match left {
                1 => "",
                2 => " or ",
                _ => ", ",
            };
            write!(f, "`{offer}`{joint}")?;
        }
        Ok(())
    }
}

impl Display for Shade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(below) = self.unless_below {
            write!(f, ", unless prices are below {below}")?;
        }
        if let Some((first, others)) = self.if_known.split_first() {
            write!(f, ", if it is known what is in `{first}`")?;
            for field in others {
                write!(f, " and `{field}`")?;
            }
        }
        self.on.map_or(Ok(()), |day| write!(f, ", on {day}"))
    }
}

impl Display for Rivalry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Group(group) => write!(f, "only one of the group `{group}` is granted"),
            Self::Tag(tag) => write!(f, "one is not granted with the tag `{tag}` of the other"),
            Self::Lane(Some(lane)) => {
                write!(f, "only one wins the lane `{lane}`, in which they rank the same")
            }
            Self::Lane(None) => {
                f.write_str("only one wins the default lane, in which they rank the same")
            }
        }
    }
}

impl Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Group(group) => write!(f, "the group `{group}`"),
            Self::Lane(lane) => write!(f, "the lane `{lane}`"),
            Self::Name(name) => write!(f, "the series `{name}`"),
        }
    }
}

impl Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EverHolds => "whether its conditions ever hold",
            Self::Shadowed => "whether others always come before it",
            Self::Overlaps => "which can be due at once",
            Self::Bands => "where they leave gaps and overlap",
        })
    }
}
