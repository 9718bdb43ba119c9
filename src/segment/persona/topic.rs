//! What a feature is about.

use serde::{Deserialize, Serialize};

use crate::event::EventType;
use crate::feature::Feature;

/// What can be told of customers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Topic {
    /// Who they are.
    Who,
    /// What they buy, and for how much.
    Buys,
    /// When and how often they buy.
    When,
    /// What they answer to: offers, prices, channels.
    Answers,
}

/// Words in the names of hosts' columns, with what they are about; the first that fits counts.
const WORDS: [(&str, Topic); 24] = [
    ("discount", Topic::Answers),
    ("coupon", Topic::Answers),
    ("promo", Topic::Answers),
    ("offer", Topic::Answers),
    ("respon", Topic::Answers),
    ("redem", Topic::Answers),
    ("redeem", Topic::Answers),
    ("click", Topic::Answers),
    ("open", Topic::Answers),
    ("channel", Topic::Answers),
    ("campaign", Topic::Answers),
    ("recency", Topic::When),
    ("frequency", Topic::When),
    ("order", Topic::When),
    ("visit", Topic::When),
    ("week", Topic::When),
    ("hour", Topic::When),
    ("month", Topic::When),
    ("days_since", Topic::When),
    ("spen", Topic::Buys),
    ("monetary", Topic::Buys),
    ("basket", Topic::Buys),
    ("categor", Topic::Buys),
    ("units", Topic::Buys),
];

impl Topic {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 4] = [Self::Who, Self::Buys, Self::When, Self::Answers];

    /// What the column of this name is about: known for the crate's own features, and guessed from
    /// the name for others.
    #[must_use]
    pub fn of(column: &str) -> Self {
        let Ok(feature) = column.parse::<Feature>() else {
            let lower = column.to_lowercase();
            let found = WORDS.iter().find(|(word, _)| lower.contains(word));
            return found.map_or(Self::Who, |(_, topic)| *topic);
        };
        match feature {
            Feature::TenureDays | Feature::AgeYears | Feature::Satisfaction(_) => Self::Who,
            Feature::Spend(_)
            | Feature::AverageOrderValue(_)
            | Feature::Units(_)
            | Feature::CategoryUnits(..)
            | Feature::FavoriteCategory(_)
            | Feature::FavoriteCategoryShare(_)
            | Feature::Categories(_)
            | Feature::DistinctCategories(_)
            | Feature::ReturnRate(_) => Self::Buys,
            Feature::DiscountShare(_)
            | Feature::Engagement(_)
            | Feature::ChannelShare(..)
            | Feature::Events(EventType::EmailOpened | EventType::EmailClicked, _)
            | Feature::DaysSince(EventType::EmailOpened | EventType::EmailClicked) => Self::Answers,
            _ => Self::When,
        }
    }

    pub(super) const fn question(self) -> &'static str {
        match self {
            Self::Who => "Who they are",
            Self::Buys => "What they buy",
            Self::When => "When they buy",
            Self::Answers => "What they answer to",
        }
    }
}
