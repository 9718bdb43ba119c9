//! The lots once more, point by point and instant by instant, as simply as it can be said.

use chrono::{DateTime, Utc};
use loyalty::points::{Balance, Movement, Points, Posting};

/// A single point.
struct Token {
    owner: usize,
    active_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    taken: bool,
}

/// What is held at `as_of` when what happens until `seen` is known. Points are taken one at a time.
pub fn balance(postings: &[Posting], seen: DateTime<Utc>, as_of: DateTime<Utc>) -> Balance {
    let tokens_and_debt = replay(postings, seen, as_of);
    let (tokens, deficit) = tokens_and_debt;
    let count = |test: &dyn Fn(&Token) -> bool| {
        Points(tokens.iter().filter(|token| !token.taken && test(token)).count() as i64)
    };
    let moved = |test: fn(&Movement) -> bool| {
        let happened = postings.iter().filter(|posting| posting.cause().at <= seen);
        let happened = happened.filter(|posting| test(&posting.cause().movement));
        Points(happened.map(|posting| posting.points().0).sum())
    };
    Balance {
        earned: moved(|movement| matches!(movement, Movement::Earn(_))),
        active: count(&|token| token.active_at <= as_of && as_of < token.expires_at),
        pending: count(&|token| as_of < token.active_at),
        expired: count(&|token| token.expires_at <= as_of),
        spent: moved(|movement| matches!(movement, Movement::Spend)),
        clawed_back: moved(|movement| matches!(movement, Movement::ClawBack { .. })),
        deficit: Points(deficit),
    }
}

fn replay(postings: &[Posting], seen: DateTime<Utc>, as_of: DateTime<Utc>) -> (Vec<Token>, i64) {
    let mut postings: Vec<&Posting> =
        postings.iter().filter(|posting| posting.cause().at <= seen).collect();
    postings.sort_by_key(|posting| posting.cause());
    let mut instants: Vec<DateTime<Utc>> = postings.iter().map(|one| one.cause().at).collect();
    for posting in &postings {
        if let Movement::Earn(term) = posting.cause().movement {
            instants.push(term.active_at);
        }
    }
    instants.sort();
    instants.dedup();

    let (mut tokens, mut deficit): (Vec<Token>, i64) = (Vec::new(), 0);
    for now in instants.into_iter().filter(|now| *now <= as_of) {
        for token in tokens.iter_mut().filter(|token| token.active_at == now) {
            if deficit > 0 && !token.taken {
                token.taken = true;
                deficit -= 1;
            }
        }
        for (owner, posting) in postings.iter().enumerate() {
            if posting.cause().at != now {
                continue;
            }
            for _ in 0..posting.points().0 {
                match &posting.cause().movement {
                    Movement::Earn(term) => {
                        let taken = deficit > 0 && term.active_at == now;
                        deficit -= i64::from(taken);
                        let expires_at = term.expires_at.unwrap_or(DateTime::<Utc>::MAX_UTC);
                        tokens.push(Token { owner, active_at: term.active_at, expires_at, taken });
                    }
                    movement => {
                        let own = |token: &Token| {
                            let (earned, lost) = (postings[token.owner].cause(), posting.cause());
                            matches!(movement, Movement::ClawBack { of } if *of == earned.event)
                                && (&earned.source, &earned.line) == (&lost.source, &lost.line)
                        };
                        deficit += i64::from(!take_one(&mut tokens, now, own));
                    }
                }
            }
        }
    }
    (tokens, deficit)
}

/// Takes the point whose turn it is; says whether there was one.
fn take_one(tokens: &mut [Token], now: DateTime<Utc>, own: impl Fn(&Token) -> bool) -> bool {
    let left = || 0..tokens.len();
    let first_own = left().find(|&index| !tokens[index].taken && own(&tokens[index]));
    let spendable = left().filter(|&index| {
        let token = &tokens[index];
        !token.taken && token.active_at <= now && now < token.expires_at
    });
    let first_spendable = spendable.min_by_key(|&index| (tokens[index].expires_at, index));
    let index = first_own.or(first_spendable);
    if let Some(index) = index {
        tokens[index].taken = true;
    }
    index.is_some()
}
