//! The check of what an offer gives, and of what must be in the basket for it.

use super::benefit::{
    AllBut, Benefit, Bundle, BuyGet, MAX_SLOTS, Off, ShippingOff, Slot, Spread, StepOff, Target,
    Threshold, Tiered, Units,
};
use super::check::Check;
use super::{Fault, Minimum, Validity};
use crate::path::Path;
use crate::points::Multiplier;

impl Check<'_> {
    pub(super) fn benefit(&mut self, benefit: &Benefit, path: &Path) {
        match benefit {
            Benefit::Percent(off) => {
                let path = path.field("percent");
                self.percent(off.percent, path.field("percent"));
                self.target(&off.target, &path.field("target"));
                self.units(off.units, off.allocation, &path.field("units"));
            }
            Benefit::Fixed(off) => {
                let path = path.field("fixed");
                self.amount(off.amount, path.field("amount"));
                self.target(&off.target, &path.field("target"));
                self.units(off.units, off.allocation, &path.field("units"));
            }
            Benefit::Tiered(tiered) => self.tiered(tiered, &path.field("tiered")),
            Benefit::UnitPrice(price) => {
                let path = path.field("unit_price");
                self.amount(price.price, path.field("price"));
                self.target(&price.target, &path.field("target"));
            }
            Benefit::FreeItem(free) => {
                let path = path.field("free_item");
                self.target(&free.target, &path.field("target"));
                self.count(free.units, path.field("units"));
            }
            Benefit::BuyGet(deal) => self.buy_get(deal, &path.field("buy_get")),
            Benefit::Bundle(bundle) => self.bundle(bundle, &path.field("bundle")),
            Benefit::Shipping(ShippingOff::Percent(percent)) => {
                self.percent(*percent, path.field("shipping").field("percent"));
            }
            Benefit::Shipping(ShippingOff::UpTo(amount)) => {
                self.amount(*amount, path.field("shipping").field("up_to"));
            }
            Benefit::Points(amount) => self.points(amount.points, path.field("points")),
            Benefit::PointsPer(per) => {
                let path = path.field("points_per");
                self.points(per.points, path.field("points"));
                self.amount(per.per, path.field("per"));
                self.target(&per.target, &path.field("target"));
            }
            Benefit::PointsMultiplier(multiplier) => {
                if *multiplier <= Multiplier::ONE {
                    let fault = Fault::Multiplier { multiplier: *multiplier };
                    self.problems.add(path.field("points_multiplier"), fault);
                }
            }
            Benefit::Gift(gift) => self.count(gift.units, path.field("gift").field("units")),
            Benefit::Access(access) => {
                let path = path.field("access");
                self.name(&access.name, &path.field("name"));
                if (Validity { from: access.opens, until: access.closes }).is_empty() {
                    self.problems.add(path, Fault::NeverOpen);
                }
            }
        }
    }

    pub(super) fn minimum(&mut self, minimum: &Minimum, path: &Path) {
        if minimum.amount.is_none() && minimum.units.is_none() {
            self.problems.add(path.clone(), Fault::NoMinimum);
        }
        if let Some(amount) = minimum.amount {
            self.amount(amount, path.field("amount"));
        }
        if let Some(units) = minimum.units {
            self.count(units, path.field("units"));
        }
        self.target(&minimum.of, &path.field("of"));
    }

    fn tiered(&mut self, tiered: &Tiered, path: &Path) {
        let steps = path.field("steps");
        if tiered.steps.is_empty() {
            self.problems.add(steps.clone(), Fault::EmptyTarget);
        }
        self.length(tiered.steps.len(), &steps);
        for (index, step) in tiered.steps.iter().enumerate() {
            let path = steps.item(index);
            match step.from {
                Threshold::Amount(amount) => self.amount(amount, path.field("from")),
                Threshold::Units(units) => self.count(units, path.field("from")),
            }
            let off = path.field("off");
            match step.off {
                StepOff::Percent(percent) => self.percent(percent, off.field("percent")),
                StepOff::Amount(amount) => self.amount(amount, off.field("amount")),
            }
        }
        for (index, pair) in tiered.steps.windows(2).enumerate() {
            let [before, step] = pair else { continue };
            let fault = match (before.from, step.from) {
                (Threshold::Amount(before), Threshold::Amount(from)) => {
                    (before.currency() == from.currency() && before >= from)
                        .then_some(Fault::StepOrder)
                }
                (Threshold::Units(before), Threshold::Units(from)) => {
                    (before >= from).then_some(Fault::StepOrder)
                }
                _ => Some(Fault::MixedSteps),
            };
            if let Some(fault) = fault {
                self.problems.add(steps.item(index + 1).field("from"), fault);
            }
        }
        self.target(&tiered.target, &path.field("target"));
    }

    fn buy_get(&mut self, deal: &BuyGet, path: &Path) {
        self.slot(&deal.buy, &path.field("buy"));
        self.slot(&deal.get, &path.field("get"));
        self.off(deal.off, &path.field("off"));
        self.at_most(deal.at_most, path);
    }

    fn bundle(&mut self, bundle: &Bundle, path: &Path) {
        let slots = path.field("slots");
        let count = bundle.slots.len();
        if count == 0 {
            self.problems.add(slots.clone(), Fault::EmptyTarget);
        }
        if count > MAX_SLOTS {
            self.problems.add(slots.clone(), Fault::TooManySlots { count });
        }
        for (index, slot) in bundle.slots.iter().enumerate().take(MAX_SLOTS) {
            self.slot(slot, &slots.item(index));
        }
        self.off(bundle.off, &path.field("off"));
        self.at_most(bundle.at_most, path);
    }

    fn slot(&mut self, slot: &Slot, path: &Path) {
        self.target(&slot.target, &path.field("target"));
        self.count(slot.units, path.field("units"));
    }

    fn off(&mut self, off: Off, path: &Path) {
        match off {
            Off::Percent(percent) => self.percent(percent, path.field("percent")),
            Off::Amount(amount) => self.amount(amount, path.field("amount")),
            Off::Price(price) => self.amount(price, path.field("price")),
        }
    }

    fn at_most(&mut self, times: Option<u32>, path: &Path) {
        if let Some(times) = times {
            self.count(times, path.field("at_most"));
        }
    }

    fn units(&mut self, units: Option<Units>, allocation: Option<Spread>, path: &Path) {
        let Some(units) = units else { return };
        let (count, path) = match units {
            Units::Cheapest(count) => (count, path.field("cheapest")),
            Units::Dearest(count) => (count, path.field("dearest")),
            Units::Every(step) => (step, path.field("every")),
        };
        self.count(count, path.clone());
        let one = matches!(units, Units::Cheapest(0 | 1) | Units::Dearest(0 | 1));
        if allocation == Some(Spread::Once) && !one {
            self.problems.add(path, Fault::OnceOfMany);
        }
    }

    fn target(&mut self, target: &Target, path: &Path) {
        match target {
            Target::Order | Target::Lines => {}
            Target::Products(products) => self.list(products.len(), &path.field("products")),
            Target::Categories(categories) => {
                self.list(categories.len(), &path.field("categories"));
            }
            Target::Except(AllBut { products, categories }) => {
                let path = path.field("except");
                if products.is_empty() && categories.is_empty() {
                    self.problems.add(path.clone(), Fault::NothingExcluded);
                }
                self.length(products.len(), &path.field("products"));
                self.length(categories.len(), &path.field("categories"));
            }
        }
    }

    /// A list that must name something.
    fn list(&mut self, count: usize, path: &Path) {
        if count == 0 {
            self.problems.add(path.clone(), Fault::EmptyTarget);
        }
        self.length(count, path);
    }
}
