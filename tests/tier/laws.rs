//! What holds for every ladder, also against a model that asks every instant anew.

use chrono::{DateTime, TimeDelta, Utc};
use loyalty::calendar::{Window, Zone};
use loyalty::event::{Event, EventKind};
use loyalty::feature::{Moment, Snapshot};
use loyalty::money::Currency;
use loyalty::points::Ledger;
use loyalty::profile::{Customer, Profile, Recorded};
use loyalty::tier::{CheckedLadder, Ladder, Qualification, Standing, TierPolicy, Validity};
use proptest::prelude::*;
use serde_json::json;

const WINDOWS: [&str; 8] =
    ["20d", "1mo", "36h", "this_month", "last_month", "this_week", "membership_year", "lifetime"];
const VALIDITIES: [&str; 4] =
    [r#""while_qualified""#, r#"{"for": "10d"}"#, r#"{"for": "1mo"}"#, r#"{"for": "1y"}"#];
/// In euro: the second tier begins at 3, the third at 5.
const THRESHOLDS: [i64; 3] = [0, 3, 5];

/// The hours, from the end of January on, in which everything happens: over the beginning of summer
/// time and over months of 28 to 31 days.
const HOURS: i64 = 24 * 100;

fn hour(hour: i64) -> DateTime<Utc> {
    let start: DateTime<Utc> = "2026-01-25T00:00:00Z".parse().unwrap();
    start + TimeDelta::hours(hour)
}

fn zone() -> Zone {
    Zone::from_name("Europe/Brussels").unwrap()
}

fn ladder(window: &str, validity: &str) -> (CheckedLadder, Ladder) {
    let tiers: Vec<serde_json::Value> = THRESHOLDS
        .iter()
        .map(|least| (format!("t{least}"), format!("{least} EUR")))
        .map(|(id, at_least)| json!({"id": id, "name": "t", "at_least": at_least}))
        .collect();
    let validity: serde_json::Value = serde_json::from_str(validity).unwrap();
    let written = json!(
        {"measure": "spend", "window": window, "validity": validity, "tiers": tiers});
    let written: Ladder = serde_json::from_value(written).unwrap();
    (written.check(Currency::EUR).unwrap(), written)
}

/// A customer who enrolled at the start, and bought for so many euro at so many hours.
fn profile(orders: &[(i64, i64)]) -> Profile {
    let mut profile = Profile::new(Customer::new("c".parse().unwrap()));
    let mut record = |id: String, at, kind| {
        let kind: EventKind = serde_json::from_value(kind).unwrap();
        let event = Event::new(id.parse().unwrap(), "c".parse().unwrap(), at, kind);
        assert_eq!(profile.history.record(event), Recorded::New);
    };
    record("start".to_owned(), hour(0), json!("enrolled"));
    for (index, (at, euro)) in orders.iter().enumerate() {
        let id = format!("o{index}");
        let kind = json!({"purchase": {"order": id, "basket": {"lines": [
            {"id": "1", "product": "p", "quantity": 1, "unit_price": format!("{euro} EUR")}]}}});
        record(id, hour(*at), kind);
    }
    profile
}

fn standing(ladder: &CheckedLadder, profile: &Profile, as_of: DateTime<Utc>) -> Standing {
    let moment = Moment { as_of, zone: zone(), currency: Currency::EUR };
    ladder.standing(&Snapshot::of(profile, moment), &Ledger::default())
}

fn orders() -> impl Strategy<Value = Vec<(i64, i64)>> {
    proptest::collection::vec((0..HOURS, 1..4_i64), 0..8)
}

/// The credits in the window at an instant.
fn credits(window: &Qualification, orders: &[(i64, i64)], as_of: DateTime<Utc>) -> i64 {
    let Qualification::Window(window) = window else { panic!("{window}") };
    let anchor = Some(zone().date(hour(0)));
    let interval = window.interval(as_of, &zone(), anchor);
    let counts = |at| interval.is_some_and(|interval| interval.contains(hour(at)));
    orders.iter().filter(|(at, _)| counts(*at)).map(|(_, euro)| euro).sum()
}

fn rank_for(credits: i64) -> usize {
    THRESHOLDS.iter().filter(|least| **least <= credits).count() - 1
}

/// The rank at an instant, by the words of [`Validity`].
fn rank(ladder: &Ladder, orders: &[(i64, i64)], as_of: DateTime<Utc>) -> usize {
    let known: Vec<(i64, i64)> =
        orders.iter().copied().filter(|(at, _)| hour(*at) <= as_of).collect();
    let now = rank_for(credits(&ladder.window, &known, as_of));
    let Validity::For(span) = ladder.validity else { return now };
    let came_in = |at: i64| match ladder.window {
        Qualification::Window(Window::Previous(period)) => {
            zone().start_of_day(period.next_start(zone().date(hour(at))))
        }
        _ => hour(at),
    };
    let instants = known.iter().map(|(at, _)| came_in(*at)).filter(|instant| *instant <= as_of);
    let held = instants.filter(|instant| as_of < span.after(*instant, &zone())).map(|instant| {
        // What was bought later was not there yet.
        let until = known.iter().copied().filter(|(at, _)| hour(*at) <= instant);
        rank_for(credits(&ladder.window, &until.collect::<Vec<_>>(), instant))
    });
    held.max().map_or(now, |held| held.max(now))
}

/// A few instants of every day, none of them a full hour.
fn instants() -> impl Iterator<Item = DateTime<Utc>> {
    (0..HOURS + 24 * 60).step_by(17).map(|at| hour(at) + TimeDelta::minutes(at % 60))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_standing_is_what_asking_every_instant_anew_gives(
        orders in orders(),
        window in prop::sample::select(WINDOWS.to_vec()),
        validity in prop::sample::select(VALIDITIES.to_vec()),
    ) {
        let (checked, written) = ladder(window, validity);
        let profile = profile(&orders);
        for as_of in instants().step_by(3) {
            let found = standing(&checked, &profile, as_of);
            prop_assert_eq!(found.rank, rank(&written, &orders, as_of), "{}", as_of);
            prop_assert_eq!(&found.tier, &checked.tiers()[found.rank].id);
            let known: Vec<(i64, i64)> =
                orders.iter().copied().filter(|(at, _)| hour(*at) <= as_of).collect();
            let credits = credits(&written.window, &known, as_of);
            prop_assert_eq!(found.credits.to_string(), format!("{credits}.00 EUR"));
        }
    }

    #[test]
    fn more_credits_never_lower_a_tier(
        orders in orders(),
        more in (0..HOURS, 1..4_i64),
        window in prop::sample::select(WINDOWS.to_vec()),
        validity in prop::sample::select(VALIDITIES.to_vec()),
    ) {
        let (checked, _) = ladder(window, validity);
        let (fewer, more) = (profile(&orders), profile(&[orders, vec![more]].concat()));
        for as_of in instants().step_by(3) {
            let rank = |profile| standing(&checked, profile, as_of).rank;
            prop_assert!(rank(&fewer) <= rank(&more), "{}", as_of);
        }
    }

    #[test]
    fn a_standing_lasts_exactly_until_it_says(
        orders in orders(),
        window in prop::sample::select(WINDOWS.to_vec()),
        validity in prop::sample::select(VALIDITIES.to_vec()),
    ) {
        let (checked, _) = ladder(window, validity);
        let profile = profile(&orders);
        // When nothing more happens.
        let mut now = standing(&checked, &profile, hour(HOURS));
        let mut changes = 0;
        while let Some(at) = now.next_change {
            let before = standing(&checked, &profile, at - TimeDelta::nanoseconds(1));
            let next = standing(&checked, &profile, at);
            prop_assert_eq!(&before, &now);
            prop_assert_ne!(&next, &now);
            if now.until == Some(at) {
                prop_assert_ne!(next.rank, now.rank);
                prop_assert_eq!(next.since, Some(at));
            } else {
                let tier = |one: &Standing| (one.rank, one.since, one.until);
                prop_assert_eq!(tier(&next), tier(&now));
            }
            changes += 1;
            prop_assert!(changes < 100);
            now = next;
        }
        prop_assert_eq!(now.until, None);
        prop_assert_eq!(standing(&checked, &profile, hour(HOURS * 1_000)), now);
    }

    #[test]
    fn a_tier_is_held_since_when_it_says(
        orders in orders(),
        window in prop::sample::select(WINDOWS.to_vec()),
        validity in prop::sample::select(VALIDITIES.to_vec()),
    ) {
        let (checked, written) = ladder(window, validity);
        let profile = profile(&orders);
        let as_of = hour(HOURS);
        let now = standing(&checked, &profile, as_of);
        for instant in instants().filter(|instant| *instant <= as_of) {
            if now.since.is_none_or(|since| since <= instant) {
                prop_assert_eq!(rank(&written, &orders, instant), now.rank);
            }
        }
        if let Some(since) = now.since {
            let before = since - TimeDelta::nanoseconds(1);
            prop_assert_ne!(rank(&written, &orders, before), now.rank);
            prop_assert_eq!(rank(&written, &orders, since), now.rank);
        }
    }
}
