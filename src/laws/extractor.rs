//! The laws of a host's own features.

use chrono::{DateTime, Utc};

use super::ahead::{instants_between, next_happening, with_later};
use super::{Violation, uphold};
use crate::feature::{Extractor, Feature, Moment, Snapshot};
use crate::points::Ledger;
use crate::profile::{Profile, WELL_KNOWN};
use crate::rule::Value;

/// Checks the laws of [`Extractor`] for a customer at a moment.
///
/// # Errors
/// The first law that is broken: the name is that of no [`Feature`] or well-known attribute; the
/// same snapshot gives the same value, of the stated type; what happens later does not matter; the
/// next change is to come, and the value stays what it is until then if nothing more happens.
pub fn extractor(
    extractor: &dyn Extractor,
    profile: &Profile,
    moment: &Moment,
) -> Result<(), Violation> {
    let name = extractor.name();
    let is_known = WELL_KNOWN.iter().any(|(known, ..)| *known == name);
    let taken = name.is_empty() || is_known || name.parse::<Feature>().is_ok();
    uphold("the name is that of no other feature", !taken, || format!("it is `{name}`"))?;
    let snapshot = Snapshot::of(profile, *moment);
    let found = extractor.extract(&snapshot);
    let case = || told(name, found.as_ref(), moment.as_of);
    let again = extractor.extract(&snapshot);
    uphold("the same snapshot gives the same value", again == found, || {
        format!("{}; asked again, {}", case(), told(name, again.as_ref(), moment.as_of))
    })?;
    let is_of_kind = found.as_ref().is_none_or(|value| value.kind() == extractor.kind());
    uphold("the value is of the stated type", is_of_kind, || {
        format!("{}, where {} belongs", case(), extractor.kind())
    })?;
    if let Ok(later) = with_later(profile, moment) {
        let other = extractor.extract(&Snapshot::of(&later, *moment));
        uphold("what happens later does not matter", other == found, || {
            let other = told(name, other.as_ref(), moment.as_of);
            format!("{}; with an order a second later, {other}", case())
        })?;
    }
    let change = extractor.next_change(&snapshot);
    let is_ahead = change.is_none_or(|change| change > moment.as_of);
    uphold("the next change is to come", is_ahead, || format!("{}; it is {change:?}", case()))?;
    let happening = next_happening(profile, &Ledger::default(), moment.as_of);
    let end = [change, happening].into_iter().flatten().min();
    for at in instants_between(moment.as_of, end) {
        let then = extractor.extract(&Snapshot::of(profile, moment.at(at)));
        uphold("the value stays the same until its next change", then == found, || {
            format!("{}; {}", case(), told(name, then.as_ref(), at))
        })?;
    }
    Ok(())
}

fn told(name: &str, value: Option<&Value>, as_of: DateTime<Utc>) -> String {
    let value = value.map_or_else(|| "missing".to_owned(), |value| format!("`{value}`"));
    format!("as of {as_of} `{name}` is {value}")
}
