//! A season and a trend: the common clock, what is worth how much by it, and how it is found.

use chrono::{Datelike, Days, NaiveDate};
use loyalty::calendar::Unit;
use loyalty::clv::{
    AttritionModel, Discount, Kind, LatentAttrition, Length, Outcome, Parameters, Repeat, Repeats,
    Rhythm, Seasonality, Tempo, TooLittle, Trend,
};
use proptest::prelude::*;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Days of the calendar in each month, on average over 400 years.
const DAYS: [f64; 12] = [31.0, 28.2425, 31.0, 30.0, 31.0, 30.0, 31.0, 31.0, 30.0, 31.0, 30.0, 31.0];

/// Factors with a mean of 1 over the year.
fn even(months: [f64; 12]) -> [f64; 12] {
    let sum: f64 = months.iter().zip(DAYS).map(|(month, days)| month * days).sum();
    months.map(|month| month * 365.2425 / sum)
}

/// How fast the clock runs at noon of a day, by the definition.
fn pace(day: NaiveDate, months: &[f64; 12], trend: Option<Trend>) -> f64 {
    let years = |to: NaiveDate| (to - day).num_days() as f64 - 0.5;
    let trend = trend.map_or(1.0, |trend| {
        let (left, whole) = (years(trend.until), (trend.until - trend.from).num_days() as f64);
        (1.0 + trend.per_year).powf(-left.clamp(0.0, whole) / 365.2425)
    });
    months[day.month0() as usize] * trend
}

fn any_tempo() -> impl Strategy<Value = ([f64; 12], Option<Trend>)> {
    let trend = (-0.5..1.0_f64, 0..2_000_u64, 0..2_000_u64).prop_map(|(per_year, from, days)| {
        let from = date("2015-01-01") + Days::new(from);
        Trend { per_year, from, until: from + Days::new(days) }
    });
    (proptest::array::uniform12(0.1..5.0_f64), proptest::option::of(trend))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_clock_shows_the_sum_of_its_days(
        (months, trend) in any_tempo(),
        start in 0..3_000_u64,
        length in 0..3_000_u64,
    ) {
        let tempo = Tempo::new(months, trend).unwrap();
        let from = date("2014-01-01") + Days::new(start);
        let to = from + Days::new(length);
        let months = even(months);
        let sum: f64 = from.iter_days().take_while(|day| *day < to)
            .map(|day| pace(day, &months, trend)).sum();
        let found = tempo.between(from, to).count;
        // Within a day a trend is steeper at its end, which the sum over noons leaves out.
        prop_assert!((found - sum).abs() <= 1e-6 * sum + 1e-9, "{found} {sum}");
        prop_assert_eq!(tempo.between(to, from).count, -found);
        let middle = from + Days::new(length / 3);
        let parts = tempo.between(from, middle).count + tempo.between(middle, to).count;
        prop_assert!((parts - found).abs() <= 1e-11 * found);
        // Written and read it is the same.
        let text = serde_json::to_string(&tempo).unwrap();
        prop_assert_eq!(serde_json::from_str::<Tempo>(&text).unwrap(), tempo);
    }

    #[test]
    fn without_season_and_trend_all_is_as_without_a_tempo(
        kind in 0..4_usize,
        (frequency, recency, rest) in (0..9_u32, 1.0..300.0_f64, 0.0..300.0_f64),
        rate in 0.0..0.6_f64,
        within in proptest::option::of(1.0..4_000.0_f64),
    ) {
        let recency = if frequency == 0 { 0.0 } else { recency };
        let customer = Repeat::new(frequency, recency, recency + rest, Unit::Day);
        let model = AttritionModel::new(PARAMETERS[kind], Unit::Week).unwrap();
        let within = within.map(|days| Length::new(days, Unit::Day));
        let steps = Discount::stepwise(rate / 10.0, Length::new(30.0, Unit::Day));
        for discount in [Discount::yearly(rate), steps] {
            let plain = model.discounted_purchases(&customer, within, &discount);
            let from = date("2026-03-17");
            let tempo = Tempo::default();
            let paced = tempo.discounted_purchases(&model, &customer, from, within, &discount);
            prop_assert_eq!(plain.is_some(), paced.is_some());
            if let (Some(plain), Some(paced)) = (plain, paced) {
                prop_assert!((plain / paced - 1.0).abs() < 1e-9, "{plain} {paced}");
            }
        }
    }
}

const PARAMETERS: [Parameters; 4] = [
    Parameters::Nbd { r: 0.385, alpha: 12.07 },
    Parameters::BgNbd { k: 1, r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 },
    Parameters::MbgNbd { k: 2, r: 0.525, alpha: 6.183, a: 0.891, b: 1.614 },
    Parameters::ParetoNbd { r: 0.553, alpha: 10.58, s: 0.606, beta: 11.67 },
];

/// A season with a strong December and a weak summer.
fn season() -> [f64; 12] {
    even([0.9, 0.8, 1.0, 1.0, 1.1, 0.8, 0.7, 0.7, 1.0, 1.1, 1.3, 1.9])
}

#[test]
fn what_is_worth_how_much_is_the_sum_of_its_days() {
    let trend = Trend { per_year: 0.2, from: date("2024-01-01"), until: date("2027-06-01") };
    let tempo = Tempo::new(season(), Some(trend)).unwrap();
    let customer = Repeat::new(4, 200.0, 260.0, Unit::Day);
    let from = date("2026-10-20");
    for parameters in PARAMETERS {
        let model = AttritionModel::new(parameters, Unit::Week).unwrap();
        let expected = |days: f64| {
            let time = tempo.ahead(from, Length::new(days, Unit::Day)).unwrap();
            model.expected_purchases(&customer, time).unwrap()
        };
        let worth = |days: f64, discount: Discount| {
            let within = Some(Length::new(days, Unit::Day));
            tempo.discounted_purchases(&model, &customer, from, within, &discount).unwrap()
        };
        // Each quarter of a day by its middle; beyond the years that are followed, each day.
        for (days, parts) in [(45.0, 4), (3_000.0, 1)] {
            let step = 1.0 / f64::from(parts);
            let (mut sum, mut before) = (0.0, 0.0);
            for at in 0..days as u32 * parts {
                let at = f64::from(at) * step;
                let now = expected(at + step);
                sum += (now - before) * 1.15_f64.powf(-(at + 0.5 * step) / 365.2425);
                before = now;
            }
            let found = worth(days, Discount::yearly(0.15));
            let enough = if days > 1_826.0 { 2e-3 } else { 1e-6 };
            assert!((found / sum - 1.0).abs() < enough, "{parameters:?} {days}: {found} {sum}");
        }
        // By months of 30 days at their ends, the last of which has 15.
        let steps = Discount::stepwise(0.01, Length::new(30.0, Unit::Day));
        let sum = expected(30.0) / 1.01 + (expected(45.0) - expected(30.0)) / 1.01_f64.powi(2);
        assert!((worth(45.0, steps) / sum - 1.0).abs() < 1e-12);
        assert_eq!(worth(45.0, Discount::yearly(0.0)), expected(45.0));
    }
}

/// The days of customers who buy at rates ~ gamma(1, 40 days) in the time of a tempo, leave after
/// each purchase with a chance ~ beta(1, 4), and first came on any of the first days.
fn simulated(
    customers: u64,
    (first, until): (NaiveDate, NaiveDate),
    come: u64,
    pace: impl Fn(NaiveDate) -> f64,
) -> Vec<Vec<NaiveDate>> {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let mut even = move || (rng.next_u32() as f64 + 0.5) / 4_294_967_296.0;
    let one = |number: u64| {
        let rate = -f64::ln(even()) / 40.0;
        let leaves = 1.0 - f64::powf(even(), 0.25);
        let mut day = first + Days::new(number * come / customers);
        let mut days = vec![day];
        while even() > leaves {
            // The next day with a purchase, by the chance of each day.
            loop {
                day = day + Days::new(1);
                if day >= until || even() < -f64::exp_m1(-rate * pace(day)) {
                    break;
                }
            }
            if day >= until {
                break;
            }
            days.push(day);
        }
        days
    };
    (0..customers).map(one).collect()
}

#[test]
fn a_known_season_is_found_in_what_customers_did() {
    let (first, until, later) = (date("2024-01-01"), date("2025-07-01"), date("2025-09-01"));
    let months = season();
    let all = simulated(8_000, (first, later), 366, |day| pace(day, &months, None));
    let found = Seasonality::default().fit(&all, until).unwrap().fitted().unwrap();
    for (found, known) in found.months().iter().zip(months) {
        assert!((found / known - 1.0).abs() < 0.1, "{found} {known}");
    }
    // The two weak months that follow are foretold by its clock, and not by that on the wall.
    let bias = |tempo: &Tempo| {
        let row = |days: &Vec<NaiveDate>| {
            let after = days.iter().filter(|day| (until..later).contains(day)).count();
            Some((tempo.repeat(days, until.pred_opt().unwrap())?, after as u32))
        };
        let (customers, purchases): (Vec<Repeat>, Vec<u32>) = all.iter().filter_map(row).unzip();
        let repeats = Repeats::new(Unit::Day, &customers, None).unwrap();
        let model = LatentAttrition::new(Kind::BgNbd).fit(&repeats).unwrap().fitted().unwrap();
        let told = model.validate(&customers, &purchases, tempo.between(until, later)).unwrap();
        told.bias.unwrap()
    };
    let (paced, plain) = (bias(&found), bias(&Tempo::default()));
    assert!(paced.abs() < 0.1 && plain > 0.25, "{paced} {plain}");
    // Without the clock nothing of the kind is found: all months are alike.
    let all = simulated(8_000, (first, until), 366, |_| 1.0);
    let found = Seasonality::default().fit(&all, until).unwrap().fitted().unwrap();
    for month in found.months() {
        assert!((month - 1.0).abs() < 0.05, "{:?}", found.months());
    }
}

#[test]
fn a_known_trend_is_told_from_a_season_by_three_years() {
    let (first, until) = (date("2022-01-01"), date("2025-01-01"));
    let months = season();
    let trend = Trend { per_year: 0.3, from: first, until };
    let all = simulated(6_000, (first, until), 900, |day| pace(day, &months, Some(trend)));
    let recipe = Seasonality { rhythm: Rhythm::SeasonAndTrend, kind: Kind::BgNbd };
    let found = recipe.fit(&all, until).unwrap().fitted().unwrap();
    let per_year = found.trend().unwrap().per_year;
    assert!((per_year - 0.3).abs() < 0.08, "{per_year}");
    for (found, known) in found.months().iter().zip(months) {
        assert!((found / known - 1.0).abs() < 0.1, "{found} {known}");
    }
}

#[test]
fn too_short_a_time_tells_no_season_and_no_trend() {
    let all = vec![vec![date("2024-01-01"), date("2024-03-01")], vec![date("2024-02-01")]];
    let both = Seasonality { rhythm: Rhythm::SeasonAndTrend, kind: Kind::BgNbd };
    let found = both.fit(&all, date("2025-06-01")).unwrap();
    let Outcome::TooLittle(reason) = found else { panic!("{found:?}") };
    assert_eq!(reason, TooLittle::TooShort { days: 517, needed: 730 });
    assert_eq!(
        reason.to_string(),
        "517 days are too short to tell a season from a trend: 730 are needed"
    );
    let none = Seasonality::default().fit(&[], date("2025-06-01")).unwrap();
    assert_eq!(none, Outcome::TooLittle(TooLittle::NoCustomers));
}

#[test]
fn what_is_out_of_range_beside_the_other_months_is_told_and_no_tempo_is_too_far_to_be_read() {
    for (most, least, fits) in [
        (1e6, 1e-6, false),
        (1e6, 0.001, false),
        (1.0, 2e-6, true),
        (1e9, 2e3, true),
        (1e-9, 2e-15, true),
        (1e300, 1e300, true),
        (1.0, 1e-7, false),
    ] {
        let mut months = [most; 12];
        months[3] = least;
        let tempo = Tempo::new(months, None);
        assert_eq!(tempo.is_ok(), fits, "{most} {least}");
        match tempo {
            Ok(tempo) => {
                let text = serde_json::to_string(&tempo).unwrap();
                assert_eq!(serde_json::from_str::<Tempo>(&text).unwrap(), tempo);
            }
            Err(told) => assert!(told.to_string().starts_with("`months[3]`"), "{told}"),
        }
    }
}

#[test]
fn a_tempo_that_makes_no_sense_is_told_with_its_places() {
    let text = r#"{"months": [1, 0, 1, 1, 1, -1, 1, 1, 1, 1, 1, 1],
        "trend": {"per_year": -1.0, "from": "2026-01-01", "until": "2025-01-01"}}"#;
    let told = serde_json::from_str::<Tempo>(text).unwrap_err().to_string();
    for place in ["months[1]", "months[5]", "trend.per_year", "trend.until"] {
        assert!(told.contains(&format!("`{place}`")), "{told}");
    }
    assert!(Tempo::new([f64::NAN; 12], None).is_err());
    // As far as the calendar goes and farther.
    let tempo = Tempo::new(season(), None).unwrap();
    let far = tempo.between(NaiveDate::MIN, NaiveDate::MAX).count;
    let days = (NaiveDate::MAX - NaiveDate::MIN).num_days() as f64;
    assert!((far / days - 1.0).abs() < 1e-6);
    let ahead = tempo.ahead(NaiveDate::MAX, Length::new(1e9, Unit::Day)).unwrap();
    assert!((ahead.count / 1e9 - 1.0).abs() < 1e-3);
}
