//! What holds of benefits, whatever is in the basket; deals against the best of all groupings.
#![cfg(feature = "proptest")]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::NaiveDate;
use loyalty::calendar::Zone;
use loyalty::event::{Basket, LineItem};
use loyalty::id::{CustomerId, LineId, OfferId, ProductId};
use loyalty::laws;
use loyalty::money::{
    Allocator, CentsToFirst, CumulativeRounding, Currency, LargestRemainder, Money, RestToLast,
    ShareOfRest,
};
use loyalty::offer::{
    Benefit, Bundle, BuyGet, Catalog, Evaluation, Explain, Floors, NoBudgets, NoUses, Off, Offer,
    OfferEvaluator, Request, Slot, Target,
};
use loyalty::points::{Points, Wallet};
use loyalty::rule::{Schema, Sheet};
use loyalty::strategy;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::Config;

const EURO: Currency = Currency::EUR;

fn euro(minor: i64) -> Money {
    Money::from_minor(minor, EURO)
}

static WALLET: LazyLock<Wallet> = LazyLock::new(|| Points(1_000).into());

static ANN: LazyLock<CustomerId> = LazyLock::new(|| "ann".parse().unwrap());

fn today() -> NaiveDate {
    "2026-03-14".parse().unwrap()
}

fn ask(catalog: &Catalog, basket: &Basket) -> Evaluation {
    let facts = Sheet::of(Vec::new(), today());
    catalog.evaluate(&request(basket, &facts))
}

fn request<'a>(basket: &'a Basket, facts: &'a Sheet) -> Request<'a> {
    Request {
        facts,
        basket,
        as_of: "2026-03-14T12:00:00Z".parse().unwrap(),
        zone: Zone::UTC,
        member_since: None,
        customer: &ANN,
        budgets: &NoBudgets,
        uses: &NoUses,
        points: &WALLET,
        chosen: &basket.chosen,
        explain: Explain::Codes,
    }
}

/// What an offer of this benefit takes off units of these products and prices.
fn off(benefit: Benefit, units: &[(usize, i64)]) -> i64 {
    let offer = Offer::new(OfferId::new("o").unwrap(), benefit);
    let catalog = Catalog::check(vec![offer], Vec::new(), &Schema::default(), EURO).unwrap();
    let lines = units.iter().enumerate().map(|(at, &(product, price))| {
        LineItem::new(LineId::new(format!("{at}")).unwrap(), named(product), 1, euro(price))
    });
    ask(&catalog, &Basket::of(lines)).discount.minor()
}

fn named(product: usize) -> ProductId {
    ProductId::new(format!("p{product}")).unwrap()
}

/// The most that pairs of `units` can take off, of all ways to make pairs: the value of a pair is
/// `worth`, and units may stay alone.
fn best(units: &[(usize, i64)], worth: &impl Fn((usize, i64), (usize, i64)) -> i64) -> i64 {
    let Some((&first, rest)) = units.split_first() else { return 0 };
    let alone = best(rest, worth);
    let paired = (0..rest.len()).map(|at| {
        let others = [&rest[..at], &rest[at + 1..]].concat();
        worth(first, rest[at]) + best(&others, worth)
    });
    paired.fold(alone, i64::max)
}

fn units() -> impl Strategy<Value = Vec<(usize, i64)>> {
    vec((0_usize..3, 1_i64..500), 0..7)
}

fn methods() -> [std::sync::Arc<dyn Allocator>; 5] {
    [
        std::sync::Arc::new(LargestRemainder),
        std::sync::Arc::new(CentsToFirst),
        std::sync::Arc::new(RestToLast),
        std::sync::Arc::new(ShareOfRest),
        std::sync::Arc::new(CumulativeRounding::default()),
    ]
}

proptest! {
    #![proptest_config(Config::with_cases(96))]

    #[test]
    fn no_line_falls_below_its_floor_whoever_splits(
        (offers, lanes) in strategy::offers(&Schema::default(), EURO, 6),
        floors in strategy::floors(EURO),
        basket in strategy::basket(EURO),
        method in 0_usize..5,
    ) {
        let schema = Schema::default();
        let catalog = Catalog::check(offers.clone(), lanes, &schema, EURO)?;
        let catalog = catalog.with_floors(floors.clone())?;
        let catalog = catalog.with_allocator(methods()[method].clone());
        let facts = Sheet::of(Vec::new(), today());
        laws::offer_evaluator(&catalog, &request(&basket, &facts), &schema)?;
        let ours: BTreeMap<&OfferId, ()> = offers.iter().map(|offer| (&offer.id, ())).collect();
        for price in ask(&catalog, &basket).lines {
            let line = basket.line(&price.line).unwrap();
            let theirs = line.discounts.iter().filter(|discount| {
                !discount.offer.as_ref().is_some_and(|offer| ours.contains_key(offer))
            });
            let before = theirs.fold(price.list.minor(), |left, off| left - off.amount.minor());
            let Floors(floors) = &floors;
            let floor = floors.get(&line.product).map_or(0, |least| least.minor() * line.quantity);
            prop_assert!(price.net.minor() >= before.min(floor), "{:?} of {:?}", price, floors);
        }
    }

    #[test]
    fn buy_one_get_one_is_the_best_of_all_pairings(units in units()) {
        let found = off(Benefit::BuyGet(BuyGet::free(Target::Lines, 1, 1)), &units);
        prop_assert_eq!(found, best(&units, &|one, other| one.1.min(other.1)));
    }

    #[test]
    fn buying_one_product_gets_the_best_of_another(units in units()) {
        let slot = |product| Slot::new(Target::products([named(product)]), 1);
        let found = off(Benefit::BuyGet(BuyGet::new(slot(0), slot(1))), &units);
        let free = |one: (usize, i64), other: (usize, i64)| match (one.0, other.0) {
            (0, 1) => other.1,
            (1, 0) => one.1,
            _ => 0,
        };
        prop_assert_eq!(found, best(&units, &free));
    }

    #[test]
    fn bundles_for_a_price_are_the_best_of_all_that_can_be_made(
        units in units(),
        price in 1_i64..700,
    ) {
        // Products 0 and 1 fill the first slot, 1 and 2 the second.
        let slot = |products: [usize; 2]| Slot::new(Target::products(products.map(named)), 1);
        let slots = [slot([0, 1]), slot([1, 2])];
        let found = off(Benefit::Bundle(Bundle::new(slots, Off::Price(euro(price)))), &units);
        let gain = |one: (usize, i64), other: (usize, i64)| {
            let fits = one.0 == 1 || other.0 == 1 || one.0 != other.0;
            if fits { (one.1 + other.1 - price).max(0) } else { 0 }
        };
        prop_assert_eq!(found, best(&units, &gain));
    }

    #[test]
    fn lines_of_one_unit_and_a_line_of_many_are_the_same_to_a_deal(
        prices in vec((1_i64..4, 1_i64..500), 0..4),
        buy in 1_u32..3,
        get in 1_u32..3,
    ) {
        let benefit = Benefit::BuyGet(BuyGet::free(Target::Lines, buy, get));
        let alone = prices.iter().flat_map(|&(units, price)| (0..units).map(move |_| (0, price)));
        let found = off(benefit.clone(), &alone.collect::<Vec<_>>());
        let offer = Offer::new(OfferId::new("o").unwrap(), benefit);
        let catalog = Catalog::check(vec![offer], Vec::new(), &Schema::default(), EURO)?;
        let lines = prices.iter().enumerate().map(|(at, &(units, price))| {
            LineItem::new(LineId::new(format!("{at}")).unwrap(), named(0), units, euro(price))
        });
        prop_assert_eq!(ask(&catalog, &Basket::of(lines)).discount.minor(), found);
    }
}
