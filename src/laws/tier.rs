//! The laws of placing customers in tiers.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::ahead::{instants_between, next_happening, with_later};
use super::{Violation, uphold};
use crate::feature::{Moment, Snapshot};
use crate::points::Ledger;
use crate::profile::Profile;
use crate::tier::{Credits, Standing, Tier, TierPolicy};

/// Checks the laws of [`TierPolicy`] for a customer at a moment.
///
/// # Errors
/// The first law that is broken: there is at least one tier, and their ids differ; the same
/// question has the same answer; what happens later does not matter, nor do points if the policy
/// does not look at them; the standing names the tier at its rank, which is the policy's rank, and
/// what is missing to the next one; what it tells of the past is over and what it tells of the
/// future is to come; it stays the same until its `next_change`, and the tier until its `until`, if
/// nothing more happens. A history leads to the standing, and a forecast starts from it, where the
/// policy tells them.
pub fn tier_policy(
    policy: &dyn TierPolicy,
    profile: &Profile,
    ledger: &Ledger,
    moment: &Moment,
) -> Result<(), Violation> {
    tiers(policy.tiers())?;
    let found = policy.standing(&Snapshot::of(profile, *moment), ledger);
    let again = policy.standing(&Snapshot::of(profile, *moment), ledger);
    uphold("the same question has the same answer", again == found, || {
        format!("{}; asked again, {again:?}", told(&found, moment.as_of))
    })?;
    if let Ok(later) = with_later(profile, moment) {
        let other = policy.standing(&Snapshot::of(&later, *moment), ledger);
        uphold("what happens later does not matter", other == found, || {
            format!("{}; with an order a second later, {other:?}", told(&found, moment.as_of))
        })?;
    }
    let rank = policy.rank(&Snapshot::of(profile, *moment), ledger);
    uphold("the rank is that of the standing", rank == found.rank, || {
        format!("{}; but its rank is {rank}", told(&found, moment.as_of))
    })?;
    if !policy.looks_at_points() {
        let other = policy.standing(&Snapshot::of(profile, *moment), &Ledger::default());
        uphold("a policy looks at points if it says so", other == found, || {
            format!("{}; with no points, {other:?}", told(&found, moment.as_of))
        })?;
    }
    place(&found, policy.tiers(), moment.as_of)?;
    times(&found, moment.as_of)?;
    past_and_future(policy, &Snapshot::of(profile, *moment), ledger, &found)?;
    let next = next_happening(profile, ledger, moment.as_of);
    let ahead = Ahead { policy, profile, ledger, moment, found: &found, next };
    ahead.stays()?;
    ahead.changes()
}

fn tiers(tiers: &[Tier]) -> Result<(), Violation> {
    uphold("there is at least one tier", !tiers.is_empty(), || "there is none".to_owned())?;
    let mut ids = BTreeSet::new();
    tiers.iter().try_for_each(|tier| {
        uphold("the ids of the tiers are all different", ids.insert(&tier.id), || {
            format!("`{}` is there twice", tier.id)
        })
    })
}

/// The tier, and what is missing to the next one.
fn place(found: &Standing, tiers: &[Tier], as_of: DateTime<Utc>) -> Result<(), Violation> {
    let case = || told(found, as_of);
    let tier = tiers.get(found.rank).map(|tier| &tier.id);
    uphold("the standing names the tier at its rank", tier == Some(&found.tier), case)?;
    let next = tiers.get(found.rank + 1).map(|tier| &tier.id);
    let progress = found.progress.as_ref();
    let holds = progress.map(|progress| &progress.next) == next;
    uphold("progress is to the next tier, if there is one", holds, case)?;
    let is_missing = |gap: &Credits| match gap {
        Credits::Money(gap) => gap.minor() > 0,
        Credits::Count(gap) => *gap > 0,
    };
    let gaps = progress.map(|progress| &progress.gap);
    let gaps = gaps.into_iter().chain(found.keep.as_ref().map(|keep| &keep.gap));
    let missing = gaps.flat_map(|gap| gap.0.values()).all(is_missing);
    uphold("of credits that are missing there are more than none", missing, case)
}

/// What is over, and what is to come.
fn times(found: &Standing, as_of: DateTime<Utc>) -> Result<(), Violation> {
    let case = || told(found, as_of);
    let since = found.since.is_none_or(|since| since <= as_of);
    uphold("the customer has been in the tier since before the question", since, case)?;
    let counts_until = found.progress.as_ref().and_then(|progress| progress.counts_until);
    let coming = [found.until, counts_until, found.next_change];
    let is_ahead = coming.iter().flatten().all(|at| *at > as_of);
    uphold("what changes does so after the question", is_ahead, case)?;
    let kept = found.keep.as_ref().is_none_or(|keep| {
        let is_ahead = keep.from.is_none_or(|from| as_of < from) && as_of <= keep.by;
        is_ahead && keep.by <= keep.until && Some(keep.until) == found.until
    });
    uphold("the tier is to be kept until it ends", kept, case)?;
    let first = [found.until, counts_until].into_iter().flatten().min();
    let told_first = first.is_none_or(|first| found.next_change.is_some_and(|next| next <= first));
    uphold("the next change is the first one", told_first, case)
}

/// Whether the history leads to the standing, and the forecast starts from it.
fn past_and_future(
    policy: &dyn TierPolicy,
    snapshot: &Snapshot<'_>,
    ledger: &Ledger,
    found: &Standing,
) -> Result<(), Violation> {
    let as_of = snapshot.moment().as_of;
    let steps = policy.history(snapshot, ledger);
    let case = || format!("{}; the history is {steps:?}", told(found, as_of));
    let links = steps.iter().zip(steps.iter().skip(1));
    let is_chain = links.clone().all(|(one, next)| one.to == next.from && one.at < next.at);
    uphold("each change of a history begins where the last one ended", is_chain, case)?;
    let leads = steps.last().is_none_or(|last| {
        last.to == found.tier && Some(last.at) == found.since && last.at <= as_of
    });
    uphold("the history leads to the standing", leads, case)?;
    for at in [as_of].into_iter().chain(found.until) {
        let Some(forecast) = policy.forecast(snapshot, ledger, at) else { continue };
        let stays = forecast.tier == found.tier;
        uphold("the forecast is the standing until its tier ends", stays == (at == as_of), || {
            format!("{}; the forecast is {forecast:?}", told(found, as_of))
        })?;
    }
    Ok(())
}

/// A standing, and what is to be of it while nothing happens.
struct Ahead<'a> {
    policy: &'a dyn TierPolicy,
    profile: &'a Profile,
    ledger: &'a Ledger,
    moment: &'a Moment,
    found: &'a Standing,
    /// When something happens.
    next: Option<DateTime<Utc>>,
}

impl Ahead<'_> {
    fn standing(&self, at: DateTime<Utc>) -> Standing {
        self.policy.standing(&Snapshot::of(self.profile, self.moment.at(at)), self.ledger)
    }

    fn is_quiet(&self, at: DateTime<Utc>) -> bool {
        self.next.is_none_or(|next| at < next)
    }

    fn case(&self, at: DateTime<Utc>, then: &Standing) -> String {
        format!("{}; {}", told(self.found, self.moment.as_of), told(then, at))
    }

    /// Whether nothing changes before something is to change.
    fn stays(&self) -> Result<(), Violation> {
        let end = [self.found.next_change, self.next].into_iter().flatten().min();
        for at in instants_between(self.moment.as_of, end) {
            let then = self.standing(at);
            uphold(
                "the standing stays the same until its next change",
                then == *self.found,
                || self.case(at, &then),
            )?;
        }
        let end = [self.found.until, self.next].into_iter().flatten().min();
        for at in instants_between(self.moment.as_of, end) {
            let then = self.standing(at);
            uphold("the tier stays the same until it ends", then.tier == self.found.tier, || {
                self.case(at, &then)
            })?;
        }
        Ok(())
    }

    /// Whether it changes when it is to change.
    fn changes(&self) -> Result<(), Violation> {
        if let Some(at) = self.found.next_change.filter(|at| self.is_quiet(*at)) {
            let then = self.standing(at);
            let next_change = self.found.next_change;
            let differs = Standing { next_change, ..then.clone() } != *self.found;
            let case = || self.case(at, &then);
            uphold("the standing is another one at its next change", differs, case)?;
        }
        if let Some(at) = self.found.until.filter(|at| self.is_quiet(*at)) {
            let then = self.standing(at);
            let differs = then.tier != self.found.tier;
            uphold("the tier is another one when it ends", differs, || self.case(at, &then))?;
        }
        Ok(())
    }
}

fn told(standing: &Standing, as_of: DateTime<Utc>) -> String {
    format!("as of {as_of}: {standing:?}")
}
