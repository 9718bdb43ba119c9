//! Points of several accounts: what goes over from one to another, and who pays for a household.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Amount, Cause, Contents, Ledger, LotState, Points, Refusal, Source};
use crate::event::Parcel;
use crate::id::{CustomerId, EventId};
use crate::money::apportion;

/// Who pays when members of a household spend points together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Sharing {
    /// Whose points expire first; ties go to the smaller customer id.
    #[default]
    EarliestExpiry,
    /// Everybody in proportion to what they can spend, by largest remainder.
    InProportion,
}

/// Who pays how much of an amount that the holders of these ledgers spend together.
///
/// Everybody who pays is named once, in the order of their ids. The shares are of the purse of the
/// amount and come to it, and nobody pays more than they can spend.
///
/// ```
/// use loyalty::points::{Ledger, Points, Refusal, Sharing, share_out};
///
/// let (ann, ledger) = ("ann".parse()?, Ledger::default());
/// let at = "2026-03-14T09:30:00Z".parse()?;
/// let refused = share_out(&[(&ann, &ledger)], Points(10), at, Sharing::EarliestExpiry);
/// assert_eq!(refused, Err(Refusal::TooFew { wanted: Points(10), found: Points(0) }));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`Refusal::TooFew`] if all of them together have not enough.
pub fn share_out(
    holders: &[(&CustomerId, &Ledger)],
    amount: impl Into<Amount>,
    as_of: DateTime<Utc>,
    sharing: Sharing,
) -> Result<Vec<(CustomerId, Points)>, Refusal> {
    let Amount { points, purse } = amount.into();
    let purses = holders.iter().map(|(id, ledger)| (*id, ledger.purse(purse.as_ref())));
    let holders: BTreeMap<&CustomerId, Contents<'_>> = purses.collect();
    let held = || holders.iter().map(|(id, purse)| (*id, purse.balance(as_of).active));
    let found = Points::sum(held().map(|(_, active)| active)).unwrap_or(Points(i64::MAX));
    if points > found {
        return Err(Refusal::TooFew { wanted: points, found });
    }
    let mut paid: BTreeMap<&CustomerId, i64> = BTreeMap::new();
    match sharing {
        Sharing::EarliestExpiry => {
            let lots = holders.iter().flat_map(|(id, purse)| {
                let active = purse.lots(as_of).into_iter();
                let active = active.filter(|lot| lot.state == LotState::Active);
                active.map(move |lot| {
                    let expires_at = lot.term.expires_at;
                    ((expires_at.is_none(), expires_at, *id), lot.left.0)
                })
            });
            let mut lots: Vec<_> = lots.collect();
            lots.sort_by_key(|(one, _)| *one);
            let mut wanted = points.0;
            for ((.., id), left) in lots {
                *paid.entry(id).or_default() += left.min(wanted);
                wanted -= left.min(wanted);
            }
        }
        Sharing::InProportion => {
            let weights: Vec<(&CustomerId, i128)> =
                held().map(|(id, active)| (id, active.0.into())).collect();
            let parts = apportion(points.0.into(), &weights);
            let parts = parts.into_iter().map(|part| i64::try_from(part).unwrap_or(0));
            paid.extend(weights.iter().map(|(id, _)| *id).zip(parts));
        }
    }
    let paid = paid.into_iter().filter(|(_, points)| *points > 0);
    Ok(paid.map(|(id, points)| (id.clone(), Points(points))).collect())
}

impl Contents<'_> {
    /// The points that go over next to another account: as many as are wanted, or all that have not
    /// expired and are not held. First those that would be spent next, then those that are pending.
    #[must_use]
    pub fn parcels(&self, points: Points, as_of: DateTime<Utc>) -> Vec<Parcel> {
        self.book_as_known(as_of).parcels(points, as_of)
    }

    /// What another account's part of this one comes to, into which it was merged: what has not
    /// expired of the points that it brought in or earned since, less what was taken for it.
    /// Negative if more was taken.
    ///
    /// `theirs` are the events that happened on its card since.
    #[must_use]
    pub fn part_of(
        &self,
        account: &CustomerId,
        theirs: &BTreeSet<EventId>,
        as_of: DateTime<Utc>,
    ) -> Points {
        // What an earlier end of a merger settled is theirs as well.
        let theirs = |cause: &Cause| match &cause.source {
            Source::Merge(peer) | Source::Unmerge(peer) if peer == account => true,
            _ => theirs.contains(&cause.event),
        };
        let mut part = 0;
        for lot in self.lots(as_of).into_iter().filter(|lot| theirs(&lot.cause)) {
            let expired = lot.state == LotState::Expired;
            part += lot.reserved.0 + if expired { 0 } else { lot.left.0 };
            part += lot.uses.iter().map(|one| one.points.0).sum::<i64>();
        }
        for (cause, net) in self.net().filter(|(cause, _)| cause.at <= as_of) {
            let takes = cause.movement.takes() || cause.movement.gives_back();
            if takes && theirs(cause) {
                part += net.0;
            }
        }
        Points(part)
    }
}
