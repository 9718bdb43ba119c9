//! Features and learners of a host's own that break a law are found out.

use chrono::{DateTime, NaiveDate, Utc};
use loyalty::calendar::Zone;
use loyalty::feature::{Column, Extractor, FeatureTable, Measure, Moment, Snapshot};
use loyalty::laws;
use loyalty::money::Currency;
use loyalty::profile::{Customer, Profile};
use loyalty::rule::{Kind, Text, Value};
use loyalty::segment::{Learn, Membership, Segment, Segmenter};

use crate::check;

/// Hours since the beginning of 2026, in one wrong way.
struct Hours {
    name: &'static str,
    slip: Slip,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Slip {
    None,
    Kind,
    Hindsight,
    Silent,
    Late,
}

fn hours(as_of: DateTime<Utc>) -> i64 {
    let start: DateTime<Utc> = "2026-01-01T00:00:00Z".parse().unwrap();
    (as_of - start).num_hours()
}

impl Extractor for Hours {
    fn name(&self) -> &str {
        self.name
    }

    fn kind(&self) -> Kind {
        if self.slip == Slip::Kind { Kind::Number } else { Kind::Integer }
    }

    fn extract(&self, snapshot: &Snapshot<'_>) -> Option<Value> {
        let later = snapshot.profile().history.events(DateTime::<Utc>::MAX_UTC).count();
        let seen = if self.slip == Slip::Hindsight { later } else { 0 };
        Some(Value::Integer(hours(snapshot.moment().as_of) + i64::try_from(seen).ok()?))
    }

    fn next_change(&self, snapshot: &Snapshot<'_>) -> Option<DateTime<Utc>> {
        let as_of = snapshot.moment().as_of;
        match self.slip {
            Slip::Silent => None,
            Slip::Late => Some(as_of),
            _ => {
                let next = hours(as_of) + 1;
                let start: DateTime<Utc> = "2026-01-01T00:00:00Z".parse().ok()?;
                Some(start + chrono::TimeDelta::hours(next))
            }
        }
    }
}

#[test]
fn a_feature_that_breaks_a_law_is_found_out() {
    let profile = Profile::new(Customer::new("ann".parse().unwrap()));
    let as_of = "2026-03-14T12:20:00Z".parse().unwrap();
    let moment = Moment { as_of, zone: Zone::UTC, currency: Currency::EUR };
    let run = |name, slip| laws::extractor(&Hours { name, slip }, &profile, &moment);
    assert_eq!(run("hours", Slip::None), Ok(()));
    for taken in ["", "birthday", "orders(30d)"] {
        check(run(taken, Slip::None), "the name is that of no other feature", taken);
    }
    let law = "the value is of the stated type";
    check(run("hours", Slip::Kind), law, "`hours` is `1740`, where a number belongs");
    check(
        run("hours", Slip::Hindsight),
        "what happens later does not matter",
        "is `1740`; with an order a second later, as of 2026-03-14 12:20:00 UTC `hours` is `1742`",
    );
    check(run("hours", Slip::Late), "the next change is to come", "2026-03-14T12:20:00Z");
    let law = "the value stays the same until its next change";
    check(run("hours", Slip::Silent), law, "as of 2026-03-15 13:20:00 UTC `hours` is `1765`");
}

/// Who has had more orders than the customers before.
struct Rising {
    segments: [Segment; 1],
    inputs: [Text; 1],
    most: i64,
    tells: Tells,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Tells {
    Before,
    After,
    Nobody,
}

impl Rising {
    fn new(tells: Tells) -> Self {
        let segment = Segment {
            id: "rising".parse().unwrap(),
            name: "Rising".to_owned(),
            description: String::new(),
        };
        Self { segments: [segment], inputs: ["orders".into()], most: 2, tells }
    }
}

impl Segmenter for Rising {
    fn segments(&self) -> &[Segment] {
        &self.segments
    }

    fn inputs(&self) -> &[Text] {
        &self.inputs
    }

    fn assign(&self, row: &[Option<Value>], _: NaiveDate) -> Membership {
        match row {
            [Some(Value::Integer(orders))] if *orders > self.most => {
                Membership::of(self.segments[0].id.clone())
            }
            _ => Membership::none(),
        }
    }
}

impl Learn for Rising {
    fn learn(&mut self, row: &[Option<Value>], today: NaiveDate) -> Membership {
        let before = self.assign(row, today);
        match row {
            [Some(Value::Integer(orders))] if self.tells == Tells::Nobody || !before.is_empty() => {
                self.most = *orders;
            }
            _ => {}
        }
        if self.tells == Tells::After { self.assign(row, today) } else { before }
    }
}

#[test]
fn a_learner_that_breaks_a_law_is_found_out() {
    let rows = [("ann", 1.0), ("bob", 9.0), ("cat", 2.0)];
    let rows = rows.map(|(id, orders)| (id.parse().unwrap(), [Some(orders)]));
    let table = FeatureTable::new([Column::new("orders", Measure::Integer)], rows).unwrap();
    let run = |tells| laws::learn(&mut Rising::new(tells), &table, NaiveDate::default());
    assert_eq!(run(Tells::Before), Ok(()));
    let law = "learning tells what was assigned before";
    check(run(Tells::After), law, "[9] was in {`rising` by 1}, learned {}");
    check(run(Tells::Nobody), "who is in no segment teaches nothing", "[1] is in no segment");
}
