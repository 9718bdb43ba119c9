//! What is wrong with triggers is told, all of it, each with its place.

use loyalty::calendar::Zone;
use loyalty::money::Currency;

use super::scene::triggers;

fn faults(json: &str) -> Vec<String> {
    let checked = triggers(json).check_alone(Zone::UTC, Currency::EUR);
    let problems = checked.map(|_| ()).unwrap_err();
    problems.iter().map(ToString::to_string).collect()
}

#[test]
fn all_problems_are_told_with_their_places() {
    let told = faults(
        r#"{"list": [
        {"id": "a", "pattern": {"silence": {"after": {"event": "cart_updated",
            "when": {"field": "basket_totl", "above": 100}}, "without": [], "lasting": "60min"}}},
        {"id": "a", "pattern": {"happens": {"of": {"event": "void"}, "nth": 0}}},
        {"id": "b", "pattern": {"times": {"of": {"event": "custom"}, "count": 1, "within": "1d"}}},
        {"id": "c", "pattern": {"happens": {"of": {"event": "view", "name": "x"}}}},
        {"id": "d", "pattern": {"near": {"center": {"latitude": 91.0, "longitude": 0.0},
            "radius_meters": 0.0}}},
        {"id": "e", "pattern": {"date": {"of": {"season": {"starts": {"north":
            {"month": 13, "day": 1}}}}, "at": "09:00:00"}}},
        {"id": "f", "pattern": {"date": {"of": {"points_expire": "miles"}, "at": "09:00:00"}}},
        {"id": "g", "pattern": {"date": {"of": {"tier_review": null}, "at": "09:00:00"}}},
        {"id": "h", "pattern": {"news": {"of": [], "interest": {"by": [], "within": "30d"}}}},
        {"id": "i", "pattern": {"crosses": {"rule": {"field": "points", "at_least": 500}}}}
    ]}"#,
    );
    let wanted = [
        ("list[0].pattern.silence.without", "nothing breaks the silence"),
        ("list[0].pattern.silence.after.when", "did you mean `basket_total`"),
        ("list[1].id", "also at list[0]"),
        ("list[1].pattern.happens.nth", "out of range"),
        ("list[1].pattern.happens.of.event", "never happened"),
        ("list[2].pattern.times.count", "2 to 1000"),
        ("list[2].pattern.times.of.event", "write their `name`"),
        ("list[3].pattern.happens.of.event", "a `view` has none"),
        ("list[4].pattern.near.center.latitude", "90 degrees at most"),
        ("list[4].pattern.near.radius_meters", "above 0"),
        ("list[5].pattern.date.of.season.starts.north", "no day 1 of month 13"),
        ("list[6].pattern.date.of", "no purse `miles`"),
        ("list[7].pattern.date.of", "no ladder"),
        ("list[8].pattern.news.of", "name at least one"),
        ("list[8].pattern.news.interest.by", "name at least one"),
        ("list[9].pattern.crosses.rule", "points"),
    ];
    for ((path, words), told) in wanted.iter().zip(&told) {
        assert!(told.starts_with(&format!("`{path}")) && told.contains(words), "{path}: {told}");
    }
    assert_eq!(told.len(), wanted.len(), "{told:#?}");
}

#[test]
fn a_cycle_by_way_of_messages_must_be_slow() {
    let json = |rest: &str| {
        format!(
            r#"{{"list": [{{"id": "t", "pattern": {{"happens": {{"of":
                {{"event": "email_opened"}}}}}}{rest}}}]}}"#
        )
    };
    let checked = |json: &str| triggers(json).check_alone(Zone::UTC, Currency::EUR).map(|_| ());
    for fast in ["", r#", "cool_down": "59min""#] {
        assert!(faults(&json(fast))[0].contains("a message can lead to `email_opened`"));
    }
    for slow in ["60min", "1h", "1d"] {
        assert_eq!(checked(&json(&format!(r#", "cool_down": "{slow}""#))), Ok(()));
    }
}

#[test]
fn fields_that_are_not_there_are_refused_by_name() {
    let read = serde_json::from_str::<loyalty::trigger::Triggers>(
        r#"{"list": [{"id": "t", "pattern": {"happens": {"of": {"event": "view", "where": 1}}}}]}"#,
    );
    assert!(read.unwrap_err().to_string().contains("unknown field `where`"));
}
