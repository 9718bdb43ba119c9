//! What another ladder would come to, before anyone changes a threshold.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::ladders::Ladders;
use super::{Error, Member, Program};
use crate::calendar::Interval;
use crate::id::TierId;
use crate::money::{Money, Rounding};
use crate::parallel::each;
use crate::path::{Path, Problems};
use crate::points::Points;
use crate::tier::Ladder;

/// What points cost the business.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PointCost {
    /// So many points, at least one,
    pub points: Points,
    /// cost so much.
    pub cost: Money,
}

/// What another ladder in place of a program's first one would come to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct LadderSimulation {
    /// How many members there are.
    pub members: u64,
    /// How many would be in a higher tier at the end.
    pub up: u64,
    /// How many would be in a lower one.
    pub down: u64,
    /// How many members go from which tier to which, those that stay included, from the lowest to
    /// the highest.
    pub moves: Vec<TierMove>,
    /// What members would have earned in the time under the program's terms.
    pub points_now: Points,
    /// What they would have earned with the other ladder.
    pub points_then: Points,
    /// What the difference costs, negative if it saves; `None` beyond what money can be.
    pub cost: Option<Money>,
}

/// How many members would go from a tier to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TierMove {
    /// The tier under the program's terms.
    pub from: TierId,
    /// The tier on the other ladder.
    pub to: TierId,
    /// How many members.
    pub members: u64,
}

impl PointCost {
    /// What so many points cost, to the nearest minor unit, halves to the even one.
    fn of(self, points: i128) -> Option<Money> {
        let whole = points.checked_mul(self.cost.minor().into())?;
        let minor = Rounding::HalfEven.divide(whole, self.points.0.into())?;
        Some(Money::from_minor(minor, self.cost.currency()))
    }
}

/// One member under both.
struct Compared {
    ranks: [usize; 2],
    points: [Points; 2],
}

impl Program {
    /// What another ladder in place of the first one would have come to: where each member would
    /// stand at the end of the time, and what points they would have earned in it.
    ///
    /// The events of each member are decided anew, under these terms and under the same terms with
    /// the other ladder; of those that were folded away only the tier is known. A rule that names a
    /// tier which the other ladder does not have never holds there. A tier is higher if it is at a
    /// higher position: that which the other ladder gives the present tier, or else the same one.
    ///
    /// With the feature `rayon` the members are spread over all cores; the answers are the same
    /// bytes.
    ///
    /// # Errors
    /// What is wrong with the other ladder; its paths begin at the ladder.
    pub fn simulate_ladder(
        &self,
        members: &[Member],
        ladder: &Ladder,
        within: Interval,
        cost: PointCost,
    ) -> Result<LadderSimulation, Error> {
        let checked = ladder.check(self.currency).map_err(Error::of)?;
        if let Some(fault) = self.purses.fault(ladder.purse.as_ref()) {
            return Err(Error::of(Problems::one(Path::from("purse"), fault)));
        }
        let ladders = Ladders { first: ladder.id.clone(), others: self.ladders.others.clone() };
        let other = Self { tiers: Some(Arc::new(checked)), ladders, ..self.clone() };
        let compared = each(members, |member| {
            let [now, then] = [self, &other].map(|program| program.relived(member, &within));
            Compared { ranks: [now.0, then.0], points: [now.1, then.1] }
        });
        Ok(self.simulated(&other, &compared, cost))
    }

    /// The rank at the end of a time, and the points that are earned in it, if all events of a
    /// member are decided under these terms.
    fn relived(&self, member: &Member, within: &Interval) -> (usize, Points) {
        let mut alive = self.enroll(member.profile().customer.clone());
        let events = member.profile().history.recorded();
        for event in events.take_while(|event| event.position().0 <= within.last) {
            let decision = self.decide(&alive, event);
            let _ = alive.apply(&decision);
        }
        let snapshot = self.snapshot(member.profile(), self.moment(within.last));
        let ledger = alive.ledger();
        let rank = self.tiers.as_ref().map_or(0, |tiers| tiers.rank(&snapshot, ledger));
        let kept = ledger.kept(within.last).into_iter().filter(|(at, _)| within.contains(*at));
        let points = kept.fold(0_i64, |sum, (_, points)| sum.saturating_add(points.0));
        (rank, Points(points))
    }

    fn simulated(&self, other: &Self, all: &[Compared], cost: PointCost) -> LadderSimulation {
        let mut matrix: BTreeMap<[usize; 2], u64> = BTreeMap::new();
        let mut points = [0_i64; 2];
        for one in all {
            *matrix.entry(one.ranks).or_default() += 1;
            for (sum, points) in points.iter_mut().zip(one.points) {
                *sum = sum.saturating_add(points.0);
            }
        }
        let position = |rank: usize| {
            let id = self.tiers().get(rank).map(|tier| &tier.id);
            other.tiers().iter().position(|tier| Some(&tier.id) == id).unwrap_or(rank)
        };
        let count = |is: fn(usize, usize) -> bool| {
            let moves = matrix.iter();
            moves.filter(|([from, to], _)| is(position(*from), *to)).map(|(_, count)| count).sum()
        };
        let tier_move = |([from, to], members): (&[usize; 2], &u64)| {
            let to = other.tiers().get(*to)?.id.clone();
            let from = self.tiers().get(*from).map_or_else(|| to.clone(), |tier| tier.id.clone());
            Some(TierMove { from, to, members: *members })
        };
        let [now, then] = points;
        LadderSimulation {
            members: all.len() as u64,
            up: count(|from, to| from < to),
            down: count(|from, to| from > to),
            moves: matrix.iter().filter_map(tier_move).collect(),
            points_now: Points(now),
            points_then: Points(then),
            cost: cost.of(i128::from(then) - i128::from(now)),
        }
    }
}
