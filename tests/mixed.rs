//! Segments of customers who are alike in numbers and categories.

#![cfg(feature = "proptest")]

mod damaged;

use chrono::NaiveDate;
use loyalty::cluster::{KMeans, KPrototypes};
use loyalty::feature::{Column, FeatureTable, Filling, Measure, Missing, Preparation, Scale};
use loyalty::id::{CustomerId, SegmentId};
use loyalty::laws;
use loyalty::money::{Currency, Money};
use loyalty::rule::{Text, Value};
use loyalty::segment::clustered::Clusters;
use loyalty::segment::migration::{Cause, Turn};
use loyalty::segment::mixed::{MixedClustered, MixedClusters};
use loyalty::segment::{Fit, Membership, Segmenter, members};
use loyalty::strategy;
use proptest::prelude::*;
use proptest::test_runner::Config;

use damaged::assert_refused;

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 1).unwrap()
}

fn id(text: &str) -> CustomerId {
    CustomerId::new(text).unwrap()
}

fn cluster(number: usize) -> Membership {
    Membership::of(SegmentId::new(format!("cluster-{number}")).unwrap())
}

fn columns() -> [Column; 4] {
    [
        Column::new("orders", Measure::Integer),
        Column::new("spend", Measure::Money(Currency::EUR)),
        Column::category("channel", ["app", "shop", "web"]),
        Column::category("region", ["north", "south"]),
    ]
}

fn values(orders: i64, euros: i64, channel: &str, region: &str) -> [Option<Value>; 4] {
    let spend = Money::from_minor(euros * 100, Currency::EUR);
    let text = |text: &str| (!text.is_empty()).then(|| Value::text(text));
    [Some(Value::Integer(orders)), Some(Value::Money(spend)), text(channel), text(region)]
}

/// Three who come little and to the shop, two who come much and use the app.
fn rows() -> Vec<(CustomerId, [Option<Value>; 4])> {
    vec![
        (id("ann"), values(1, 10, "shop", "north")),
        (id("bob"), values(2, 20, "shop", "south")),
        (id("cat"), values(3, 30, "web", "north")),
        (id("dan"), values(21, 400, "app", "south")),
        (id("eve"), values(23, 500, "app", "")),
    ]
}

fn table() -> FeatureTable {
    FeatureTable::from_values(columns(), rows()).unwrap()
}

fn numbers() -> Preparation {
    Preparation::new([("orders", Scale::Standard), ("spend", Scale::Standard)])
}

fn none() -> Preparation {
    let none: [(&str, Scale); 0] = [];
    Preparation::new(none)
}

fn recipe() -> MixedClusters {
    MixedClusters {
        preparation: numbers(),
        categories: ["channel", "region"].map(Text::from).to_vec(),
        kprototypes: KPrototypes::new(2),
    }
}

fn model() -> MixedClustered {
    recipe().fit_seeded(&table(), 1).unwrap()
}

#[test]
fn customers_who_are_alike_are_in_one_segment_and_portraits_say_how() {
    let model = model();
    let memberships = model.assign_all(&table(), today()).unwrap();
    assert_eq!(memberships, [cluster(1), cluster(1), cluster(1), cluster(2), cluster(2)]);
    assert_eq!(model.inputs(), ["orders", "spend", "channel", "region"].map(Text::from));
    let told: Vec<String> = model.portraits().iter().map(ToString::to_string).collect();
    let expected = [
        "3 of 5 customers: 2 orders, 20.00 EUR spent; channel shop (67 %), region north (67 %)",
        "2 of 5 customers: 22 orders, 450.00 EUR spent; channel app (100 %), region south (100 %, \
         not known of 50 %)",
    ];
    assert_eq!(told, expected);
    assert_eq!(model.segments()[1].description, expected[1]);
    let portraits = model.portraits();
    let region = &portraits[0].categories[1];
    // Of the four whose region is known two are of the north, and so are two of these three.
    assert!((region.share - 2.0 / 3.0).abs() < 1e-12 && (region.overall - 0.5).abs() < 1e-12);
}

#[test]
fn a_category_that_is_missing_or_unknown_speaks_for_none() {
    let model = model();
    // By orders and spend nearer to the many; each category adds the weight of all, gamma.
    let gamma = model.model().gamma();
    // The numbers are standardized: half of their mean deviation.
    assert!((gamma - 0.5).abs() < 1e-12);
    let [known, unknown, missing] = ["app", "fax", ""]
        .map(|channel| model.distances(&values(22, 450, channel, "south"), today()).unwrap());
    assert!(known[1].abs() < 1e-12, "{known:?}");
    assert!((unknown[1] - gamma).abs() < 1e-12, "{unknown:?}");
    assert_eq!(unknown, missing);
    assert_eq!(known[0], missing[0]);
    assert_eq!(model.assign(&values(22, 450, "", ""), today()), cluster(2));
    let text = |text| Some(Value::text(text));
    let [orders, spend, ..] = values(1, 1, "", "");
    for row in [
        vec![None, spend.clone(), text("shop"), text("north")],
        vec![orders.clone(), text("1.00 EUR"), text("shop"), text("north")],
        vec![orders, spend, text("shop")],
        vec![],
    ] {
        assert!(model.assign(&row, today()).is_empty(), "{row:?}");
    }
}

#[test]
fn a_number_that_is_missing_is_treated_as_the_preparation_says() {
    let mut rows = rows();
    let mut fay = values(22, 0, "app", "south");
    fay[1] = None;
    rows.push((id("fay"), fay.clone()));
    let table = FeatureTable::from_values(columns(), rows).unwrap();
    let told = recipe().fit_seeded(&table, 1).unwrap_err().to_string();
    let expected =
        "`preparation.columns[1]`: column `spend` is missing for 1 customers, first for `fay`";
    assert_eq!(told, expected);
    let with = |missing| MixedClusters { preparation: numbers().missing(missing), ..recipe() };
    let dropped = with(Missing::DropRows).fit_seeded(&table, 1).unwrap();
    assert_eq!(dropped.model().report().points, 5);
    assert!(dropped.assign(&fay, today()).is_empty());
    let filled = with(Missing::Fill(Filling::Median)).fit_seeded(&table, 1).unwrap();
    assert_eq!(filled.model().report().points, 6);
    assert_eq!(filled.assign(&fay, today()), cluster(2));
}

#[test]
fn categories_alone_are_enough() {
    let recipe = MixedClusters { preparation: none(), ..recipe() };
    let mut rows = rows();
    rows.push((id("fay"), values(9, 9, "", "")));
    let table = FeatureTable::from_values(columns(), rows).unwrap();
    let model = recipe.fit_seeded(&table, 1).unwrap();
    assert_eq!(model.inputs(), ["channel", "region"].map(Text::from));
    assert_eq!(model.model().report().points, 5, "nothing is known of fay");
    let memberships = model.assign_all(&table, today()).unwrap();
    assert!(memberships[5].is_empty());
    assert_eq!(memberships[3], memberships[4], "both use the app");
    assert_ne!(memberships[0], memberships[3]);
    let told = model.portraits()[0].to_string();
    assert!(told.contains("of 5 customers: channel "), "{told}");
}

#[test]
fn numbers_alone_give_the_segments_of_k_means() {
    // Three groups that lie far apart: the best of both is the same.
    let spots = [(1.0, 1.0), (30.0, 2.0), (2.0, 60.0)];
    let rows = (0..21).map(|number: u32| {
        let (x, y) = spots[(number % 7 / 3) as usize];
        let off = f64::from(number % 5) / 10.0;
        (id(&format!("c{number:02}")), [Some(x + off), Some(y - off)])
    });
    let table = FeatureTable::new(["orders", "spend"], rows).unwrap();
    let kprototypes = KPrototypes::new(3);
    let recipe = MixedClusters { preparation: numbers(), categories: Vec::new(), kprototypes };
    let mixed = recipe.fit_seeded(&table, 1).unwrap();
    let plain = Clusters::new(KMeans::new(3), numbers()).fit_seeded(&table, 1).unwrap();
    let both = [mixed.assign_all(&table, today()), plain.assign_all(&table, today())];
    let [mixed_ids, plain_ids] = both.map(Result::unwrap);
    // Of equal sizes either may be first: the same customers are together.
    for (one, other) in mixed_ids.iter().zip(&plain_ids) {
        for (own, same) in mixed_ids.iter().zip(&plain_ids) {
            assert_eq!(one == own, other == same);
        }
    }
    assert_eq!(mixed.segments().len(), 3);
    assert!(mixed.segments()[0].description.contains(" customers: "));
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
    assert_eq!(serde_json::from_str::<MixedClustered>(&json).unwrap(), model());
}

#[test]
fn a_table_whose_levels_stand_in_another_order_is_assigned_alike() {
    let mut columns = columns();
    columns[2] = Column::category("channel", ["fax", "web", "shop", "app"]);
    let other = FeatureTable::from_values(columns, rows()).unwrap();
    let model = model();
    assert_eq!(model.assign_all(&other, today()), model.assign_all(&table(), today()));
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
            "\"size\":3,\"levels\"",
            "\"size\":1,\"levels\"",
            "`tallies[0].levels[0]`: the levels of 3 customers were counted: there are 1",
        ],
        ["\"levels\":[[", "\"levels\":[[9,", "`tallies[0].levels[0]`: there are 4 levels: 3 are"],
        ["\"categories\":[1,0]", "\"categories\":[7,0]", "there is no level 7 of `channel`"],
        ["\"north\",\"south\"", "\"south\",\"south\"", "two levels `south` of column `region`"],
        ["\"tallies\"", "\"sums\"", "unknown field `sums`"],
    ];
    assert_refused(&model(), &damages);
}

#[test]
fn segments_of_a_refit_are_those_of_before_whatever_their_size_and_the_order_of_levels() {
    let mut old = model();
    let tasters = SegmentId::new("cluster-1").unwrap();
    old.rename(&tasters, "Tasters", "Came to try.");
    let before = members(&old, &table(), today()).unwrap();
    // In autumn most come much, by the app, and the levels of channels stand in another order.
    let mut columns = columns();
    columns[2] = Column::category("channel", ["web", "shop", "app"]);
    let autumn = [
        ("ann", values(2, 20, "shop", "north")),
        ("bob", values(1, 10, "shop", "north")),
        ("dan", values(22, 400, "app", "south")),
        ("eve", values(21, 420, "app", "south")),
        ("fay", values(23, 500, "app", "")),
    ];
    let autumn = autumn.map(|(name, row)| (id(name), row));
    let autumn = FeatureTable::from_values(columns.clone(), autumn).unwrap();
    let refit = old.refit(&recipe(), &autumn, &before, 2).unwrap();
    assert_eq!(
        refit.sentences(),
        [
            "Tasters is the same: 2 of its 3 customers stayed, and it has 2 now",
            "Cluster 2 is the same: 2 of its 2 customers stayed, and it has 3 now",
        ],
    );
    let kept = refit.model.segments().iter().find(|segment| segment.id == tasters).unwrap();
    assert_eq!((kept.name.as_str(), kept.description.as_str()), ("Tasters", "Came to try."));
    let found = members(&refit.model, &autumn, today()).unwrap();
    assert_eq!(found[&id("ann")], tasters);
    // Not a single customer came again: prototypes alone tell which is which.
    let strangers = autumn.customers().iter().enumerate().map(|(row, name)| {
        let values = (0..4).map(|column| autumn.value(row, column)).collect::<Vec<_>>();
        (id(&format!("new-{name}")), values)
    });
    let strangers = FeatureTable::from_values(columns, strangers).unwrap();
    let refit = old.refit(&recipe(), &strangers, &before, 2).unwrap();
    let found = members(&refit.model, &strangers, today()).unwrap();
    assert_eq!(found[&id("new-ann")], tasters);
    assert_ne!(found[&id("new-eve")], tasters);
    // Everybody in one segment: the other one is no more, and its number is never given again.
    let one = MixedClusters { kprototypes: KPrototypes::new(1), ..recipe() };
    let refit = old.refit(&one, &table(), &before, 2).unwrap();
    let gone = refit.model.refit(&recipe(), &table(), &before, 2).unwrap().model;
    let ids: Vec<&str> = gone.segments().iter().map(|segment| segment.id.as_str()).collect();
    assert_eq!(ids.iter().filter(|id| **id == "cluster-2").count(), 0, "{ids:?}");
    let json = serde_json::to_string(&gone).unwrap();
    assert_eq!(serde_json::from_str::<MixedClustered>(&json).unwrap(), gone);
}

#[test]
fn what_moved_a_customer_between_segments_is_told_category_by_category() {
    // Without numbers a category that differs counts 1.
    let recipe = MixedClusters { preparation: none(), ..recipe() };
    let rows = [
        ("ann", "shop", "north"),
        ("bob", "shop", "north"),
        ("cat", "shop", "north"),
        ("dan", "app", "south"),
        ("eve", "app", "south"),
    ];
    let rows = rows.map(|(name, channel, region)| (id(name), values(1, 1, channel, region)));
    let table = FeatureTable::from_values(columns(), rows).unwrap();
    let model = recipe.fit_seeded(&table, 1).unwrap();
    let row = |channel: &str, region: &str| {
        [channel, region].map(|text| (!text.is_empty()).then(|| Value::text(text)))
    };
    let causes = |then: [Option<Value>; 2], now: [Option<Value>; 2]| {
        let causes = model.causes((&then, today()), (&now, today()));
        let cause = |cause: &Cause| (cause.feature.to_string(), cause.turn.clone(), cause.weight);
        causes.iter().map(cause).collect::<Vec<_>>()
    };
    // From 0 and 2 away to 2 and 0: a margin of -2 became one of 2, by halves.
    assert_eq!(
        causes(row("shop", "north"), row("app", "south")),
        [("channel".to_owned(), Turn::Margin, 2.0), ("region".to_owned(), Turn::Margin, 2.0)],
    );
    // A region that is not known any more is as far from both.
    assert_eq!(
        causes(row("shop", "north"), row("app", "")),
        [("channel".to_owned(), Turn::Margin, 2.0), ("region".to_owned(), Turn::Margin, 1.0)],
    );
    let unknown = causes(row("", ""), row("app", "south"));
    assert_eq!(unknown[1], ("region".to_owned(), Turn::Known, 1.0));
}

#[test]
fn everything_that_prevents_a_fit_is_told_with_its_place() {
    let told = |recipe: &MixedClusters| recipe.fit_seeded(&table(), 1).unwrap_err().to_string();
    let wrong = MixedClusters {
        preparation: Preparation::new([("orders", Scale::None), ("region", Scale::None)]),
        categories: ["chanel", "spend", "region", "region"].map(Text::from).to_vec(),
        ..recipe()
    };
    let lines = [
        "`preparation.columns[1]`: the values of `region` are no numbers",
        "`categories[0]`: there is no column `chanel`: do you mean `channel`?",
        "`categories[1]`: the values of `spend` are no categories",
        "`categories[3]`: there are two columns `region`",
    ];
    assert_eq!(told(&wrong).lines().collect::<Vec<_>>(), lines);
    let nothing = MixedClusters { preparation: none(), categories: Vec::new(), ..recipe() };
    assert_eq!(told(&nothing), "`preparation.columns`: no column is named");
    let zero = MixedClusters { kprototypes: KPrototypes::new(0), ..recipe() };
    assert_eq!(told(&zero), "`kprototypes.clusters`: at least 1 is needed");
}

#[test]
fn a_column_of_categories_knows_its_levels() {
    let told = |columns: [Column; 2]| {
        let row = (id("ann"), [Some(1.0), Some(5.0)]);
        FeatureTable::new(columns, [row]).unwrap_err().to_string()
    };
    let empty: [&str; 0] = [];
    assert_eq!(
        told([Column::category("channel", empty), Column::category("region", ["a", "a"])]),
        "`columns[0]`: column `channel` needs levels if, and only if, it is of categories\n\
         `columns[1].levels[1]`: there are two levels `a` of column `region`\n\
         `rows[0].cells[0]`: `1` is not one of its levels, as column `channel` needs\n\
         `rows[0].cells[1]`: `5` is not one of its levels, as column `region` needs"
    );
    let texts = FeatureTable::from_values(
        [Column::category("channel", ["app"])],
        [(id("ann"), [Some(Value::Integer(0))])],
    );
    let expected = "`rows[0].cells[0]`: `0` is not one of its levels, as column `channel` needs";
    assert_eq!(texts.unwrap_err().to_string(), expected);
    let json = serde_json::to_string(&table()).unwrap();
    assert_eq!(serde_json::from_str::<FeatureTable>(&json).unwrap(), table());
    assert_eq!(table().value(4, 3), None);
    assert_eq!(table().value(3, 2), Some(Value::text("app")));
}

proptest! {
    #![proptest_config(Config::with_cases(32))]

    #[test]
    fn mixed_segments_keep_the_laws(
        table in strategy::table(columns(), 1..25, 0.1),
        scale in prop::sample::select(vec![Scale::Log1p, Scale::Standard, Scale::Robust]),
        clusters in 1_usize..5,
        with_numbers: bool,
        seed: u64,
    ) {
        let columns = [("orders", scale), ("spend", scale)];
        let columns = columns.into_iter().filter(|_| with_numbers);
        let recipe = MixedClusters {
            preparation: Preparation::new(columns).missing(Missing::DropRows),
            kprototypes: KPrototypes { restarts: 2, ..KPrototypes::new(clusters) },
            ..recipe()
        };
        laws::fit(&recipe, &table, seed, today()).unwrap();
        if let Ok(model) = recipe.fit_seeded(&table, seed) {
            // Everyone who was fitted is counted where they are.
            let found = model.assign_all(&table, today()).unwrap();
            for portrait in model.portraits() {
                let size = found.iter().filter(|own| own.contains(&portrait.segment)).count();
                prop_assert_eq!(size, portrait.size);
            }
        }
    }
}
