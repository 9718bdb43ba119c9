//! What names a budget, wherever it is held.

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use smol_str::SmolStr;
use thiserror::Error;

use crate::calendar::Period;
use crate::id::{CouponCode, OfferId, StoreId};

/// Names a budget: of which offer, who shares it, and for which stretch of the calendar.
///
/// Its text is the key under which a database holds it, such as `spring:global:lifetime`,
/// `spring:store=gent:month:2026-03-01` or `welcome:code=K7XQ2M:lifetime`; in ids `%` is written
/// `%25` and `:` is written `%3A`, so that no two budgets have one text. In JSON it is that text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BudgetKey {
    /// The offer whose budget it is.
    pub offer: OfferId,
    /// Who shares it.
    pub scope: KeyScope,
    /// For which stretch of the calendar it is.
    pub period: BudgetPeriod,
}

/// Who shares a budget.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum KeyScope {
    /// Everybody.
    Global,
    /// Everybody who buys in this store.
    Store(StoreId),
    /// Everybody who presents this code.
    Code(CouponCode),
}

/// For which stretch of the calendar a budget is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BudgetPeriod {
    /// For as long as there is the offer.
    Lifetime,
    /// For a period of the calendar.
    Calendar {
        /// The kind of period.
        period: Period,
        /// Its first day in the time zone of the program.
        start: NaiveDate,
    },
}

/// The text names no budget.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{text}` is no key of a budget: write it like `spring:store=gent:month:2026-03-01`")]
pub struct NoBudgetKey {
    text: String,
}

const PERIODS: [(&str, Period); 5] = [
    ("day", Period::Day),
    ("week", Period::Week),
    ("month", Period::Month),
    ("quarter", Period::Quarter),
    ("year", Period::Year),
];

fn name(period: Period) -> &'static str {
    PERIODS.iter().find(|(_, known)| *known == period).map_or("", |(name, _)| name)
}

impl BudgetPeriod {
    /// What periods are ordered by: the start, then the name.
    fn rank(self) -> Option<(NaiveDate, &'static str)> {
        match self {
            Self::Lifetime => None,
            Self::Calendar { period, start } => Some((start, name(period))),
        }
    }
}

impl PartialOrd for BudgetPeriod {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for BudgetPeriod {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.rank().cmp(&other.rank())
    }
}

impl fmt::Display for BudgetKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", escaped(self.offer.as_str()))?;
        match &self.scope {
            KeyScope::Global => f.write_str("global")?,
            KeyScope::Store(store) => write!(f, "store={}", escaped(store.as_str()))?,
            KeyScope::Code(code) => write!(f, "code={}", escaped(code.as_str()))?,
        }
        match self.period {
            BudgetPeriod::Lifetime => f.write_str(":lifetime"),
            BudgetPeriod::Calendar { period, start } => write!(f, ":{}:{start}", name(period)),
        }
    }
}

impl FromStr for BudgetKey {
    type Err = NoBudgetKey;

    fn from_str(text: &str) -> Result<Self, NoBudgetKey> {
        let key = read(text).filter(|key| key.to_string() == text);
        key.ok_or_else(|| NoBudgetKey { text: text.chars().take(80).collect() })
    }
}

impl Serialize for BudgetKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for BudgetKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        SmolStr::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

fn escaped(id: &str) -> String {
    id.replace('%', "%25").replace(':', "%3A")
}

fn plain(part: &str) -> String {
    part.replace("%3A", ":").replace("%25", "%")
}

fn read(text: &str) -> Option<BudgetKey> {
    let mut parts = text.split(':');
    let offer = OfferId::new(plain(parts.next()?)).ok()?;
    let scope = match parts.next()?.split_once('=') {
        None => KeyScope::Global,
        Some(("store", store)) => KeyScope::Store(StoreId::new(plain(store)).ok()?),
        Some((_, code)) => KeyScope::Code(CouponCode::new(plain(code)).ok()?),
    };
    let (kind, start) = (parts.next()?, parts.next());
    let period = match start {
        None => BudgetPeriod::Lifetime,
        Some(start) => {
            let (_, period) = *PERIODS.iter().find(|(name, _)| *name == kind)?;
            let start: NaiveDate = start.parse().ok()?;
            BudgetPeriod::Calendar { period, start }
        }
    };
    Some(BudgetKey { offer, scope, period })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_a_key_names_it_and_no_other() {
        for text in [
            "spring:global:lifetime",
            "spring:store=gent:month:2026-03-01",
            "spring:store=a=b:week:2026-03-02",
            "10%25 off%3A tea:code=A%253A:lifetime",
        ] {
            let key: BudgetKey = text.parse().unwrap();
            assert_eq!(key.to_string(), text);
            let json = serde_json::to_string(&key).unwrap();
            assert_eq!(json, format!("\"{text}\""));
            assert_eq!(serde_json::from_str::<BudgetKey>(&json).unwrap(), key);
        }
        let odd: BudgetKey = "10%25 off%3A tea:code=A%253A:lifetime".parse().unwrap();
        assert_eq!(odd.offer.as_str(), "10% off: tea");
        assert_eq!(odd.scope, KeyScope::Code(CouponCode::new("A%3A").unwrap()));
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for text in [
            "",
            "spring",
            "spring:global",
            "spring:world:lifetime",
            "spring:place=gent:lifetime",
            "spring:store=:lifetime",
            "spring:global:lifetime:2026-03-01",
            "spring:global:month",
            "spring:global:month:2026-3-1",
            "spring:global:month:2026-03-01:x",
            "50%:global:lifetime",
        ] {
            assert!(text.parse::<BudgetKey>().is_err(), "{text}");
        }
    }
}
