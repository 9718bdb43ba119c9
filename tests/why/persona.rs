//! Personas are told from what sets their customers apart.

use chrono::NaiveDate;
use loyalty::feature::{Column, FeatureTable, Labels};
use loyalty::id::SegmentId;
use loyalty::rule::{Text, Value};
use loyalty::segment::persona::{Apart, Facet, Persona, Topic, personas};
use loyalty::segment::{Membership, Segment, Segmenter};
use proptest::prelude::*;

use super::{id, model, table, today};

fn contrast<'a>(persona: &'a Persona, feature: &str) -> &'a loyalty::segment::persona::Contrast {
    persona.contrasts.iter().find(|found| found.feature.as_str() == feature).unwrap()
}

#[test]
fn a_persona_has_the_quartiles_of_its_customers_and_a_name() {
    let personas = personas(&model(), &table(), today(), &[]).unwrap();
    let names: Vec<&str> = personas.iter().map(|found| found.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "Low-spending occasional buyers",
            "Big-spending active customers",
            "Big-spending lapsed customers"
        ]
    );
    let much = &personas[1];
    assert_eq!((much.size, much.customers), (3, 10));
    let spend = contrast(much, "spend(1y)");
    // Of 1200, 1300 and 1450.25.
    assert_eq!((spend.lower, spend.median, spend.upper), (1250.0, 1300.0, 1375.125));
    // The middle of 45 and 1100.
    assert_eq!((spend.overall, spend.topic), (572.5, Topic::Buys));
    // Of 21 pairs, only 1200 against 1250 is lost.
    assert!((spend.superiority - 20.0 / 21.0).abs() < 1e-15);
    assert_eq!(spend.apart(), Apart::FarAbove);
    // 20, 22, 25 against 18 and 21: one pair lost of 21.
    assert!((contrast(much, "orders(1y)").superiority - 20.0 / 21.0).abs() < 1e-15);
}

/// Segments that are written down.
struct Given(Vec<Segment>, Vec<Text>);

impl Given {
    fn new(count: usize) -> Self {
        let id = |number| SegmentId::new(format!("s{number}")).unwrap();
        let segments = (0..count).map(|number| Segment::new(id(number), format!("S{number}")));
        Self(segments.collect(), vec![Text::from("segment")])
    }
}

impl Segmenter for Given {
    fn segments(&self) -> &[Segment] {
        &self.0
    }

    fn inputs(&self) -> &[Text] {
        &self.1
    }

    fn assign(&self, row: &[Option<Value>], _today: NaiveDate) -> Membership {
        let Some(Some(Value::Number(number))) = row.first() else { return Membership::none() };
        let segment = self.0.get(number.as_f64() as usize);
        segment.map_or_else(Membership::none, |segment| Membership::of(segment.id.clone()))
    }
}

/// Customers with their segments and one more column.
fn given(column: &str, rows: &[(usize, f64)]) -> FeatureTable {
    let row = |(at, (segment, number)): (usize, &(usize, f64))| {
        (id(&format!("c{at:03}")), [Some(*segment as f64), Some(*number)])
    };
    FeatureTable::new(["segment", column], rows.iter().enumerate().map(row)).unwrap()
}

#[test]
fn what_they_buy_and_when_and_what_they_answer_to_is_told() {
    let rows: Vec<(usize, f64)> = (0..40).map(|at| (at / 20, 0.0)).collect();
    let table = given("weekday_share(sat)", &{
        let mut rows = rows;
        rows.iter_mut().skip(20).for_each(|row| row.1 = 0.8);
        rows
    });
    let of = |name: &str, topic, texts: &dyn Fn(usize) -> Vec<&'static str>| {
        let customers = (0..40).map(|at| (id(&format!("c{at:03}")), texts(at)));
        Facet::new(name, topic, customers)
    };
    let facets = [
        of("bought", Topic::Buys, &|at| if at >= 20 { vec!["coffee", "tea"] } else { vec!["tea"] }),
        of("city", Topic::Who, &|at| vec![if at < 20 { "Bonn" } else { "Ulm" }]),
        of("redeemed", Topic::Answers, &|at| if at >= 24 { vec!["2-for-1"] } else { vec![] }),
    ];
    let personas = personas(&Given::new(2), &table, today(), &facets).unwrap();
    let persona = &personas[1];
    assert_eq!(
        persona.about(Topic::Buys, &Labels::default()).as_deref(),
        Some("coffee 100 % (all 50 %)")
    );
    let told = "Ulm 100 % (all 50 %); segment 1 (all 0.50), far above the others";
    assert_eq!(persona.about(Topic::Who, &Labels::default()).as_deref(), Some(told));
    assert_eq!(
        persona.about(Topic::Answers, &Labels::default()).as_deref(),
        Some("2-for-1 80 % (all 40 %)")
    );
    assert_eq!(
        persona.about(Topic::When, &Labels::default()).as_deref(),
        Some("Saturday 80 % (all 40 %)")
    );
    let coffee = persona.hallmarks.iter().find(|found| found.text.as_str() == "coffee").unwrap();
    assert_eq!((coffee.known, coffee.lift), (20, 2.0));
    assert!(
        personas[0]
            .about(Topic::Who, &Labels::default())
            .unwrap()
            .starts_with("Bonn 100 % (all 50 %); ")
    );
    assert_eq!(personas[0].about(Topic::Buys, &Labels::default()), None);
}

/// Four segments of 20: the third buys more than the first two and has stayed longest, but the last
/// buys four times as much.
#[test]
fn nobody_is_called_by_what_another_segment_has_clearly_more_of() {
    let row = |at: usize| {
        let (segment, more) = (at / 20, (at % 5) as f64);
        let (orders, tenure) = [(1.0, 90.0), (1.0, 90.0), (10.0, 900.0), (40.0, 90.0)][segment];
        (id(&format!("c{at:03}")), [segment as f64, orders + more, tenure + more].map(Some))
    };
    let columns = ["segment", "orders(1y)", "tenure_days"];
    let table = FeatureTable::new(columns, (0..80).map(row)).unwrap();
    let found = personas(&Given::new(4), &table, today(), &[]).unwrap();
    let names: Vec<&str> = found.iter().map(|found| found.name.as_str()).collect();
    assert_eq!(names[2], "Long-standing members");
    assert!(names[3].ends_with("frequent buyers"), "{}", names[3]);
}

#[test]
fn what_chance_alone_could_do_is_no_trait() {
    // Three of four against half of all: Wilson's interval starts at 30 %.
    let table =
        given("spend", &[(0, 1.0); 4].iter().chain(&[(1, 1.0); 4]).copied().collect::<Vec<_>>());
    let bought = |at| if [0, 1, 2, 4].contains(&at) { vec!["tea"] } else { vec![] };
    let facet =
        Facet::new("bought", Topic::Buys, (0..8).map(|at| (id(&format!("c{at:03}")), bought(at))));
    let personas = personas(&Given::new(2), &table, today(), &[facet]).unwrap();
    assert!(personas[0].hallmarks.is_empty());
    let told = personas.iter().map(|found| found.name.as_str()).collect::<Vec<_>>();
    assert_eq!(told[0], "Low-segment customers");
}

/// Of 200 customers two segments of 100; the city is known of all of the first, and of few of the
/// second, who are all from Bonn.
#[test]
fn the_few_of_whom_something_is_known_do_not_speak_for_all() {
    let rows: Vec<(usize, f64)> = (0..200).map(|at| (at / 100, 0.0)).collect();
    let table = given("orders", &rows);
    let bonn = |known: usize| {
        let city = |at: usize| if at < 100 { "Köln" } else { "Bonn" };
        let texts = (0..100 + known).map(|at| (id(&format!("c{at:03}")), [city(at)]));
        let facet = Facet::new("city", Topic::Who, texts);
        let found = personas(&Given::new(2), &table, today(), &[facet]).unwrap();
        found[1].hallmarks.iter().map(|found| found.text.to_string()).collect::<Vec<_>>()
    };
    assert!(bonn(1).is_empty() && bonn(9).is_empty());
    assert_eq!(bonn(10), ["Bonn"]);
}

#[test]
fn columns_of_categories_are_told_by_their_texts() {
    let columns = [Column::from("segment"), Column::category("city", ["Bonn", "Kiel"])];
    let row = |at: usize| {
        let city = if at < 30 { "Bonn" } else { "Kiel" };
        let city = (!at.is_multiple_of(10)).then(|| Value::text(city));
        (id(&format!("c{at:03}")), [Value::number((at / 30) as f64), city])
    };
    let table = FeatureTable::from_values(columns, (0..60).map(row)).unwrap();
    let personas = personas(&Given::new(2), &table, today(), &[]).unwrap();
    for (persona, text) in personas.iter().zip(["Bonn", "Kiel"]) {
        let [hallmark] = &persona.hallmarks[..] else { panic!("{:?}", persona.hallmarks) };
        assert_eq!((hallmark.of.as_str(), hallmark.text.as_str()), ("city", text));
        assert_eq!((hallmark.known, hallmark.share, hallmark.overall), (27, 1.0, 0.5));
        assert!(persona.contrasts.iter().all(|found| found.feature.as_str() != "city"));
        assert!(persona.about(Topic::Who, &Labels::default()).unwrap().contains(text));
    }
}

#[test]
fn who_is_not_known_does_not_count() {
    let row = |at: usize, number| (id(&format!("c{at}")), [Some((at / 3) as f64), number]);
    let rows = [row(0, Some(1.0)), row(1, None), row(2, Some(3.0)), row(3, Some(9.0))];
    let table = FeatureTable::new(["segment", "visits"], rows).unwrap();
    let personas = personas(&Given::new(3), &table, today(), &[]).unwrap();
    let visits = contrast(&personas[0], "visits");
    assert_eq!((personas[0].size, visits.known, visits.median, visits.overall), (3, 2, 2.0, 3.0));
    // Nobody is in the last, and nothing is told of it.
    assert_eq!((personas[2].size, personas[2].contrasts.len()), (0, 0));
    assert_eq!(personas[2].to_string(), "Typical customers: 0 of 4 customers (0 %)");
}

proptest! {
    #[test]
    fn names_are_distinct_and_the_same_every_time(
        rows in prop::collection::vec((0_usize..6, (0..4).prop_map(f64::from)), 6..60),
    ) {
        let table = given("spend(1y)", &rows);
        let told = personas(&Given::new(6), &table, today(), &[]).unwrap();
        let mut names: Vec<&str> = told.iter().map(|found| found.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        prop_assert_eq!(names.len(), 6);
        prop_assert_eq!(&told, &personas(&Given::new(6), &table, today(), &[]).unwrap());
        // By the definition: pairs won, and half of those that are tied.
        for (segment, persona) in told.iter().enumerate() {
            let members = rows.iter().filter(|(of, _)| *of == segment);
            let others = || rows.iter().filter(|(of, _)| *of != segment);
            let (mut wins, mut pairs) = (0.0, 0.0);
            for (_, number) in members {
                for (_, other) in others() {
                    pairs += 1.0;
                    wins += if number > other { 1.0 } else if number == other { 0.5 } else { 0.0 };
                }
            }
            if pairs > 0.0 {
                let found = contrast(persona, "spend(1y)").superiority;
                prop_assert!((found - wins / pairs).abs() < 1e-12);
            }
        }
    }
}
