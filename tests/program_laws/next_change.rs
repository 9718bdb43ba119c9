//! Until the next change that a view tells, nothing changes.

use chrono::{DateTime, TimeDelta, Utc};
use loyalty::program::{Member, Program, View};
use proptest::collection::vec;
use proptest::prelude::*;

use super::life::{life, terms};
use super::{instants, questions};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn nothing_changes_before_the_next_change(
        terms in terms(),
        life in life(12),
        questions in questions(),
        between in vec(0.0..1.0_f64, 6),
    ) {
        let member = life.member(&terms.program, &life.events);
        for as_of in instants(&life, &questions) {
            let now = terms.program.view(&member, as_of);
            let end = now.next_change.unwrap_or(as_of + TimeDelta::days(3_000));
            prop_assert!(end > as_of);
            for at in between.iter().map(|part| instant(as_of, end, *part)).chain([before(end)]) {
                prop_assert_eq!(&at_another(&terms.program, &member, &now, at), &now, "{}", at);
            }
        }
    }
}

fn before(at: DateTime<Utc>) -> DateTime<Utc> {
    at - TimeDelta::nanoseconds(1)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "any will do")]
fn instant(from: DateTime<Utc>, to: DateTime<Utc>, part: f64) -> DateTime<Utc> {
    from + TimeDelta::seconds(((to - from).num_seconds() as f64 * part) as i64)
}

/// What is told at another instant, but for what must differ.
fn at_another(program: &Program, member: &Member, now: &View, as_of: DateTime<Utc>) -> View {
    let View { as_of: own, inputs, next_change, .. } = now;
    View { as_of: *own, inputs: *inputs, next_change: *next_change, ..program.view(member, as_of) }
}
