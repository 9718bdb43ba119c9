//! The laws of splitting an amount over lines.

use super::{Violation, uphold};
use crate::id::LineId;
use crate::money::{Allocation, Allocator, Currency, Money, Share};

/// Checks the laws of [`Allocator`] for one amount and its shares, which may be of any sign and
/// currency.
///
/// # Errors
/// The first law that is broken: the same question has the same answer; each share has one part,
/// of the amount's currency; parts and what is unused sum to the amount; no part is negative or
/// exceeds its line's room; a line worth nothing gets nothing; nothing is unused while a line that
/// is worth something has room; the order of the shares does not matter.
pub fn allocator(
    allocator: &dyn Allocator,
    amount: Money,
    shares: &[Share<'_>],
) -> Result<(), Violation> {
    let found = allocator.allocate(amount, shares);
    let case = || told(amount, shares, &found);
    let again = allocator.allocate(amount, shares);
    uphold("the same question has the same answer", again == found, || {
        format!("{}; asked again, {}", case(), answer(&again))
    })?;
    sums(amount, shares, &found)
        .into_iter()
        .try_for_each(|(law, holds)| uphold(law, holds, case))?;
    let expected = assigned(shares, &found);
    for other in orders(shares) {
        let found = allocator.allocate(amount, &other);
        let holds = assigned(&other, &found) == expected;
        uphold("the order of the shares does not matter", holds, || {
            format!("{}; but {}", case(), told(amount, &other, &found))
        })?;
    }
    Ok(())
}

/// What must be true of one answer.
fn sums(amount: Money, shares: &[Share<'_>], found: &Allocation) -> [(&'static str, bool); 6] {
    let currency = amount.currency();
    let Allocation { parts, unused } = found;
    let minor = |money: &Money| i128::from(money.minor());
    let parted = || parts.iter().zip(shares);
    let total: i128 = parts.iter().map(minor).sum();
    let room: i128 = shares.iter().map(|share| most(share, currency)).sum();
    let all = minor(&amount);
    let fits = |(part, share): (&Money, &Share<'_>)| {
        (0..=counted(share.room, currency)).contains(&minor(part))
    };
    let due =
        |(part, share): (&Money, &Share<'_>)| part.is_zero() || counted(share.worth, currency) > 0;
    let same_currency = |money: &Money| money.currency() == currency;
    [
        ("each share has one part", parts.len() == shares.len()),
        (
            "parts and what is unused are of the currency of the amount",
            parts.iter().chain([unused]).all(same_currency),
        ),
        ("no part is negative or exceeds its line's room", parted().all(fits)),
        ("a line worth nothing gets nothing", parted().all(due)),
        ("parts and what is unused sum to the amount", total + minor(unused) == all),
        ("only what the lines cannot take is unused", total == all.clamp(0, room)),
    ]
}

/// The most that a share can get, in minor units.
fn most(share: &Share<'_>, currency: Currency) -> i128 {
    if counted(share.worth, currency) > 0 { counted(share.room, currency) } else { 0 }
}

/// An amount that takes part, in minor units.
fn counted(amount: Money, currency: Currency) -> i128 {
    let counts = amount.currency() == currency && !amount.is_negative();
    if counts { i128::from(amount.minor()) } else { 0 }
}

/// A share and what it got.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Assigned<'a> {
    line: &'a LineId,
    worth: (Currency, i64),
    room: (Currency, i64),
    part: i64,
}

/// Who got what, without the order of the shares.
fn assigned<'a>(shares: &[Share<'a>], found: &Allocation) -> Vec<Assigned<'a>> {
    let told = |money: Money| (money.currency(), money.minor());
    let parts = shares.iter().zip(&found.parts);
    let mut assigned: Vec<Assigned<'a>> = parts
        .map(|(Share { line, worth, room }, part)| Assigned {
            line,
            worth: told(*worth),
            room: told(*room),
            part: part.minor(),
        })
        .collect();
    assigned.sort_unstable();
    assigned
}

/// The shares in other orders.
fn orders<'a>(shares: &[Share<'a>]) -> [Vec<Share<'a>>; 3] {
    let backwards = shares.iter().rev().copied().collect();
    let turned = shares.iter().skip(1).chain(shares.first()).copied().collect();
    let mut sorted = shares.to_vec();
    sorted.sort_by_key(|share| share.worth.minor());
    [backwards, turned, sorted]
}

fn told(amount: Money, shares: &[Share<'_>], found: &Allocation) -> String {
    let share = |Share { line, worth, room }: &Share<'_>| {
        let limit = if room == worth { String::new() } else { format!(" with room for {room}") };
        format!("`{line}` worth {worth}{limit}")
    };
    let shares: Vec<String> = shares.iter().map(share).collect();
    format!("{amount} over [{}] gives {}", shares.join(", "), answer(found))
}

fn answer(found: &Allocation) -> String {
    let parts: Vec<String> = found.parts.iter().map(ToString::to_string).collect();
    format!("[{}] with {} unused", parts.join(", "), found.unused)
}
