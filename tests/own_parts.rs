//! A program of the host's own parts: each is asked, with the facts that it names.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use loyalty::event::{Basket, EventKind, LineItem, Purchase};
use loyalty::feature::{Extractor, Snapshot};
use loyalty::id::OfferId;
use loyalty::money::{Allocation, Allocator, LargestRemainder, Share};
use loyalty::offer::{Catalog, Evaluation, Offer, OfferEvaluator, Request};
use loyalty::points::{EarningPolicy, Ledger, Multiplier, Occasion, Points, Posting, Source, Term};
use loyalty::profile::Customer;
use loyalty::program::Spec;
use loyalty::rule::{Facts, Field, Kind, Schema, Value, Verdict, field};
use loyalty::segment::{Membership, Segment, Segmenter};
use loyalty::tier::{Credits, Measure, Standing, Tally, Tier, TierPolicy};
use loyalty::{Applied, Currency, Event, Member, Money, Program};

fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

/// How many letters the customer's id has.
struct Letters;

impl Extractor for Letters {
    fn name(&self) -> &'static str {
        "letters"
    }

    fn kind(&self) -> Kind {
        Kind::Integer
    }

    fn extract(&self, snapshot: &Snapshot<'_>) -> Option<Value> {
        i64::try_from(snapshot.profile().customer.id.as_str().len()).ok().map(Value::Integer)
    }

    fn next_change(&self, _: &Snapshot<'_>) -> Option<DateTime<Utc>> {
        None
    }
}

/// Everybody whose id is short.
struct Short([Segment; 1], [loyalty::rule::Text; 1]);

impl Segmenter for Short {
    fn segments(&self) -> &[Segment] {
        &self.0
    }

    fn inputs(&self) -> &[loyalty::rule::Text] {
        &self.1
    }

    fn assign(&self, row: &[Option<Value>], _: NaiveDate) -> Membership {
        match row {
            [Some(Value::Integer(..4))] => Membership::of(self.0[0].id.clone()),
            _ => Membership::none(),
        }
    }
}

/// As many tiers as letters, up to three.
struct ByName(Vec<Tier>);

impl TierPolicy for ByName {
    fn tiers(&self) -> &[Tier] {
        &self.0
    }

    fn standing(&self, snapshot: &Snapshot<'_>, _: &Ledger) -> Standing {
        let letters = snapshot.profile().customer.id.as_str().len();
        let rank = letters.min(self.0.len()) - 1;
        Standing {
            tier: self.0[rank].id.clone(),
            rank,
            credits: Tally(
                [(Measure::Visits, Credits::Count(i64::try_from(letters).unwrap()))].into(),
            ),
            since: None,
            until: None,
            keep: None,
            progress: None,
            next_change: None,
        }
    }
}

/// A point for each letter, whatever happens.
struct PerLetter;

impl EarningPolicy for PerLetter {
    fn earn(&self, occasion: &Occasion<'_>) -> Vec<Posting> {
        let schema = Schema::new([Field::new("letters", Kind::Integer)]).unwrap();
        let slot = schema.slot("letters").unwrap();
        let Some(Value::Integer(letters)) = occasion.facts.value(slot) else { return Vec::new() };
        let term = Term::from(occasion.event.at);
        let source = Source::Earning(id("letters"));
        occasion.posting(source, None, Points(*letters), term).into_iter().collect()
    }

    fn fields(&self) -> BTreeSet<&str> {
        BTreeSet::from(["letters"])
    }
}

/// A catalog that the host checked against a schema of its own.
struct Own(Catalog);

impl OfferEvaluator for Own {
    fn fields(&self) -> BTreeSet<&str> {
        BTreeSet::from(["letters", "tier"])
    }

    fn evaluate(&self, request: &Request<'_>) -> Evaluation {
        self.0.evaluate(request)
    }

    fn explain(&self, offer: &OfferId, facts: &dyn Facts) -> Option<Verdict> {
        self.0.explain(offer, facts)
    }
}

/// All to the first line.
struct First;

impl Allocator for First {
    fn allocate(&self, amount: Money, shares: &[Share<'_>]) -> Allocation {
        let first = LargestRemainder.allocate(amount, &shares[..1]);
        let zero = Money::zero(amount.currency());
        let rest = shares.iter().skip(1).map(|_| zero);
        Allocation { parts: first.parts.into_iter().chain(rest).collect(), unused: first.unused }
    }
}

const OFFER: &str = r#"{"id": "two", "benefit": {"fixed": {"amount": "2.00 EUR"}},
    "when": {"all": [{"field": "letters", "at_least": 3}, {"field": "tier", "is": "c"}]}}"#;

fn tiers() -> Vec<Tier> {
    let tier = |name: &str, at_least| Tier {
        id: id(name),
        name: name.into(),
        at_least: Credits::Count(at_least).into(),
        for_life: None,
        multiplier: Multiplier::ONE,
        points_expiry: None,
        benefits: Vec::new(),
    };
    vec![tier("a", 1), tier("b", 2), tier("c", 3)]
}

fn short() -> Short {
    let segment = Segment { id: id("short"), name: "Short".into(), description: String::new() };
    Short([segment], ["letters".into()])
}

fn purchase() -> Event {
    let line = |name: &str, minor| {
        LineItem::new(id(name), id("p"), 1, Money::from_minor(minor, Currency::EUR))
    };
    let basket = Basket::of([line("1", 500), line("2", 1_500)]);
    let kind = EventKind::Purchase(Purchase::new(id("o"), basket));
    Event::new(id("e"), id("ann"), id("2026-03-01T09:00:00Z"), kind)
}

fn ann(program: &Program) -> Member {
    program.enroll(Customer::new(id("ann")))
}

#[test]
fn every_part_of_the_host_is_asked() {
    let schema =
        Schema::new([Field::new("letters", Kind::Integer), Field::choice("tier", ["a", "b", "c"])]);
    let offer: Offer = serde_json::from_str(OFFER).unwrap();
    let catalog = Catalog::check(vec![offer], vec![], &schema.unwrap(), Currency::EUR).unwrap();
    let program = Spec::new("Own", Currency::EUR)
        .builder()
        .extractor("letters-1", Letters)
        .segmenter("short-1", short())
        .tier_policy("by-name-1", ByName(tiers()))
        .earning_policy("per-letter-1", PerLetter)
        .offer_evaluator("own-1", Own(catalog))
        .build()
        .unwrap();
    let mut ann = ann(&program);
    let decision = program.decide(&ann, &purchase());
    assert_eq!(ann.apply(&decision), Applied::Now { revision: 1 });
    assert!(decision.outcomes[0].answer.granted().is_some(), "{:?}", decision.outcomes);
    let view = program.view(&ann, purchase().at);
    assert!(view.segments.contains(&id("short")));
    assert_eq!(view.standing.unwrap().tier, id("c"));
    assert_eq!(view.balance.active, Points(3));
    let basket = &purchase().purchase().unwrap().basket.clone();
    let verdict = program.explain(&ann, basket, purchase().at, &id("two")).unwrap();
    assert!(verdict.truth.holds(), "{verdict}");
}

#[test]
fn an_own_allocator_splits_the_discounts_of_the_document() {
    let mut spec = Spec::new("Own", Currency::EUR);
    spec.offers = vec![serde_json::from_str(OFFER).unwrap()];
    spec.offers[0].when = field("letters").at_least(3);
    let program =
        spec.builder().extractor("letters-1", Letters).allocator("first-1", First).build().unwrap();
    let basket = purchase().purchase().unwrap().basket.clone();
    let quote = program.quote(&ann(&program), &basket, purchase().at);
    let nets = quote.evaluation.unwrap().lines.into_iter().map(|line| line.net.minor());
    assert_eq!(nets.collect::<Vec<_>>(), [300, 1_500]);
}

#[test]
fn the_labels_of_own_parts_are_part_of_the_terms() {
    let version = |label| {
        let builder = Spec::new("Own", Currency::EUR).builder();
        builder.extractor(label, Letters).build().unwrap().version()
    };
    assert_eq!(version("letters-1"), version("letters-1"));
    assert_ne!(version("letters-1"), version("letters-2"));
}

#[test]
fn parts_that_name_what_is_not_there_or_hide_something_are_refused() {
    struct Orders;
    impl Extractor for Orders {
        fn name(&self) -> &'static str {
            "orders"
        }
        fn kind(&self) -> Kind {
            Kind::Integer
        }
        fn extract(&self, _: &Snapshot<'_>) -> Option<Value> {
            None
        }
    }
    let built = Spec::new("Own", Currency::EUR)
        .builder()
        .extractor("orders-1", Orders)
        .segmenter("short-1", short())
        .segmenter("short-2", short())
        .build();
    let error = built.unwrap_err();
    let told: Vec<String> = error.problems().iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "`extractors[0]`: the name `orders` is taken",
            "`segments`: segment `short` is there twice",
            "`parts`: there is no field `letters`",
            "`parts`: there is no field `letters`",
        ]
    );
}
