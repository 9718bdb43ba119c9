//! What games count.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Fault, Past};
use crate::event::{Event, EventKind, EventType, LineItem};
use crate::id::{CategoryId, ProductId};
use crate::money::{Currency, Money};
use crate::path::{Path, Problems};
use crate::rule::Text;

/// What a game counts.
///
/// What came back of an order was never bought, and an order of which nothing was kept is none. In
/// JSON: `{"spend": {}}`, `{"units": {"categories": ["coffee"]}}`, `{"events": "review"}`,
/// `"visits"`, `"stores"`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Measure {
    /// What was paid for lines and kept.
    Spend(Selection),
    /// Orders with such a line of which something was kept.
    Orders(Selection),
    /// Units that were bought and kept.
    Units(Selection),
    /// Different products that were bought and kept.
    Products(Selection),
    /// Different categories of which something was bought and kept.
    Categories,
    /// Different stores in which something was bought and kept, or that were visited; as long as
    /// whole events are kept.
    Stores,
    /// Visits to stores.
    Visits,
    /// Events of a type.
    Events(EventType),
    /// The host's own events of this name; as long as whole events are kept.
    Custom(Text),
}

/// Which lines of orders count: all, unless products or categories are named.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Selection {
    /// The categories whose lines count.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub categories: BTreeSet<CategoryId>,
    /// The products whose lines count.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub products: BTreeSet<ProductId>,
}

/// A number of what a game counts: money for spend, whole numbers for the rest.
///
/// In JSON it is `"50.00 EUR"` or `12`. Money and counts are not ordered, nor are two currencies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(
    untagged,
    expecting = "a score is money such as \"50.00 EUR\", or a whole number such as 12"
)]
pub enum Score {
    /// Of money that was spent.
    Money(Money),
    /// Of all else.
    Count(i64),
}

/// Something that counts, at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Deed<'a> {
    pub(super) at: DateTime<Utc>,
    /// So many, in minor units if it is money.
    pub(super) amount: i64,
    /// Where only different things count: which one it is.
    pub(super) what: Option<&'a str>,
}

/// What deeds come to.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally<'a> {
    sum: i64,
    seen: BTreeSet<&'a str>,
}

impl Selection {
    /// Whether a line counts.
    #[must_use]
    pub fn takes(&self, line: &LineItem) -> bool {
        (self.categories.is_empty() && self.products.is_empty())
            || self.products.contains(&line.product)
            || line.category.as_ref().is_some_and(|category| self.categories.contains(category))
    }
}

impl Score {
    /// The number, in minor units if it is money.
    pub(super) const fn amount(self) -> i64 {
        match self {
            Self::Money(money) => money.minor(),
            Self::Count(count) => count,
        }
    }
}

impl PartialOrd for Score {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Money(one), Self::Money(other)) => one.partial_cmp(other),
            (Self::Count(one), Self::Count(other)) => Some(one.cmp(other)),
            _ => None,
        }
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Money(money) => money.fmt(f),
            Self::Count(count) => count.fmt(f),
        }
    }
}

impl Measure {
    /// So many of this measure; `currency` is the program's.
    pub(super) const fn score(&self, amount: i64, currency: Currency) -> Score {
        match self {
            Self::Spend(_) => Score::Money(Money::from_minor(amount, currency)),
            _ => Score::Count(amount),
        }
    }

    /// The types of events that can change what it comes to, beside voids.
    pub(super) fn types(&self) -> &[EventType] {
        match self {
            Self::Spend(_)
            | Self::Orders(_)
            | Self::Units(_)
            | Self::Products(_)
            | Self::Categories => BOUGHT,
            Self::Stores => &[EventType::Purchase, EventType::Return, EventType::Visit],
            Self::Visits => &[EventType::Visit],
            Self::Events(event_type) => std::slice::from_ref(event_type),
            Self::Custom(_) => &[EventType::Custom],
        }
    }

    /// What a customer did until a moment, in chronological order.
    pub(super) fn deeds<'a>(&self, past: &Past<'a>) -> Vec<Deed<'a>> {
        match self {
            Self::Spend(of) => lines(past, of, |kept| (kept.net_minor, None)),
            Self::Units(of) => lines(past, of, |kept| (kept.units, None)),
            Self::Products(of) => lines(past, of, |kept| (1, Some(kept.item.product.as_str()))),
            Self::Categories => {
                let any = Selection::default();
                let mut deeds = lines(past, &any, |kept| {
                    (1, kept.item.category.as_ref().map(CategoryId::as_str))
                });
                deeds.retain(|deed| deed.what.is_some());
                deeds
            }
            Self::Orders(of) => orders(past, of),
            Self::Stores => stores(past),
            Self::Visits => instants(past, EventType::Visit),
            Self::Events(event_type) => instants(past, *event_type),
            Self::Custom(name) => {
                let is_it = |event: &&Event| match &event.kind {
                    EventKind::Custom(custom) => custom.name == *name,
                    _ => false,
                };
                let named = past.events().filter(is_it);
                named.map(|event| Deed::one(event.position().0, None)).collect()
            }
        }
    }

    /// Checks that such events can count at all.
    pub(super) fn check(&self, path: &Path, problems: &mut Problems<Fault>) {
        if let Self::Events(event_type @ (EventType::Return | EventType::Void)) = self {
            problems.add(path.field("events"), Fault::CountsNothing { event: *event_type });
        }
    }

    /// Checks a number of this measure that is to be reached.
    pub(super) fn check_score(
        &self,
        score: Score,
        currency: Currency,
        path: Path,
        problems: &mut Problems<Fault>,
    ) {
        let fault = match (self, score) {
            (Self::Spend(_), Score::Money(amount)) if amount.currency() != currency => {
                Some(Fault::ForeignCurrency { amount, currency })
            }
            (Self::Spend(_), Score::Count(_)) => Some(Fault::NoMoney { found: score }),
            (Self::Spend(_), Score::Money(_)) => None,
            (_, Score::Money(_)) => Some(Fault::NoCount { found: score }),
            (_, Score::Count(_)) => None,
        };
        let fault =
            fault.or_else(|| (score.amount() <= 0).then_some(Fault::Nothing { found: score }));
        if let Some(fault) = fault {
            problems.add(path, fault);
        }
    }
}

const BOUGHT: &[EventType] = &[EventType::Purchase, EventType::Return];

/// What was kept of a line.
struct Kept<'a> {
    item: &'a LineItem,
    units: i64,
    net_minor: i64,
}

/// A deed for each line that counts and of which something was kept.
fn lines<'a>(
    past: &Past<'a>,
    of: &Selection,
    deed: impl Fn(&Kept<'a>) -> (i64, Option<&'a str>),
) -> Vec<Deed<'a>> {
    let mut deeds = Vec::new();
    for order in past.orders() {
        let Some((lines, _)) = order.amounts(past.moment().currency) else { continue };
        for (item, amounts) in lines {
            let kept = Kept { item, units: amounts.kept_units(), net_minor: amounts.net_minor() };
            if kept.units > 0 && of.takes(item) {
                let (amount, what) = deed(&kept);
                deeds.push(Deed { at: order.at(), amount, what });
            }
        }
    }
    deeds
}

/// A deed for each order that has a line that counts and of which something was kept.
fn orders<'a>(past: &Past<'a>, of: &Selection) -> Vec<Deed<'a>> {
    let currency = past.moment().currency;
    let kept = past.orders().iter().filter(|order| {
        let counts = |item: &LineItem| of.takes(item) && item.unit_price.currency() == currency;
        order.lines().any(|(item, back)| back < item.quantity && counts(item))
    });
    kept.map(|order| Deed::one(order.at(), None)).collect()
}

fn stores<'a>(past: &Past<'a>) -> Vec<Deed<'a>> {
    let bought = past.orders().iter().filter(|order| !order.is_cancelled());
    let bought = bought.filter_map(|order| {
        let store = order.purchase().basket.store.as_ref()?;
        Some(Deed::one(order.at(), Some(store.as_str())))
    });
    let visited = past.events().filter_map(|event| match &event.kind {
        EventKind::Visit(visit) => Some(Deed::one(event.position().0, Some(visit.store.as_str()))),
        _ => None,
    });
    let mut deeds: Vec<Deed<'a>> = bought.chain(visited).collect();
    deeds.sort_by_key(|deed| deed.at);
    deeds
}

fn instants<'a>(past: &Past<'a>, event_type: EventType) -> Vec<Deed<'a>> {
    past.instants(event_type).into_iter().map(|at| Deed::one(at, None)).collect()
}

impl<'a> Deed<'a> {
    const fn one(at: DateTime<Utc>, what: Option<&'a str>) -> Self {
        Self { at, amount: 1, what }
    }
}

impl<'a> Tally<'a> {
    /// Counts a deed; whether that makes a difference.
    pub(super) fn add(&mut self, deed: &Deed<'a>) -> bool {
        let amount = match deed.what {
            Some(what) => i64::from(self.seen.insert(what)),
            None => deed.amount,
        };
        self.sum = self.sum.saturating_add(amount);
        amount != 0
    }

    pub(super) const fn sum(&self) -> i64 {
        self.sum
    }
}
