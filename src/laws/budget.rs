//! The laws of keeping budgets that customers share.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Violation, uphold};
use crate::id::ReservationId;
use crate::money::{Currency, Money};
use crate::offer::{
    Allowance, BudgetClaim, BudgetDraw, BudgetKey, BudgetStore, Committed, Draw, Flaw, Partial,
    Receipt, ReservationState, ReserveRequest, Reserved, Spent, Voided,
};

/// Checks the laws of [`BudgetStore`] for the stores that `make` makes, of which nothing is spent.
///
/// Every call is made by one thread; whether a store keeps the laws under threads, or under
/// processes, is for a test of the host's.
///
/// # Errors
/// The first law that is broken: what is left is the limit less what is committed and held; a
/// request is granted as a whole or not at all, and never beyond a limit; every call can be
/// repeated; a reservation expires by itself, for good; each status is told when it is due, in the
/// order in which they are listed.
pub fn budget_store<S: BudgetStore>(make: impl Fn() -> S) -> Result<(), Violation> {
    reserving(&Desk { store: &make() })?;
    refusing(&Desk { store: &make() })?;
    partly(&Desk { store: &make() })?;
    committing(&Desk { store: &make() })?;
    voiding(&Desk { store: &make() })?;
    expiring(&Desk { store: &make() })?;
    (1..=8).try_for_each(|seed| long_run(&Desk { store: &make() }, seed))
}

/// Asks a store, and tells what was asked.
struct Desk<'a> {
    store: &'a dyn BudgetStore,
}

const EURO: Currency = Currency::EUR;

/// So many seconds after an instant long after the beginning of time.
fn at(seconds: i64) -> DateTime<Utc> {
    let start = DateTime::<Utc>::UNIX_EPOCH.checked_add_signed(TimeDelta::days(20_000));
    start
        .and_then(|start| start.checked_add_signed(TimeDelta::seconds(seconds)))
        .unwrap_or_default()
}

fn euro(minor: i64) -> Money {
    Money::from_minor(minor, EURO)
}

/// The key of this text, which is one of those below.
fn key(text: &str) -> Result<BudgetKey, Violation> {
    let broken = |case| Violation { law: "a key is read from its text", case };
    text.parse().map_err(|_| broken(text.to_owned()))
}

fn id(number: u32) -> Result<ReservationId, Violation> {
    let broken = |case| Violation { law: "an id is read from its text", case };
    ReservationId::new(number.to_string()).map_err(|_| broken(number.to_string()))
}

fn both(uses: u64, minor: i64) -> Allowance {
    Allowance { uses: Some(uses), amount: Some(euro(minor)) }
}

/// A claim of one use of 10 and of so much of 100.00.
fn claim(text: &str, minor: i64) -> Result<BudgetClaim, Violation> {
    Ok(BudgetClaim::once(key(text)?, both(10, 10_000), euro(minor)))
}

/// A request that expires after 60 seconds.
fn request(number: u32, claims: Vec<BudgetClaim>) -> Result<ReserveRequest, Violation> {
    Ok(ReserveRequest { id: id(number)?, claims, expires_at: at(60) })
}

/// What is granted if it is what is wanted.
fn wanted(request: &ReserveRequest) -> Vec<BudgetDraw> {
    let claims = request.claims.iter();
    claims.map(|claim| BudgetDraw { key: claim.key.clone(), draw: claim.wants }).collect()
}

const ONE: &str = "one:global:lifetime";
const OTHER: &str = "one:store=gent:month:2024-10-01";
const SECOND: &str = "two:global:lifetime";

impl Desk<'_> {
    /// What is left is this, of 10 uses and 100.00.
    fn left(&self, text: &str, seconds: i64, uses: u64, minor: i64) -> Result<(), Violation> {
        self.left_of(text, both(10, 10_000), seconds, both(uses, minor))
    }

    fn left_of(
        &self,
        text: &str,
        limit: Allowance,
        seconds: i64,
        expected: Allowance,
    ) -> Result<(), Violation> {
        let found = self.store.left(&key(text)?, &limit, at(seconds));
        uphold(
            "what is left is the limit less what is committed and held",
            found == expected,
            || format!("{expected} are left of `{text}` after {seconds} s, not {found}"),
        )
    }

    fn reserve(
        &self,
        law: &'static str,
        request: &ReserveRequest,
        seconds: i64,
        expected: Reserved,
    ) -> Result<(), Violation> {
        let found = self.store.reserve(request, at(seconds));
        let case = || format!("{request:?} after {seconds} s: {found:?}, not {expected:?}");
        uphold(law, found == expected, case)
    }

    /// Holds what the request wants.
    fn hold(&self, request: &ReserveRequest, seconds: i64) -> Result<(), Violation> {
        let expected = Reserved::Held { granted: wanted(request) };
        self.reserve("what is left is granted", request, seconds, expected)
    }

    fn commit(
        &self,
        law: &'static str,
        number: u32,
        spent: &Spent,
        seconds: i64,
        expected: Committed,
    ) -> Result<(), Violation> {
        let found = self.store.commit(&id(number)?, spent, at(seconds));
        let case = || {
            format!("commit `{number}` {spent:?} after {seconds} s: {found:?}, not {expected:?}")
        };
        uphold(law, found == expected, case)
    }

    fn void(
        &self,
        law: &'static str,
        number: u32,
        seconds: i64,
        expected: Voided,
    ) -> Result<(), Violation> {
        let found = self.store.void(&id(number)?, at(seconds));
        let case = || format!("void `{number}` after {seconds} s: {found:?}, not {expected:?}");
        uphold(law, found == expected, case)
    }
}

fn reserving(desk: &Desk<'_>) -> Result<(), Violation> {
    desk.left(ONE, 0, 10, 10_000)?;
    let first = request(1, vec![claim(ONE, 3_000)?, claim(SECOND, 500)?])?;
    desk.hold(&first, 0)?;
    desk.left(ONE, 0, 9, 7_000)?;
    desk.left(SECOND, 0, 9, 9_500)?;
    desk.left(OTHER, 0, 10, 10_000)?;
    desk.left_of(ONE, both(12, 20_000), 0, both(11, 17_000))?;
    desk.left_of(ONE, both(1, 2_000), 0, both(0, 0))?;
    desk.left_of(ONE, Allowance::uses(5), 0, Allowance::uses(4))?;
    let (granted, state) = (wanted(&first), ReservationState::Held);
    let before = Reserved::Before { granted, state };
    desk.reserve("the same request holds nothing more", &first, 1, before)?;
    desk.left(ONE, 1, 9, 7_000)?;
    let others = [
        ReserveRequest { expires_at: at(61), ..first.clone() },
        ReserveRequest { claims: vec![claim(ONE, 3_000)?], ..first.clone() },
        request(1, vec![claim(ONE, 2_999)?, claim(SECOND, 500)?])?,
    ];
    for other in others {
        desk.reserve("an id names one request", &other, 1, Reserved::Conflict)?;
    }
    desk.left(ONE, 1, 9, 7_000)?;
    let nothing = request(2, Vec::new())?;
    desk.hold(&nothing, 1)
}

fn refusing(desk: &Desk<'_>) -> Result<(), Violation> {
    desk.hold(&request(1, vec![claim(ONE, 9_999)?])?, 0)?;
    let much = request(2, vec![claim(SECOND, 1)?, claim(ONE, 2)?])?;
    let exhausted = |left| Ok(Reserved::Exhausted { key: key(ONE)?, left });
    let law = "no more is granted than is left, and all or nothing";
    desk.reserve(law, &much, 0, exhausted(both(9, 1))?)?;
    desk.left(SECOND, 0, 10, 10_000)?;
    desk.hold(&request(2, vec![claim(SECOND, 1)?, claim(ONE, 1)?])?, 0)?;
    desk.left(ONE, 0, 8, 0)?;
    let uses = BudgetClaim { wants: Draw { uses: 9, amount: euro(0) }, ..claim(ONE, 0)? };
    desk.reserve(law, &request(3, vec![uses])?, 0, exhausted(both(8, 0))?)?;

    let (limit, euros) = (Some(euro(-1)), Money::from_minor(5, Currency::USD));
    let mut negative = claim(OTHER, 1)?;
    negative.limit.amount = limit;
    let mut foreign = claim(OTHER, 1)?;
    foreign.wants.amount = euros;
    let other = || key(OTHER);
    for (claims, flaw) in [
        (vec![claim(OTHER, 1)?, claim(OTHER, 1)?], Flaw::Twice(other()?)),
        (vec![claim(OTHER, -1)?], Flaw::Negative(other()?)),
        (vec![negative], Flaw::Negative(other()?)),
        (vec![foreign], Flaw::Currency(other()?)),
    ] {
        let law = "a request that makes no sense is refused";
        desk.reserve(law, &request(4, claims)?, 0, Reserved::Invalid(flaw))?;
    }
    let law = "nothing is held that would have expired already";
    desk.reserve(law, &request(5, vec![claim(OTHER, 1)?])?, 60, Reserved::Late)?;
    desk.left(OTHER, 60, 10, 10_000)
}

/// Budgets that grant in part give what the least of them has left.
fn partly(desk: &Desk<'_>) -> Result<(), Violation> {
    let law = "an offer is granted in part what the least of its budgets has left";
    let partly = |text, minor| Ok(BudgetClaim { partial: Partial::Grant, ..claim(text, minor)? });
    desk.hold(&request(1, vec![claim(ONE, 9_000)?])?, 0)?;
    desk.hold(&request(2, vec![claim(OTHER, 9_600)?])?, 0)?;
    let claims = vec![partly(ONE, 2_000)?, claim(OTHER, 2_000)?];
    let left = both(9, 400);
    let exhausted = Reserved::Exhausted { key: key(OTHER)?, left };
    desk.reserve(law, &request(3, claims)?, 0, exhausted)?;
    let claims = vec![partly(ONE, 2_000)?, partly(OTHER, 2_000)?, claim(SECOND, 2_000)?];
    let third = request(3, claims)?;
    let mut granted = wanted(&third);
    for one in granted.iter_mut().take(2) {
        one.draw.amount = euro(400);
    }
    desk.reserve(law, &third, 0, Reserved::Held { granted })?;
    desk.left(ONE, 0, 8, 600)?;
    desk.left(OTHER, 0, 8, 0)?;
    desk.left(SECOND, 0, 9, 8_000)?;
    let exhausted = Reserved::Exhausted { key: key(OTHER)?, left: both(8, 0) };
    desk.reserve("a part is more than nothing", &request(4, vec![partly(OTHER, 1)?])?, 0, exhausted)
}

fn receipt(number: u32, seconds: i64, spent: i64, released: i64) -> Result<Receipt, Violation> {
    let drawn = |draw| Ok(vec![BudgetDraw { key: key(ONE)?, draw }]);
    let released = drawn(Draw { uses: 0, amount: euro(released) })?;
    let (reservation, spent) = (id(number)?, drawn(Draw::once(euro(spent)))?);
    Ok(Receipt { reservation, at: at(seconds), spent, released })
}

fn only(minor: i64) -> Result<Spent, Violation> {
    Ok(Spent::Offers(BTreeMap::from([(key(ONE)?.offer, Some(euro(minor)))])))
}

fn committing(desk: &Desk<'_>) -> Result<(), Violation> {
    let law = "there is nothing to commit of what was not reserved";
    desk.commit(law, 1, &Spent::All, 0, Committed::Unknown)?;
    desk.hold(&request(1, vec![claim(ONE, 300)?])?, 0)?;
    let granted = Draw::once(euro(300));
    let much = Committed::TooMuch { key: key(ONE)?, granted };
    desk.commit("no more is spent than was granted", 1, &only(301)?, 1, much)?;
    let negative = Committed::Invalid(Flaw::Negative(key(ONE)?));
    desk.commit("nothing negative is spent", 1, &only(-1)?, 1, negative)?;
    desk.left(ONE, 1, 9, 9_700)?;
    let first = receipt(1, 2, 250, 50)?;
    let done = || Committed::Done(first.clone());
    desk.commit("what is not spent is released", 1, &only(250)?, 2, done())?;
    desk.left(ONE, 2, 9, 9_750)?;
    desk.commit("committing again gives the same receipt", 1, &only(250)?, 70, done())?;
    let conflict = || Committed::Conflict(first.clone());
    desk.commit("what is spent stays as it is", 1, &Spent::All, 70, conflict())?;
    desk.commit("what is spent stays as it is", 1, &only(301)?, 70, conflict())?;
    let stays = Voided::Committed(first.clone());
    desk.void("what is committed cannot be given back", 1, 70, stays)?;
    desk.left(ONE, 70, 9, 9_750)?;

    let later = ReserveRequest { expires_at: at(90), ..request(2, vec![claim(ONE, 300)?])? };
    desk.hold(&later, 70)?;
    let whole = Committed::Done(receipt(2, 71, 300, 0)?);
    desk.commit("all that was granted can be spent", 2, &Spent::All, 71, whole)?;
    let later = ReserveRequest { expires_at: at(90), ..request(3, vec![claim(ONE, 300)?])? };
    desk.hold(&later, 71)?;
    let mut none = receipt(3, 72, 0, 300)?;
    for (spent, released) in none.spent.iter_mut().zip(&mut none.released) {
        (spent.draw.uses, released.draw.uses) = (0, 1);
    }
    let unused = Spent::Offers(BTreeMap::new());
    desk.commit("an offer that was not used is released", 3, &unused, 72, Committed::Done(none))?;
    desk.left(ONE, 72, 8, 9_450)
}

fn voiding(desk: &Desk<'_>) -> Result<(), Violation> {
    let law = "there is nothing to give back of what was not reserved";
    desk.void(law, 1, 0, Voided::Unknown)?;
    let first = request(1, vec![claim(ONE, 300)?, claim(SECOND, 300)?])?;
    desk.hold(&first, 0)?;
    desk.void("what is held can be given back", 1, 1, Voided::Done)?;
    desk.left(ONE, 1, 10, 10_000)?;
    desk.left(SECOND, 1, 10, 10_000)?;
    for seconds in [2, 70] {
        desk.void("giving back again changes nothing", 1, seconds, Voided::Done)?;
        let law = "what is void cannot be committed";
        desk.commit(law, 1, &Spent::All, seconds, Committed::Voided)?;
    }
    let (granted, state) = (wanted(&first), ReservationState::Voided);
    let before = Reserved::Before { granted, state };
    desk.reserve("a request that is void stays so", &first, 70, before)?;
    desk.left(ONE, 70, 10, 10_000)
}

fn expiring(desk: &Desk<'_>) -> Result<(), Violation> {
    let first = request(1, vec![claim(ONE, 10_000)?])?;
    desk.hold(&first, 0)?;
    desk.left(ONE, 59, 9, 0)?;
    desk.left(ONE, 60, 10, 10_000)?;
    desk.left(ONE, 59, 9, 0)?;
    let second = ReserveRequest { expires_at: at(120), ..request(2, vec![claim(ONE, 9_000)?])? };
    desk.hold(&second, 60)?;
    let law = "a reservation expires by itself, also for who comes with an earlier instant";
    for seconds in [59, 60, 61] {
        desk.commit(law, 1, &Spent::All, seconds, Committed::Expired)?;
        desk.void(law, 1, seconds, Voided::Expired)?;
    }
    desk.left(ONE, 0, 9, 1_000)?;
    let (granted, state) = (wanted(&first), ReservationState::Expired);
    desk.reserve(law, &first, 61, Reserved::Before { granted, state })?;
    for (seconds, expected) in
        [(61, vec![id(1)?]), (61, vec![]), (120, vec![id(2)?]), (120, vec![])]
    {
        let found = desk.store.expire(at(seconds));
        uphold("what has expired is told once", found == expected, || {
            format!("after {seconds} s: {found:?}, not {expected:?}")
        })?;
    }
    desk.left(ONE, 120, 10, 10_000)
}

/// What a simple book-keeper knows of a reservation: what it wanted, until when it is held, and
/// what was spent of it.
struct Booked {
    minor: i64,
    expires: i64,
    spent: Option<i64>,
    void: bool,
}

/// Calls in an order that only the seed knows, beside a book-keeper who adds everything up anew.
fn long_run(desk: &Desk<'_>, seed: u64) -> Result<(), Violation> {
    let mut random = seed;
    let mut draw = |below: u64| {
        random =
            random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % below
    };
    let mut book: BTreeMap<u32, Booked> = BTreeMap::new();
    let mut now = 0_i64;
    for _ in 0..200 {
        now += i64::try_from(draw(5)).unwrap_or(0);
        let number = u32::try_from(draw(60)).unwrap_or(0);
        let minor = i64::try_from(draw(3_000)).unwrap_or(0);
        let expires = now + 1 + i64::try_from(draw(40)).unwrap_or(0);
        let held = book.get(&number).is_some_and(|booked| booked.is_held(now));
        match draw(3) {
            0 if !book.contains_key(&number) => {
                let wants = BudgetClaim::once(key(ONE)?, both(10, 10_000), euro(minor));
                let (id, expires_at) = (id(number)?, at(expires));
                let request = ReserveRequest { id, claims: vec![wants], expires_at };
                let (uses, left) = remaining(&book, now);
                let fits = uses > 0 && minor <= left;
                let granted = desk.store.reserve(&request, at(now)).held().is_some();
                uphold("what is left is granted, and no more", granted == fits, || {
                    format!("{request:?} after {now} s, with {uses} uses and {left} left")
                })?;
                if granted {
                    book.insert(number, Booked { minor, expires, spent: None, void: false });
                }
            }
            1 if held => {
                let found = desk.store.commit(&id(number)?, &only(minor)?, at(now));
                let Some(booked) = book.get_mut(&number) else { continue };
                let fits = minor <= booked.minor;
                uphold("what was granted can be spent", found.receipt().is_some() == fits, || {
                    format!("{minor} of {} after {now} s: {found:?}", booked.minor)
                })?;
                booked.spent = fits.then_some(minor).or(booked.spent);
            }
            2 if held => {
                desk.void("what is held can be given back", number, now, Voided::Done)?;
                if let Some(booked) = book.get_mut(&number) {
                    booked.void = true;
                }
            }
            _ => {}
        }
        let (uses, left) = remaining(&book, now);
        desk.left(ONE, now, uses, left)?;
    }
    Ok(())
}

impl Booked {
    const fn is_held(&self, now: i64) -> bool {
        self.spent.is_none() && !self.void && now < self.expires
    }
}

/// The uses and the amount that are neither spent nor held.
fn remaining(book: &BTreeMap<u32, Booked>, now: i64) -> (u64, i64) {
    let used = book
        .values()
        .filter_map(|booked| booked.spent.or_else(|| booked.is_held(now).then_some(booked.minor)));
    used.fold((10, 10_000), |(uses, left), minor| (uses - 1, left - minor))
}
