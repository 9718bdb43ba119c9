//! Segments that move with the customers who keep coming.

#![cfg(feature = "proptest")]

mod damaged;

use chrono::{Days, NaiveDate};
use loyalty::cluster::stream::{Grouping, Stream};
use loyalty::cluster::{Cut, Hierarchy, KMeans, Linkage};
use loyalty::feature::{Column, FeatureTable, Filling, Measure, Missing, Preparation, Scale};
use loyalty::id::{CustomerId, SegmentId};
use loyalty::laws;
use loyalty::money::{Currency, Money};
use loyalty::rule::Value;
use loyalty::segment::streamed::{Streamed, Streams};
use loyalty::segment::{Fit, Learn, Membership, Segmenter};
use loyalty::strategy;
use proptest::prelude::*;
use proptest::test_runner::Config;

/// So many days after the first of March.
use damaged::assert_refused;

fn day(number: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 1).unwrap() + Days::new(number)
}

fn id(text: &str) -> CustomerId {
    CustomerId::new(text).unwrap()
}

fn cluster(number: usize) -> SegmentId {
    SegmentId::new(format!("cluster-{number}")).unwrap()
}

fn values(orders: i64, euros: i64) -> [Option<Value>; 2] {
    let spend = Money::from_minor(euros * 100, Currency::EUR);
    [Some(Value::Integer(orders)), Some(Value::Money(spend))]
}

fn columns() -> [Column; 2] {
    [Column::new("orders", Measure::Integer), Column::new("spend", Measure::Money(Currency::EUR))]
}

/// Three who come little, two who come much.
fn rows() -> Vec<(CustomerId, [Option<Value>; 2])> {
    vec![
        (id("ann"), values(1, 10)),
        (id("bob"), values(2, 10)),
        (id("cat"), values(3, 10)),
        (id("dan"), values(50, 10)),
        (id("eve"), values(52, 10)),
    ]
}

fn table() -> FeatureTable {
    FeatureTable::from_values(columns(), rows()).unwrap()
}

/// Customers within 3 of each other make a micro-cluster, and those within 10 a segment; of who
/// came ten days ago half is left, and what weighs less than a half is in no segment.
fn recipe() -> Streams {
    let tree = Hierarchy { linkage: Linkage::Single, ..Hierarchy::new(Cut::Height(10.0)) };
    Streams {
        preparation: Preparation::new([("orders", Scale::None), ("spend", Scale::None)]),
        stream: Stream { half_life: Some(10.0), core_weight: 1.0, ..Stream::new(3.0) },
        grouping: Grouping::Hierarchy(tree),
        as_of: day(0),
    }
}

fn model() -> Streamed {
    recipe().fit_seeded(&table(), 1).unwrap()
}

fn ids(model: &Streamed) -> Vec<&str> {
    model.segments().iter().map(|segment| segment.id.as_str()).collect()
}

#[test]
fn customers_of_the_table_are_grouped_as_of_the_day() {
    let model = model();
    let memberships = model.assign_all(&table(), day(0)).unwrap();
    let (little, much) = (Membership::of(cluster(1)), Membership::of(cluster(2)));
    assert_eq!(memberships, [little.clone(), little.clone(), little, much.clone(), much]);
    let descriptions: Vec<&str> =
        model.segments().iter().map(|segment| segment.description.as_str()).collect();
    let expected = [
        "60 % of the weight: 2 orders, 10.00 EUR spent",
        "40 % of the weight: 51 orders, 10.00 EUR spent",
    ];
    assert_eq!(descriptions, expected);
    // From their means, 2 and 51.
    assert_eq!(model.distances(&values(10, 10), day(0)), Some(vec![8.0, 41.0]));
    assert_eq!(model.flow().latest(), Some(739_676.0), "days of the common era");
}

#[test]
fn a_segment_that_drifts_keeps_its_id_and_name_and_tells_where_it_went() {
    let mut model = model();
    assert!(model.rename(&cluster(1), "Tasters", "They try."));
    // One order more every third day: at the end nobody is where the segment began.
    for number in 1..=60 {
        let row = values(2 + i64::try_from(number).unwrap() / 3, 10);
        for _ in 0..2 {
            model.learn(&row, day(number));
            model.learn(&values(52, 10), day(number));
        }
        if number % 5 == 0 {
            let told = model.regroup(day(number)).unwrap();
            assert!(told.born.is_empty() && told.split.is_empty(), "day {number}: {told:?}");
            let shift = told.moves.iter().find(|shift| shift.segment == cluster(1)).unwrap();
            assert!(shift.to[0] > shift.from[0], "day {number}: {shift:?}");
            assert!((shift.to[1] - 10.0).abs() < 1e-9);
            let name = "Tasters moved: orders from ";
            assert!(told.sentences.iter().any(|told| told.starts_with(name)), "{told:?}");
        }
    }
    let tasters = model.segments().iter().find(|segment| segment.id == cluster(1)).unwrap();
    assert_eq!((tasters.name.as_str(), tasters.description.as_str()), ("Tasters", "They try."));
    let found = model.segments().iter().find(|segment| segment.id == cluster(2)).unwrap();
    assert!(found.description.contains("52.0 orders, 10.00 EUR spent"), "{found:?}");
    assert_eq!(model.assign(&values(22, 10), day(60)), Membership::of(cluster(1)));
}

#[test]
fn what_was_learned_counts_by_its_age_and_at_the_next_grouping_only() {
    let mut model = model();
    assert_eq!(model.learn(&values(5, 10), day(10)), Membership::of(cluster(1)));
    let stale = model.clusters().clone();
    assert_eq!(stale, self::model().clusters().clone());
    let told = model.regroup(day(10)).unwrap();
    // Ten days are a half-life: three halves at 2 and one at 5.
    let shift = &told.moves[0];
    assert!((shift.from[0] - 2.0).abs() < 1e-9, "{shift:?}");
    assert!((shift.to[0] - (1.5 * 2.0 + 5.0) / 2.5).abs() < 1e-9, "{shift:?}");
    assert!((shift.distance - 1.2).abs() < 1e-9);
    assert!((shift.share_before - 0.6).abs() < 1e-9);
    assert!((shift.share_after - 2.5 / 3.5).abs() < 1e-9);
    let expected = [
        "Cluster 1 moved: orders from 2 to 3.20, with 71 % of the weight (60 % before)",
        "Cluster 2 stays where it is, with 29 % of the weight (40 % before)",
    ];
    assert_eq!(told.sentences, expected);
}

#[test]
fn customers_of_a_new_kind_are_born_under_a_new_id_and_left_ones_fade_for_good() {
    let mut model = model();
    for number in 1..=60 {
        model.learn(&values(2, 10), day(number));
        model.learn(&values(90, 10), day(number));
    }
    let told = model.regroup(day(60)).unwrap();
    assert_eq!((told.born, told.faded), (vec![cluster(3)], vec![cluster(2)]));
    assert!(told.absorbed.is_empty() && told.split.is_empty());
    assert_eq!(ids(&model).len(), 2);
    assert_eq!(
        told.sentences[1..],
        [
            "Cluster 2 faded: too little of it is left".to_owned(),
            "Cluster 3 is new: 90 orders, 10.00 EUR spent, with 50 % of the weight".to_owned(),
        ]
    );
    // Those who come much come back: that is another segment.
    for number in 61..=70 {
        model.learn(&values(51, 10), day(number));
    }
    let json = serde_json::to_string(&model).unwrap();
    let mut model: Streamed = serde_json::from_str(&json).unwrap();
    assert_eq!(model.regroup(day(70)).unwrap().born, [cluster(4)]);
    assert_eq!(model.assign(&values(51, 10), day(70)), Membership::of(cluster(4)));
}

#[test]
fn segments_that_grow_together_are_one_and_those_that_part_are_two() {
    let by = |number: usize| Grouping::KMeans { recipe: KMeans::new(number), seed: 0 };
    let told = |from: usize, to: usize| {
        let model = Streams { grouping: by(from), ..recipe() }.fit_seeded(&table(), 1).unwrap();
        let json = serde_json::to_string(&model).unwrap();
        let (old, new) = (format!("\"clusters\":{from},"), format!("\"clusters\":{to},"));
        assert!(json.contains(&old), "{json}");
        let mut model: Streamed = serde_json::from_str(&json.replacen(&old, &new, 1)).unwrap();
        model.regroup(day(0)).unwrap()
    };
    let together = told(2, 1);
    assert_eq!(together.absorbed[0].segment, cluster(2));
    assert_eq!(together.absorbed[0].into, cluster(1));
    assert_eq!(together.sentences[1], "Cluster 2 went up in Cluster 1");
    let apart = told(1, 2);
    assert_eq!((&apart.split[0].segment, &apart.split[0].from), (&cluster(2), &cluster(1)));
    let sentence =
        "Cluster 2 parted from Cluster 1: 51 orders, 10.00 EUR spent, with 40 % of the weight";
    assert_eq!(apart.sentences[1], sentence);
}

#[test]
fn the_order_of_the_rows_does_not_matter_and_a_model_survives_json() {
    let mut shuffled = rows();
    shuffled.rotate_left(2);
    shuffled.swap(0, 3);
    let shuffled = FeatureTable::from_values(columns(), shuffled).unwrap();
    let json = serde_json::to_string(&model()).unwrap();
    let again = recipe().fit_seeded(&shuffled, 1).unwrap();
    assert_eq!(json, serde_json::to_string(&again).unwrap());
    assert_eq!(serde_json::from_str::<Streamed>(&json).unwrap(), model());
}

#[test]
fn a_model_that_does_not_hold_together_is_refused() {
    let damages = [
        [
            "{\"version\":1",
            "{\"version\":2",
            "`version`: version 2 cannot be read: this is version 1",
        ],
        ["\"cluster-2\"", "\"cluster-1\"", "`segments[1]`: there are two segments `cluster-1`"],
        [
            "\"cluster-2\"",
            "\"cluster-7\"",
            "`segments[1]`: the segment `cluster-7` is numbered beyond the 2 that were given",
        ],
        ["\"issued\"", "\"given\"", "unknown field `given`"],
        ["{\"as_of\":739676.0", "{\"as_of\":1e300", "`as_of`: `1000"],
        ["\"columns\":2", "\"columns\":1", "2 coordinates: 1 are needed"],
    ];
    assert_refused(&model(), &damages);
}

#[test]
fn everything_that_prevents_a_fit_is_told_with_its_place() {
    let wrong = Streams {
        preparation: Preparation::new([("order", Scale::None)]),
        stream: Stream { half_life: Some(0.0), most: 0, ..Stream::new(1.0) },
        ..recipe()
    };
    let told = wrong.fit_seeded(&table(), 1).unwrap_err().to_string();
    let lines = [
        "`stream.half_life`: `0` is out of range",
        "`stream.most`: at least 1 is needed",
        "`preparation.columns[0]`: there is no column `order`: do you mean `orders`?",
    ];
    assert_eq!(told.lines().collect::<Vec<_>>(), lines);
    let light = Stream { core_weight: 100.0, ..recipe().stream };
    let told = Streams { stream: light, ..recipe() }.fit_seeded(&table(), 1).unwrap_err();
    assert_eq!(told.to_string(), "`grouping.points`: there are no points");
    let huge = FeatureTable::new(["orders", "spend"], [(id("ann"), [Some(1.0), Some(1e300)])]);
    let told = recipe().fit_seeded(&huge.unwrap(), 1).unwrap_err().to_string();
    let expected = "`preparation.columns[1]`: column `spend` of customer `ann` is beyond 1e120: \
                    scale the column";
    assert_eq!(told, expected);
}

#[test]
fn when_all_have_faded_the_segments_stay_as_they_were() {
    let mut model = model();
    let before = model.clone();
    let told = model.regroup(day(1_000)).unwrap_err().to_string();
    assert_eq!((told.as_str(), &model), ("`grouping.points`: there are no points", &before));
}

#[test]
fn a_gap_is_treated_as_the_preparation_says() {
    let mut rows = rows();
    rows.push((id("fay"), [Some(Value::Integer(51)), None]));
    let table = FeatureTable::from_values(columns(), rows).unwrap();
    assert!(recipe().fit_seeded(&table, 1).is_err());
    let row = [Some(Value::Integer(51)), None];
    let with = |missing| {
        let preparation = recipe().preparation.missing(missing);
        Streams { preparation, ..recipe() }.fit_seeded(&table, 1).unwrap()
    };
    let mut dropped = with(Missing::DropRows);
    assert_eq!(dropped.flow().learned(), 5);
    assert!(dropped.learn(&row, day(0)).is_empty());
    assert_eq!(dropped.flow().learned(), 5, "who is in no segment teaches nothing");
    let mut filled = with(Missing::Fill(Filling::Median));
    assert_eq!(filled.learn(&row, day(0)), Membership::of(cluster(2)));
    assert_eq!(filled.flow().learned(), 7);
}

#[test]
fn the_seed_of_the_fit_is_that_of_the_grouping() {
    let grouping = Grouping::KMeans { recipe: KMeans::new(2), seed: 9 };
    let model = Streams { grouping, ..recipe() }.fit_seeded(&table(), 1).unwrap();
    let json = serde_json::to_string(&model).unwrap();
    assert!(json.contains("\"seed\":1}"), "{json}");
}

proptest! {
    #![proptest_config(Config::with_cases(32))]

    #[test]
    fn streamed_segments_keep_the_laws(
        table in strategy::table(columns(), 1..25, 0.1),
        scale in prop::sample::select(vec![Scale::Log1p, Scale::Standard, Scale::Robust]),
        clusters in 1_usize..5,
        seed: u64,
    ) {
        let preparation = Preparation::new([("orders", scale), ("spend", scale)]);
        let recipe = Streams {
            preparation: preparation.missing(Missing::DropRows),
            stream: Stream { most: 7, half_life: Some(10.0), ..Stream::new(0.3) },
            grouping: Grouping::KMeans { recipe: KMeans::new(clusters), seed: 0 },
            as_of: day(0),
        };
        laws::fit(&recipe, &table, seed, day(1)).unwrap();
        if let Ok(mut model) = recipe.fit_seeded(&table, seed) {
            laws::learn(&mut model, &table, day(30)).unwrap();
            let before: Vec<SegmentId> =
                model.segments().iter().map(|segment| segment.id.clone()).collect();
            let told = model.regroup(day(31)).unwrap();
            laws::segmenter(&model, &table, day(31)).unwrap();
            // Every segment before has one fate, and every one now one origin.
            let went_on: Vec<_> = told.moves.iter().map(|shift| shift.segment.clone()).collect();
            let mut then = went_on.clone();
            then.extend(told.absorbed.iter().map(|found| found.segment.clone()));
            then.extend(told.faded.iter().cloned());
            then.sort();
            let mut sorted = before.clone();
            sorted.sort();
            prop_assert_eq!(then, sorted);
            let mut fresh = told.born.clone();
            fresh.extend(told.split.iter().map(|found| found.segment.clone()));
            prop_assert!(fresh.iter().all(|id| !before.contains(id)));
            prop_assert_eq!(went_on.len() + fresh.len(), model.segments().len());
            prop_assert_eq!(told.sentences.len(), before.len() + fresh.len());
        }
    }
}
