//! Many threads at once.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use loyalty::offer::{Allowance, BudgetStore, MemoryBudgets, Spent};

use super::{at, euro, key, request};

#[test]
fn of_10_000_64_threads_with_100_attempts_at_300_get_exactly_33() {
    let store = MemoryBudgets::new();
    let limit = Allowance::amount(euro(10_000));
    let commits = AtomicU64::new(0);
    thread::scope(|scope| {
        for worker in 0..64 {
            let (store, commits) = (&store, &commits);
            scope.spawn(move || {
                for attempt in 0..100 {
                    let request = request(&format!("{worker}-{attempt}"), 300, limit, 60);
                    let held = store.reserve(&request, at(0)).held().is_some();
                    let committed = store.commit(&request.id, &Spent::All, at(0));
                    assert_eq!(held, committed.receipt().is_some());
                    commits.fetch_add(u64::from(held), Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!(commits.load(Ordering::Relaxed), 33);
    let left = store.left(&key("spring:global:lifetime"), &limit, at(0));
    assert_eq!(left, Allowance::amount(euro(100)));
}

#[test]
fn threads_that_repeat_each_others_calls_spend_once() {
    let store = MemoryBudgets::new();
    let limit = Allowance::uses(1_000);
    thread::scope(|scope| {
        for _ in 0..16 {
            let store = &store;
            scope.spawn(move || {
                for number in 0..100 {
                    let request = request(&number.to_string(), 1, limit, 60);
                    let _ = store.reserve(&request, at(0));
                    let receipt = store.commit(&request.id, &Spent::All, at(0));
                    assert!(receipt.receipt().is_some(), "{receipt:?}");
                }
            });
        }
    });
    let left = store.left(&key("spring:global:lifetime"), &limit, at(0));
    assert_eq!(left, Allowance::uses(900));
}

#[test]
fn workers_with_a_share_each_spend_no_more_than_the_whole() {
    let whole = MemoryBudgets::new();
    let (key, limit) = (key("spring:global:lifetime"), Allowance::amount(euro(10_000)));
    let shares = whole.hand_out(&key, &limit, 7, at(0));
    let commits = AtomicU64::new(0);
    thread::scope(|scope| {
        for (worker, share) in shares.into_iter().enumerate() {
            let (whole, commits) = (&whole, &commits);
            let key = key.clone();
            scope.spawn(move || {
                let store = MemoryBudgets::of_shares([share]);
                for attempt in 0..100 {
                    let request = request(&format!("{worker}-{attempt}"), 300, limit, 60);
                    let held = store.reserve(&request, at(0)).held().is_some();
                    let _ = store.commit(&request.id, &Spent::All, at(0));
                    commits.fetch_add(u64::from(held), Ordering::Relaxed);
                }
                for share in store.hand_out(&key, &limit, 1, at(0)) {
                    let _ = whole.take_in(share);
                }
            });
        }
    });
    // 10,000 are 4 shares of 1,429 and 3 of 1,428: each is good for 4 times 300.
    assert_eq!(commits.load(Ordering::Relaxed), 28);
    assert_eq!(whole.left(&key, &limit, at(0)), Allowance::amount(euro(10_000 - 28 * 300)));
}
