//! Segments found in a table of customers: the same for whoever asks, and explained.

mod damaged;

use chrono::NaiveDate;
use loyalty::cluster::{Cut, Dbscan, Hdbscan, Hierarchy, Init, KMeans, Method, Mixture, Note};
use loyalty::feature::{Column, FeatureTable, Filling, Measure, Missing, Preparation, Scale};
use loyalty::id::{CustomerId, SegmentId};
use loyalty::money::{Currency, Money};
use loyalty::rule::{Text, Value};
use loyalty::segment::clustered::{Clustered, Clusters, Level};
use loyalty::segment::{Fit, Learn, Membership, Segmenter};
use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use damaged::assert_refused;

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 1).unwrap()
}

fn id(text: &str) -> CustomerId {
    CustomerId::new(text).unwrap()
}

fn values(orders: i64, cents: i64) -> [Option<Value>; 2] {
    let spend = Money::from_minor(cents, Currency::EUR);
    [Some(Value::Integer(orders)), Some(Value::Money(spend))]
}

fn columns() -> [Column; 2] {
    let spend = Measure::Money(Currency::EUR);
    [Column::new("orders", Measure::Integer), Column::new("spend", spend)]
}

/// Three who buy little, two who buy much.
fn rows() -> Vec<(CustomerId, [Option<Value>; 2])> {
    vec![
        (id("ann"), values(1, 1_000)),
        (id("bob"), values(2, 2_000)),
        (id("cat"), values(3, 3_000)),
        (id("dan"), values(21, 40_000)),
        (id("eve"), values(23, 50_000)),
    ]
}

fn table() -> FeatureTable {
    FeatureTable::from_values(columns(), rows()).unwrap()
}

fn recipe() -> Clusters {
    Clusters::new(
        KMeans::new(2),
        Preparation::new([("orders", Scale::Standard), ("spend", Scale::Standard)]),
    )
}

fn model() -> Clustered {
    recipe().fit_seeded(&table(), 1).unwrap()
}

fn cluster(number: usize) -> Membership {
    Membership::of(SegmentId::new(format!("cluster-{number}")).unwrap())
}

#[test]
fn customers_who_are_alike_are_in_one_segment() {
    let memberships = model().assign_all(&table(), today()).unwrap();
    assert_eq!(memberships, [cluster(1), cluster(1), cluster(1), cluster(2), cluster(2)]);
    assert_eq!(model().segments()[0].name, "Cluster 1");
    assert_eq!(model().inputs(), ["orders", "spend"].map(Text::from));
}

#[test]
fn the_order_of_the_rows_does_not_matter_and_the_seed_is_kept() {
    let mut rows = rows();
    rows.rotate_left(2);
    rows.swap(0, 3);
    let shuffled = FeatureTable::from_values(columns(), rows).unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let fitted = recipe().fit(&shuffled, &mut rng).unwrap();
    let seed = fitted.model().report().unwrap().seed.unwrap();
    let again = recipe().fit_seeded(&table(), seed).unwrap();
    assert_eq!(serde_json::to_vec(&fitted).unwrap(), serde_json::to_vec(&again).unwrap());
}

#[test]
fn who_is_not_known_well_enough_is_in_no_segment() {
    let [orders, spend] = values(2, 2_000);
    let yen = Some(Value::Money(Money::from_minor(2_000, Currency::JPY)));
    for row in [
        vec![None, None],
        vec![orders.clone(), None],
        vec![None, spend],
        vec![orders.clone(), yen],
        vec![Some(Value::text("2")), orders.clone()],
        vec![orders],
        vec![],
    ] {
        assert!(model().assign(&row, today()).is_empty(), "{row:?}");
        assert_eq!(model().place(&row), None);
    }
}

#[test]
fn a_gap_that_the_recipe_fills_is_filled_for_new_customers_too() {
    let mut rows = rows();
    rows.push((id("fay"), [Some(Value::Integer(20)), None]));
    rows.push((id("gil"), [None, None]));
    let table = FeatureTable::from_values(columns(), rows).unwrap();
    let told = recipe().fit_seeded(&table, 1).unwrap_err().to_string();
    let lines = [
        "`preparation.columns[0]`: column `orders` is missing for 1 customers, first for `gil`",
        "`preparation.columns[1]`: column `spend` is missing for 2 customers, first for `fay`",
    ];
    assert_eq!(told.lines().collect::<Vec<_>>(), lines);

    let mut recipe = recipe();
    recipe.preparation.missing = Missing::DropRows;
    let dropped = recipe.fit_seeded(&table, 1).unwrap();
    assert_eq!(dropped.model().report().unwrap().points, 5);
    recipe.preparation.missing = Missing::Fill(Filling::Mean);
    let filled = recipe.fit_seeded(&table, 1).unwrap();
    let memberships = filled.assign_all(&table, today()).unwrap();
    assert_eq!(memberships[5], cluster(2));
    assert!(memberships[6].is_empty());
    assert_eq!(filled.assign(&[Some(Value::Integer(20)), None], today()), cluster(2));
}

#[test]
fn a_portrait_tells_sizes_centers_in_their_own_units_and_what_sets_apart() {
    let portraits = model().portraits();
    let (casual, heavy) = (&portraits[0], &portraits[1]);
    assert_eq!((casual.size, heavy.size, heavy.customers), (3, 2, 5));
    // Means of the rows: 2 orders and 20 euro, 22 orders and 450 euro.
    for (portrait, orders, spend) in [(casual, 2.0, 20.0), (heavy, 22.0, 450.0)] {
        let typical = |name: &str| {
            let mut traits = portrait.traits.iter();
            traits.find(|found| found.feature.as_str() == name).unwrap().typical
        };
        assert!((typical("orders") - orders).abs() < 1e-12 * orders);
        assert!((typical("spend") - spend).abs() < 1e-12 * spend);
    }
    // Orders: mean 10, variance (81 + 64 + 49 + 121 + 169) / 5; (22 - 10) / sqrt(96.8).
    let first = &heavy.traits[0];
    assert_eq!((first.feature.as_str(), first.level()), ("orders", Level::FarAbove));
    assert!((first.difference - 12.0 / 96.8_f64.sqrt()).abs() < 1e-12);
    let told =
        "2 of 5 customers: 22 orders, far above average; 450.00 EUR spent, far above average";
    assert_eq!(heavy.to_string(), told);
    assert_eq!(model().segments()[1].description, told);
}

#[test]
fn a_customer_between_two_segments_has_a_small_margin() {
    let clear = model().place(&values(22, 45_000)).unwrap();
    let unclear = model().place(&values(12, 23_000)).unwrap();
    assert_eq!(clear.nearest.cluster, 1);
    assert!(clear.margin().unwrap() > 2.0 && unclear.margin().unwrap() < 0.2);
}

#[test]
fn a_model_moves_with_the_customers_it_learns() {
    let mut model = model();
    let before = model.portraits()[1].traits[0].typical;
    let row = values(40, 90_000);
    for _ in 0..20 {
        assert_eq!(model.learn(&row, today()), cluster(2));
    }
    let portrait = &model.portraits()[1];
    // The mean of 21, 23 and twenty times 40.
    let orders = portrait.traits.iter().find(|found| found.feature.as_str() == "orders").unwrap();
    assert!(before < 23.0 && (orders.typical - 844.0 / 22.0).abs() < 1e-9, "{orders:?}");
    assert_eq!((portrait.size, model.model().learned()), (22, 20));
    assert!(model.learn(&[None, None], today()).is_empty());
    assert_eq!(model.model().learned(), 20);
}

#[test]
fn a_segment_keeps_its_id_when_it_is_renamed() {
    let mut model = model();
    let id = SegmentId::new("cluster-2").unwrap();
    assert!(model.rename(&id, "Regulars", "Those who come every week."));
    assert!(!model.rename(&SegmentId::new("cluster-3").unwrap(), "Nobody", ""));
    assert_eq!(
        (model.segments()[1].id.clone(), model.segments()[1].name.as_str()),
        (id, "Regulars")
    );
}

#[test]
fn a_model_survives_json_and_one_that_does_not_hold_together_is_refused() {
    let damages = [
        [
            "\"version\":1",
            "\"version\":2",
            "`version`: version 2 cannot be read: this is version 1",
        ],
        ["\"cluster-2\"", "\"cluster-1\"", "`segments[1]`: there are two segments `cluster-1`"],
        ["\"background\":[", "\"background\":[{\"mean\":0.0,\"deviation\":1.0},", "3 columns"],
        ["\"learned\"", "\"forgotten\"", "unknown field `forgotten`"],
    ];
    assert_refused(&model(), &damages);
}

#[test]
fn everything_that_prevents_a_fit_is_told_with_its_place() {
    let told = |recipe: &Clusters, table: &FeatureTable| {
        recipe.fit_seeded(table, 0).unwrap_err().to_string()
    };
    let unknown = Clusters::new(KMeans::new(2), Preparation::new([("order", Scale::None)]));
    assert_eq!(
        told(&unknown, &table()),
        "`preparation.columns[0]`: there is no column `order`: do you mean `orders`?"
    );
    let kmeans = KMeans { restarts: 0, ..KMeans::new(0) };
    assert_eq!(
        told(&Clusters { method: kmeans.into(), ..recipe() }, &table()),
        "`method.kmeans.clusters`: at least 1 is needed\n\
         `method.kmeans.restarts`: at least 1 is needed"
    );
    let huge =
        FeatureTable::new(["orders"], [(id("ann"), [Some(1.0)]), (id("bob"), [Some(1e300)])]);
    let huge = huge.unwrap();
    let unscaled = Clusters::new(KMeans::new(2), Preparation::new([("orders", Scale::None)]));
    assert_eq!(
        told(&unscaled, &huge),
        "`preparation.columns[0]`: column `orders` of customer `bob` is beyond 1e120: \
         scale the column"
    );
    let scaled = Clusters::new(KMeans::new(2), Preparation::new([("orders", Scale::Standard)]));
    assert_eq!(scaled.fit_seeded(&huge, 0).unwrap().segments().len(), 2);
    let nobody = table().filter(|_| false);
    assert_eq!(
        told(&recipe(), &nobody),
        "`preparation.columns`: no customer has a value in every column"
    );
}

#[test]
fn customers_count_as_much_as_a_column_says() {
    let alike = KMeans::new(1);
    let orders = Preparation::new([("orders", Scale::None)]);
    let recipe = Clusters::new(alike, orders).weighted_by("spend");
    let center = |recipe: &Clusters| {
        let model = recipe.fit_seeded(&table(), 0).unwrap();
        model.model().clusters()[0].center[0]
    };
    // 10 + 20 + 30 + 400 + 500 euro.
    let weighted = (10.0 + 2.0 * 20.0 + 3.0 * 30.0 + 21.0 * 400.0 + 23.0 * 500.0) / 960.0;
    assert!((center(&recipe) - weighted).abs() < 1e-12);
    assert_eq!(center(&Clusters { weights: None, ..recipe.clone() }), 10.0);
    let error = recipe.clone().weighted_by("spent").fit_seeded(&table(), 0).unwrap_err();
    let told = "`weights`: there is no column `spent`: do you mean `spend`?";
    assert_eq!(error.to_string(), told);
    let rows = [(id("ann"), [Some(1.0), None]), (id("bob"), [Some(2.0), Some(1.0)])];
    let unknown = FeatureTable::new(["orders", "spend"], rows).unwrap();
    let told = "`weights`: customer `ann` has no value in column `spend`, which weighs";
    assert_eq!(recipe.fit_seeded(&unknown, 0).unwrap_err().to_string(), told);
}

#[test]
fn every_method_finds_the_two_groups() {
    let methods: [Method; 5] = [
        KMeans::new(2).into(),
        Mixture::new(2).into(),
        Dbscan { min_weight: 2.0, ..Dbscan::new(1.0) }.into(),
        Hdbscan { min_samples: Some(1), ..Hdbscan::new(2) }.into(),
        Hierarchy::new(Cut::Clusters(2)).into(),
    ];
    for method in methods {
        let name = method.name();
        let recipe = Clusters { method, ..recipe() };
        let model = recipe.fit_seeded(&table(), 1).unwrap();
        let memberships = model.assign_all(&table(), today()).unwrap();
        let expected = [cluster(1), cluster(1), cluster(1), cluster(2), cluster(2)];
        assert_eq!(memberships, expected, "{name}");
        let json = serde_json::to_string(&model).unwrap();
        assert!(json.contains(&format!("\"model\":{{\"{name}\":")), "{json}");
        assert_eq!(serde_json::from_str::<Clustered>(&json).unwrap(), model, "{name}");
    }
}

#[test]
fn one_customer_is_one_segment_with_notes() {
    let alone = table().filter(|customer| *customer == id("eve"));
    let model = recipe().fit_seeded(&alone, 0).unwrap();
    assert_eq!(model.segments().len(), 1);
    assert_eq!(model.prepared().notes().len(), 2);
    let notes = &model.model().report().unwrap().notes;
    assert!(notes.contains(&Note::FewerClusters { wanted: 2, found: 1 }), "{notes:?}");
    assert_eq!(model.segments()[0].description, "1 of 1 customer: much like all");
    assert_eq!(model.assign(&values(1, 1), today()), cluster(1));
}

#[test]
fn a_recipe_is_written_in_a_few_words() {
    let json = r#"{
        "preparation": {
            "columns": [{"name": "orders", "scale": "log1p"}, {"name": "spend"}],
            "missing": {"fill": "median"}
        },
        "method": {"kmeans": {"clusters": 5}}
    }"#;
    let written: Clusters = serde_json::from_str(json).unwrap();
    let columns = [("orders", Scale::Log1p), ("spend", Scale::Standard)];
    let missing = Missing::Fill(Filling::Median);
    let expected = Clusters::new(KMeans::new(5), Preparation::new(columns).missing(missing));
    assert_eq!(written, expected);
    let Method::KMeans(kmeans) = expected.method else { panic!("another method") };
    assert_eq!((kmeans.restarts, kmeans.init), (10, Init::GreedyPlusPlus));
    assert!(serde_json::from_str::<Clusters>(&json.replace("kmeans", "k_means")).is_err());
}

fn any_row() -> impl Strategy<Value = [Option<Value>; 2]> {
    let orders = prop::option::weighted(0.9, 0..30_i64);
    let cents = prop::option::weighted(0.9, prop_oneof![0..100_000_i64, Just(1 << 50)]);
    (orders, cents).prop_map(|(orders, cents)| {
        let spend = cents.map(|cents| Value::Money(Money::from_minor(cents, Currency::EUR)));
        [orders.map(Value::Integer), spend]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_table_gives_what_its_rows_give_one_by_one(
        rows in prop::collection::vec(any_row(), 1..30),
        clusters in 1_usize..5,
        scale in prop::sample::select(vec![
            Scale::None, Scale::Log1p, Scale::Standard, Scale::Robust, Scale::MinMax,
        ]),
        missing in prop::sample::select(vec![Missing::DropRows, Missing::Fill(Filling::Median)]),
        seed: u64,
    ) {
        let named = rows.iter().enumerate();
        let named = named.map(|(row, values)| (id(&format!("c-{row:02}")), values.clone()));
        let table = FeatureTable::from_values(columns(), named).unwrap();
        let columns = Preparation::new([("spend", scale), ("orders", scale)]).missing(missing);
        let recipe = Clusters::new(KMeans::new(clusters), columns);
        let Ok(model) = recipe.fit_seeded(&table, seed) else {
            // Nobody is complete, or a column has no value at all.
            prop_assert!(rows.iter().any(|row| row.contains(&None)));
            return Ok(());
        };
        let points = model.prepared().table(&table).unwrap();
        let labels = model.model().labels(points.matrix().unwrap());
        let mut labeled = points.customers().iter().zip(labels);
        let together = model.assign_all(&table, today()).unwrap();
        for (row, (customer, membership)) in table.customers().iter().zip(together).enumerate() {
            let [orders, spend] = rows[row].clone();
            prop_assert_eq!(&membership, &model.assign(&[spend, orders], today()));
            if let Some(segment) = membership.primary() {
                let (labeled, label) = labeled.next().unwrap();
                prop_assert_eq!(labeled, customer);
                prop_assert_eq!(&model.segments()[label.unwrap()].id, segment);
            }
        }
        prop_assert!(labeled.next().is_none());
    }
}
