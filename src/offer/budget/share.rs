//! Budgets split over workers, each of which grants from its share by itself.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::account::Office;
use super::{Allowance, BudgetKey, BudgetState};
use crate::money::Money;

/// A part of a budget that was handed out: whoever takes it in can grant from it.
///
/// It is a value that is handed from one store to another as JSON, once: to a worker, from it to
/// the next, or back. A copy that comes in twice is refused by the store that has taken it in
/// already; two stores do not know of each other.
///
/// ```
/// use loyalty::offer::{Allowance, BudgetKey, BudgetStore, MemoryBudgets, ShareTaken};
///
/// let key: BudgetKey = "spring:global:lifetime".parse()?;
/// let limit = Allowance::uses(1_000);
/// let now = "2026-03-14T12:00:00Z".parse()?;
/// let whole = MemoryBudgets::new();
/// let shares = whole.hand_out(&key, &limit, 3, now);
/// let workers = shares.into_iter().map(|share| MemoryBudgets::of_shares([share]));
/// let workers: Vec<MemoryBudgets> = workers.collect();
/// let left = |store: &MemoryBudgets| store.left(&key, &limit, now).uses;
/// assert_eq!(workers.iter().filter_map(left).collect::<Vec<_>>(), [334, 333, 333]);
/// assert_eq!(left(&whole), Some(0));
///
/// // What a worker has not spent goes back.
/// for share in workers[0].hand_out(&key, &limit, 1, now) {
///     assert_eq!(whole.take_in(share), ShareTaken::Now);
/// }
/// assert_eq!(left(&whole), Some(334));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct BudgetShare {
    /// Which share it is: `[2]` is the second that was handed out of the whole, `[2, 1]` the first
    /// that was handed on from that one.
    number: Vec<u64>,
    key: BudgetKey,
    allowance: Allowance,
}

/// What became of a share that came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[must_use]
pub enum ShareTaken {
    /// The store has taken it in already: nothing has changed.
    Before,
    /// It is no share of what this store has handed out: nothing has changed.
    Foreign,
    /// It can be granted from here.
    Now,
}

impl BudgetShare {
    /// The budget that it is of.
    #[must_use]
    pub const fn key(&self) -> &BudgetKey {
        &self.key
    }

    /// How much it is.
    #[must_use]
    pub const fn allowance(&self) -> &Allowance {
        &self.allowance
    }
}

impl BudgetState {
    /// Splits what is left into `count` shares, of which none is larger than another by more than
    /// one use and one minor unit, the larger ones first.
    pub(super) fn hand_out(
        &mut self,
        key: &BudgetKey,
        limit: &Allowance,
        count: u32,
        now: DateTime<Utc>,
    ) -> Vec<BudgetShare> {
        let now = self.advance(now);
        let left = self.left(key, limit, now);
        let (office, count) = (self.office, u64::from(count));
        if count == 0 || (office == Office::Shares && !self.accounts.contains_key(key)) {
            return Vec::new();
        }
        let account = self.accounts.entry(key.clone()).or_default();
        match &mut account.quota {
            Some(quota) if office == Office::Shares => *quota = quota.less(left.tally()),
            _ => account.handed = account.handed.plus(left.tally()),
        }
        let shares = (0..count).map(|at| {
            account.issued = account.issued.saturating_add(1);
            let mut number = account.name.clone();
            number.push(account.issued);
            BudgetShare { number, key: key.clone(), allowance: part(left, count, at) }
        });
        shares.collect()
    }

    pub(super) fn take_in(&mut self, share: BudgetShare) -> ShareTaken {
        let BudgetShare { number, key, allowance } = share;
        let office = self.office;
        let account = match office {
            Office::Whole => match self.accounts.get_mut(&key) {
                Some(account) => account,
                None => return ShareTaken::Foreign,
            },
            Office::Shares => self.accounts.entry(key).or_default(),
        };
        if account.taken.contains(&number) {
            return ShareTaken::Before;
        }
        let tally = allowance.tally();
        if office == Office::Shares {
            account.quota = Some(match account.quota {
                Some(quota) => quota.plus(allowance),
                None => allowance,
            });
            if account.name.is_empty() {
                account.name.clone_from(&number);
            }
        } else {
            let issued = number.first().is_some_and(|first| (1..=account.issued).contains(first));
            let kin = |taken: &Vec<u64>| taken.starts_with(&number) || number.starts_with(taken);
            let handed = account.handed;
            let fits = tally.uses <= handed.uses && (0..=handed.minor).contains(&tally.minor);
            if !issued || !fits || account.taken.iter().any(kin) {
                return ShareTaken::Foreign;
            }
            account.handed = handed.minus(tally);
        }
        account.taken.insert(number);
        ShareTaken::Now
    }
}

impl Allowance {
    fn plus(self, other: Self) -> Self {
        let sum = |one: Money, two: Money| one.checked_add(two).unwrap_or(one);
        Self {
            uses: self.uses.zip(other.uses).map(|(one, two)| one.saturating_add(two)),
            amount: self.amount.zip(other.amount).map(|(one, two)| sum(one, two)),
        }
    }
}

/// The part at `at` of `count` parts of `whole`.
fn part(whole: Allowance, count: u64, at: u64) -> Allowance {
    let split = |total: u64| total / count + u64::from(at < total % count);
    let minor = |amount: Money| {
        let total = u64::try_from(amount.minor()).unwrap_or(0);
        Money::from_minor(i64::try_from(split(total)).unwrap_or(0), amount.currency())
    };
    Allowance { uses: whole.uses.map(split), amount: whole.amount.map(minor) }
}
