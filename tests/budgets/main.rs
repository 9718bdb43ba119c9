//! Budgets that customers share: reserved, committed, void, expired, handed out in shares, kept as
//! JSON, and never overspent.

mod auditor;
mod programs;
mod shares;
mod statuses;
mod threads;

use chrono::{DateTime, TimeDelta, Utc};
use loyalty::money::{Currency, Money};
use loyalty::offer::{Allowance, BudgetClaim, BudgetKey, ReserveRequest};

fn at(seconds: i64) -> DateTime<Utc> {
    let noon: DateTime<Utc> = "2026-03-14T12:00:00Z".parse().unwrap();
    noon + TimeDelta::seconds(seconds)
}

fn euro(minor: i64) -> Money {
    Money::from_minor(minor, Currency::EUR)
}

fn key(text: &str) -> BudgetKey {
    text.parse().unwrap()
}

/// A request for `minor` of a budget of `limit`, that expires at `expires`.
fn request(id: &str, minor: i64, limit: Allowance, expires: i64) -> ReserveRequest {
    let claims = vec![BudgetClaim::once(key("spring:global:lifetime"), limit, euro(minor))];
    ReserveRequest { id: id.parse().unwrap(), claims, expires_at: at(expires) }
}
