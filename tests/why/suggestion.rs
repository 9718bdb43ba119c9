//! Rules say what a model found, and what they miss is told.

use chrono::NaiveDate;
use loyalty::cluster::tree::Cart;
use loyalty::feature::{Column, FeatureTable, Measure};
use loyalty::id::SegmentId;
use loyalty::money::Currency;
use loyalty::rule::{Rule, Schema, Text, Value};
use loyalty::segment::rules::RuleSegments;
use loyalty::segment::suggestion::{Suggestions, Surrogate, fields};
use loyalty::segment::{Membership, Segment, Segmenter};
use proptest::prelude::{ProptestConfig, Strategy, prop, prop_assert_eq, proptest};

use super::{id, model, row, table, today};

fn surrogate(depth: usize) -> Surrogate {
    Surrogate { tree: Cart { max_depth: depth, ..Cart::default() }, fidelity: 1.0 }
}

fn texts(found: &Suggestions) -> Vec<String> {
    found.suggestions.iter().map(|found| found.rule.to_string()).collect()
}

#[test]
fn the_simplest_rule_comes_first_and_thresholds_are_round() {
    let found = surrogate(3).suggest(&model(), &table(), today()).unwrap();
    // Orders 3 and 18 tell who buys much, and 9 and 300 days who has left.
    let expected = [
        "orders(1y) < 10",
        "orders(1y) >= 10 and recency_days < 200",
        "orders(1y) >= 10 and recency_days >= 200",
    ];
    assert_eq!(texts(&found), expected);
    assert_eq!((found.fidelity, found.customers, found.without.len()), (1.0, 10, 0));
    for suggestion in &found.suggestions {
        assert_eq!((suggestion.precision(), suggestion.recall()), (1.0, 1.0));
    }
    let json = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<Suggestions>(&json).unwrap(), found);
}

#[test]
fn what_a_shallow_tree_misses_is_told() {
    let found = surrogate(1).suggest(&model(), &table(), today()).unwrap();
    // One question cannot tell three apart: the two who have left are taken for those who buy much.
    assert_eq!(texts(&found), ["orders(1y) < 10", "orders(1y) >= 10"]);
    let much = &found.suggestions[1];
    assert_eq!((much.members, much.holds, much.both), (3, 5, 3));
    assert_eq!((much.precision(), much.recall(), much.balance()), (0.6, 1.0, 0.75));
    let told = "Cluster 2: orders(1y) >= 10 (precision 60 %, recall 100 %)";
    assert_eq!(much.to_string(), told);
    assert_eq!(found.without, [SegmentId::new("cluster-3").unwrap()]);
    assert_eq!(found.fidelity, 0.8);
    let enough = Surrogate { fidelity: 0.8, ..surrogate(3) };
    assert_eq!(enough.suggest(&model(), &table(), today()).unwrap().tree.depth(), 1);
}

#[test]
fn money_yes_and_no_are_written_as_such_and_a_gap_is_in_no_rule() {
    struct Given(Vec<Segment>, Vec<Text>);
    impl Segmenter for Given {
        fn segments(&self) -> &[Segment] {
            &self.0
        }
        fn inputs(&self) -> &[Text] {
            &self.1
        }
        /// By the spend, and among the spenders by who has the card.
        fn assign(&self, row: &[Option<Value>], _today: NaiveDate) -> Membership {
            let spends = matches!(&row[0], Some(Value::Money(spend)) if spend.minor() > 5_000);
            let card = row[1] == Some(Value::Bool(true));
            let segment = usize::from(spends) + usize::from(spends && card);
            Membership::of(self.0[segment].id.clone())
        }
    }
    let segment = |name: &str| Segment::new(SegmentId::new(name).unwrap(), name);
    let given = Given(
        ["little", "much", "card"].map(segment).to_vec(),
        ["spend", "card"].map(Text::from).to_vec(),
    );
    let columns =
        [Column::new("spend", Measure::Money(Currency::EUR)), Column::new("card", Measure::Bool)];
    let rows = [
        ("a", Some(12.5), Some(0.0)),
        ("b", Some(49.99), Some(1.0)),
        ("c", Some(50.01), Some(1.0)),
        ("d", Some(80.0), Some(0.0)),
        ("e", Some(90.0), Some(1.0)),
        ("f", Some(95.0), Some(0.0)),
        ("g", None, Some(1.0)),
    ];
    let rows = rows.map(|(name, spend, card)| (id(name), [spend, card]));
    let table = FeatureTable::new(columns, rows).unwrap();
    let found = surrogate(3).suggest(&given, &table, today()).unwrap();
    let expected = [
        "spend < 50.00 EUR",
        "spend >= 50.00 EUR and card = true",
        "spend >= 50.00 EUR and card = false",
    ];
    let mut texts = texts(&found);
    texts.sort();
    let mut sorted = expected.to_vec();
    sorted.sort_unstable();
    assert_eq!(texts, sorted);
    let little = &found.suggestions[0];
    assert_eq!((little.members, little.holds, little.both), (3, 2, 2));
    assert_eq!(found.customers, 6);
}

#[test]
fn categories_are_written_as_the_levels_that_they_may_be() {
    struct Given(Vec<Segment>, Vec<Text>);
    impl Segmenter for Given {
        fn segments(&self) -> &[Segment] {
            &self.0
        }
        fn inputs(&self) -> &[Text] {
            &self.1
        }
        fn assign(&self, row: &[Option<Value>], _today: NaiveDate) -> Membership {
            let Some(Value::Text(channel)) = &row[0] else { return Membership::none() };
            let far = ["app", "web"].contains(&channel.as_str());
            Membership::of(self.0[usize::from(far)].id.clone())
        }
    }
    let segment = |name: &str| Segment::new(SegmentId::new(name).unwrap(), name);
    let given = Given(["near", "far"].map(segment).to_vec(), vec![Text::from("channel")]);
    // By their positions, levels would tell a segment by two cuts.
    let column = Column::category("channel", ["app", "shop", "stand", "web"]);
    let channels = ["app", "shop", "stand", "web", "shop", "app", "stand", ""];
    let rows = channels.iter().enumerate().map(|(at, channel)| {
        (id(&format!("c{at}")), [(!channel.is_empty()).then(|| Value::text(channel))])
    });
    let table = FeatureTable::from_values([column], rows).unwrap();
    let found = surrogate(3).suggest(&given, &table, today()).unwrap();
    let mut rules = texts(&found);
    rules.sort();
    assert_eq!(rules, ["channel in {app, web}", "channel in {shop, stand}"]);
    assert_eq!(found.tree.depth(), 1, "one question tells them");
    assert!(found.suggestions.iter().all(|rule| rule.precision() == 1.0 && rule.recall() == 1.0));
    let rules = RuleSegments::check(&found.rules(), &Schema::new(fields(&table)).unwrap()).unwrap();
    let held = rules.assign_all(&table, today()).unwrap();
    assert_eq!(held, given.assign_all(&table, today()).unwrap());
}

#[test]
fn sets_of_levels_are_asked_for_below_other_questions_too() {
    struct Given(Vec<Segment>, Vec<Text>);
    impl Segmenter for Given {
        fn segments(&self) -> &[Segment] {
            &self.0
        }
        fn inputs(&self) -> &[Text] {
            &self.1
        }
        fn assign(&self, row: &[Option<Value>], _today: NaiveDate) -> Membership {
            let [Some(Value::Text(tier)), Some(Value::Integer(orders))] = row else {
                return Membership::none();
            };
            let own = match (tier.as_str(), orders) {
                ("gold" | "bronze", 10..) => 0,
                ("gold" | "bronze", _) => 1,
                _ => 2,
            };
            Membership::of(self.0[own].id.clone())
        }
    }
    let segment = |name: &str| Segment::new(SegmentId::new(name).unwrap(), name);
    let inputs = ["tier", "orders"].map(Text::from).to_vec();
    let given = Given(["many", "few", "others"].map(segment).to_vec(), inputs);
    let tiers = ["bronze", "copper", "gold", "silver", "tin"];
    let row = |n: usize| [Some(Value::text(tiers[n % 5])), Some(Value::Integer((n % 23) as i64))];
    let rows = (0..230).map(|n| (id(&format!("c{n:03}")), row(n)));
    let columns = [Column::category("tier", tiers), Column::new("orders", Measure::Integer)];
    let table = FeatureTable::from_values(columns, rows).unwrap();
    let found = surrogate(4).suggest(&given, &table, today()).unwrap();
    let mut rules = texts(&found);
    rules.sort();
    let expected = [
        "tier in {bronze, gold} and orders < 10",
        "tier in {bronze, gold} and orders >= 10",
        "tier in {copper, silver, tin}",
    ];
    assert_eq!(rules, expected);
    assert_eq!(found.fidelity, 1.0);
}

#[test]
fn the_tree_says_which_feature_it_went_by() {
    let found = surrogate(3).suggest(&model(), &table(), today()).unwrap();
    let (segment, attribution) = found.attributions(&row("ann")).unwrap();
    assert_eq!((segment.as_str(), attribution.base), ("cluster-1", 0.5));
    assert_eq!(attribution.values, [0.5, 0.0, 0.0]);
    assert_eq!(found.attributions(&[None, None, None]), None);
    assert_eq!(found.attributions(&[]), None);
}

#[test]
fn what_cannot_be_suggested_is_told() {
    let other = FeatureTable::new(["visits"], [(id("a"), [Some(1.0)])]).unwrap();
    let told = surrogate(3).suggest(&model(), &other, today()).unwrap_err().to_string();
    assert!(told.contains("there is no column `orders(1y)`"), "{told}");
    let nobody = table().filter(|_| false);
    let told = surrogate(3).suggest(&model(), &nobody, today()).unwrap_err().to_string();
    assert_eq!(told, "`tree.points`: there are no points");
}

/// A segmenter that puts customers where it likes, by their number.
struct Wild(Vec<Segment>, Vec<Text>);

impl Segmenter for Wild {
    fn segments(&self) -> &[Segment] {
        &self.0
    }

    fn inputs(&self) -> &[Text] {
        &self.1
    }

    fn assign(&self, row: &[Option<Value>], _today: NaiveDate) -> Membership {
        let numbers = row.iter().flatten().map(|value| match value {
            Value::Number(number) => (number.as_f64() * 8.0) as i64,
            _ => 0,
        });
        let mixed = numbers.fold(7_i64, |mixed, number| (mixed * 31 + number).rem_euclid(97));
        Membership::of(self.0[(mixed % 3) as usize].id.clone())
    }
}

fn cells() -> impl Strategy<Value = Vec<[f64; 2]>> {
    let cell = (-20..20).prop_map(|eighths| f64::from(eighths) / 8.0);
    prop::collection::vec(prop::array::uniform2(cell), 5..50)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn rules_say_of_every_customer_what_the_tree_says(
        cells in cells(),
        depth in 1_usize..7,
    ) {
        let segment = |n| Segment::new(SegmentId::new(format!("s{n}")).unwrap(), format!("S{n}"));
        let wild = Wild((0..3).map(segment).collect(), ["a", "b"].map(Text::from).to_vec());
        let rows = cells.iter().enumerate();
        let rows = rows.map(|(at, row)| (id(&format!("c{at:03}")), row.map(Some)));
        let table = FeatureTable::new(["a", "b"], rows).unwrap();
        let found = surrogate(depth).suggest(&wild, &table, today()).unwrap();
        let schema = Schema::new(fields(&table)).unwrap();
        let rules = RuleSegments::check(&found.rules(), &schema).unwrap();
        for (row, held) in cells.iter().zip(rules.assign_all(&table, today()).unwrap()) {
            let class = found.tree.assign(row).unwrap();
            prop_assert_eq!(held, Membership::of(found.segments[class].clone()));
        }
        // And they can be written down and read again.
        for suggestion in &found.suggestions {
            let text = suggestion.rule.to_string();
            prop_assert_eq!(&text.parse::<Rule>().unwrap(), &suggestion.rule);
        }
    }
}
