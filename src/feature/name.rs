//! The features that the crate knows, and how they are written: `spend(90d)`.

use std::fmt;
use std::str::FromStr;

use chrono::Weekday;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use smol_str::SmolStr;
use thiserror::Error;

use crate::calendar::{Span, Window};
use crate::event::{Channel, EventType};
use crate::id::CategoryId;
use crate::rule::Kind;

/// A feature of a customer, as a function of their profile and the instant of the question.
///
/// Rules, tables and JSON name it by its text, such as `recency_days`, `spend(90d)`,
/// `events(review, 1y)` or `month_share(12)`. A window that is left out is `lifetime`.
///
/// Shares are between 0 and 1. A feature that cannot be told (no order yet, nothing spent) is
/// missing, never zero; counts and sums of nothing are zero.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Feature {
    /// `recency_days`: calendar days in the program's time zone since the last order.
    RecencyDays,
    /// `tenure_days`: calendar days since enrollment, or since the first event without one.
    TenureDays,
    /// `length_days`: calendar days from the first order to the last; the length of LRFM.
    LengthDays,
    /// `days_since(review)`: calendar days since the last event of a type.
    DaysSince(EventType),
    /// `age_years`: completed years since the birthday.
    AgeYears,
    /// `orders(30d)`: how many orders; the frequency of RFM.
    Orders(Window),
    /// `repeat_orders(lifetime)`: orders after the first; the frequency of lifetime-value models.
    RepeatOrders(Window),
    /// `units(30d)`: how many units were bought and kept.
    Units(Window),
    /// `category_units(coffee, lifetime)`: how many units of a category were bought and kept.
    CategoryUnits(CategoryId, Window),
    /// `spend(90d)`: what was paid and not returned; the monetary value of RFM as a sum.
    Spend(Window),
    /// `average_order_value(1y)`: spend per order to the nearest minor unit, halves up; the
    /// monetary value of RFM as a mean.
    AverageOrderValue(Window),
    /// `usage_rate(1y)`: orders per 30 days of the window, counted from the customer's first day
    /// and at least over one day.
    UsageRate(Window),
    /// `visits(30d)`: how many visits to a store.
    Visits(Window),
    /// `events(review, 1y)`: how many events of a type.
    Events(EventType, Window),
    /// `engagement(30d)`: how many interactions other than orders and returns: views, mails opened
    /// and clicked, the app, visits, reviews, shares, referrals and surveys.
    Engagement(Window),
    /// `satisfaction(1y)`: the mean of survey scores, each as a share of its highest.
    Satisfaction(Window),
    /// `gap_mean_days`: the mean time between successive orders; needs two orders.
    GapMeanDays,
    /// `gap_spread_days`: the sample standard deviation of those times; needs three orders.
    GapSpreadDays,
    /// `favorite_category(1y)`: the category with the greatest spend; ties go by its name.
    FavoriteCategory(Window),
    /// `favorite_category_share(1y)`: its share of the spend in known categories (loyalty to it).
    FavoriteCategoryShare(Window),
    /// `categories(1y)`: the categories bought and kept.
    Categories(Window),
    /// `distinct_categories(1y)`: how many they are.
    DistinctCategories(Window),
    /// `discount_share(1y)`: discounts as a share of list prices (sensitivity to price).
    DiscountShare(Window),
    /// `return_rate(1y)`: what was refunded as a share of what was paid.
    ReturnRate(Window),
    /// `month_share(12)`: the share of orders placed in a month of the year, 1 to 12.
    MonthShare(u8),
    /// `quarter_share(4)`: the share of orders placed in a quarter of the year, 1 to 4.
    QuarterShare(u8),
    /// `weekday_share(sat)`: the share of orders placed on a day of the week.
    WeekdayShare(Weekday),
    /// `hour_share(18)`: the share of orders placed in an hour of the day, 0 to 23.
    HourShare(u8),
    /// `channel_share(web, 1y)`: the share of events with a known channel that came through one.
    ChannelShare(Channel, Window),
    /// `p_alive`: the chance that the customer has not left for good, by a [`ValueModel`].
    ///
    /// [`ValueModel`]: super::ValueModel
    PAlive,
    /// `expected_orders(90d)`: how many days with an order are to be expected from now on, by a
    /// [`ValueModel`](super::ValueModel).
    ExpectedOrders(Span),
    /// `expected_spend`: what the customer is expected to spend on a day with an order, to the
    /// nearest minor unit, by a [`ValueModel`](super::ValueModel).
    ExpectedSpend,
    /// `clv(1y)`: what the customer is worth in the time to come, or with `clv(lifetime)` without
    /// an end, to the nearest minor unit, by a [`ValueModel`](super::ValueModel).
    CustomerValue(Option<Span>),
}

/// Why a text names no feature.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FeatureNameError {
    /// No feature is called that.
    #[error("no feature is called `{name}`")]
    Unknown {
        /// The name.
        name: String,
    },
    /// What stands in the parentheses does not fit the feature.
    #[error("`{text}` is not how `{usage}` is written")]
    Arguments {
        /// The whole text.
        text: String,
        /// An example of how it is written.
        usage: &'static str,
    },
}

const DAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Mon),
    ("tue", Weekday::Tue),
    ("wed", Weekday::Wed),
    ("thu", Weekday::Thu),
    ("fri", Weekday::Fri),
    ("sat", Weekday::Sat),
    ("sun", Weekday::Sun),
];

/// How every feature is written, one example each; suggestions are drawn from it.
pub const USAGES: [&str; 33] = [
    "recency_days",
    "tenure_days",
    "length_days",
    "days_since(review)",
    "age_years",
    "orders(30d)",
    "repeat_orders(lifetime)",
    "units(30d)",
    "category_units(coffee, lifetime)",
    "spend(90d)",
    "average_order_value(1y)",
    "usage_rate(1y)",
    "visits(30d)",
    "events(review, 1y)",
    "engagement(30d)",
    "satisfaction(1y)",
    "gap_mean_days",
    "gap_spread_days",
    "favorite_category(1y)",
    "favorite_category_share(1y)",
    "categories(1y)",
    "distinct_categories(1y)",
    "discount_share(1y)",
    "return_rate(1y)",
    "month_share(12)",
    "quarter_share(4)",
    "weekday_share(sat)",
    "hour_share(18)",
    "channel_share(web, 1y)",
    "p_alive",
    "expected_orders(90d)",
    "expected_spend",
    "clv(1y)",
];

impl Feature {
    /// The type of its values.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::RecencyDays
            | Self::TenureDays
            | Self::LengthDays
            | Self::DaysSince(_)
            | Self::AgeYears
            | Self::Orders(_)
            | Self::RepeatOrders(_)
            | Self::Units(_)
            | Self::CategoryUnits(..)
            | Self::Visits(_)
            | Self::Events(..)
            | Self::Engagement(_)
            | Self::DistinctCategories(_) => Kind::Integer,
            Self::Spend(_)
            | Self::AverageOrderValue(_)
            | Self::ExpectedSpend
            | Self::CustomerValue(_) => Kind::Money,
            Self::FavoriteCategory(_) => Kind::Text,
            Self::Categories(_) => Kind::Set,
            _ => Kind::Number,
        }
    }

    /// The window that it looks at, if it has one.
    #[must_use]
    pub const fn window(&self) -> Option<&Window> {
        match self {
            Self::Orders(window)
            | Self::RepeatOrders(window)
            | Self::Units(window)
            | Self::CategoryUnits(_, window)
            | Self::Spend(window)
            | Self::AverageOrderValue(window)
            | Self::UsageRate(window)
            | Self::Visits(window)
            | Self::Events(_, window)
            | Self::Engagement(window)
            | Self::Satisfaction(window)
            | Self::FavoriteCategory(window)
            | Self::FavoriteCategoryShare(window)
            | Self::Categories(window)
            | Self::DistinctCategories(window)
            | Self::DiscountShare(window)
            | Self::ReturnRate(window)
            | Self::ChannelShare(_, window) => Some(window),
            _ => None,
        }
    }

    /// The word before the parentheses.
    fn word(&self) -> &'static str {
        match self {
            Self::RecencyDays => "recency_days",
            Self::TenureDays => "tenure_days",
            Self::LengthDays => "length_days",
            Self::DaysSince(_) => "days_since",
            Self::AgeYears => "age_years",
            Self::Orders(_) => "orders",
            Self::RepeatOrders(_) => "repeat_orders",
            Self::Units(_) => "units",
            Self::CategoryUnits(..) => "category_units",
            Self::Spend(_) => "spend",
            Self::AverageOrderValue(_) => "average_order_value",
            Self::UsageRate(_) => "usage_rate",
            Self::Visits(_) => "visits",
            Self::Events(..) => "events",
            Self::Engagement(_) => "engagement",
            Self::Satisfaction(_) => "satisfaction",
            Self::GapMeanDays => "gap_mean_days",
            Self::GapSpreadDays => "gap_spread_days",
            Self::FavoriteCategory(_) => "favorite_category",
            Self::FavoriteCategoryShare(_) => "favorite_category_share",
            Self::Categories(_) => "categories",
            Self::DistinctCategories(_) => "distinct_categories",
            Self::DiscountShare(_) => "discount_share",
            Self::ReturnRate(_) => "return_rate",
            Self::MonthShare(_) => "month_share",
            Self::QuarterShare(_) => "quarter_share",
            Self::WeekdayShare(_) => "weekday_share",
            Self::HourShare(_) => "hour_share",
            Self::ChannelShare(..) => "channel_share",
            Self::PAlive => "p_alive",
            Self::ExpectedOrders(_) => "expected_orders",
            Self::ExpectedSpend => "expected_spend",
            Self::CustomerValue(_) => "clv",
        }
    }
}

impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = self.word();
        match (self, self.window()) {
            (Self::CategoryUnits(category, window), _) => write!(f, "{word}({category}, {window})"),
            (Self::Events(kind, window), _) => write!(f, "{word}({kind}, {window})"),
            (Self::ChannelShare(channel, window), _) => write!(f, "{word}({channel}, {window})"),
            (Self::DaysSince(kind), _) => write!(f, "{word}({kind})"),
            (Self::MonthShare(part) | Self::QuarterShare(part) | Self::HourShare(part), _) => {
                write!(f, "{word}({part})")
            }
            (Self::WeekdayShare(day), _) => {
                let name = DAYS.iter().find(|(_, known)| known == day).map_or("", |(name, _)| name);
                write!(f, "{word}({name})")
            }
            (Self::ExpectedOrders(span) | Self::CustomerValue(Some(span)), _) => {
                write!(f, "{word}({span})")
            }
            (Self::CustomerValue(None), _) => write!(f, "{word}({})", Window::Lifetime),
            (_, Some(window)) => write!(f, "{word}({window})"),
            (_, None) => f.write_str(word),
        }
    }
}

impl FromStr for Feature {
    type Err = FeatureNameError;

    fn from_str(text: &str) -> Result<Self, FeatureNameError> {
        let (word, inside) = match text.split_once('(') {
            Some((word, rest)) => (word, rest.strip_suffix(')')),
            None => (text, Some("")),
        };
        let shown = || text.chars().take(80).collect::<String>();
        let usage = USAGES
            .into_iter()
            .find(|usage| usage.split('(').next() == Some(word))
            .ok_or_else(|| FeatureNameError::Unknown { name: shown() })?;
        let arguments: Option<Vec<&str>> = inside
            .map(|inside| inside.split(',').map(str::trim).filter(|a| !a.is_empty()).collect());
        arguments
            .and_then(|arguments| parsed(word, &arguments))
            .ok_or_else(|| FeatureNameError::Arguments { text: shown(), usage })
    }
}

/// The feature called `word` with these arguments; `None` if they do not fit.
fn parsed(word: &str, arguments: &[&str]) -> Option<Feature> {
    match arguments {
        [] => bare(word).or_else(|| windowed(word, Window::Lifetime)),
        [one] => match one.parse() {
            Ok(window) => windowed(word, window),
            Err(_) => with_argument(word, one).or_else(|| with_both(word, one, Window::Lifetime)),
        },
        [one, window] => with_both(word, one, window.parse().ok()?),
        _ => None,
    }
}

fn bare(word: &str) -> Option<Feature> {
    Some(match word {
        "recency_days" => Feature::RecencyDays,
        "tenure_days" => Feature::TenureDays,
        "length_days" => Feature::LengthDays,
        "age_years" => Feature::AgeYears,
        "gap_mean_days" => Feature::GapMeanDays,
        "gap_spread_days" => Feature::GapSpreadDays,
        "p_alive" => Feature::PAlive,
        "expected_spend" => Feature::ExpectedSpend,
        _ => return None,
    })
}

fn windowed(word: &str, window: Window) -> Option<Feature> {
    Some(match word {
        "orders" => Feature::Orders(window),
        "repeat_orders" => Feature::RepeatOrders(window),
        "units" => Feature::Units(window),
        "spend" => Feature::Spend(window),
        "average_order_value" => Feature::AverageOrderValue(window),
        "usage_rate" => Feature::UsageRate(window),
        "visits" => Feature::Visits(window),
        "engagement" => Feature::Engagement(window),
        "satisfaction" => Feature::Satisfaction(window),
        "favorite_category" => Feature::FavoriteCategory(window),
        "favorite_category_share" => Feature::FavoriteCategoryShare(window),
        "categories" => Feature::Categories(window),
        "distinct_categories" => Feature::DistinctCategories(window),
        "discount_share" => Feature::DiscountShare(window),
        "return_rate" => Feature::ReturnRate(window),
        _ => return ahead(word, window),
    })
}

/// What looks ahead: so far, or without an end.
fn ahead(word: &str, window: Window) -> Option<Feature> {
    match (word, window) {
        ("expected_orders", Window::Rolling(span)) => Some(Feature::ExpectedOrders(span)),
        ("clv", Window::Rolling(span)) => Some(Feature::CustomerValue(Some(span))),
        ("clv", Window::Lifetime) => Some(Feature::CustomerValue(None)),
        _ => None,
    }
}

fn with_argument(word: &str, argument: &str) -> Option<Feature> {
    let part = |range: std::ops::RangeInclusive<u8>| {
        argument.parse().ok().filter(|part| range.contains(part))
    };
    match word {
        "days_since" => argument.parse().ok().map(Feature::DaysSince),
        "month_share" => part(1..=12).map(Feature::MonthShare),
        "quarter_share" => part(1..=4).map(Feature::QuarterShare),
        "hour_share" => part(0..=23).map(Feature::HourShare),
        "weekday_share" => {
            let (_, day) = DAYS.into_iter().find(|(name, _)| *name == argument)?;
            Some(Feature::WeekdayShare(day))
        }
        _ => None,
    }
}

fn with_both(word: &str, argument: &str, window: Window) -> Option<Feature> {
    match word {
        "category_units" => {
            CategoryId::new(argument).ok().map(|category| Feature::CategoryUnits(category, window))
        }
        "events" => argument.parse().ok().map(|kind| Feature::Events(kind, window)),
        "channel_share" => {
            argument.parse().ok().map(|channel| Feature::ChannelShare(channel, window))
        }
        _ => None,
    }
}

impl Serialize for Feature {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Feature {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        SmolStr::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_usage_reads_and_prints_the_same() {
        for usage in USAGES {
            assert_eq!(usage.parse::<Feature>().unwrap().to_string(), usage);
        }
    }

    #[test]
    fn a_window_left_out_is_the_lifetime() {
        for (short, long) in [
            ("spend", "spend(lifetime)"),
            ("orders()", "orders(lifetime)"),
            ("events(review)", "events(review, lifetime)"),
            ("category_units( coffee ,this_month)", "category_units(coffee, this_month)"),
        ] {
            assert_eq!(short.parse::<Feature>().unwrap().to_string(), long);
        }
    }

    #[test]
    fn what_is_no_feature_is_refused_with_how_to_write_it() {
        for (text, told) in [
            ("spent(90d)", "no feature is called `spent(90d)`"),
            ("spend(90)", "`spend(90)` is not how `spend(90d)` is written"),
            ("spend(90d", "`spend(90d` is not how `spend(90d)` is written"),
            ("month_share(13)", "`month_share(13)` is not how `month_share(12)` is written"),
            ("recency_days(30d)", "`recency_days(30d)` is not how `recency_days` is written"),
            ("days_since", "`days_since` is not how `days_since(review)` is written"),
            ("events(rewiev)", "`events(rewiev)` is not how `events(review, 1y)` is written"),
            ("expected_orders", "`expected_orders` is not how `expected_orders(90d)` is written"),
            ("clv(today)", "`clv(today)` is not how `clv(1y)` is written"),
            ("", "no feature is called ``"),
        ] {
            assert_eq!(text.parse::<Feature>().unwrap_err().to_string(), told);
        }
    }
}
