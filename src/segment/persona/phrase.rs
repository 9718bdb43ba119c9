//! How a trait reads in a name.

use super::{Contrast, Hallmark, Topic};
use crate::calendar::{month_name, weekday_name};
use crate::feature::Feature;

/// A trait as a part of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Phrase {
    /// What it says; of several phrases that say the same thing one is enough.
    pub(super) family: String,
    /// In front of a noun: `frequent`.
    pub(super) adjective: String,
    /// As the noun: `frequent buyers`.
    pub(super) noun: String,
}

/// A kind of trait with its phrases for more and for less: adjective and noun of each.
struct Family {
    name: &'static str,
    more: (&'static str, &'static str),
    less: (&'static str, &'static str),
}

macro_rules! families {
    ($($id:ident: $name:literal, $more:expr, $less:expr;)*) => {
        $(const $id: Family = Family { name: $name, more: $more, less: $less };)*
    };
}

families! {
    SPEND: "spend", ("big-spending", "big spenders"), ("low-spending", "small spenders");
    BASKET: "basket", ("big-basket", "big-basket buyers"), ("small-basket", "small-basket buyers");
    FREQUENCY: "frequency", ("frequent", "frequent buyers"), ("occasional", "occasional buyers");
    UNITS: "units", ("stock-up", "stock-up shoppers"), ("light", "light buyers");
    RECENCY: "recency", ("lapsed", "lapsed customers"), ("active", "active customers");
    TENURE: "tenure", ("long-standing", "long-standing members"), ("new", "newcomers");
    AGE: "age", ("older", "older customers"), ("younger", "younger customers");
    VISITS: "visits", ("store-visiting", "store visitors"), ("rarely visiting", "rare visitors");
    ENGAGEMENT: "engagement", ("engaged", "engaged customers"), ("quiet", "quiet customers");
    SATISFACTION: "satisfaction", ("satisfied", "satisfied customers"),
        ("dissatisfied", "dissatisfied customers");
    PACE: "pace", ("slow-paced", "slow-paced buyers"), ("fast-paced", "fast-paced buyers");
    RHYTHM: "rhythm", ("irregular", "irregular buyers"), ("regular", "regular buyers");
    FOCUS: "focus", ("single-minded", "one-category buyers"), ("mixing", "mixed-basket buyers");
    RANGE: "range", ("all-round", "all-round shoppers"), ("choosy", "choosy shoppers");
    PRICE: "price", ("price-sensitive", "bargain hunters"), ("full-price", "full-price buyers");
    RETURNS: "returns", ("return-prone", "frequent returners"),
        ("rarely returning", "rare returners");
    RESPONSE: "response", ("responsive", "offer responders"), ("unresponsive", "offer ignorers");
}

/// Words in the names of hosts' columns.
const WORDS: [(&str, &Family); 17] = [
    ("discount", &PRICE),
    ("coupon", &PRICE),
    ("respon", &RESPONSE),
    ("redem", &RESPONSE),
    ("redeem", &RESPONSE),
    ("click", &RESPONSE),
    ("opened", &RESPONSE),
    ("recency", &RECENCY),
    ("frequency", &FREQUENCY),
    ("order_value", &BASKET),
    ("basket", &BASKET),
    ("order", &FREQUENCY),
    ("visit", &VISITS),
    ("spen", &SPEND),
    ("monetary", &SPEND),
    ("tenure", &TENURE),
    ("satisfaction", &SATISFACTION),
];

impl Phrase {
    /// How a contrast reads; not at all for less of a feature about one text.
    pub(super) fn of_contrast(contrast: &Contrast) -> Option<Self> {
        let more = contrast.superiority > 0.5;
        let name = contrast.feature.as_str();
        let Ok(feature) = name.parse::<Feature>() else {
            return Some(Self::of_host(name, more));
        };
        let family = match &feature {
            Feature::Spend(_) => &SPEND,
            Feature::AverageOrderValue(_) => &BASKET,
            Feature::Orders(_) | Feature::RepeatOrders(_) | Feature::UsageRate(_) => &FREQUENCY,
            Feature::Units(_) => &UNITS,
            Feature::RecencyDays => &RECENCY,
            Feature::TenureDays | Feature::LengthDays => &TENURE,
            Feature::AgeYears => &AGE,
            Feature::Visits(_) => &VISITS,
            Feature::Engagement(_) => &ENGAGEMENT,
            Feature::Satisfaction(_) => &SATISFACTION,
            Feature::GapMeanDays => &PACE,
            Feature::GapSpreadDays => &RHYTHM,
            Feature::FavoriteCategoryShare(_) => &FOCUS,
            Feature::DistinctCategories(_) => &RANGE,
            Feature::DiscountShare(_) => &PRICE,
            Feature::ReturnRate(_) => &RETURNS,
            _ => return one_text(&feature).filter(|_| more),
        };
        Some(family.phrase(more))
    }

    /// How a text that is common among a segment's customers reads.
    pub(super) fn of_hallmark(hallmark: &Hallmark) -> Self {
        if let Some(phrase) = hallmark.of.as_str().parse().ok().as_ref().and_then(one_text) {
            return phrase;
        }
        let text = hallmark.text.as_str();
        match hallmark.topic {
            Topic::Buys => Self::new(text, format!("{text}-loving"), format!("{text} lovers")),
            Topic::When => Self::new(text, text.to_owned(), format!("{text} shoppers")),
            Topic::Answers => {
                Self::new(text, format!("{text}-answering"), format!("{text} responders"))
            }
            Topic::Who => Self::new(text, text.to_owned(), format!("{text} customers")),
        }
    }

    fn of_host(name: &str, more: bool) -> Self {
        let lower = name.to_lowercase();
        if lower == "age" || lower.starts_with("age_") {
            return AGE.phrase(more);
        }
        if let Some((_, family)) = WORDS.iter().find(|(word, _)| lower.contains(word)) {
            return family.phrase(more);
        }
        let level = if more { "high" } else { "low" };
        let name = name.replace('_', " ");
        Self::new(&name, format!("{level}-{name}"), format!("{level}-{name} customers"))
    }

    fn new(family: &str, adjective: String, noun: String) -> Self {
        Self { family: family.to_lowercase(), adjective, noun }
    }
}

impl Family {
    fn phrase(&self, more: bool) -> Phrase {
        let (adjective, noun) = if more { self.more } else { self.less };
        Phrase::new(self.name, adjective.to_owned(), noun.to_owned())
    }
}

/// How a feature about one text reads where there is much of it.
fn one_text(feature: &Feature) -> Option<Phrase> {
    let shoppers = |text: &str| Phrase::new(text, text.to_owned(), format!("{text} shoppers"));
    Some(match feature {
        Feature::CategoryUnits(category, _) => Phrase::new(
            category.as_str(),
            format!("{category}-loving"),
            format!("{category} lovers"),
        ),
        Feature::WeekdayShare(day) => shoppers(weekday_name(*day)),
        Feature::HourShare(hour) => shoppers(match hour {
            5..=10 => "morning",
            11..=13 => "midday",
            14..=16 => "afternoon",
            17..=21 => "evening",
            _ => "night",
        }),
        Feature::MonthShare(month) => shoppers(month_name((*month).into())),
        Feature::QuarterShare(quarter) => shoppers(&format!("quarter-{quarter}")),
        Feature::ChannelShare(channel, _) => shoppers(&channel.to_string()),
        Feature::Events(kind, _) => {
            let kind = kind.to_string().replace('_', " ");
            Phrase::new(&kind, format!("{kind}-active"), format!("{kind}-active customers"))
        }
        _ => return None,
    })
}
