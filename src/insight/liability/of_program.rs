//! The questions of a program about all of its members.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::flow::Flow;
use super::{Assumptions, Cohorts, Exposure, Fault, Liability, RollForward, Sale, Worth};
use crate::calendar::Period;
use crate::event::{OrderState, order_states};
use crate::id::{EventId, PurseId};
use crate::money::{Money, MoneyError, Rounding};
use crate::path::{Path, Problems};
use crate::points::{Contents, Points};
use crate::program::{Member, Program};

impl Program {
    /// What is owed to these members in main points, by the period in which the points were earned.
    ///
    /// What was paid for an order and kept is split between its goods, whose price is what they are
    /// sold for alone, and the points that it earned and that were not taken back. Points that no
    /// order earned are owed, but nothing was paid for them. Points of all purses that the order
    /// earned share in its price by what they are worth.
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
        self.liability_of(None, members, period, as_of, assumptions)
    }

    /// What is owed in points of a purse: each is reported by itself.
    ///
    /// # Errors
    /// As [`Program::liability`]; [`Fault::UnknownPurse`], and [`Fault::Unspendable`] for a purse
    /// for whose points nothing is owed.
    pub fn liability_of<'p>(
        &self,
        purse: impl Into<Option<&'p PurseId>>,
        members: &[Member],
        period: Period,
        as_of: DateTime<Utc>,
        assumptions: &Assumptions,
    ) -> Result<Liability, Problems<Fault>> {
        self.exposure_of(purse, members, period, as_of, assumptions)?.liability(assumptions)
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
        self.exposure_of(None, members, period, as_of, assumptions)
    }

    /// What [`Program::liability_of`] is computed from.
    ///
    /// # Errors
    /// As [`Program::liability_of`]; what is wrong with a member has its position.
    pub fn exposure_of<'p>(
        &self,
        purse: impl Into<Option<&'p PurseId>>,
        members: &[Member],
        period: Period,
        as_of: DateTime<Utc>,
        assumptions: &Assumptions,
    ) -> Result<Exposure, Problems<Fault>> {
        assumptions.check(self.currency())?;
        let purse = purse.into();
        let purses = assumptions.purses.keys();
        let purses = purses.map(|purse| (Path::from("purses").field(purse.as_str()), purse));
        let asked = purse.map(|purse| (Path::from("purse"), purse));
        let mut problems = Problems::none();
        for (path, purse) in purses.chain(asked) {
            if let Err(fault) = self.is_owed(purse) {
                problems.add(path, fault);
            }
        }
        problems.into_result(())?;
        let cohorts = Cohorts { period, zone: self.zone() };
        let exposure = Exposure::new(cohorts, as_of, self.currency());
        let mut exposure = exposure.of_purse(purse.cloned());
        let mut problems = Problems::none();
        for (index, member) in members.iter().enumerate() {
            if let Err(fault) = self.take(&mut exposure, member, assumptions) {
                problems.add(Path::from("members").item(index), fault);
            }
        }
        problems.into_result(exposure)
    }

    /// How what is owed to these members in main points went from one instant to another.
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
        self.roll_forward_of(None, members, period, from, to)
    }

    /// The same for the points of a purse, whether they can be spent or not.
    ///
    /// # Errors
    /// As [`Program::roll_forward`].
    pub fn roll_forward_of<'p>(
        &self,
        purse: impl Into<Option<&'p PurseId>>,
        members: &[Member],
        period: Period,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<RollForward, Fault> {
        let (purse, cohorts) = (purse.into(), Cohorts { period, zone: self.zone() });
        let mut whole = RollForward::new(cohorts, from, to)?.of_purse(purse.cloned());
        for member in members {
            whole.add(member.ledger().purse(purse))?;
        }
        Ok(whole)
    }

    /// Whether anything is owed for points of a purse.
    fn is_owed(&self, purse: &PurseId) -> Result<(), Fault> {
        match self.purses().get(purse) {
            None => Err(Fault::UnknownPurse { purse: purse.clone() }),
            Some(terms) if !terms.spendable => Err(Fault::Unspendable { purse: purse.clone() }),
            Some(_) => Ok(()),
        }
    }

    fn take(
        &self,
        exposure: &mut Exposure,
        member: &Member,
        assumptions: &Assumptions,
    ) -> Result<(), Fault> {
        let (cohorts, as_of) = (exposure.triangle.cohorts(), exposure.triangle.as_of());
        let purse = exposure.triangle.purse();
        let part = Exposure::new(cohorts, as_of, self.currency());
        let mut part = part.of_purse(purse.cloned());
        part.triangle.add(member.ledger().purse(purse))?;
        let kept = Kept::of_each(member, as_of, assumptions)?;
        let own = kept.iter().find(|kept| kept.purse == purse).map(|kept| &kept.points);
        for order in order_states(member.profile().history.lasting(as_of)) {
            let event = &order.event().id;
            if own.is_some_and(|own| own.contains_key(event)) {
                let price = self.paid(&order)?;
                let mut sale = Sale { price, goods: price, points: Money::zero(self.currency()) };
                for Kept { purse: of, worth, points } in &kept {
                    let points = points.get(event).copied().unwrap_or_default();
                    let alone = assumptions.stand_alone(*worth, points)?;
                    let sum = if *of == purse { &mut sale.points } else { &mut sale.goods };
                    *sum = sum.checked_add(alone)?;
                }
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

/// What each event earned in a purse whose worth is said.
struct Kept<'a> {
    purse: Option<&'a PurseId>,
    worth: Worth,
    points: BTreeMap<EventId, Points>,
}

impl<'a> Kept<'a> {
    fn of_each(
        member: &Member,
        as_of: DateTime<Utc>,
        assumptions: &'a Assumptions,
    ) -> Result<Vec<Self>, Fault> {
        let purses = assumptions.purses.iter().map(|(purse, worth)| (Some(purse), *worth));
        let purses = std::iter::once((None, assumptions.worth)).chain(purses);
        let kept = purses.map(|(purse, worth)| {
            let points = kept(member.ledger().purse(purse), as_of)?;
            Ok(Self { purse, worth, points })
        });
        kept.collect()
    }
}

/// What each event earned in a purse until `as_of` that was not taken back.
fn kept(purse: Contents<'_>, as_of: DateTime<Utc>) -> Result<BTreeMap<EventId, Points>, Fault> {
    let mut kept: BTreeMap<EventId, Points> = BTreeMap::new();
    for lot in purse.lots(as_of) {
        let back =
            lot.uses.iter().filter(|one| !matches!(Flow::of(&one.by.movement), Flow::Redeemed));
        let back = Points::sum(back.map(|one| one.points));
        let left = back.and_then(|back| lot.earned.checked_sub(back)).ok_or(Fault::OutOfRange)?;
        let sum = kept.entry(lot.cause.event).or_default();
        *sum = sum.checked_add(left).ok_or(Fault::OutOfRange)?;
    }
    Ok(kept)
}
