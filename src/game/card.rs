//! Punch cards: every tenth cup is free.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Fault, Past, Selection};
use crate::calendar::Zone;
use crate::id::{GameId, OfferId};
use crate::path::{Path, Problems};
use crate::points::{Expiry, paid_units};

/// The most punches of a card.
pub const MAX_CARD: u32 = 1_000;

/// A card that is punched for every unit that is paid for; a full one is good for a reward.
///
/// A line is punched for as many units as are paid for at its unit price, a part of a unit as a
/// whole one, like [`PerUnit`](crate::points::PerUnit) earns: the free cup is not punched. With a
/// size of 9 every tenth cup is free. The reward is an offer whose rule is `rewards(coffee) >= 1`,
/// where `coffee` is the card's id; every purchase that uses the offer uses one reward.
///
/// ```
/// use loyalty::game::PunchCard;
///
/// let card: PunchCard = serde_json::from_str(r#"{
///   "id": "coffee", "of": {"categories": ["coffee"]}, "size": 9, "reward": "free cup",
///   "start": 2, "punches_expire": {"after": "6mo"},
///   "rewards_expire": {"end_of": {"period": "month", "after": "1mo"}}
/// }"#)?;
/// assert_eq!(card.size, 9);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PunchCard {
    /// Names the card.
    pub id: GameId,
    /// Which lines are punched.
    #[serde(default)]
    pub of: Selection,
    /// How many punches fill the card.
    pub size: u32,
    /// The offer that a full card is good for.
    pub reward: OfferId,
    /// How many punches the first card has already when the customer joins.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub start: u32,
    /// When a punch is lost that is on no full card by then.
    #[serde(default)]
    pub punches_expire: Expiry,
    /// When a reward is lost that was not used by then.
    #[serde(default)]
    pub rewards_expire: Expiry,
}

/// What is on a customer's card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardState {
    /// The card.
    pub card: GameId,
    /// How many punches fill it.
    pub size: u32,
    /// How many are on the open card.
    pub punches: u64,
    /// How many cards were filled in all.
    pub completed: u64,
    /// How many rewards can be used.
    pub available: u64,
    /// How many were used.
    pub used: u64,
    /// How many punches are owed because a reward was used that is no longer earned: the next
    /// punches pay it.
    pub owed: u64,
    /// The first instant at which any of this is different if nothing more happens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_change: Option<DateTime<Utc>>,
}

/// So many punches or rewards that expire together.
struct Batch {
    count: u64,
    expires_at: Option<DateTime<Utc>>,
}

/// A card in the course of time.
struct Table<'a> {
    card: &'a PunchCard,
    zone: Zone,
    open: VecDeque<Batch>,
    rewards: Vec<Batch>,
    owed: u64,
    used: u64,
    /// Rewards that were used before they were earned.
    ahead: u64,
    /// When cards were filled, and how many.
    filled: Vec<(DateTime<Utc>, u64)>,
}

const fn is_zero(count: &u32) -> bool {
    *count == 0
}

impl PunchCard {
    pub(super) fn check(&self, path: &Path, problems: &mut Problems<Fault>) {
        if self.size == 0 || self.size > MAX_CARD {
            problems.add(path.field("size"), Fault::Size { size: self.size });
        }
        if self.start >= self.size.max(1) {
            problems.add(
                path.field("start"),
                Fault::FullAtStart { start: self.start, size: self.size },
            );
        }
    }

    /// How the card stands.
    pub(super) fn state(&self, past: &Past<'_>) -> CardState {
        let table = Table::of(self, past);
        let batches = || table.open.iter().chain(&table.rewards);
        CardState {
            card: self.id.clone(),
            size: self.size,
            punches: table.open.iter().map(|batch| batch.count).sum(),
            completed: table.completed(),
            available: table.rewards.iter().map(|batch| batch.count).sum(),
            used: table.used,
            owed: table.owed,
            next_change: batches().filter_map(|batch| batch.expires_at).min(),
        }
    }

    /// When the card was filled for the n-th time, if it was.
    pub(super) fn filled_at(&self, past: &Past<'_>, cards: u64) -> Option<DateTime<Utc>> {
        let table = Table::of(self, past);
        let mut left = cards;
        let filled = table.filled.iter().find(|(_, count)| {
            let is_reached = left <= *count;
            left = left.saturating_sub(*count);
            is_reached
        });
        filled.map(|(at, _)| *at)
    }
}

impl<'a> Table<'a> {
    fn of(card: &'a PunchCard, past: &Past<'_>) -> Self {
        let (open, rewards) = (VecDeque::new(), Vec::new());
        let (zone, filled, owed, used, ahead) = (*past.zone(), Vec::new(), 0, 0, 0);
        let mut table = Self { card, zone, open, rewards, owed, used, ahead, filled };
        let Some(joined_at) = past.joined_at() else { return table };
        let mut start = u64::from(card.start);
        for order in past.orders() {
            let at = order.at();
            if joined_at <= at {
                table.punch(joined_at, std::mem::take(&mut start));
            }
            table.expire(at);
            if !order.is_cancelled() && order.purchase().offers().any(|used| *used == card.reward) {
                table.redeem(at);
            }
            let lines = order.lines().filter(|(item, _)| card.of.takes(item));
            let punches = lines.map(|(item, back)| kept(paid_units(item), back, item.quantity));
            table.punch(at, punches.fold(0, u64::saturating_add));
        }
        table.punch(joined_at, start);
        table.expire(past.as_of());
        table
    }

    fn completed(&self) -> u64 {
        self.filled.iter().map(|(_, count)| count).sum()
    }

    /// What has expired by now is gone.
    fn expire(&mut self, at: DateTime<Utc>) {
        let is_left = |batch: &Batch| batch.expires_at.is_none_or(|expires_at| at < expires_at);
        self.open.retain(is_left);
        self.rewards.retain(is_left);
    }

    /// A reward is used: the one that expires first; without one, its punches are owed.
    fn redeem(&mut self, at: DateTime<Utc>) {
        self.used += 1;
        let never = DateTime::<Utc>::MAX_UTC;
        let first = self.rewards.iter_mut().min_by_key(|batch| batch.expires_at.unwrap_or(never));
        if let Some(batch) = first {
            batch.count = batch.count.saturating_sub(1);
            self.rewards.retain(|batch| batch.count > 0);
        } else {
            self.ahead += 1;
            self.owed = self.owed.saturating_add(self.card.size.into());
            let open = self.open.iter().map(|batch| batch.count).sum();
            self.pay(at, open);
        }
    }

    /// So many punches pay what is owed; those on the card are the first to go.
    fn pay(&mut self, at: DateTime<Utc>, punches: u64) -> u64 {
        let paid = punches.min(self.owed);
        self.take(paid);
        self.owed -= paid;
        let unpaid = self.owed.div_ceil(u64::from(self.card.size).max(1));
        if unpaid < self.ahead {
            self.filled.push((at, self.ahead - unpaid));
            self.ahead = unpaid;
        }
        paid
    }

    fn punch(&mut self, at: DateTime<Utc>, punches: u64) {
        if punches == 0 {
            return;
        }
        let size = u64::from(self.card.size).max(1);
        let expires_at = self.card.punches_expire.end(at, &self.zone);
        self.open.push_back(Batch { count: punches, expires_at });
        if self.owed > 0 {
            self.pay(at, punches);
        }
        let open: u64 = self.open.iter().map(|batch| batch.count).sum();
        let cards = open / size;
        if cards > 0 {
            self.take(cards * size);
            self.filled.push((at, cards));
            let expires_at = self.card.rewards_expire.end(at, &self.zone);
            self.rewards.push(Batch { count: cards, expires_at });
        }
    }

    /// Takes so many punches off the open card, the earliest first.
    fn take(&mut self, punches: u64) {
        let mut left = punches;
        for batch in &mut self.open {
            let taken = batch.count.min(left);
            batch.count -= taken;
            left -= taken;
        }
        self.open.retain(|batch| batch.count > 0);
    }
}

/// The punches of a line of which units came back: in proportion, as of points.
fn kept(paid: i64, back: i64, bought: i64) -> u64 {
    let taken = (i128::from(paid) * i128::from(back)).checked_div(i128::from(bought)).unwrap_or(0);
    u64::try_from(i128::from(paid) - taken).unwrap_or(0)
}
