//! Budgets handed out to workers and back.

use std::collections::BTreeSet;

use loyalty::offer::{
    Allowance, BudgetShare, BudgetState, BudgetStore, MemoryBudgets, ShareTaken, Spent,
};
use proptest::collection::vec;
use proptest::prelude::*;

use super::{at, euro, key, request};

const KEY: &str = "spring:global:lifetime";

fn both(uses: u64, minor: i64) -> Allowance {
    Allowance { uses: Some(uses), amount: Some(euro(minor)) }
}

fn copy(share: &BudgetShare) -> BudgetShare {
    serde_json::from_str(&serde_json::to_string(share).unwrap()).unwrap()
}

#[test]
fn shares_sum_to_what_is_left() {
    let whole = MemoryBudgets::new();
    assert!(whole.reserve(&request("r", 300, both(12, 1_000), 60), at(0)).held().is_some());
    let shares = whole.hand_out(&key(KEY), &both(12, 1_000), 3, at(0));
    let parts: Vec<Allowance> = shares.iter().map(|share| *share.allowance()).collect();
    assert_eq!(parts, [both(4, 234), both(4, 233), both(3, 233)]);
    assert_eq!(whole.left(&key(KEY), &both(12, 1_000), at(0)), both(0, 0));
    // What was held is left again when it expires, and can be handed out in its turn.
    let late = whole.hand_out(&key(KEY), &both(12, 1_000), 1, at(60));
    assert_eq!(late[0].allowance(), &both(1, 300));
    assert!(whole.hand_out(&key(KEY), &both(12, 1_000), 0, at(60)).is_empty());
}

#[test]
fn a_share_is_taken_in_once_and_only_where_it_comes_from() {
    let whole = MemoryBudgets::new();
    let mut shares = whole.hand_out(&key(KEY), &both(10, 1_000), 2, at(0)).into_iter();
    let (first, second) = (shares.next().unwrap(), shares.next().unwrap());
    assert_eq!(MemoryBudgets::new().take_in(copy(&first)), ShareTaken::Foreign);
    let worker = MemoryBudgets::of_shares([copy(&first)]);
    assert_eq!(worker.take_in(copy(&first)), ShareTaken::Before);
    assert_eq!(worker.left(&key(KEY), &both(10, 1_000), at(0)), both(5, 500));
    assert_eq!(whole.take_in(copy(&second)), ShareTaken::Now);
    assert_eq!(whole.take_in(second), ShareTaken::Before);
    assert_eq!(whole.left(&key(KEY), &both(10, 1_000), at(0)), both(5, 500));
    // The worker gives back what it has; the share that it had can no longer come back whole.
    let mut back = worker.hand_out(&key(KEY), &both(10, 1_000), 1, at(0)).into_iter();
    assert_eq!(worker.left(&key(KEY), &both(10, 1_000), at(0)), both(0, 0));
    assert_eq!(whole.take_in(back.next().unwrap()), ShareTaken::Now);
    assert_eq!(whole.take_in(first), ShareTaken::Foreign);
    assert_eq!(whole.left(&key(KEY), &both(10, 1_000), at(0)), both(10, 1_000));
}

#[test]
fn a_worker_grants_from_its_shares_and_nothing_else() {
    let worker = MemoryBudgets::of_shares([]);
    assert!(worker.reserve(&request("r", 1, both(10, 1_000), 60), at(0)).held().is_none());
    assert_eq!(worker.left(&key(KEY), &both(10, 1_000), at(0)), both(0, 0));
    assert!(worker.hand_out(&key(KEY), &both(10, 1_000), 2, at(0)).is_empty());
    let whole = MemoryBudgets::new();
    let shares = whole.hand_out(&key(KEY), &Allowance::amount(euro(500)), 1, at(0));
    let worker = MemoryBudgets::of_shares(shares);
    let limit = Allowance::amount(euro(500));
    assert!(worker.reserve(&request("r", 501, limit, 60), at(0)).held().is_none());
    assert!(worker.reserve(&request("r", 500, limit, 60), at(0)).held().is_some());
    // A share that is kept as JSON is none the larger for it.
    let json = serde_json::to_string(&worker.state()).unwrap();
    let worker = MemoryBudgets::from(serde_json::from_str::<BudgetState>(&json).unwrap());
    assert_eq!(worker.left(&key(KEY), &limit, at(0)), Allowance::amount(euro(0)));
}

#[derive(Clone, Debug)]
enum Step {
    Reserve { worker: usize, minor: i64 },
    Commit { worker: usize, number: usize },
    Void { worker: usize, number: usize },
    GiveBack { worker: usize },
    HandOut { count: u32 },
    Wait,
}

fn step() -> impl Strategy<Value = Step> {
    let (worker, number) = (0..4_usize, 0..40_usize);
    prop_oneof![
        6 => (worker.clone(), 0..400_i64)
            .prop_map(|(worker, minor)| Step::Reserve { worker, minor }),
        3 => (worker.clone(), number.clone())
            .prop_map(|(worker, number)| Step::Commit { worker, number }),
        2 => (worker.clone(), number).prop_map(|(worker, number)| Step::Void { worker, number }),
        2 => worker.prop_map(|worker| Step::GiveBack { worker }),
        1 => (1..5_u32).prop_map(|count| Step::HandOut { count }),
        1 => Just(Step::Wait),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn workers_on_their_shares_never_overspend_the_whole(steps in vec(step(), 0..120)) {
        let limit = both(20, 2_000);
        let whole = MemoryBudgets::new();
        let workers: [MemoryBudgets; 4] =
            std::array::from_fn(|_| MemoryBudgets::of_shares([]));
        let (mut now, mut made) = (0, 0);
        let (mut uses, mut spent, mut committed) = (0, 0, BTreeSet::new());
        for step in steps {
            match step {
                Step::Reserve { worker, minor } => {
                    made += 1;
                    let request = request(&made.to_string(), minor, limit, now + 5);
                    let _ = workers[worker].reserve(&request, at(now));
                }
                Step::Commit { worker, number } => {
                    let id = number.to_string().parse().unwrap();
                    let done = workers[worker].commit(&id, &Spent::All, at(now));
                    if let Some(receipt) = done.receipt().filter(|_| committed.insert(number)) {
                        uses += receipt.spent[0].draw.uses;
                        spent += receipt.spent[0].draw.amount.minor();
                    }
                }
                Step::Void { worker, number } => {
                    let _ = workers[worker].void(&number.to_string().parse().unwrap(), at(now));
                }
                Step::GiveBack { worker } => {
                    for share in workers[worker].hand_out(&key(KEY), &limit, 1, at(now)) {
                        prop_assert_eq!(whole.take_in(share), ShareTaken::Now);
                    }
                }
                Step::HandOut { count } => {
                    let shares = whole.hand_out(&key(KEY), &limit, count, at(now));
                    for (share, worker) in shares.into_iter().zip(&workers) {
                        prop_assert_eq!(worker.take_in(share), ShareTaken::Now);
                    }
                }
                Step::Wait => now += 3,
            }
            prop_assert!(uses <= 20 && spent <= 2_000, "{} uses, {} spent", uses, spent);
        }
        // Once nothing is held any longer, all that was not spent comes back.
        for worker in &workers {
            for share in worker.hand_out(&key(KEY), &limit, 1, at(now + 10)) {
                prop_assert_eq!(whole.take_in(share), ShareTaken::Now);
            }
        }
        let left = whole.left(&key(KEY), &limit, at(now + 10));
        prop_assert_eq!(left, both(20 - uses, 2_000 - spent));
    }
}
