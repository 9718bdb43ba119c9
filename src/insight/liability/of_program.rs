//! The questions of a program about all of its members.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::flow::Flow;
use super::{Assumptions, Cohorts, Exposure, Fault, Liability, RollForward, Sale};
use crate::calendar::Period;
use crate::event::{OrderState, order_states};
use crate::id::EventId;
use crate::money::{Money, MoneyError, Rounding};
use crate::path::{Path, Problems};
use crate::points::Points;
use crate::program::{Member, Program};

impl Program {
    /// What is owed to these members in points, by the period in which the points were earned.
    ///
    /// What was paid for an order and kept is split between its goods, whose price is what they are
    /// sold for alone, and the points that it earned and that were not taken back. Points that no
    /// order earned are owed, but nothing was paid for them.
    ///
    /// # Errors
    /// All assumptions that are out of range or in another currency than the program's, and sums
    /// that do not fit.
    ///
    /// # Example
    /// ```
    /// use loyalty::calendar::Period;
    /// use loyalty::insight::liability::Assumptions;
    /// use loyalty::program::Spec;
    ///
    /// let terms = r#"{"loyalty": 1, "name": "Shop", "currency": "EUR"}"#;
    /// let program = Spec::from_json(terms)?.build()?;
    /// let assumptions: Assumptions =
    ///     serde_json::from_str(r#"{"worth": {"amount": "1.00 EUR", "per": 100}}"#)?;
    /// let as_of = "2026-07-01T00:00:00Z".parse()?;
    /// let liability = program.liability(&[], Period::Month, as_of, &assumptions)?;
    /// assert!(liability.total.owed.is_zero());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn liability(
        &self,
        members: &[Member],
        period: Period,
        as_of: DateTime<Utc>,
        assumptions: &Assumptions,
    ) -> Result<Liability, Problems<Fault>> {
        self.exposure(members, period, as_of, assumptions)?.liability(assumptions)
    }

    /// What [`Program::liability`] is computed from: parts of different members merge into the
    /// whole, so that a host computes them where its members are.
    ///
    /// # Errors
    /// As [`Program::liability`]; what is wrong with a member has its position.
    pub fn exposure(
        &self,
        members: &[Member],
        period: Period,
        as_of: DateTime<Utc>,
        assumptions: &Assumptions,
    ) -> Result<Exposure, Problems<Fault>> {
        assumptions.check(self.currency())?;
        let cohorts = Cohorts { period, zone: self.zone() };
        let mut exposure = Exposure::new(cohorts, as_of, self.currency());
        let mut problems = Problems::none();
        for (index, member) in members.iter().enumerate() {
            if let Err(fault) = self.take(&mut exposure, member, assumptions) {
                problems.add(Path::from("members").item(index), fault);
            }
        }
        problems.into_result(exposure)
    }

    /// How what is owed to these members in points went from one instant to another.
    ///
    /// # Errors
    /// [`Fault::Backwards`], and sums that do not fit.
    pub fn roll_forward(
        &self,
        members: &[Member],
        period: Period,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<RollForward, Fault> {
        let mut whole = RollForward::new(Cohorts { period, zone: self.zone() }, from, to)?;
        for member in members {
            whole.add(member.ledger())?;
        }
        Ok(whole)
    }

    fn take(
        &self,
        exposure: &mut Exposure,
        member: &Member,
        assumptions: &Assumptions,
    ) -> Result<(), Fault> {
        let (cohorts, as_of) = (exposure.triangle.cohorts(), exposure.triangle.as_of());
        let mut part = Exposure::new(cohorts, as_of, self.currency());
        part.triangle.add(member.ledger())?;
        let kept = kept(member, as_of)?;
        for order in order_states(member.profile().history.lasting(as_of)) {
            if let Some(&points) = kept.get(&order.event().id) {
                let price = self.paid(&order)?;
                let points = assumptions.stand_alone(points)?;
                let sale = Sale { price, goods: price, points };
                let deferred = sale.split().map_err(|_| Fault::OutOfRange)?.points;
                part.deferred.add(cohorts.of(order.at()), deferred)?;
            }
        }
        exposure.merge(&part)
    }

    /// What was paid for the units of an order that did not come back.
    fn paid(&self, order: &OrderState<'_>) -> Result<Money, MoneyError> {
        let lines = order.purchase().basket.lines.iter().map(|line| {
            let (net, units) = (line.net_price()?, line.quantity);
            let back = net.scale(order.returned(&line.id), units, Rounding::HalfUp)?;
            net.checked_sub(back)
        });
        Money::sum(self.currency(), lines.collect::<Result<Vec<_>, _>>()?)
    }
}

/// What each event earned until `as_of` that was not taken back.
fn kept(member: &Member, as_of: DateTime<Utc>) -> Result<BTreeMap<EventId, Points>, Fault> {
    let mut kept: BTreeMap<EventId, Points> = BTreeMap::new();
    for lot in member.ledger().lots(as_of) {
        let back =
            lot.uses.iter().filter(|one| !matches!(Flow::of(&one.by.movement), Flow::Redeemed));
        let back = Points::sum(back.map(|one| one.points));
        let left = back.and_then(|back| lot.earned.checked_sub(back)).ok_or(Fault::OutOfRange)?;
        let sum = kept.entry(lot.cause.event).or_default();
        *sum = sum.checked_add(left).ok_or(Fault::OutOfRange)?;
    }
    Ok(kept)
}
