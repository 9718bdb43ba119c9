//! Baskets, purchases and returns.

use proptest::prelude::*;
use proptest::sample::select;

use super::id::{id, numbered};
use super::money::price;
use crate::event::{Basket, Discount, LineItem, Purchase, Return, ReturnedLine};
use crate::id::{CategoryId, CouponCode, LineId, OfferId, ProductId, StoreId};
use crate::money::{Currency, Rounding};
use crate::offer::CodeBatch;
use crate::rule::Text;

/// The products of all baskets, views and offers, with their categories.
const ASSORTMENT: [(&str, Option<&str>); 8] = [
    ("espresso", Some("coffee")),
    ("latte", Some("coffee")),
    ("green tea", Some("tea")),
    ("bagel", Some("bakery")),
    ("croissant", Some("bakery")),
    ("mug", Some("goods")),
    ("gift card", None),
    ("bag", None),
];

/// How many different codes customers have, and offers they name: the first of a catalog.
const FIRST: usize = 6;

/// A product, with its category if it has one.
pub fn product() -> impl Strategy<Value = (ProductId, Option<CategoryId>)> + Clone {
    select(&ASSORTMENT[..]).prop_filter_map("a product", |(product, category)| {
        let category = category.map(CategoryId::new).transpose().ok()?;
        Some((ProductId::new(product).ok()?, category))
    })
}

/// A category of some product.
pub fn category() -> impl Strategy<Value = CategoryId> + Clone {
    let categories =
        ASSORTMENT.iter().filter_map(|(_, category)| CategoryId::new((*category)?).ok());
    select(categories.collect::<Vec<_>>())
}

/// A code that a customer presents, and that an offer of a [`catalog`](super::catalog) may want.
pub fn coupon() -> impl Strategy<Value = CouponCode> + Clone {
    let batched = |(number, at): (usize, usize)| batch(number).codes().ok()?.get(at).cloned();
    prop_oneof![
        2 => (0..FIRST).prop_filter_map("a code", code),
        1 => (0..FIRST, 0..3_usize).prop_filter_map("a code of a batch", batched),
    ]
}

/// An offer that is one of a [`catalog`](super::catalog), if that has so many.
pub fn offer() -> impl Strategy<Value = OfferId> + Clone {
    (0..FIRST).prop_filter_map("an offer", offer_id)
}

/// The id of the offer at `index` of a catalog.
pub(super) fn offer_id(index: usize) -> Option<OfferId> {
    OfferId::new(numbered("offer-", index)).ok()
}

/// The code of a number, each its own.
pub(super) fn code(number: usize) -> Option<CouponCode> {
    CouponCode::new(format!("CODE-{number}")).ok()
}

/// The batch of codes of a number.
pub(super) fn batch(number: usize) -> CodeBatch {
    CodeBatch::new(numbered("seed-", number), 8, 3).prefixed("C-")
}

/// A store.
pub fn store() -> impl Strategy<Value = StoreId> + Clone {
    let stores = ["gent", "brugge", "web"].into_iter().filter_map(|id| StoreId::new(id).ok());
    select(stores.collect::<Vec<_>>())
}

/// A cart of up to six lines with a few discounts, perhaps with codes; it may be empty.
pub fn basket(currency: Currency) -> impl Strategy<Value = Basket> + Clone {
    lines(currency, 0)
}

/// An order of one to six lines, which passes [`Event::validate`](crate::event::Event::validate).
pub fn purchase(currency: Currency) -> impl Strategy<Value = Purchase> + Clone {
    (id(), lines(currency, 1), any::<bool>()).prop_map(move |(order, basket, stated)| {
        let total = basket.net_price(currency).ok().filter(|_| stated);
        Purchase { total, ..Purchase::new(order, basket) }
    })
}

/// A return of some units of one or more lines of `purchase`, never more than were bought.
pub fn return_of(purchase: &Purchase) -> impl Strategy<Value = Return> + use<> {
    let order = purchase.order.clone();
    let lines: Vec<(LineId, i64)> =
        purchase.basket.lines.iter().map(|line| (line.id.clone(), line.quantity)).collect();
    proptest::collection::vec(any::<u8>(), 1..=6)
        .prop_map(move |picks| Return { order: order.clone(), lines: picked(&lines, &picks) })
}

/// Some of the units of each line, at least one in all if there is one; `picks` choose how many.
pub(super) fn picked(lines: &[(LineId, i64)], picks: &[u8]) -> Vec<ReturnedLine> {
    let returned = |line: &LineId, quantity| ReturnedLine { line: line.clone(), quantity };
    let some = lines.iter().zip(picks.iter().cycle()).map(|((line, units), pick)| {
        returned(line, i64::from(*pick) % units.saturating_add(1).max(1))
    });
    let some: Vec<ReturnedLine> = some.filter(|line| line.quantity > 0).collect();
    if !some.is_empty() {
        return some;
    }
    lines
        .iter()
        .find(|(_, units)| *units > 0)
        .map(|(line, _)| returned(line, 1))
        .into_iter()
        .collect()
}

fn lines(currency: Currency, least: usize) -> impl Strategy<Value = Basket> + Clone {
    let lines = proptest::collection::vec(line(currency), least..=6);
    let coupons = proptest::collection::vec(coupon(), 0..=2);
    let chosen = proptest::collection::vec(offer(), 0..=2);
    let shipping = proptest::option::weighted(0.3, price(currency));
    let region = proptest::option::of(select(&["north", "south"][..]));
    let place = (proptest::option::of(store()), region);
    (lines, coupons, chosen, shipping, place).prop_map(
        |(lines, coupons, chosen, shipping, (store, region))| {
            let named = lines.into_iter().enumerate().filter_map(|(at, line)| {
                Some(LineItem { id: LineId::new(numbered("", at)).ok()?, ..line })
            });
            let region = region.map(Text::from);
            Basket { lines: named.collect(), coupons, chosen, shipping, store, region }
        },
    )
}

/// A line, whose id is only unique after its basket has numbered it.
fn line(currency: Currency) -> impl Strategy<Value = LineItem> + Clone {
    let quantity = prop_oneof![4 => 1..=3_i64, 1 => 1..=100_i64];
    let off =
        proptest::option::weighted(0.2, (super::money::percent(), proptest::option::of(offer())));
    (id(), product(), quantity, price(currency), off, any::<bool>()).prop_map(
        |(id, (product, category), quantity, unit_price, off, stated)| {
            let line = LineItem { category, ..LineItem::new(id, product, quantity, unit_price) };
            let discounts = off.into_iter().filter_map(|(percent, offer)| {
                let amount = line.list_price().ok()?.percent(percent, Rounding::Down).ok()?;
                Some(Discount { amount, offer })
            });
            let line = LineItem { discounts: discounts.collect(), ..line };
            LineItem { total: line.net_price().ok().filter(|_| stated), ..line }
        },
    )
}
