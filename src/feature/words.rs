//! What people call the crate's own features.

use std::fmt::Display;

use super::{Feature, Label};
use crate::calendar::{Span, Window, month_name, weekday_name};

/// The label of a feature without a host's own words.
pub(super) fn label(feature: &Feature) -> Label {
    match feature {
        Feature::RecencyDays => days("since the last order"),
        Feature::TenureDays => days("as a customer"),
        Feature::LengthDays => days("from the first order to the last"),
        Feature::DaysSince(kind) => days(&format!("since the last {}", spaced(kind))),
        Feature::AgeYears => Label::new("age in years").counted("year of age", "years of age"),
        Feature::Spend(window) => said("spend", "spent", window),
        Feature::AverageOrderValue(window) => said("average order value", "per order", window),
        Feature::Satisfaction(window) => said("satisfaction", "satisfaction", window).in_percent(),
        Feature::GapMeanDays => Label::new("average days between orders")
            .counted("day between orders on average", "days between orders on average"),
        Feature::GapSpreadDays => Label::new("days by which the time between orders varies")
            .counted("day of spread between orders", "days of spread between orders"),
        Feature::FavoriteCategory(window) => Label::new(within("favorite category", window)),
        Feature::Categories(window) => Label::new(within("categories bought", window)),
        _ => count(feature).or_else(|| share(feature)).unwrap_or_else(|| to_come(feature)),
    }
}

/// Of what is counted.
fn count(feature: &Feature) -> Option<Label> {
    let (one, many, window) = match feature {
        Feature::Orders(window) => ("order".to_owned(), "orders".to_owned(), window),
        Feature::RepeatOrders(window) => ("repeat order".into(), "repeat orders".into(), window),
        Feature::Units(window) => ("unit bought".into(), "units bought".into(), window),
        Feature::CategoryUnits(category, window) => {
            let [one, many] = ["unit", "units"].map(|noun| format!("{noun} of {category} bought"));
            (one, many, window)
        }
        Feature::UsageRate(window) => {
            ("order per 30 days".into(), "orders per 30 days".into(), window)
        }
        Feature::Visits(window) => ("store visit".into(), "store visits".into(), window),
        Feature::Events(kind, window) => {
            let [one, many] = ["event", "events"].map(|noun| format!("{} {noun}", spaced(kind)));
            (one, many, window)
        }
        Feature::Engagement(window) => ("interaction".into(), "interactions".into(), window),
        Feature::DistinctCategories(window) => {
            ("category bought".into(), "different categories bought".into(), window)
        }
        _ => return None,
    };
    let [one, many] = [one, many].map(|noun| within(&noun, window));
    Some(Label::new(&many).counted(one, many))
}

/// Of what is a share of something.
fn share(feature: &Feature) -> Option<Label> {
    let of = match feature {
        Feature::FavoriteCategoryShare(window) => within("spend in the favorite category", window),
        Feature::DiscountShare(window) => within("list prices taken off as discounts", window),
        Feature::ReturnRate(window) => within("payments refunded", window),
        Feature::MonthShare(month) => format!("orders in {}", month_name((*month).into())),
        Feature::QuarterShare(quarter) => format!("orders in quarter {quarter}"),
        Feature::WeekdayShare(day) => format!("orders on {}s", weekday_name(*day)),
        Feature::HourShare(hour) => format!("orders from {hour:02}:00 to {hour:02}:59"),
        Feature::ChannelShare(channel, window) => {
            within(&format!("contacts by {}", spaced(channel)), window)
        }
        _ => return None,
    };
    let rest = format!("of {of}");
    Some(Label::new(format!("share of {of}")).counted(&rest, &rest).in_percent())
}

/// Of what a model expects.
fn to_come(feature: &Feature) -> Label {
    let ahead = |span: &Span| format!("in the next {}", span.in_a_row());
    let lifetime = &Window::Lifetime;
    match feature {
        Feature::PAlive => {
            let chance = "chance to still be a customer";
            said(chance, chance, lifetime).in_percent()
        }
        Feature::ExpectedOrders(span) => {
            let rest = format!("with an order expected {}", ahead(span));
            days(&rest)
        }
        Feature::ExpectedSpend => {
            said("expected spend per day with an order", "expected per day with an order", lifetime)
        }
        Feature::CustomerValue(Some(span)) => {
            let value = format!("customer value {}", ahead(span));
            said(&value, &value, lifetime)
        }
        Feature::CustomerValue(None) => {
            said("customer lifetime value", "customer lifetime value", lifetime)
        }
        other => Label::new(other.to_string()),
    }
}

fn days(rest: &str) -> Label {
    let many = format!("days {rest}");
    Label::new(&many).counted(format!("day {rest}"), many)
}

/// A feature called `name`, where `rest` follows on a number.
fn said(name: &str, rest: &str, window: &Window) -> Label {
    let rest = within(rest, window);
    Label::new(within(name, window)).counted(&rest, &rest)
}

fn within(noun: &str, window: &Window) -> String {
    format!("{noun} {}", window.in_words()).trim_end().to_owned()
}

/// A name of several words as people write it.
fn spaced(name: &impl Display) -> String {
    name.to_string().replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::super::{Labels, Measure, USAGES};
    use crate::money::Currency;

    const WHOLE: Measure = Measure::Integer;
    const NUMBER: Measure = Measure::Number;
    const EUROS: Measure = Measure::Money(Currency::EUR);

    /// A feature, its words, a number of it, and both together.
    const TOLD: [(&str, &str, f64, Measure, &str); 33] = [
        ("recency_days", "days since the last order", 1.0, WHOLE, "1 day since the last order"),
        ("tenure_days", "days as a customer", 400.0, WHOLE, "400 days as a customer"),
        (
            "length_days",
            "days from the first order to the last",
            12.0,
            WHOLE,
            "12 days from the first order to the last",
        ),
        (
            "days_since(review)",
            "days since the last review",
            3.0,
            WHOLE,
            "3 days since the last review",
        ),
        ("age_years", "age in years", 34.0, WHOLE, "34 years of age"),
        ("orders(90d)", "orders in the last 90 days", 1.0, WHOLE, "1 order in the last 90 days"),
        ("orders(1y)", "orders in the last year", 8.1, WHOLE, "8.10 orders in the last year"),
        ("repeat_orders(lifetime)", "repeat orders", 2.0, WHOLE, "2 repeat orders"),
        ("units(this_month)", "units bought this month", 5.0, WHOLE, "5 units bought this month"),
        (
            "category_units(coffee, lifetime)",
            "units of coffee bought",
            1.0,
            WHOLE,
            "1 unit of coffee bought",
        ),
        (
            "spend(1y)",
            "spend in the last year",
            1240.0,
            EUROS,
            "1,240.00 EUR spent in the last year",
        ),
        (
            "average_order_value(1y)",
            "average order value in the last year",
            24.0,
            EUROS,
            "24.00 EUR per order in the last year",
        ),
        (
            "usage_rate(1y)",
            "orders per 30 days in the last year",
            1.5,
            NUMBER,
            "1.50 orders per 30 days in the last year",
        ),
        (
            "visits(30d)",
            "store visits in the last 30 days",
            0.0,
            WHOLE,
            "0 store visits in the last 30 days",
        ),
        (
            "events(email_opened, 1y)",
            "email opened events in the last year",
            1.0,
            WHOLE,
            "1 email opened event in the last year",
        ),
        (
            "engagement(30d)",
            "interactions in the last 30 days",
            4.0,
            WHOLE,
            "4 interactions in the last 30 days",
        ),
        (
            "satisfaction(1y)",
            "satisfaction in the last year",
            0.8,
            NUMBER,
            "80 % satisfaction in the last year",
        ),
        (
            "gap_mean_days",
            "average days between orders",
            12.5,
            NUMBER,
            "12.5 days between orders on average",
        ),
        (
            "gap_spread_days",
            "days by which the time between orders varies",
            3.0,
            NUMBER,
            "3 days of spread between orders",
        ),
        (
            "favorite_category_share(1y)",
            "share of spend in the favorite category in the last year",
            0.6,
            NUMBER,
            "60 % of spend in the favorite category in the last year",
        ),
        (
            "distinct_categories(1y)",
            "different categories bought in the last year",
            1.0,
            WHOLE,
            "1 category bought in the last year",
        ),
        (
            "discount_share(1y)",
            "share of list prices taken off as discounts in the last year",
            0.004,
            NUMBER,
            "0.4 % of list prices taken off as discounts in the last year",
        ),
        (
            "return_rate(1y)",
            "share of payments refunded in the last year",
            0.05,
            NUMBER,
            "5 % of payments refunded in the last year",
        ),
        (
            "month_share(12)",
            "share of orders in December",
            0.25,
            NUMBER,
            "25 % of orders in December",
        ),
        (
            "quarter_share(4)",
            "share of orders in quarter 4",
            0.5,
            NUMBER,
            "50 % of orders in quarter 4",
        ),
        (
            "weekday_share(sat)",
            "share of orders on Saturdays",
            0.4,
            NUMBER,
            "40 % of orders on Saturdays",
        ),
        (
            "hour_share(18)",
            "share of orders from 18:00 to 18:59",
            1.0,
            NUMBER,
            "100 % of orders from 18:00 to 18:59",
        ),
        (
            "channel_share(web, 1y)",
            "share of contacts by web in the last year",
            0.75,
            NUMBER,
            "75 % of contacts by web in the last year",
        ),
        (
            "p_alive",
            "chance to still be a customer",
            0.621_345_678_901_234_5,
            NUMBER,
            "62 % chance to still be a customer",
        ),
        (
            "expected_orders(90d)",
            "days with an order expected in the next 90 days",
            1.0,
            NUMBER,
            "1 day with an order expected in the next 90 days",
        ),
        (
            "expected_spend",
            "expected spend per day with an order",
            24.0,
            EUROS,
            "24.00 EUR expected per day with an order",
        ),
        (
            "clv(1y)",
            "customer value in the next year",
            85.0,
            EUROS,
            "85.00 EUR customer value in the next year",
        ),
        (
            "clv(lifetime)",
            "customer lifetime value",
            85.0,
            EUROS,
            "85.00 EUR customer lifetime value",
        ),
    ];

    #[test]
    fn every_feature_has_words_and_its_numbers_are_told_with_them() {
        let labels = Labels::default();
        for (feature, name, number, measure, phrase) in TOLD {
            assert_eq!(labels.name(feature), name);
            assert_eq!(labels.phrase(feature, number, measure), phrase);
        }
        for usage in USAGES {
            let name = labels.name(usage);
            assert!(!name.contains(['_', '(']), "{usage} is called {name}");
        }
        assert_eq!(labels.name("favorite_category(1y)"), "favorite category in the last year");
        assert_eq!(labels.name("categories"), "categories bought");
    }
}
