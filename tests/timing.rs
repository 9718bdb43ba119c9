//! When customers buy: next, at which moment, in which cycle and season.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc, Weekday};
use loyalty::calendar::Zone;
use loyalty::event::{Columns, Purchases};
use loyalty::money::Currency;
use loyalty::timing::{
    BestTime, Cycles, Leaving, MomentModel, NextPurchase, NextPurchaseModel, Pull, Seasons,
};

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Orders at an hour of days.
fn log(customers: &[(&str, Vec<(NaiveDate, u32)>)]) -> Purchases {
    let mut columns = Columns::default();
    for (name, orders) in customers {
        for (day, hour) in orders {
            columns.customers.push(name.parse().unwrap());
            let time = NaiveTime::from_hms_opt(*hour, 0, 0).unwrap();
            columns.at.push(day.and_time(time).and_utc());
            columns.list_minor.push(1000);
            columns.units.push(1);
        }
    }
    Purchases::from_columns(Currency::EUR, &columns).unwrap()
}

/// Every so many days from a date on, so often, at noon.
fn every(gap: u64, from: &str, times: u64) -> Vec<(NaiveDate, u32)> {
    (0..times).map(|number| (date(from) + chrono::Days::new(gap * number), 12)).collect()
}

#[test]
fn the_interval_has_what_it_promises_of_the_lomax_distribution() {
    let orders = log(&[("ann", every(10, "2026-03-01", 4))]);
    let model = NextPurchaseModel::new(NextPurchase::default(), Zone::UTC, 2.0, 20.0).unwrap();
    let next = model.predict(orders.orders(0), at("2026-04-10T00:00:00Z")).unwrap();
    // Shape 2 + 3 and rate 20 + 40: P(wait > t) = (60 / (60 + t))^5.
    let beyond = |days: f64| (60.0 / (60.0 + days)).powi(5);
    assert!((beyond(next.wait_days) - 0.5).abs() < 1e-12);
    assert_eq!(next.mean_days, Some(15.0));
    let days = |day: NaiveDate| (day - date("2026-04-10")).num_days() as f64;
    assert!(beyond(days(next.first) - 0.5) > 0.9 - 1e-9 && beyond(days(next.first) + 0.5) < 0.9);
    assert!(beyond(days(next.last) - 0.5) > 0.1 && beyond(days(next.last) + 0.5) < 0.1);
    // Silent for 10 days after 30 days with the same rhythm: (50 / 60)^5.
    assert_eq!(next.late.silent_days, 10.0);
    assert!((next.late.chance - (50.0_f64 / 60.0).powi(5)).abs() < 1e-12 && !next.late.is_late);
}

#[test]
fn who_is_silent_against_their_own_rhythm_is_late() {
    let orders =
        log(&[("often", every(3, "2026-01-01", 30)), ("seldom", every(40, "2026-01-01", 3))]);
    let model = NextPurchase::default().fit(&orders, at("2026-05-01T00:00:00Z"), &Zone::UTC);
    let model = model.unwrap();
    let late =
        |index| model.predict(orders.orders(index), at("2026-05-01T00:00:00Z")).unwrap().late;
    assert!(late(0).is_late && !late(1).is_late);
    assert!(late(0).to_string().starts_with("late: silent for 33 days"), "{}", late(0));
    let text = serde_json::to_string(&model).unwrap();
    assert_eq!(serde_json::from_str::<NextPurchaseModel>(&text).unwrap(), model);
    assert!(NextPurchaseModel::new(NextPurchase::default(), Zone::UTC, 0.0, -1.0).is_err());
}

#[test]
fn who_may_have_left_comes_back_with_the_chance_of_the_papers() {
    // MBG/NBD, E. Batislam et al. (2007): P(alive) is
    // 1 / (1 + a / (b + x) ((α + T) / (α + t_x))^(r + x)).
    let orders = log(&[("ann", every(10, "2026-03-01", 4))]);
    let model = NextPurchaseModel::new(NextPurchase::default(), Zone::UTC, 2.0, 20.0).unwrap();
    let model = model.with_leaving(Leaving { a: 0.5, b: 4.0 }).unwrap();
    let asked = at("2026-05-10T00:00:00Z");
    let next = model.predict(orders.orders(0), asked).unwrap();
    let alive = 1.0 / (1.0 + 0.5 / 7.0 * (90.0_f64 / 50.0).powi(5));
    assert!((next.returns - alive).abs() < 1e-12, "{} {alive}", next.returns);
    assert!(next.to_string().ends_with(", if they come back (43 %)"), "{next}");
    // Of those who come back, P(wait > t) = (90 / (90 + t))^5; within 20 days half of them have by
    // the wait at which that is half as much as after 20 days.
    let by = |days: f64| 1.0 - (90.0 / (90.0 + days)).powi(5);
    let within = model.within(orders.orders(0), asked, "20d".parse().unwrap()).unwrap();
    assert!((within.chance - alive * by(20.0)).abs() < 1e-12);
    assert!((by(within.wait_days) - 0.5 * by(20.0)).abs() < 1e-12);
    assert!(within.wait_days < next.wait_days && within.even_days.is_none());
    // On the day of an order they are still there; half of all have bought at a later day than half
    // of those who come back.
    let soon = model.within(orders.orders(0), at("2026-03-31T18:00:00Z"), "1y".parse().unwrap());
    let soon = soon.unwrap();
    let stay = 7.0 / 7.5;
    let bought = stay * (1.0 - (50.0 / (50.0 + soon.even_days.unwrap())).powi(5));
    assert!((bought - 0.5).abs() < 1e-12 && soon.even_days.unwrap() > soon.wait_days);
    let text = serde_json::to_string(&model).unwrap();
    assert_eq!(serde_json::from_str::<NextPurchaseModel>(&text).unwrap(), model);
    let told = model.with_leaving(Leaving { a: -1.0, b: f64::NAN }).unwrap_err().to_string();
    assert!(told.contains("`leaving.a`") && told.contains("`leaving.b`"), "{told}");
}

/// Each customer's days with orders among the CDNOW sample, told as a log.
fn cdnow() -> Purchases {
    let mut columns = Columns::default();
    for line in include_str!("../examples/data/cdnow_sample.csv").lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        columns.customers.push(fields[1].parse().unwrap());
        columns.at.push(date(fields[2]).and_hms_opt(12, 0, 0).unwrap().and_utc());
        columns.list_minor.push(1000);
        columns.units.push(1);
    }
    Purchases::from_columns(Currency::EUR, &columns).unwrap()
}

#[test]
fn of_cdnow_the_day_is_foretold_better_than_by_the_usual_rules() {
    let (asked, days) = (at("1998-04-01T00:00:00Z"), 91.0);
    let orders = cdnow();
    let model = NextPurchase::default().fit(&orders, asked, &Zone::UTC).unwrap();
    // Of those who came back within 91 days, and of all, where who did not counts as 91.
    let (mut came, mut all) = ([0.0; 5], [0.0; 5]);
    let (mut chance, mut returned, mut count) = (0.0, 0.0, 0.0);
    for (_, own) in orders.iter() {
        let bought: Vec<NaiveDate> = own.iter().map(|order| order.at.date_naive()).collect();
        let waits = |day: &NaiveDate| (*day - asked.date_naive()).num_days() as f64;
        let mut seen: Vec<f64> = bought.iter().map(waits).filter(|wait| *wait < 0.0).collect();
        seen.dedup();
        if seen.len() < 2 {
            continue;
        }
        let next = bought.iter().map(waits).find(|wait| (0.0..days).contains(wait));
        let mut gaps: Vec<f64> = seen.windows(2).map(|pair| pair[1] - pair[0]).collect();
        gaps.sort_by(f64::total_cmp);
        let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
        let median = 0.5 * (gaps[gaps.len() / 2] + gaps[(gaps.len() - 1) / 2]);
        let last = seen[seen.len() - 1];
        let within = model.within(own, asked, "91d".parse().unwrap()).unwrap();
        let rules = [(mean + last).max(0.0), (median + last).max(0.0), mean, median];
        let add = |sums: &mut [f64; 5], own: f64, actual: f64| {
            for (sum, told) in sums.iter_mut().zip([own, rules[0], rules[1], rules[2], rules[3]]) {
                *sum += (told.min(days) - actual).abs();
            }
        };
        if let Some(actual) = next {
            add(&mut came, within.wait_days, actual);
            returned += 1.0;
        }
        add(&mut all, within.even_days.unwrap_or(days), next.unwrap_or(days));
        chance += within.chance;
        count += 1.0;
    }
    let least = |sums: [f64; 5]| sums[1..].iter().copied().fold(f64::INFINITY, f64::min);
    assert_eq!((count, returned), (1105.0, 266.0));
    // The least of the rules' errors is 30.8 days, and 29.4 of all.
    assert!((least(came) / returned - 30.77).abs() < 0.01, "{}", least(came) / returned);
    assert!((least(all) / count - 29.43).abs() < 0.01, "{}", least(all) / count);
    assert!(came[0] / returned < 21.5, "{}", came[0] / returned);
    assert!(all[0] / count < 11.7, "{}", all[0] / count);
    // As many come back as are expected to, but for an eighth.
    assert!((chance / returned - 1.0).abs() < 0.13, "{chance} {returned}");
}

#[test]
fn the_best_moment_is_the_posterior_mode_of_a_dirichlet_prior() {
    // The program: 8 orders on Mondays at 9, 2 on Saturdays at 18, which are those of bea.
    let monday = |week: u64| (date("2026-01-05") + chrono::Days::new(7 * week), 9);
    let saturday = |week: u64| (date("2026-01-10") + chrono::Days::new(7 * week), 18);
    let orders =
        log(&[("ann", (0..8).map(monday).collect()), ("bea", (0..2).map(saturday).collect())]);
    let best = |pull: f64| {
        let recipe = BestTime { weekdays: Pull::Orders(pull), hours: Pull::Orders(pull) };
        let model = recipe.fit(&orders, at("2026-06-01T00:00:00Z"), &Zone::UTC).unwrap();
        assert_eq!((model.weekday_shares()[0], model.hour_shares()[18]), (0.8, 0.2));
        model.best(orders.orders(1), at("2026-06-01T00:00:00Z"))
    };
    // Her own 2 orders against 10 of the program: (10 × 0.8) / 12 and (10 × 0.2 + 2) / 12.
    let shrunk = best(10.0);
    assert_eq!((shrunk.weekday, shrunk.hour, shrunk.orders), (Weekday::Mon, 9, 2));
    assert!((shrunk.weekday_share - 8.0 / 12.0).abs() < 1e-12);
    let own = best(1.0);
    assert_eq!((own.weekday, own.hour), (Weekday::Sat, 18));
    assert!((own.hour_share - 2.2 / 3.0).abs() < 1e-12 && own.hour_usual == 0.2);
}

#[test]
fn a_learned_pull_is_strong_where_all_are_alike() {
    // All buy on every day in turn: nobody is different.
    let alike: Vec<(String, Vec<(NaiveDate, u32)>)> =
        (0..40).map(|number| (format!("c-{number:02}"), every(1, "2026-01-05", 28))).collect();
    let alike: Vec<(&str, Vec<_>)> =
        alike.iter().map(|(name, days)| (name.as_str(), days.clone())).collect();
    let pull = |orders: &Purchases| {
        let model = BestTime::default().fit(orders, at("2026-06-01T00:00:00Z"), &Zone::UTC);
        let model: MomentModel = model.unwrap();
        let text = serde_json::to_string(&model).unwrap();
        assert_eq!(serde_json::from_str::<MomentModel>(&text).unwrap(), model);
        model.pulls()[0]
    };
    assert!(pull(&log(&alike)) > 1e5);
    // Each has a weekday of their own: the pull is the weakest that is allowed.
    let own: Vec<(&str, Vec<_>)> = alike
        .iter()
        .enumerate()
        .map(|(number, (name, _))| {
            let start = date("2026-01-05") + chrono::Days::new(number as u64 % 7);
            (*name, every(7, &start.to_string(), 12))
        })
        .collect();
    assert!((pull(&log(&own)) - 10.0).abs() < 0.1);
}

#[test]
fn a_cycle_is_found_among_those_who_buy_by_chance() {
    let gaps = [1, 30, 2, 3, 17, 1, 9, 40, 2, 5_u64];
    let mut day = date("2026-01-01");
    let mut chance = vec![(day, 12)];
    for gap in gaps {
        day = day + chrono::Days::new(gap);
        chance.push((day, 12));
    }
    let mut regular = every(14, "2026-01-01", 9);
    regular[4].0 = regular[4].0.succ_opt().unwrap();
    let orders =
        log(&[("chance", chance), ("regular", regular), ("few", every(10, "2026-01-01", 4))]);
    let found = Cycles::default().find(&orders, at("2026-08-01T00:00:00Z"), &Zone::UTC).unwrap();
    assert_eq!(found.len(), 1);
    let cycle = &found[0];
    assert_eq!((cycle.customer.as_str(), cycle.days, cycle.gaps), ("regular", 14.0, 8));
    // scipy.stats.gamma.fit([14, 14, 14, 15, 13, 14, 14, 14], floc=0) of scipy 1.18.1 has the
    // shape 782.16493.
    assert!((cycle.regularity - 782.164_926).abs() < 1e-5, "{}", cycle.regularity);
    assert!(cycle.to_string().starts_with("buys every 14 days, give or take 0.5"), "{cycle}");
}

#[test]
fn who_buys_every_november_is_told_from_who_buys_when_all_do() {
    let november = |year: i32| (NaiveDate::from_ymd_opt(year, 11, 20).unwrap(), 12);
    let seasonal = vec![november(2022), november(2023), november(2024), november(2025)];
    let mut customers = vec![("seasonal".to_owned(), seasonal)];
    for number in 0..20_u64 {
        let start = date("2022-01-01") + chrono::Days::new(number);
        customers.push((format!("steady-{number:02}"), every(20, &start.to_string(), 70)));
    }
    let named: Vec<(&str, Vec<_>)> =
        customers.iter().map(|(name, days)| (name.as_str(), days.clone())).collect();
    let found = Seasons::default().find(&log(&named), at("2026-01-01T00:00:00Z"), &Zone::UTC);
    let found = found.unwrap();
    let told: Vec<(&str, u32)> = found.iter().map(|it| (it.customer.as_str(), it.month)).collect();
    assert_eq!(told, [("seasonal", 11)]);
    let season = &found[0];
    assert_eq!((season.years, season.of_years, season.days, season.of_days), (4, 4, 4, 4));
    // All four of four: the usual share to the fourth power.
    assert!((season.chance - season.usual.powi(4)).abs() < 1e-12);
    assert!(season.to_string().starts_with("buys every November: 4 of 4 days"), "{season}");
}

#[test]
fn a_season_of_the_program_is_no_season_of_a_customer() {
    // Everybody buys in December only.
    let december = |number: u32| {
        (2022..2026)
            .map(|year| (NaiveDate::from_ymd_opt(year, 12, 1 + number).unwrap(), 12))
            .collect()
    };
    let names = ["a", "b", "c", "d", "e"];
    let customers: Vec<(&str, Vec<_>)> = names.into_iter().zip((0..5).map(december)).collect();
    let orders = log(&customers);
    assert!(customers.iter().flat_map(|(_, days)| days).all(|(day, _)| day.month() == 12));
    let found = Seasons::default().find(&orders, at("2026-01-01T00:00:00Z"), &Zone::UTC).unwrap();
    assert_eq!(found, []);
}

#[test]
fn what_is_out_of_range_is_told() {
    let orders = log(&[("ann", every(10, "2026-01-01", 3))]);
    let now = at("2026-08-01T00:00:00Z");
    let wrong = Cycles { least_gaps: 2, least_regularity: f64::NAN, mistaken: 0.0 };
    let told = wrong.find(&orders, now, &Zone::UTC).unwrap_err().to_string();
    for place in ["least_gaps", "least_regularity", "mistaken"] {
        assert!(told.contains(&format!("`{place}`")), "{told}");
    }
    let wrong = Seasons { least_years: 1, ..Seasons::default() };
    assert!(wrong.find(&orders, now, &Zone::UTC).is_err());
    let wrong = BestTime { weekdays: Pull::Orders(0.0), ..BestTime::default() };
    assert!(wrong.fit(&orders, now, &Zone::UTC).is_err());
    let once = log(&[("ann", every(10, "2026-01-01", 1))]);
    assert!(NextPurchase::default().fit(&once, now, &Zone::UTC).is_err());
}
