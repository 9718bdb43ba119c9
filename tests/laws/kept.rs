//! The crate's own implementations keep the laws that other implementations are held to.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, Utc, Weekday};
use loyalty::calendar::Zone;
use loyalty::cluster::KMeans;
use loyalty::event::Order;
use loyalty::feature::{Column, Extractor, Measure, Missing, Moment, Preparation, Scale, Snapshot};
use loyalty::id::{CustomerId, EventId, LineId, SegmentId};
use loyalty::laws;
use loyalty::money::{
    Allocator, CentsToFirst, CumulativeRounding, Currency, LargestRemainder, Money, RestToLast,
    Share, ShareOfRest,
};
use loyalty::offer::{Allowance, BudgetKey, Budgets, Explain, MemoryBudgets, NoUses, Request};
use loyalty::points::{
    Boost, BoostSource, Boosts, CheckedEarning, Combine, Earlier, EarningPolicy, Expiry, Ledger,
    Multiplier, Occasion, Points, Purses,
};
use loyalty::rule::{Facts, Field, Kind, Rule, Schema, Value};
use loyalty::segment::clustered::Clusters;
use loyalty::segment::grid::StandardGrid;
use loyalty::segment::rfm::{Nesting, Rfm, RfmSegmentation};
use loyalty::segment::rules::{RuleSegment, RuleSegments};
use loyalty::segment::{Fit, Segmenter};
use loyalty::strategy::{self, Plot, Story};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::Config;

const EURO: Currency = Currency::EUR;

/// The lines as shares.
fn shares(worths: &[(LineId, Money)]) -> Vec<Share<'_>> {
    worths.iter().map(|(line, worth)| Share::new(line, *worth)).collect()
}

/// The lines as shares that can take less or more than they are worth.
fn within<'a>(worths: &'a [(LineId, Money)], rooms: &[(LineId, Money)]) -> Vec<Share<'a>> {
    let shares = shares(worths).into_iter().zip(rooms);
    shares.map(|(share, (_, room))| share.up_to(*room)).collect()
}

fn columns() -> [Column; 4] {
    [
        Column::new("orders", Measure::Integer),
        Column::new("spend", Measure::Money(EURO)),
        Column::new("opens", Measure::Bool),
        Column::from("spread"),
    ]
}

/// The features that RFM looks at by default.
fn rfm_columns() -> [Column; 3] {
    [
        Column::new("recency_days", Measure::Integer),
        Column::new("orders(lifetime)", Measure::Integer),
        Column::new("spend(lifetime)", Measure::Money(EURO)),
    ]
}

/// Fields with the names and types of [`columns`].
fn column_fields() -> Schema {
    let fields = [
        Field::new("orders", Kind::Integer),
        Field::money("spend", EURO),
        Field::new("opens", Kind::Bool),
        Field::new("spread", Kind::Number),
    ];
    Schema::new(fields).unwrap()
}

fn rule_segments(rules: Vec<Rule>, schema: &Schema) -> RuleSegments {
    let segment = |(index, when): (usize, Rule)| RuleSegment {
        id: SegmentId::new(format!("segment {index}")).unwrap(),
        name: "Segment".to_owned(),
        description: String::new(),
        when,
    };
    let written: Vec<RuleSegment> = rules.into_iter().enumerate().map(segment).collect();
    RuleSegments::check(&written, schema).unwrap()
}

/// What a story earns, event by event; the ledger stands as it is after the last one.
fn earned(
    story: &Story,
    earning: &CheckedEarning,
    schema: &Schema,
    facts: &dyn Facts,
    zone: Zone,
) -> Result<Ledger, TestCaseError> {
    let mut ledger = Ledger::default();
    let profile = story.profile();
    for event in &story.events {
        let before = profile.before(event.position());
        let moment = Moment { as_of: event.at, zone, currency: EURO };
        let by = Multiplier::from_hundredths(150).unwrap();
        let source = BoostSource::Tier("gold".parse().unwrap());
        let boost = Boost { source, by, rules: BTreeSet::new(), part: None };
        let occasion = Occasion {
            event,
            profile: &before,
            moment,
            facts,
            boosts: &Boosts::new(Combine::Add, vec![boost]),
            expiry: Expiry::Never,
            confirmed_at: None,
            earlier: Earlier::of(&ledger),
        };
        laws::earning_policy(earning, &occasion, schema)?;
        let targets = earning.earn(&occasion);
        let events: BTreeSet<EventId> = BTreeSet::from([event.id.clone()]);
        let entries = ledger.reconcile(&events, &targets, &event.id);
        ledger.post(entries)?;
    }
    Ok(ledger)
}

/// The orders of Saturdays and Sundays.
struct Weekends;

impl Extractor for Weekends {
    fn name(&self) -> &'static str {
        "weekend_orders"
    }

    fn kind(&self) -> Kind {
        Kind::Integer
    }

    fn extract(&self, snapshot: &Snapshot<'_>) -> Option<Value> {
        let zone = snapshot.moment().zone;
        let on_weekend =
            |order: &Order| matches!(zone.date(order.at).weekday(), Weekday::Sat | Weekday::Sun);
        let orders = snapshot.purchases().orders(0);
        i64::try_from(orders.iter().filter(on_weekend).count()).ok().map(Value::Integer)
    }

    fn next_change(&self, _: &Snapshot<'_>) -> Option<DateTime<Utc>> {
        None
    }
}

#[test]
fn budgets_in_memory_keep_the_laws() {
    assert_eq!(laws::budget_store(MemoryBudgets::new), Ok(()));
    // A worker that was handed all there is keeps them, too.
    let limit = Allowance { uses: Some(1_000), amount: Some(Money::from_minor(1_000_000, EURO)) };
    let keys = ["one:global:lifetime", "one:store=gent:month:2024-10-01", "two:global:lifetime"];
    let worker = || {
        let (whole, now) = (MemoryBudgets::new(), DateTime::<Utc>::MIN_UTC);
        let shares = keys.map(|key| whole.hand_out(&key.parse().unwrap(), &limit, 1, now));
        MemoryBudgets::of_shares(shares.into_iter().flatten())
    };
    assert_eq!(laws::budget_store(worker), Ok(()));
}

/// Of every budget there are so many uses and so many euros left, if it is known.
struct Scarce(Option<u32>);

impl Budgets for Scarce {
    fn left(&self, _: &BudgetKey, limit: &Allowance) -> Option<Allowance> {
        let (left, euros) = (u64::from(self.0?), Money::from_minor(i64::from(self.0?) * 100, EURO));
        let Allowance { uses, amount } = *limit;
        let amount = amount.map(|amount| amount.min(euros));
        Some(Allowance { uses: uses.map(|uses| uses.min(left)), amount })
    }
}

proptest! {
    #![proptest_config(Config::with_cases(48))]

    #[test]
    fn every_allocator_splits_by_the_laws(
        (amount, worths, rooms) in strategy::currency().prop_flat_map(|currency| {
            let rooms = strategy::worths(currency, 8);
            (strategy::money(currency), strategy::worths(currency, 8), rooms)
        }),
        foreign in strategy::worths(Currency::USD, 1),
        rounding in strategy::rounding(),
    ) {
        let methods: [&dyn Allocator; 5] = [
            &LargestRemainder,
            &CentsToFirst,
            &RestToLast,
            &ShareOfRest,
            &CumulativeRounding { rounding },
        ];
        for method in methods {
            laws::allocator(method, amount, &shares(&worths))?;
            laws::allocator(method, amount, &shares(&[&worths[..], &foreign[..]].concat()))?;
            laws::allocator(method, amount, &within(&worths, &rooms))?;
        }
    }

    #[test]
    fn segments_by_rule_are_assigned_by_the_laws(
        rules in proptest::collection::vec(strategy::rule(&column_fields()), 0..=4),
        table in strategy::table(columns(), 0..=12, 0.2),
        today in strategy::day(),
    ) {
        laws::segmenter(&rule_segments(rules, &column_fields()), &table, today)?;
    }

    #[test]
    fn segments_by_rules_over_words_are_assigned_by_the_laws(
        (segments, schema, sheet) in strategy::schema(5).prop_flat_map(|schema| {
            let rules = proptest::collection::vec(strategy::rule(&schema), 1..=4);
            let fields = schema.clone();
            let segments = rules.prop_map(move |rules| rule_segments(rules, &fields));
            let sheet = strategy::sheet(&schema, 0.2);
            (segments, Just(schema), sheet)
        }),
    ) {
        let slot = |name: &loyalty::rule::Text| schema.slot(name.as_str());
        let value = |name| slot(name).and_then(|slot| sheet.value(slot)).cloned();
        let row: Vec<_> = segments.inputs().iter().map(value).collect();
        laws::assignment(&segments, &row, sheet.today())?;
    }

    #[test]
    fn clusters_are_fitted_and_learned_by_the_laws(
        table in strategy::table(columns(), 0..=14, 0.1),
        clusters in 1..=4_usize,
        seed: u64,
        today in strategy::day(),
    ) {
        let scales = [("orders", Scale::Standard), ("spend", Scale::Log1p)];
        let preparation = Preparation::new(scales).missing(Missing::DropRows);
        let recipe = Clusters::new(KMeans::new(clusters), preparation);
        laws::fit(&recipe, &table, seed, today)?;
        if let Ok(mut model) = recipe.fit_seeded(&table, seed) {
            laws::learn(&mut model, &table, today)?;
        }
    }

    #[test]
    fn rfm_segments_are_fitted_by_the_laws(
        table in strategy::table(rfm_columns(), 0..=30, 0.1),
        grid in select(vec![StandardGrid::Standard125, StandardGrid::RecencyFrequency]),
        nesting in select(vec![Nesting::Independent, Nesting::Nested]),
        seed: u64,
        today in strategy::day(),
    ) {
        let rfm = Rfm { nesting, ..Rfm::default() };
        laws::fit(&RfmSegmentation { rfm, grid: grid.grid().check()? }, &table, seed, today)?;
    }

    #[test]
    fn points_and_tiers_are_given_by_the_laws(
        (schema, earning, sheet) in strategy::schema(4).prop_flat_map(|schema| {
            let earning = strategy::earning(&schema, EURO, 3);
            let sheet = strategy::sheet(&schema, 0.2);
            (Just(schema), earning, sheet)
        }),
        ladder in strategy::ladder(EURO),
        (story, as_of) in strategy::story(Plot::default()).prop_flat_map(|story| {
            let as_of = story.instant();
            (Just(story), as_of)
        }),
        zone in strategy::zone(),
    ) {
        let earning = earning.check(&schema, EURO, &Purses::default())?;
        let ledger = earned(&story, &earning, &schema, &sheet, zone)?;
        let moment = Moment { as_of, zone, currency: EURO };
        laws::tier_policy(&ladder.check(EURO)?, &story.profile(), &ledger, &moment)?;
    }

    #[test]
    fn catalogs_grant_and_decline_by_the_laws(
        (schema, catalog, sheet) in strategy::schema(5).prop_flat_map(|schema| {
            let catalog = strategy::catalog(&schema, EURO, 6);
            let sheet = strategy::sheet(&schema, 0.2);
            (Just(schema), catalog, sheet)
        }),
        basket in strategy::basket(EURO),
        as_of in strategy::instant(strategy::years()),
        zone in strategy::zone(),
        member_since in proptest::option::of(strategy::day()),
        points in 0..1_000_i64,
        customer in strategy::id::<CustomerId>(),
        scarce in proptest::option::of(0..4_u32),
    ) {
        let request = Request {
            customer: &customer,
            facts: &sheet,
            basket: &basket,
            as_of,
            zone,
            member_since,
            uses: &NoUses,
            budgets: &Scarce(scarce),
            points: &Points(points).into(),
            chosen: &basket.chosen,
            explain: Explain::Full,
        };
        laws::offer_evaluator(&catalog, &request, &schema)?;
    }

    #[test]
    fn a_feature_of_the_host_is_extracted_by_the_laws(
        (story, as_of) in strategy::story(Plot::default()).prop_flat_map(|story| {
            let as_of = story.instant();
            (Just(story), as_of)
        }),
        zone in strategy::zone(),
    ) {
        let moment = Moment { as_of, zone, currency: EURO };
        laws::extractor(&Weekends, &story.profile(), &moment)?;
    }
}
