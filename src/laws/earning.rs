//! The laws of earning points.

use super::facts::Named;
use super::{Violation, uphold};
use crate::points::{EarningPolicy, Movement, Occasion, Posting};
use crate::rule::Schema;

/// Checks the laws of [`EarningPolicy`] for one occasion, whose facts are those of `schema`.
///
/// # Errors
/// The first law that is broken: the same occasion earns the same; only the facts matter that are
/// named by [`EarningPolicy::fields`]; every posting is the occasion's event's, at its instant, and
/// earns.
pub fn earning_policy(
    policy: &dyn EarningPolicy,
    occasion: &Occasion<'_>,
    schema: &Schema,
) -> Result<(), Violation> {
    let found = policy.earn(occasion);
    let case = || format!("event `{}` earns {}", occasion.event.id, told(&found));
    let again = policy.earn(occasion);
    uphold("the same occasion earns the same", again == found, || {
        format!("{}; asked again, {}", case(), told(&again))
    })?;
    let slots = policy.fields().into_iter().filter_map(|name| schema.slot(name)).collect();
    let named = Named { slots, facts: occasion.facts };
    let narrow = policy.earn(&Occasion { facts: &named, ..*occasion });
    uphold("only the facts matter that are named", narrow == found, || {
        format!("{}; without the other facts, {}", case(), told(&narrow))
    })?;
    found.iter().try_for_each(|posting| {
        let cause = posting.cause();
        let of_event = (&cause.event, cause.at) == (&occasion.event.id, occasion.event.at);
        uphold("every posting is the event's, at its instant", of_event, case)?;
        let earns = matches!(cause.movement, Movement::Earn(_));
        uphold("every posting earns", earns, case)
    })
}

fn told(postings: &[Posting]) -> String {
    let one = |posting: &Posting| format!("{} for {:?}", posting.points(), posting.cause());
    format!("[{}]", postings.iter().map(one).collect::<Vec<_>>().join(", "))
}
