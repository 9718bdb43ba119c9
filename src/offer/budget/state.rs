//! What a store of budgets knows, and how a call changes it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::account::{Account, Office};
use super::allowance::Tally;
use super::{
    Allowance, BudgetClaim, BudgetDraw, BudgetKey, Committed, Draw, Flaw, Partial, Receipt,
    ReservationState, ReserveRequest, Reserved, Spent, Voided,
};
use crate::id::{OfferId, ReservationId};
use crate::money::{Currency, Money};

/// All that a [`MemoryBudgets`](super::MemoryBudgets) knows, as a value that a host saves and
/// loads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct BudgetState {
    pub(super) office: Office,
    /// The latest instant that a call brought.
    clock: DateTime<Utc>,
    pub(super) accounts: BTreeMap<BudgetKey, Account>,
    reservations: BTreeMap<ReservationId, Reservation>,
    /// What is held, by when it expires.
    expiring: BTreeSet<(DateTime<Utc>, ReservationId)>,
    /// What has expired and was not told yet.
    untold: BTreeSet<ReservationId>,
}

/// The part of the state that is not derived from the rest.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    office: Office,
    clock: DateTime<Utc>,
    accounts: Vec<(BudgetKey, Account)>,
    reservations: Vec<Reservation>,
    untold: BTreeSet<ReservationId>,
}

/// A request that was granted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reservation {
    request: ReserveRequest,
    granted: Vec<BudgetDraw>,
    fate: Fate,
}

/// What became of a reservation, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Fate {
    Held,
    Committed(Receipt),
    Voided(DateTime<Utc>),
    Expired(DateTime<Utc>),
}

impl Fate {
    const fn state(&self) -> ReservationState {
        match self {
            Self::Held => ReservationState::Held,
            Self::Committed(_) => ReservationState::Committed,
            Self::Voided(_) => ReservationState::Voided,
            Self::Expired(_) => ReservationState::Expired,
        }
    }

    const fn ended(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::Held => None,
            Self::Committed(Receipt { at, .. }) | Self::Voided(at) | Self::Expired(at) => Some(*at),
        }
    }
}

impl BudgetState {
    pub(super) const fn new(office: Office) -> Self {
        Self {
            office,
            clock: DateTime::<Utc>::MIN_UTC,
            accounts: BTreeMap::new(),
            reservations: BTreeMap::new(),
            expiring: BTreeSet::new(),
            untold: BTreeSet::new(),
        }
    }

    pub(super) fn reserve(&mut self, request: &ReserveRequest, now: DateTime<Utc>) -> Reserved {
        let now = self.advance(now);
        if let Some(known) = self.reservations.get(&request.id) {
            if known.request != *request {
                return Reserved::Conflict;
            }
            let (granted, state) = (known.granted.clone(), known.fate.state());
            return Reserved::Before { granted, state };
        }
        if let Some(flaw) = self.flaw(request) {
            return Reserved::Invalid(flaw);
        }
        if request.expires_at <= now {
            return Reserved::Late;
        }
        match self.grant(&request.claims, now) {
            Err((key, left)) => Reserved::Exhausted { key, left },
            Ok(granted) => {
                self.hold(request, granted.clone());
                Reserved::Held { granted }
            }
        }
    }

    pub(super) fn commit(
        &mut self,
        id: &ReservationId,
        spent: &Spent,
        now: DateTime<Utc>,
    ) -> Committed {
        let now = self.advance(now);
        let Some(known) = self.reservations.get(id) else { return Committed::Unknown };
        let drawn = drawn(&known.granted, spent);
        match &known.fate {
            Fate::Voided(_) => Committed::Voided,
            Fate::Expired(_) => Committed::Expired,
            Fate::Committed(receipt) if drawn.as_ref() == Ok(&receipt.spent) => {
                Committed::Done(receipt.clone())
            }
            Fate::Committed(receipt) => Committed::Conflict(receipt.clone()),
            Fate::Held => {
                let spent = match drawn {
                    Ok(spent) => spent,
                    Err(refused) => return refused,
                };
                let released = rest(&known.granted, &spent);
                for BudgetDraw { key, draw } in &spent {
                    if let Some(account) = self.accounts.get_mut(key) {
                        account.spent = account.spent.plus(draw.tally());
                    }
                }
                let receipt = Receipt { reservation: id.clone(), at: now, spent, released };
                self.close(id, Fate::Committed(receipt.clone()));
                Committed::Done(receipt)
            }
        }
    }

    pub(super) fn void(&mut self, id: &ReservationId, now: DateTime<Utc>) -> Voided {
        let now = self.advance(now);
        match self.reservations.get(id).map(|known| &known.fate) {
            None => Voided::Unknown,
            Some(Fate::Committed(receipt)) => Voided::Committed(receipt.clone()),
            Some(Fate::Expired(_)) => Voided::Expired,
            Some(Fate::Voided(_)) => Voided::Done,
            Some(Fate::Held) => {
                self.close(id, Fate::Voided(now));
                Voided::Done
            }
        }
    }

    pub(super) fn expire(&mut self, now: DateTime<Utc>) -> Vec<ReservationId> {
        self.advance(now);
        std::mem::take(&mut self.untold).into_iter().collect()
    }

    pub(super) fn left(&self, key: &BudgetKey, limit: &Allowance, now: DateTime<Utc>) -> Allowance {
        let Some(account) = self.accounts.get(key) else {
            return self.office.start(*limit);
        };
        let expired = self.expiring.iter().take_while(|(at, _)| *at <= now);
        let lapsed = expired
            .filter_map(|(_, id)| self.reservations.get(id))
            .flat_map(|known| &known.granted)
            .filter(|granted| granted.key == *key)
            .fold(Tally::default(), |sum, granted| sum.plus(granted.draw.tally()));
        account.left(self.office, *limit, lapsed)
    }

    /// Forgets what was committed, void or expired before an instant.
    pub(super) fn forget(&mut self, before: DateTime<Utc>) {
        self.reservations.retain(|_, known| known.fate.ended().is_none_or(|at| at >= before));
    }

    /// The instant that counts as now, with all released that has expired by then.
    pub(super) fn advance(&mut self, now: DateTime<Utc>) -> DateTime<Utc> {
        self.clock = self.clock.max(now);
        while let Some((at, id)) =
            self.expiring.first().cloned().filter(|(at, _)| *at <= self.clock)
        {
            self.close(&id, Fate::Expired(at));
            self.untold.insert(id);
        }
        self.clock
    }

    /// What is wrong with the claims.
    fn flaw(&self, request: &ReserveRequest) -> Option<Flaw> {
        let mut keys = BTreeSet::new();
        request.claims.iter().find_map(|BudgetClaim { key, limit, wants, .. }| {
            let currency = wants.amount.currency();
            let is_other = |known: Option<Currency>| known.is_some_and(|known| known != currency);
            let known = self.accounts.get(key).and_then(|account| account.currency);
            let negative = limit.amount.is_some_and(Money::is_negative);
            if !keys.insert(key) {
                Some(Flaw::Twice(key.clone()))
            } else if wants.amount.is_negative() || negative {
                Some(Flaw::Negative(key.clone()))
            } else if is_other(limit.amount.map(Money::currency)) || is_other(known) {
                Some(Flaw::Currency(key.clone()))
            } else {
                None
            }
        })
    }

    /// What each claim is granted, or the first budget that has not enough left.
    fn grant(
        &self,
        claims: &[BudgetClaim],
        now: DateTime<Utc>,
    ) -> Result<Vec<BudgetDraw>, (BudgetKey, Allowance)> {
        let mut most: BTreeMap<&OfferId, i64> = BTreeMap::new();
        for claim in claims.iter().filter(|claim| claim.partial == Partial::Grant) {
            if let Some(left) = self.left(&claim.key, &claim.limit, now).amount {
                let most = most.entry(&claim.key.offer).or_insert(i64::MAX);
                *most = left.minor().min(*most);
            }
        }
        let granted = claims.iter().map(|claim| {
            let BudgetClaim { key, limit, wants, .. } = claim;
            let left = self.left(key, limit, now);
            let wanted = wants.amount.minor();
            let minor = most.get(&key.offer).map_or(wanted, |most| wanted.min(*most));
            let enough = left.uses.is_none_or(|uses| wants.uses <= uses)
                && left.amount.is_none_or(|left| minor <= left.minor())
                && (minor > 0 || wanted == 0);
            let amount = Money::from_minor(minor, wants.amount.currency());
            let draw = Draw { uses: wants.uses, amount };
            if enough {
                Ok(BudgetDraw { key: key.clone(), draw })
            } else {
                Err((key.clone(), left))
            }
        });
        granted.collect()
    }

    fn hold(&mut self, request: &ReserveRequest, granted: Vec<BudgetDraw>) {
        for BudgetDraw { key, draw } in &granted {
            let account = self.accounts.entry(key.clone()).or_default();
            account.held = account.held.plus(draw.tally());
            account.currency = Some(draw.amount.currency());
        }
        self.expiring.insert((request.expires_at, request.id.clone()));
        let known = Reservation { request: request.clone(), granted, fate: Fate::Held };
        self.reservations.insert(request.id.clone(), known);
    }

    /// Ends a reservation that is held: nothing of it is held any longer.
    fn close(&mut self, id: &ReservationId, fate: Fate) {
        let Some(known) = self.reservations.get_mut(id) else { return };
        self.expiring.remove(&(known.request.expires_at, id.clone()));
        known.fate = fate;
        for BudgetDraw { key, draw } in &known.granted {
            if let Some(account) = self.accounts.get_mut(key) {
                account.held = account.held.minus(draw.tally());
            }
        }
    }
}

/// What was spent of what was granted, or why that cannot be.
fn drawn(granted: &[BudgetDraw], spent: &Spent) -> Result<Vec<BudgetDraw>, Committed> {
    let Spent::Offers(offers) = spent else { return Ok(granted.to_vec()) };
    let drawn = granted.iter().map(|BudgetDraw { key, draw }| {
        let of = |draw| BudgetDraw { key: key.clone(), draw };
        match offers.get(&key.offer) {
            None => Ok(of(Draw::nothing(draw.amount.currency()))),
            Some(None) => Ok(of(*draw)),
            Some(Some(amount)) if amount.currency() != draw.amount.currency() => {
                Err(Committed::Invalid(Flaw::Currency(key.clone())))
            }
            Some(Some(amount)) if amount.is_negative() => {
                Err(Committed::Invalid(Flaw::Negative(key.clone())))
            }
            Some(Some(amount)) if amount.minor() > draw.amount.minor() => {
                Err(Committed::TooMuch { key: key.clone(), granted: *draw })
            }
            Some(Some(amount)) => Ok(of(Draw { uses: draw.uses, amount: *amount })),
        }
    });
    drawn.collect()
}

/// What was granted and not spent.
fn rest(granted: &[BudgetDraw], spent: &[BudgetDraw]) -> Vec<BudgetDraw> {
    let rests = granted.iter().zip(spent);
    rests
        .map(|(granted, spent)| BudgetDraw {
            key: granted.key.clone(),
            draw: granted.draw.less(spent.draw),
        })
        .collect()
}

/// What is stored is no state.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
enum NoState {
    #[error("budget `{0}` is there twice")]
    Account(BudgetKey),
    #[error("reservation `{0}` is there twice")]
    Reservation(ReservationId),
}

impl TryFrom<Stored> for BudgetState {
    type Error = NoState;

    fn try_from(stored: Stored) -> Result<Self, NoState> {
        let mut state = Self::new(stored.office);
        (state.clock, state.untold) = (stored.clock, stored.untold);
        for (key, account) in stored.accounts {
            if state.accounts.insert(key.clone(), account).is_some() {
                return Err(NoState::Account(key));
            }
        }
        for known in stored.reservations {
            let id = known.request.id.clone();
            if known.fate == Fate::Held {
                state.expiring.insert((known.request.expires_at, id.clone()));
                for BudgetDraw { key, draw } in &known.granted {
                    let account = state.accounts.entry(key.clone()).or_default();
                    account.held = account.held.plus(draw.tally());
                }
            }
            if state.reservations.insert(id.clone(), known).is_some() {
                return Err(NoState::Reservation(id));
            }
        }
        Ok(state)
    }
}

impl From<BudgetState> for Stored {
    fn from(state: BudgetState) -> Self {
        let BudgetState { office, clock, accounts, reservations, untold, .. } = state;
        let accounts = accounts.into_iter().collect();
        let reservations = reservations.into_values().collect();
        Self { office, clock, accounts, reservations, untold }
    }
}
