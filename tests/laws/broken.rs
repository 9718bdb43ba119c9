//! Implementations that break a law are found out, and told which.

use std::sync::atomic::{AtomicU32, Ordering};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use loyalty::calendar::Zone;
use loyalty::event::{Event, EventKind};
use loyalty::feature::{FeatureTable, Moment, Snapshot};
use loyalty::id::{CustomerId, LineId, SegmentId};
use loyalty::laws;
use loyalty::money::{Allocation, Allocator, Currency, LargestRemainder, Money, Share};
use loyalty::points::{
    Boosts, Cause, Earlier, EarningPolicy, Expiry, Ledger, Movement, Multiplier, Occasion, Points,
    Posting, Source, Term,
};
use loyalty::profile::{Customer, Profile};
use loyalty::rule::{Facts, Field, Kind, Schema, Slot, Text, Value};
use loyalty::segment::{Fit, Membership, Segment, Segmenter};
use loyalty::tier::{Credits, Measure, Needed, Standing, Tally, Tier, TierPolicy};

use crate::check;

fn euro(minor: i64) -> Money {
    Money::from_minor(minor, Currency::EUR)
}

fn noon() -> DateTime<Utc> {
    "2026-03-14T12:00:00Z".parse().unwrap()
}

/// Does something to what the largest remainder gives.
struct Bent<F>(F);

impl<F: Fn(&mut Allocation, &[Share<'_>]) + Send + Sync> Allocator for Bent<F> {
    fn allocate(&self, amount: Money, shares: &[Share<'_>]) -> Allocation {
        let mut allocation = LargestRemainder.allocate(amount, shares);
        (self.0)(&mut allocation, shares);
        allocation
    }
}

#[test]
fn an_allocator_that_loses_or_shifts_cents_is_found_out() {
    let ids: Vec<LineId> = ["a", "b", "c"].map(|id| LineId::new(id).unwrap()).to_vec();
    let shares: Vec<Share<'_>> =
        ids.iter().zip([0, 300, 400]).map(|(line, n)| Share::new(line, euro(n))).collect();
    let run = |allocator: &dyn Allocator| laws::allocator(allocator, euro(500), &shares);
    assert_eq!(run(&LargestRemainder), Ok(()));
    check(
        run(&Bent(|it: &mut Allocation, _: &[Share<'_>]| it.parts[1] = euro(0))),
        "parts and what is unused sum to the amount",
        "5.00 EUR over [`a` worth 0.00 EUR, `b` worth 3.00 EUR, `c` worth 4.00 EUR] gives \
         [0.00 EUR, 0.00 EUR, 2.86 EUR] with 0.00 EUR unused",
    );
    check(
        run(&Bent(|it: &mut Allocation, _: &[Share<'_>]| it.parts = vec![euro(500)])),
        "each share has one part",
        "[5.00 EUR]",
    );
    check(
        run(&Bent(|it: &mut Allocation, _: &[Share<'_>]| {
            it.parts = vec![euro(100), euro(200), euro(200)];
        })),
        "no part is negative or exceeds its line's room",
        "[1.00 EUR, 2.00 EUR, 2.00 EUR]",
    );
    check(
        run(&Bent(|it: &mut Allocation, _: &[Share<'_>]| {
            (it.parts, it.unused) = (vec![euro(0); 3], euro(500));
        })),
        "only what the lines cannot take is unused",
        "5.00 EUR unused",
    );
    check(
        run(&Bent(|it: &mut Allocation, shares: &[Share<'_>]| {
            let mut left = euro(500);
            for (part, share) in it.parts.iter_mut().zip(shares) {
                *part = share.room.min(left);
                left = left.checked_sub(*part).unwrap();
            }
        })),
        "the order of the shares does not matter",
        "but 5.00 EUR over",
    );
}

struct Told(Option<Value>);

impl Facts for Told {
    fn value(&self, _: Slot) -> Option<&Value> {
        self.0.as_ref()
    }

    fn today(&self) -> NaiveDate {
        NaiveDate::default()
    }
}

#[test]
fn facts_of_another_type_currency_or_domain_are_found_out() {
    let run = |field: Field, value: Value| {
        laws::facts(&Told(Some(value)), &Schema::new([field]).unwrap())
    };
    assert_eq!(run(Field::new("n", Kind::Number), Value::Integer(3)), Ok(()));
    check(
        run(Field::new("orders", Kind::Integer), Value::text("3")),
        "a value has the type of its field",
        "`orders` is `3`, where a whole number belongs",
    );
    check(
        run(Field::money("spend", Currency::USD), euro(1).into()),
        "money is in the currency of its field",
        "`spend` is `0.01 EUR`",
    );
    check(
        run(Field::choice("tier", ["gold", "basic"]), "glod".into()),
        "a text is one of those that occur",
        "`tier` is `glod`",
    );
}

/// What a customer with a number of orders is in; each of the flaws breaks one law.
struct Bands {
    segments: Vec<Segment>,
    inputs: [Text; 1],
    flaw: Flaw,
    asked: AtomicU32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Flaw {
    None,
    Twice,
    Unlisted,
    Forgetful,
    Together,
    Lenient,
    Unmeasured,
    Farthest,
}

impl Bands {
    fn new(flaw: Flaw) -> Self {
        let segment = |id: &str| Segment {
            id: SegmentId::new(id).unwrap(),
            name: id.to_owned(),
            description: String::new(),
        };
        let many = if flaw == Flaw::Twice { "few" } else { "many" };
        let segments = vec![segment("few"), segment(many)];
        Self { segments, inputs: ["orders".into()], flaw, asked: AtomicU32::new(0) }
    }
}

impl Segmenter for Bands {
    fn segments(&self) -> &[Segment] {
        &self.segments
    }

    fn inputs(&self) -> &[Text] {
        &self.inputs
    }

    fn assign(&self, row: &[Option<Value>], _: NaiveDate) -> Membership {
        let Some(Some(Value::Integer(orders))) = row.first() else { return Membership::none() };
        let asked = self.asked.fetch_add(1, Ordering::Relaxed);
        let id = match self.flaw {
            Flaw::Forgetful if asked % 2 == 1 => "many",
            Flaw::Unlisted if *orders > 100 => "most",
            _ if *orders > 5 => "many",
            _ => "few",
        };
        Membership::of(SegmentId::new(id).unwrap())
    }

    fn distances(&self, row: &[Option<Value>], _: NaiveDate) -> Option<Vec<f64>> {
        let Some(Some(Value::Integer(orders))) = row.first() else { return None };
        let to_few = if *orders > 5 { 1.0 } else { 0.0 };
        Some(match self.flaw {
            Flaw::Unmeasured => vec![to_few],
            Flaw::Farthest => vec![1.0 - to_few, to_few],
            _ => vec![to_few, 1.0 - to_few],
        })
    }

    fn assign_all(
        &self,
        table: &FeatureTable,
        today: NaiveDate,
    ) -> Result<Vec<Membership>, loyalty::path::Problems<loyalty::feature::TableFault>> {
        let column = match self.flaw {
            Flaw::Lenient => 0,
            _ => table.positions(["orders"])?[0],
        };
        let rows = 0..table.customers().len();
        let of = |row| self.assign(&[table.value(row, column)], today);
        Ok(match self.flaw {
            Flaw::Together => rows.map(|_| of(0)).collect(),
            _ => rows.map(of).collect(),
        })
    }
}

/// A recipe whose seed does not decide.
struct Unsteady(AtomicU32);

impl Fit for Unsteady {
    type Model = Bands;
    type Error = std::fmt::Error;

    fn fit_seeded(&self, _: &FeatureTable, _: u64) -> Result<Bands, std::fmt::Error> {
        let often = self.0.fetch_add(1, Ordering::Relaxed);
        let mut model = Bands::new(Flaw::None);
        model.segments[0].name = format!("fit {often}");
        Ok(model)
    }
}

#[test]
fn a_segmenter_that_breaks_a_law_is_found_out() {
    let columns = [loyalty::feature::Column::new("orders", loyalty::feature::Measure::Integer)];
    let rows = [("ann", 1.0), ("bob", 9.0)];
    let rows = rows.map(|(id, orders)| (CustomerId::new(id).unwrap(), [Some(orders)]));
    let table = FeatureTable::new(columns, rows).unwrap();
    let today = NaiveDate::default();
    let run = |flaw| laws::segmenter(&Bands::new(flaw), &table, today);
    assert_eq!(run(Flaw::None), Ok(()));
    check(run(Flaw::Twice), "the ids of the segments are all different", "`few` is there twice");
    check(run(Flaw::Forgetful), "the same question has the same answer", "asked again");
    check(
        run(Flaw::Unlisted),
        "only segments that are listed are assigned",
        "[9223372036854775807] is in {`most` by 1}",
    );
    check(
        run(Flaw::Together),
        "a whole table gives what its rows give one by one",
        "`bob` is in {`few` by 1} as one of a table, in {`many` by 1} by the row alone",
    );
    check(run(Flaw::Unmeasured), "a measure has a distance for each segment", "1 distances of 2");
    check(run(Flaw::Farthest), "a customer is in the nearest segment", "of distances [0.0, 1.0]");
    check(run(Flaw::Lenient), "a table without the inputs is refused", "`orders`");
    check(
        laws::fit(&Unsteady(AtomicU32::new(0)), &table, 7, today),
        "the same table and seed give the same model",
        "seed 7: two models that differ",
    );
}

/// Earns a point for every event, in one wrong way.
enum Earns {
    Well,
    AtAnotherTime,
    BySpending,
    ByWhatIsNotNamed,
}

impl EarningPolicy for Earns {
    fn earn(&self, occasion: &Occasion<'_>) -> Vec<Posting> {
        let Occasion { event, facts, .. } = occasion;
        let at = match self {
            Self::AtAnotherTime => event.at - TimeDelta::seconds(1),
            _ => event.at,
        };
        let movement = match self {
            Self::BySpending => Movement::Spend,
            _ => Movement::Earn(Term::from(at)),
        };
        let vip = Schema::new([Field::new("vip", Kind::Bool)]).unwrap().slot("vip").unwrap();
        if matches!(self, Self::ByWhatIsNotNamed) && facts.value(vip).is_none() {
            return Vec::new();
        }
        let source = Source::Earning("own".parse().unwrap());
        let cause =
            Cause { at, event: event.id.clone(), movement, source, line: None, purse: None };
        vec![Posting::new(cause, Points(1)).unwrap()]
    }
}

#[test]
fn an_earning_policy_that_breaks_a_law_is_found_out() {
    let event =
        Event::new("e".parse().unwrap(), "ann".parse().unwrap(), noon(), EventKind::AppOpened);
    let (facts, ledger) = (Told(Some(true.into())), Ledger::default());
    let occasion = Occasion {
        event: &event,
        facts: &facts,
        profile: &Profile::new(Customer::new("ann".parse().unwrap())),
        moment: Moment { as_of: noon(), zone: Zone::UTC, currency: Currency::EUR },
        boosts: &Boosts::default(),
        expiry: Expiry::Never,
        confirmed_at: None,
        earlier: Earlier::of(&ledger),
    };
    let schema = Schema::new([Field::new("vip", Kind::Bool)]).unwrap();
    let run = |policy| laws::earning_policy(&policy, &occasion, &schema);
    assert_eq!(run(Earns::Well), Ok(()));
    let law = "every posting is the event's, at its instant";
    check(run(Earns::AtAnotherTime), law, "event `e` earns [1 for");
    check(run(Earns::BySpending), "every posting earns", "Spend");
    check(
        run(Earns::ByWhatIsNotNamed),
        "only the facts matter that are named",
        "without the other facts, []",
    );
}

/// The lowest tier until the noon, then the highest; each of the flaws breaks one law.
struct Noon(Vec<Tier>, Slip);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Slip {
    None,
    Rank,
    Progress,
    Silent,
    Hindsight,
}

impl Noon {
    fn new(slip: Slip) -> Self {
        let tier = |id: &str, at_least| Tier {
            id: id.parse().unwrap(),
            name: id.into(),
            at_least: Credits::Count(at_least).into(),
            for_life: None,
            multiplier: Multiplier::ONE,
            points_expiry: None,
            benefits: Vec::new(),
        };
        Self(vec![tier("low", 0), tier("high", 1)], slip)
    }
}

fn visits(count: i64) -> Tally {
    Tally([(Measure::Visits, Credits::Count(count))].into())
}

impl TierPolicy for Noon {
    fn tiers(&self) -> &[Tier] {
        &self.0
    }

    fn standing(&self, snapshot: &Snapshot<'_>, _: &Ledger) -> Standing {
        let profile = snapshot.profile();
        let high = snapshot.moment().as_of >= noon();
        let until = (!high && self.1 != Slip::Silent).then(noon);
        let all = profile.history.events(DateTime::<Utc>::MAX_UTC).count();
        Standing {
            tier: self.0[usize::from(high)].id.clone(),
            rank: usize::from(high && self.1 != Slip::Rank),
            credits: match self.1 {
                Slip::Hindsight => visits(i64::try_from(all).unwrap()),
                _ => visits(i64::from(high)),
            },
            since: high.then(noon),
            until,
            keep: None,
            progress: (!high && self.1 != Slip::Progress).then(|| loyalty::tier::Progress {
                next: self.0[1].id.clone(),
                gap: visits(1),
                needed: Needed::All,
                counts_until: None,
            }),
            next_change: until,
        }
    }
}

#[test]
fn a_tier_policy_that_breaks_a_law_is_found_out() {
    let profile = Profile::new(Customer::new("ann".parse().unwrap()));
    let run = |slip, hours| {
        let as_of = noon() + TimeDelta::hours(hours);
        let moment = Moment { as_of, zone: Zone::UTC, currency: Currency::EUR };
        laws::tier_policy(&Noon::new(slip), &profile, &Ledger::default(), &moment)
    };
    assert_eq!((run(Slip::None, -9), run(Slip::None, 0)), (Ok(()), Ok(())));
    check(run(Slip::Rank, 1), "the standing names the tier at its rank", "\"high\"");
    check(run(Slip::Progress, -1), "progress is to the next tier, if there is one", "\"low\"");
    check(
        run(Slip::Silent, -30),
        "the standing stays the same until its next change",
        "as of 2026-04-27 06:00:00 UTC",
    );
    check(run(Slip::Hindsight, 0), "what happens later does not matter", "Count(2)");
}
