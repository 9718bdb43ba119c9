//! How a customer stands, told to people.

use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};

use super::{CardState, ChallengeState, Phase, StreakState};
use crate::calendar::Period;

impl fmt::Display for CardState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} punches", self.punches, self.size)?;
        match self.available {
            0 => {}
            1 => f.write_str("; 1 reward can be used")?,
            more => write!(f, "; {more} rewards can be used")?,
        }
        match self.owed {
            0 => Ok(()),
            1 => f.write_str("; the next punch pays for a reward that was not earned"),
            more => write!(f, "; the next {more} punches pay for a reward that was not earned"),
        }
    }
}

impl fmt::Display for StreakState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.length {
            0 => f.write_str("no streak")?,
            length => write!(f, "{} in a row", Periods(length, self.every))?,
        }
        if let Some(until) = self.alive_until {
            write!(f, ", alive until {}", written(until))?;
        }
        let now = match self.every {
            Period::Day => "today",
            Period::Week => "this week",
            Period::Month => "this month",
            Period::Quarter => "this quarter",
            Period::Year => "this year",
        };
        write!(f, "; {} of {} {now}", self.done, self.at_least)
    }
}

impl fmt::Display for ChallengeState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.phase {
            Phase::Ahead => f.write_str("it has not begun yet")?,
            Phase::NotJoined => return f.write_str("the customer does not take part"),
            Phase::Excluded => return f.write_str("it is for others"),
            Phase::Running | Phase::Over => {
                let done = self.steps.iter().filter(|step| step.reached_at.is_some()).count();
                write!(f, "{}: {done} of {} steps", self.progress, self.steps.len())?;
            }
        }
        match (self.phase, self.gap, self.until) {
            (Phase::Over, ..) => f.write_str("; it is over"),
            (_, Some(gap), Some(until)) => {
                write!(f, "; {gap} to the next, until {}", written(until))
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ahead => "ahead",
            Self::Running => "running",
            Self::Over => "over",
            Self::NotJoined => "not_joined",
            Self::Excluded => "excluded",
        })
    }
}

struct Periods(u32, Period);

impl fmt::Display for Periods {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.1 {
            Period::Day => "day",
            Period::Week => "week",
            Period::Month => "month",
            Period::Quarter => "quarter",
            Period::Year => "year",
        };
        let many = if self.0 == 1 { "" } else { "s" };
        write!(f, "{} {name}{many}", self.0)
    }
}

fn written(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}
