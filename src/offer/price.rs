//! The price table that discounts are taken off, line by line.

use super::Base;
use super::decline::{Nothing, Unpriceable};
use super::evaluation::{
    Award, LineDiscount, LineDiscounts, LinePrice, ShippingDiscount, ShippingPrice,
};
use super::floors::Floors;
use super::stock::Stock;
use crate::event::{Basket, Discount, LineItem};
use crate::id::OfferId;
use crate::money::{Allocator, Currency, Money, Rounding, Share};

/// One line with what is left to pay for it.
#[derive(Clone, Debug)]
pub(super) struct PricedLine<'a> {
    pub item: &'a LineItem,
    /// The price before any discount, in minor units.
    pub list: i64,
    pub price: Price,
    /// The least that is to be left to pay for it.
    pub floor: i64,
    /// How many units take part in a bundle already, and cannot take part in another.
    pub claimed: i64,
    /// What is left to pay for the claimed units, so that what bundles took off is not counted as
    /// taken off the others.
    pub claimed_price: i64,
    /// What was taken off: first by others, then by offers of the catalog.
    pub discounts: Vec<Discount>,
}

/// A price in minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Price {
    /// What it was before any offer of the catalog.
    pub original: i64,
    /// What is left to pay.
    pub running: i64,
}

/// All lines by id and the shipping: of one currency, none negative, with a sum that fits, so that
/// nothing computed on them can overflow.
#[derive(Clone, Debug)]
pub(super) struct Prices<'a> {
    pub currency: Currency,
    pub lines: Vec<PricedLine<'a>>,
    /// What shipping costs, if it is known.
    pub shipping: Option<Price>,
}

/// What an offer would take off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Proposal {
    /// What its terms come to, before anything limits it.
    pub desired: i64,
    /// What it takes off.
    pub cut: Cut,
    /// How many units of each line it claims, in the order of the lines; empty if none.
    pub claims: Vec<i64>,
}

/// What is taken off where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// Off each line, in the order of the lines.
    Lines(Vec<i64>),
    /// Off all lines together.
    Across(Split),
    /// Off shipping.
    Shipping(i64),
}

/// An amount that is split over the lines once it is applied: many are compared, and few are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Split {
    amount: i64,
    /// How much of it is left, in proportion to what each line would have given.
    most: i64,
    /// The lines in their order, which together have room for the amount.
    parts: Vec<Part>,
}

/// The part of a line in what is split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Part {
    worth: i64,
    room: i64,
}

impl Price {
    /// A price of which nothing was taken off yet.
    const fn new(original: i64) -> Self {
        Self { original, running: original }
    }

    /// The price that a percentage is taken of.
    pub const fn on(self, base: Base) -> i64 {
        match base {
            Base::Original => self.original,
            Base::Running => self.running,
        }
    }
}

impl PricedLine<'_> {
    /// How much can be taken off it: nothing if it is at its floor or below.
    pub fn room(&self) -> i64 {
        self.price.running.saturating_sub(self.floor).max(0)
    }

    /// Takes no part in bundles any more.
    pub const fn unclaim(&mut self) {
        (self.claimed, self.claimed_price) = (0, 0);
    }

    /// Takes `part` off, in exchange for `units` that are claimed.
    pub fn take_off(&mut self, part: i64, units: i64) {
        let claimed = if units > 0 {
            let worth = Stock::unclaimed(0, self, Base::Running).worth(units);
            self.claimed_price + worth - part.min(worth)
        } else {
            let left = i128::from(self.price.running - part) * i128::from(self.claimed_price);
            Rounding::HalfUp.divide(left, i128::from(self.price.running)).unwrap_or(0)
        };
        self.price.running -= part;
        self.claimed += units;
        self.claimed_price = claimed.clamp(0, self.price.running);
    }
}

impl<'a> Prices<'a> {
    /// No lines and no shipping.
    pub const fn none(currency: Currency) -> Self {
        Self { currency, lines: Vec::new(), shipping: None }
    }

    /// The prices of `basket`, less the discounts that no offer of the catalog (`ours`) gave.
    pub fn of(
        basket: &'a Basket,
        currency: Currency,
        ours: impl Fn(&OfferId) -> bool,
    ) -> Result<Self, Unpriceable> {
        let mut items: Vec<&LineItem> = basket.lines.iter().collect();
        items.sort_by(|one, other| one.id.cmp(&other.id));
        let twice = items.windows(2).find_map(|pair| match pair {
            [one, other] if one.id == other.id => Some(&one.id),
            _ => None,
        });
        if let Some(line) = twice {
            return Err(Unpriceable::Line { line: line.clone() });
        }
        let mut lines = Vec::with_capacity(items.len());
        let mut total = 0_i64;
        for item in items {
            let line = price_line(item, currency, &ours)?;
            total = total.checked_add(line.price.original).ok_or(Unpriceable::OutOfRange)?;
            lines.push(line);
        }
        let shipping = basket.shipping.map(|price| {
            same_currency(price, currency)?;
            let fits = total.checked_add(price.minor()).is_some() && !price.is_negative();
            if fits { Ok(Price::new(price.minor())) } else { Err(Unpriceable::OutOfRange) }
        });
        Ok(Self { currency, lines, shipping: shipping.transpose()? })
    }

    /// The same prices, of which no line falls below its floor.
    pub fn with_floors(mut self, floors: &Floors) -> Self {
        for line in &mut self.lines {
            line.floor = floors.of(line.item);
        }
        self
    }

    /// The price of all lines together.
    pub fn total(&self, base: Base) -> i64 {
        self.lines.iter().map(|line| line.price.on(base)).sum()
    }

    /// The amount `wanted` for each line off it, but never more than it has room for.
    pub fn off_each(&self, wanted: impl Iterator<Item = i64>) -> Proposal {
        self.off_within(wanted.map(|amount| (amount, amount)))
    }

    /// For each line the first amount off it, but never more than the second one, nor than it has
    /// room for.
    pub fn off_within(&self, wanted: impl Iterator<Item = (i64, i64)>) -> Proposal {
        let mut desired = 0_i64;
        let lines = self.lines.iter().zip(wanted).map(|(line, (amount, most))| {
            desired = desired.saturating_add(amount);
            amount.min(most).min(line.room())
        });
        Proposal { cut: Cut::Lines(lines.collect()), desired, claims: Vec::new() }
    }

    /// `amount` off all lines together, split by their `worths`, each of which comes with the most
    /// that can be taken off; what they have no room for is lost.
    pub fn off_all(&self, amount: i64, worths: impl Iterator<Item = (i64, i64)>) -> Proposal {
        let part = |(line, (worth, most)): (&PricedLine<'_>, (i64, i64))| Part {
            worth,
            room: if worth > 0 { most.min(line.room()).max(0) } else { 0 },
        };
        let parts: Vec<Part> = self.lines.iter().zip(worths).map(part).collect();
        let room = parts.iter().map(|part| part.room).sum();
        let cut = Cut::Across(Split::new(amount.clamp(0, room), parts));
        Proposal { cut, desired: amount, claims: Vec::new() }
    }

    /// `amount` off shipping, but never more than is left to pay for it.
    pub fn off_shipping(&self, amount: i64) -> Proposal {
        let running = self.shipping.map_or(0, |price| price.running);
        Proposal { cut: Cut::Shipping(amount.min(running)), desired: amount, claims: Vec::new() }
    }

    /// Why nothing can be taken off what a benefit `touches`.
    pub fn nothing(&self, touches: impl Fn(&LineItem) -> bool) -> Nothing {
        if self.lines.is_empty() {
            Nothing::EmptyBasket
        } else if self.lines.iter().any(|line| touches(line.item)) {
            Nothing::NothingLeft
        } else {
            Nothing::NoMatchingLine
        }
    }

    /// Takes the proposal of an offer off what is left to pay.
    pub fn take_off(
        &mut self,
        offer: &OfferId,
        proposal: Proposal,
        allocator: &dyn Allocator,
    ) -> Award {
        let currency = self.currency;
        let money = |minor| Money::from_minor(minor, currency);
        let (desired, applied) = (money(proposal.desired), money(proposal.applied()));
        let parts = match proposal.cut {
            Cut::Lines(parts) => parts,
            Cut::Across(split) => self.split(&split, allocator),
            Cut::Shipping(part) => {
                if let Some(price) = &mut self.shipping {
                    price.running -= part;
                }
                return Award::Shipping(ShippingDiscount { desired, applied });
            }
        };
        let mut lines = Vec::new();
        let claims = proposal.claims.into_iter().chain(std::iter::repeat(0));
        for ((line, part), units) in self.lines.iter_mut().zip(parts).zip(claims) {
            line.take_off(part, units);
            if part > 0 {
                let amount = money(part);
                line.discounts.push(Discount { amount, offer: Some(offer.clone()) });
                lines.push(LineDiscount { line: line.item.id.clone(), amount });
            }
        }
        Award::Discount(LineDiscounts { desired, applied, lines })
    }

    /// What was taken off lines and shipping since the beginning.
    pub fn discount(&self) -> Money {
        let lines = self.total(Base::Original) - self.total(Base::Running);
        let shipping = self.shipping.map_or(0, |price| price.original - price.running);
        Money::from_minor(lines + shipping, self.currency)
    }

    /// The lines and the shipping as they are told.
    pub fn told(self) -> (Vec<LinePrice>, Option<ShippingPrice>) {
        let money = |minor| Money::from_minor(minor, self.currency);
        let lines = self.lines.into_iter().map(|line| LinePrice {
            line: line.item.id.clone(),
            list: money(line.list),
            discounts: line.discounts,
            net: money(line.price.running),
        });
        let shipping = self
            .shipping
            .map(|price| ShippingPrice { list: money(price.original), net: money(price.running) });
        (lines.collect(), shipping)
    }

    /// What is taken off each line.
    pub fn split(&self, split: &Split, allocator: &dyn Allocator) -> Vec<i64> {
        let parts = self.allocate(split.amount, &split.parts, allocator);
        if split.most == split.amount {
            return parts;
        }
        self.allocate(
            split.most,
            &parts.into_iter().map(Part::whole).collect::<Vec<_>>(),
            allocator,
        )
    }

    /// Splits by worth, each line up to its room; a host's allocator that breaks its laws is held
    /// to them.
    fn allocate(&self, amount: i64, parts: &[Part], allocator: &dyn Allocator) -> Vec<i64> {
        let money = |minor| Money::from_minor(minor, self.currency);
        let share = |(line, part): (&'_ PricedLine<'a>, &Part)| {
            Share::new(&line.item.id, money(part.worth)).up_to(money(part.room))
        };
        let shares: Vec<Share<'_>> = self.lines.iter().zip(parts).map(share).collect();
        let wanted = allocator.allocate(money(amount), &shares).parts;
        let wanted = wanted.into_iter().map(Money::minor).chain(std::iter::repeat(0));
        let mut left = amount;
        let mut take = |wanted: i64, room: i64| {
            let taken = wanted.min(room).min(left).max(0);
            left -= taken;
            taken
        };
        let mut taken: Vec<i64> =
            parts.iter().zip(wanted).map(|(part, wanted)| take(wanted, part.room)).collect();
        for (taken, part) in taken.iter_mut().zip(parts) {
            *taken += take(i64::MAX, part.room - *taken);
        }
        taken
    }
}

impl Split {
    const fn new(amount: i64, parts: Vec<Part>) -> Self {
        Self { amount, most: amount, parts }
    }
}

impl Part {
    /// A line that gives all that it is worth.
    const fn whole(worth: i64) -> Self {
        Self { worth, room: worth }
    }
}

impl Proposal {
    /// Nothing, off no line.
    pub const fn nothing() -> Self {
        Self { desired: 0, cut: Cut::Lines(Vec::new()), claims: Vec::new() }
    }

    /// The same, in exchange for units of each line, in the order of the lines.
    pub fn claiming(self, claims: Vec<i64>) -> Self {
        Self { claims, ..self }
    }

    /// The same, cut down to `most` in all, each line in proportion.
    pub fn up_to(self, most: i64) -> Self {
        if self.applied() <= most {
            return self;
        }
        let cut = match self.cut {
            Cut::Lines(lines) => {
                Cut::Across(Split::new(most, lines.into_iter().map(Part::whole).collect()))
            }
            Cut::Across(split) => Cut::Across(Split { most, ..split }),
            Cut::Shipping(_) => Cut::Shipping(most),
        };
        Self { cut, ..self }
    }

    /// What it really takes off.
    pub fn applied(&self) -> i64 {
        match &self.cut {
            Cut::Lines(lines) => lines.iter().sum(),
            Cut::Across(split) => split.most,
            Cut::Shipping(amount) => *amount,
        }
    }
}

fn same_currency(amount: Money, expected: Currency) -> Result<(), Unpriceable> {
    let found = amount.currency();
    if found == expected { Ok(()) } else { Err(Unpriceable::Currency { found, expected }) }
}

fn price_line<'a>(
    item: &'a LineItem,
    currency: Currency,
    ours: impl Fn(&OfferId) -> bool,
) -> Result<PricedLine<'a>, Unpriceable> {
    same_currency(item.unit_price, currency)?;
    let theirs = |discount: &&Discount| !discount.offer.as_ref().is_some_and(&ours);
    let discounts: Vec<Discount> = item.discounts.iter().filter(theirs).cloned().collect();
    let amounts = || discounts.iter().map(|discount| discount.amount);
    let broken = || Unpriceable::Line { line: item.id.clone() };
    let list = item.list_price().map_err(|_| broken())?;
    let taken = Money::sum(currency, amounts()).map_err(|_| broken())?;
    let sound = item.quantity > 0 && !item.unit_price.is_negative() && taken <= list;
    if !sound || amounts().any(Money::is_negative) {
        return Err(broken());
    }
    let price = Price::new(list.minor() - taken.minor());
    let list = list.minor();
    Ok(PricedLine { item, list, price, floor: 0, claimed: 0, claimed_price: 0, discounts })
}
