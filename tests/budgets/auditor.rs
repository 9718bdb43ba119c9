//! A naive book-keeper beside the store: it keeps a list of what was granted and adds everything up
//! anew for every question.

use std::collections::BTreeMap;

use loyalty::id::ReservationId;
use loyalty::offer::{
    Allowance, BudgetClaim, BudgetState, BudgetStore, Committed, Draw, MemoryBudgets, Partial,
    ReservationState, ReserveRequest, Reserved, Spent, Voided,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::{at, euro, key};

/// The budgets, with their limits.
const BUDGETS: [(&str, Option<u64>, Option<i64>); 4] = [
    ("a:global:lifetime", Some(40), Some(9_000)),
    ("a:store=gent:month:2026-03-01", None, Some(4_000)),
    ("b:global:lifetime", Some(25), None),
    ("c:code=X:lifetime", Some(9), None),
];

fn limit(budget: usize) -> Allowance {
    let (_, uses, minor) = BUDGETS[budget];
    Allowance { uses, amount: minor.map(euro) }
}

/// One line in the book: all of the fates are told by its fields.
struct Line {
    request: ReserveRequest,
    /// The budgets with the amount that was granted of each; each is one use.
    granted: Vec<(usize, i64)>,
    expires: i64,
    void: bool,
    /// What was spent of each: uses and amount.
    spent: Option<Vec<(i64, i64)>>,
}

impl Line {
    fn state(&self, now: i64) -> ReservationState {
        match (&self.spent, self.void) {
            (Some(_), _) => ReservationState::Committed,
            (None, true) => ReservationState::Voided,
            (None, false) if now >= self.expires => ReservationState::Expired,
            (None, false) => ReservationState::Held,
        }
    }

    /// What is gone of a budget: uses spent, uses held, and the amounts.
    fn gone(&self, budget: usize, now: i64) -> [i64; 4] {
        let Some(place) = self.granted.iter().position(|(of, _)| *of == budget) else {
            return [0; 4];
        };
        match (&self.spent, self.state(now)) {
            (Some(spent), _) => [spent[place].0, 0, spent[place].1, 0],
            (None, ReservationState::Held) => [0, 1, 0, self.granted[place].1],
            _ => [0; 4],
        }
    }
}

#[derive(Default)]
struct Book {
    lines: BTreeMap<ReservationId, Line>,
    now: i64,
}

impl Book {
    fn gone(&self, budget: usize) -> [i64; 4] {
        self.lines
            .values()
            .map(|line| line.gone(budget, self.now))
            .fold([0; 4], |sum, gone| std::array::from_fn(|place| sum[place] + gone[place]))
    }

    fn left(&self, budget: usize) -> (i64, i64) {
        let (_, uses, minor) = BUDGETS[budget];
        let [spent, held, spent_minor, held_minor] = self.gone(budget);
        let uses = uses.map_or(i64::MAX, |uses| i64::try_from(uses).unwrap() - spent - held);
        (uses, minor.map_or(i64::MAX, |minor| minor - spent_minor - held_minor))
    }

    /// What each claim is granted; nothing if one of them cannot be.
    fn granted(&self, claims: &[(usize, i64, Partial)]) -> Option<Vec<(usize, i64)>> {
        let offer = |budget: usize| BUDGETS[budget].0.split(':').next();
        let mut granted = Vec::new();
        for (budget, wanted, _) in claims {
            let parts = claims.iter().filter(|(other, _, partial)| {
                offer(*other) == offer(*budget) && *partial == Partial::Grant
            });
            let least = parts.map(|(other, ..)| self.left(*other).1).min();
            let amount = least.map_or(*wanted, |least| least.min(*wanted));
            let (uses, left) = self.left(*budget);
            if uses < 1 || left < amount || (amount == 0 && *wanted > 0) {
                return None;
            }
            granted.push((*budget, amount));
        }
        Some(granted)
    }
}

#[derive(Clone, Debug)]
enum Step {
    Reserve { number: u8, claims: Vec<(usize, i64, Partial)>, span: i64 },
    Retry { number: u8 },
    Commit { number: u8, minor: Option<i64> },
    Void { number: u8 },
    Wait { seconds: i64 },
    Save,
}

fn step() -> impl Strategy<Value = Step> {
    let partial = select(vec![Partial::Refuse, Partial::Grant]);
    let claim = (0..BUDGETS.len(), 0..900_i64, partial);
    let claims = vec(claim, 0..4).prop_map(|mut claims| {
        claims.sort_by_key(|(budget, ..)| *budget);
        claims.dedup_by_key(|(budget, ..)| *budget);
        claims
    });
    let number = || 0..=255_u8;
    prop_oneof![
        6 => (number(), claims, 1..60_i64)
            .prop_map(|(number, claims, span)| Step::Reserve { number, claims, span }),
        2 => number().prop_map(|number| Step::Retry { number }),
        4 => (number(), proptest::option::of(0..900_i64))
            .prop_map(|(number, minor)| Step::Commit { number, minor }),
        2 => number().prop_map(|number| Step::Void { number }),
        3 => (0..20_i64).prop_map(|seconds| Step::Wait { seconds }),
        1 => Just(Step::Save),
    ]
}

struct Audit {
    store: MemoryBudgets,
    book: Book,
}

impl Audit {
    fn take(&mut self, step: Step) -> Result<(), TestCaseError> {
        let now = self.book.now;
        match step {
            Step::Wait { seconds } => self.book.now += seconds,
            Step::Save => {
                let json = serde_json::to_string(&self.store.state()).unwrap();
                let state: BudgetState = serde_json::from_str(&json).unwrap();
                self.store = MemoryBudgets::from(state);
            }
            Step::Retry { number } => {
                let id: ReservationId = number.to_string().parse().unwrap();
                if let Some(line) = self.book.lines.get(&id) {
                    let found = self.store.reserve(&line.request, at(now));
                    let same = matches!(found, Reserved::Before { state, .. }
                        if state == line.state(now));
                    prop_assert!(same, "{:?}", found);
                }
            }
            Step::Reserve { number, claims, span } => self.reserve(number, &claims, span)?,
            Step::Commit { number, minor } => self.commit(number, minor)?,
            Step::Void { number } => {
                let id: ReservationId = number.to_string().parse().unwrap();
                let found = self.store.void(&id, at(now));
                let state = self.book.lines.get(&id).map(|line| line.state(now));
                let expected = match (&found, state) {
                    (Voided::Unknown, None)
                    | (Voided::Committed(_), Some(ReservationState::Committed))
                    | (Voided::Expired, Some(ReservationState::Expired)) => true,
                    (Voided::Done, Some(ReservationState::Held | ReservationState::Voided)) => {
                        self.book.lines.get_mut(&id).unwrap().void = true;
                        true
                    }
                    _ => false,
                };
                prop_assert!(expected, "{:?}, {:?}", found, state);
            }
        }
        self.conserved()
    }

    fn reserve(
        &mut self,
        number: u8,
        claims: &[(usize, i64, Partial)],
        span: i64,
    ) -> Result<(), TestCaseError> {
        let now = self.book.now;
        let claim = |(budget, minor, partial): &(usize, i64, Partial)| BudgetClaim {
            key: key(BUDGETS[*budget].0),
            limit: limit(*budget),
            wants: Draw::once(euro(*minor)),
            partial: *partial,
        };
        let request = ReserveRequest {
            id: number.to_string().parse().unwrap(),
            claims: claims.iter().map(claim).collect(),
            expires_at: at(now + span),
        };
        let found = self.store.reserve(&request, at(now));
        if let Some(line) = self.book.lines.get(&request.id) {
            let expected = if line.request == request {
                matches!(found, Reserved::Before { .. })
            } else {
                found == Reserved::Conflict
            };
            prop_assert!(expected, "{:?}", found);
            return Ok(());
        }
        let told = found.held().map(|draws| {
            let amounts = draws.iter().map(|drawn| drawn.draw.amount.minor());
            claims.iter().map(|(budget, ..)| *budget).zip(amounts).collect::<Vec<_>>()
        });
        let granted = self.book.granted(claims);
        prop_assert_eq!(&told, &granted, "{:?}", found);
        if let Some(granted) = granted {
            let (id, expires) = (request.id.clone(), now + span);
            let line = Line { request, granted, expires, void: false, spent: None };
            self.book.lines.insert(id, line);
        }
        Ok(())
    }

    /// Commits all of the reservation, or so much of offer `a` and nothing of the others.
    fn commit(&mut self, number: u8, minor: Option<i64>) -> Result<(), TestCaseError> {
        let now = self.book.now;
        let id: ReservationId = number.to_string().parse().unwrap();
        let spent = minor.map_or(Spent::All, |minor| {
            Spent::Offers(BTreeMap::from([("a".parse().unwrap(), Some(euro(minor)))]))
        });
        let found = self.store.commit(&id, &spent, at(now));
        let Some(line) = self.book.lines.get_mut(&id) else {
            prop_assert_eq!(found, Committed::Unknown);
            return Ok(());
        };
        let is_a = |budget: usize| BUDGETS[budget].0.starts_with('a');
        let amounts = line.granted.iter().map(|(budget, granted)| match minor {
            None => *granted,
            Some(minor) => {
                if is_a(*budget) {
                    minor
                } else {
                    0
                }
            }
        });
        let amounts: Vec<i64> = amounts.collect();
        let fits = amounts.iter().zip(&line.granted).all(|(spent, (_, granted))| spent <= granted);
        let expected = match (&found, line.state(now)) {
            (Committed::Voided, ReservationState::Voided)
            | (Committed::Expired, ReservationState::Expired) => true,
            (Committed::Done(_) | Committed::Conflict(_), ReservationState::Committed) => true,
            (Committed::TooMuch { .. }, ReservationState::Held) => !fits,
            (Committed::Done(receipt), ReservationState::Held) => {
                let told = receipt.spent.iter().map(|drawn| drawn.draw.amount.minor());
                let same = told.eq(amounts.iter().copied()) && fits;
                let used = |budget: usize| i64::from(minor.is_none() || is_a(budget));
                let uses = line.granted.iter().map(|(budget, _)| used(*budget));
                line.spent = Some(uses.zip(amounts).collect());
                same
            }
            _ => false,
        };
        prop_assert!(expected, "{:?} when it is {:?}", found, line.state(now));
        Ok(())
    }

    /// What is committed, held and left of each budget is its limit, always.
    fn conserved(&self) -> Result<(), TestCaseError> {
        for (budget, (text, uses, minor)) in BUDGETS.into_iter().enumerate() {
            let left = self.store.left(&key(text), &limit(budget), at(self.book.now));
            let [_, _, spent, held] = self.book.gone(budget);
            if let (Some(minor), Some(left)) = (minor, left.amount) {
                prop_assert_eq!(spent + held + left.minor(), minor, "{}", text);
            }
            let (expected, _) = self.book.left(budget);
            prop_assert_eq!(left.uses.is_some(), uses.is_some());
            if let Some(left) = left.uses {
                prop_assert_eq!(i64::try_from(left).unwrap(), expected, "{}", text);
            }
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn the_store_agrees_with_a_naive_book_keeper(steps in vec(step(), 0..400)) {
        let mut audit = Audit { store: MemoryBudgets::new(), book: Book::default() };
        for step in steps {
            audit.take(step)?;
        }
    }
}
