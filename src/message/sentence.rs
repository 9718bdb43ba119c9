//! Refusals told to people.

use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};

use super::refusal::{Cause, HeldOutFrom, Refusal};
use super::{Cap, QuietHours};
use crate::calendar::Window;

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(channel) = self.channel {
            write!(f, "on {channel}: ")?;
        }
        self.cause.fmt(f)?;
        match self.next_change {
            Some(at) => write!(f, "; that ends at {}", written(at)),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownMessage { message } => write!(f, "there is no message `{message}`"),
            Self::NotMeant { why } => write!(f, "its trigger is not meant for the customer: {why}"),
            Self::NotYet { from } => write!(f, "its trigger fires at {}", written(*from)),
            Self::SentBefore { on, at } => {
                write!(f, "it was put into the outbox for {on} at {}", written(*at))
            }
            Self::Expired { until } => write!(f, "it was valid until {}", written(*until)),
            Self::Overtaken { by, at } => {
                write!(f, "an event `{by}` at {} has made it pointless", written(*at))
            }
            Self::NoConsent { purpose, why } => {
                write!(f, "there is no consent to `{purpose}`: {why}")
            }
            Self::HeldOut { share, from: HeldOutFrom::Message } => {
                write!(f, "{share} of all customers do not get it, and this is one")
            }
            Self::HeldOut { share, from: HeldOutFrom::Policy } => {
                write!(f, "{share} of all customers get no messages, and this is one")
            }
            Self::Quiet { hours, wall } => {
                write!(f, "it is {} for the customer, and {hours}", wall.format("%H:%M"))
            }
            Self::QuietTooLong { ends: Some(ends), until } => {
                let (ends, until) = (written(*ends), written(*until));
                write!(f, "it is quiet until {ends}, and the message is only valid until {until}")
            }
            Self::QuietTooLong { ends: None, .. } => f.write_str("it is always quiet"),
            Self::Capped { cap, used } => write!(f, "the customer got {used}, and {cap}"),
            Self::CoolingDown { last, span } => {
                let last = written(*last);
                write!(f, "the customer got it at {last}, and gets it once in {span}")
            }
            Self::NoAddress { attribute } => {
                write!(f, "the customer's `{attribute}` is not known")
            }
            Self::Bounced { at, .. } => {
                let at = written(*at);
                write!(f, "the message of {at} came back, and nobody has been reached there since")
            }
            Self::NotRendered { why } => write!(f, "it cannot be rendered: {why}"),
            Self::Repeated { on, at, span, .. } => {
                let at = written(*at);
                write!(f, "the customer was told the same on {on} at {at}, and is once in {span}")
            }
            Self::OverBudget { name, at_most, within } => {
                write!(f, "all {at_most} messages of the budget `{name}` were sent")?;
                match within {
                    Window::Lifetime => Ok(()),
                    within => write!(f, " in `{within}`"),
                }
            }
        }
    }
}

impl fmt::Display for QuietHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, until) = (self.from.format("%H:%M"), self.until.format("%H:%M"));
        write!(f, "nothing is sent from {from} to {until}")
    }
}

impl fmt::Display for Cap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let messages = if self.at_most == 1 { "message" } else { "messages" };
        write!(f, "gets at most {} {messages}", self.at_most)?;
        if let Some(purpose) = &self.purpose {
            write!(f, " for `{purpose}`")?;
        }
        if let Some(channel) = self.channel {
            write!(f, " on {channel}")?;
        }
        match self.within {
            Window::Lifetime => f.write_str(" ever"),
            within => write!(f, " in `{within}`"),
        }
    }
}

fn written(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}
