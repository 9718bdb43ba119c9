//! Ledgers as texts.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use loyalty::points::{Cause, Ledger, Movement, Points, Posting, Source, Term};

/// Noon of a date.
pub fn noon(date: &str) -> DateTime<Utc> {
    let noon = NaiveTime::from_hms_opt(12, 0, 0).unwrap();
    date.parse::<NaiveDate>().unwrap().and_time(noon).and_utc()
}

/// The first instant of a date.
pub fn midnight(date: &str) -> DateTime<Utc> {
    date.parse::<NaiveDate>().unwrap().and_time(NaiveTime::MIN).and_utc()
}

/// A ledger of lines such as `2026-01-10 e1 earn 100 from 2026-02-01 until 2027-01-10`,
/// `2026-02-01 e2 spend 30`, `2026-02-02 e3 take 20 of e1` and `2026-02-03 e4 give 30 of e2`.
pub fn ledger(text: &str) -> Ledger {
    let postings: Vec<Posting> =
        text.lines().map(str::trim).filter(|line| !line.is_empty()).map(posting).collect();
    let mut ledger = Ledger::default();
    post(&mut ledger, &postings);
    ledger
}

/// Lets exactly these postings stand for their events.
pub fn post(ledger: &mut Ledger, postings: &[Posting]) {
    let events: BTreeSet<_> = postings.iter().map(|one| one.cause().event.clone()).collect();
    let entries = ledger.reconcile(&events, postings, &"host".parse().unwrap());
    ledger.post(entries).unwrap();
}

pub fn posting(line: &str) -> Posting {
    let words: Vec<&str> = line.split_whitespace().collect();
    let after = |word: &str| {
        let place = words.iter().position(|one| *one == word);
        place.map(|place| words[place + 1])
    };
    let at = noon(words[0]);
    let of = || after("of").unwrap().parse().unwrap();
    let movement = match words[2] {
        "earn" => Movement::Earn(Term {
            expires_at: after("until").map(midnight),
            ..Term::from(after("from").map_or(at, midnight))
        }),
        "spend" => Movement::Spend,
        "take" => Movement::ClawBack { of: of() },
        "give" => Movement::Restore { of: of() },
        "hold" => Movement::Hold { until: midnight(after("until").unwrap()) },
        "capture" => Movement::Capture { of: of() },
        "release" => Movement::Release { of: of() },
        "send" => Movement::Send,
        "forfeit" => Movement::Forfeit,
        "reinstate" => Movement::Reinstate {
            expired_since: midnight(after("since").unwrap()),
            expires_at: after("until").map(midnight),
        },
        word => panic!("no movement `{word}`"),
    };
    let source = Source::Earning("base".parse().unwrap());
    let cause =
        Cause { at, event: words[1].parse().unwrap(), movement, source, line: None, purse: None };
    Posting::new(cause, Points(words[3].parse().unwrap())).unwrap()
}

/// A text without the spaces that line up its columns.
pub fn squeezed(text: &str) -> Vec<String> {
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect()
}
