//! What is bought to see whether points can be pumped: carts at the prices and of the products that
//! the terms name.

use std::collections::BTreeSet;

use super::played::Terms;
use crate::event::{Basket, EventType, LineItem};
use crate::id::{CategoryId, LineId, ProductId};
use crate::money::{Currency, Money};
use crate::offer::{Benefit, Target};
use crate::points::{Award, Steps};
use crate::rule::{Literal, Rule, Test};

/// How many products and prices are tried.
const MAX_PRODUCTS: usize = 6;
const MAX_PRICES: usize = 10;

/// What a line is of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ware {
    product: ProductId,
    category: Option<CategoryId>,
}

impl Terms<'_> {
    /// The carts of one line, at the prices that matter.
    pub(super) fn carts(&self, currency: Currency) -> Vec<Basket> {
        let (wares, prices) = (self.wares(), self.prices(currency));
        let line = |ware: &Ware, price: i64| {
            let price = Money::from_minor(price, currency);
            let line = LineItem::new(LineId::new("1").ok()?, ware.product.clone(), 1, price);
            Some(LineItem { category: ware.category.clone(), ..line })
        };
        let line = &line;
        let lines =
            wares.iter().flat_map(|ware| prices.iter().filter_map(move |&price| line(ware, price)));
        lines.map(|line| Basket::of([line])).collect()
    }

    /// The events without a purchase for which points are given.
    pub(super) fn happenings(&self) -> Vec<EventType> {
        let events = self.rules.iter().flat_map(|rules| rules.iter());
        let events = events.filter_map(|rule| match &rule.award {
            Award::PerEvent(award) => Some(award.event),
            _ => None,
        });
        // Nobody joins again and again.
        let given = |event: &EventType| !matches!(event, EventType::Purchase | EventType::Enrolled);
        let events: BTreeSet<EventType> = events.filter(given).collect();
        events.into_iter().collect()
    }

    fn wares(&self) -> Vec<Ware> {
        let mut wares = BTreeSet::new();
        let mut add = |target: &Target| {
            wares.extend(sample(target).map(|(product, category)| Ware { product, category }));
        };
        for rule in self.rules.iter().flat_map(|rules| rules.iter()) {
            let (categories, products) = match &rule.award {
                Award::PerAmount(award) => (&award.categories, &award.products),
                Award::PerUnit(award) => (&award.categories, &award.products),
                Award::PerEvent(award) => (&award.categories, &award.products),
                _ => continue,
            };
            categories.iter().for_each(|category| add(&Target::categories([category.clone()])));
            products.iter().for_each(|product| add(&Target::products([product.clone()])));
        }
        for offer in self.offers {
            if let Benefit::PointsPer(per) = &offer.benefit {
                add(&per.target);
            }
        }
        for (field, literal) in self.literals() {
            match (field, literal) {
                ("basket_products", Literal::Text(name)) => {
                    let product = ProductId::new(name.as_str());
                    product.into_iter().for_each(|product| add(&Target::products([product])));
                }
                ("basket_categories", Literal::Text(name)) => {
                    let category = CategoryId::new(name.as_str());
                    category.into_iter().for_each(|one| add(&Target::categories([one])));
                }
                _ => {}
            }
        }
        let any = sample(&Target::Order).map(|(product, category)| Ware { product, category });
        any.into_iter().chain(wares).take(MAX_PRODUCTS).collect()
    }

    /// The smallest price, a usual one, and those at which something begins.
    fn prices(&self, currency: Currency) -> Vec<i64> {
        let unit = currency.minor_per_major();
        let mut prices = BTreeSet::from([1, unit.saturating_mul(100)]);
        let amounts = self.offers.iter().filter_map(|offer| offer.minimum.as_ref()?.amount);
        prices.extend(amounts.map(Money::minor));
        for rule in self.rules.iter().flat_map(|rules| rules.iter()) {
            let Award::PerAmount(award) = &rule.award else { continue };
            let step = (award.steps == Steps::Full).then_some(award.per);
            prices.extend(award.at_least.into_iter().chain(step).map(Money::minor));
        }
        for (field, literal) in self.literals() {
            let amount = match literal {
                Literal::Text(text) => text.as_str().parse().ok().map(Money::minor),
                Literal::Integer(whole) if field == "basket_total" => whole.checked_mul(unit),
                _ => None,
            };
            // One more, for what has to be above it.
            prices.extend(
                amount
                    .filter(|price| *price > 0)
                    .into_iter()
                    .flat_map(|price| [price, price.saturating_add(1)]),
            );
        }
        prices.into_iter().take(MAX_PRICES).collect()
    }

    /// The literals of all conditions, each with its field.
    fn literals(&self) -> Vec<(&str, &Literal)> {
        let rules = self.rules.iter().flat_map(|rules| rules.iter());
        let mut waiting: Vec<&Rule> = rules.filter_map(|rule| rule.when.as_ref()).collect();
        waiting.extend(self.campaigns.iter().filter_map(|campaign| campaign.when.as_ref()));
        waiting.extend(self.offers.iter().map(|offer| &offer.when));
        let mut found = Vec::new();
        while let Some(rule) = waiting.pop() {
            match rule {
                Rule::Always | Rule::Never | Rule::Missing(_) => {}
                Rule::All(of) | Rule::Any(of) | Rule::AtLeast { of, .. } => waiting.extend(of),
                Rule::Not(rule) => waiting.push(rule),
                Rule::Test { operand, test } => {
                    let field = operand.fields().next().map_or("", |field| field.as_str());
                    found.extend(named(test).into_iter().map(|literal| (field, literal)));
                }
            }
        }
        found
    }
}

/// The literals of a test.
fn named(test: &Test) -> Vec<&Literal> {
    match test {
        Test::Is(one)
        | Test::IsNot(one)
        | Test::Above(one)
        | Test::AtLeast(one)
        | Test::Below(one)
        | Test::AtMost(one) => vec![one],
        Test::Between(least, most) => vec![least, most],
        Test::OneOf(all) | Test::NoneOf(all) | Test::AnyOf(all) | Test::AllOf(all) => {
            all.iter().collect()
        }
        _ => Vec::new(),
    }
}

/// A product and a category that the target includes.
pub(super) fn sample(target: &Target) -> Option<(ProductId, Option<CategoryId>)> {
    let any = || ProductId::new("anything").ok();
    match target {
        Target::Products(products) => Some((products.first()?.clone(), None)),
        Target::Categories(categories) => Some((any()?, Some(categories.first()?.clone()))),
        _ => Some((any()?, None)),
    }
}
