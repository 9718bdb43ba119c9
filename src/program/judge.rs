//! How a member stands at a moment: the facts, segments, tier and points that everything else
//! follows from.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::{MAX_LOOKS, Member, Program};
use crate::calendar::Interval;
use crate::event::{Basket, Channel, EventKind};
use crate::feature::{Moment, Snapshot};
use crate::game::Play;
use crate::id::{OfferId, PurseId, SegmentId, TierId};
use crate::offer::{Budgets, Evaluation, Explain, Request, Uses};
use crate::points::{Balance, Ledger, Movement, Source};
use crate::profile::{History, Profile};
use crate::rule::{Facts, Sheet};
use crate::segment::Membership;
use crate::tier::{Standing, TierPolicy};

/// A member at a moment.
pub(super) struct Judged<'a> {
    pub snapshot: Snapshot<'a>,
    pub sheet: Sheet,
    pub place: Place,
    pub balance: Balance,
    pub purses: BTreeMap<PurseId, Balance>,
    pub ledger: &'a Ledger,
}

/// The segments and the tier of a member at a moment.
#[derive(Debug, PartialEq)]
pub(super) struct Place {
    pub membership: Membership,
    /// The position of the tier, if the program has tiers.
    pub rank: Option<usize>,
    /// The positions on the ladders beside the first one.
    pub other_ranks: Vec<usize>,
}

/// All that a view tells of a member at a moment.
pub(super) struct Look<'a> {
    pub judged: Judged<'a>,
    pub standing: Option<Standing>,
    pub games: Play,
    /// On the ladders beside the first one.
    pub other_standings: Vec<Standing>,
}

/// Which offers the customer asks to use, what is left of budgets, and how much is to be explained.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub chosen: &'a [OfferId],
    pub budgets: &'a dyn Budgets,
    pub explain: Explain,
}

impl Look<'_> {
    /// Where the member stands on all ladders.
    fn standings(&self) -> impl Iterator<Item = &Standing> {
        self.standing.iter().chain(&self.other_standings)
    }
}

impl Program {
    /// How the profile and the ledger stand at the moment.
    pub(super) fn judge<'a>(
        &'a self,
        profile: &'a Profile,
        ledger: &'a Ledger,
        moment: Moment,
    ) -> Judged<'a> {
        let others = |snapshot: &_| self.ladders.ranks(snapshot, ledger);
        let rank = |tiers: &dyn TierPolicy, snapshot: &_| tiers.rank(snapshot, ledger);
        self.judge_by(profile, ledger, moment, rank, others)
    }

    /// How the member stands at an instant.
    pub(super) fn judge_at<'a>(&'a self, member: &'a Member, at: DateTime<Utc>) -> Judged<'a> {
        self.judge(member.profile(), member.ledger(), self.moment(at))
    }

    /// How the member stands at the moment, and when that changes as far as tiers can tell.
    pub(super) fn look<'a>(&'a self, member: &'a Member, moment: Moment) -> Look<'a> {
        let mut standing = None;
        let ledger = member.ledger();
        let mut other_standings = Vec::new();
        let rank = |tiers: &dyn TierPolicy, snapshot: &_| {
            standing.insert(tiers.standing(snapshot, ledger)).rank
        };
        let others = |snapshot: &_| {
            let ladders = self.ladders.others.iter();
            other_standings = ladders.map(|ladder| ladder.standing(snapshot, ledger)).collect();
            other_standings.iter().map(|standing| standing.rank).collect()
        };
        let judged = self.judge_by(member.profile(), ledger, moment, rank, others);
        let games = self.play(&judged);
        Look { judged, standing, other_standings, games }
    }

    fn judge_by<'a>(
        &'a self,
        profile: &'a Profile,
        ledger: &'a Ledger,
        moment: Moment,
        rank: impl FnOnce(&dyn TierPolicy, &Snapshot<'a>) -> usize,
        others: impl FnOnce(&Snapshot<'a>) -> Vec<usize>,
    ) -> Judged<'a> {
        let mut judged = self.placed(profile, ledger, moment, rank, others);
        self.play_into(&mut judged);
        judged
    }

    /// The same before games are looked at.
    pub(super) fn placed<'a>(
        &'a self,
        profile: &'a Profile,
        ledger: &'a Ledger,
        moment: Moment,
        rank: impl FnOnce(&dyn TierPolicy, &Snapshot<'a>) -> usize,
        others: impl FnOnce(&Snapshot<'a>) -> Vec<usize>,
    ) -> Judged<'a> {
        let snapshot = self.snapshot(profile, moment);
        let mut sheet = Sheet::new(moment.today());
        self.fields.describe(&mut sheet, &snapshot, &self.extractors);
        let (membership, undecided) = self.segments_of(&sheet);
        self.fields.place(&mut sheet, &membership, &undecided);
        let rank = self.tiers.as_ref().map(|tiers| rank(&**tiers, &snapshot));
        let balance = ledger.balance(moment.as_of);
        let other_ranks = others(&snapshot);
        let others = self.ladders.tiers(&other_ranks);
        let purses = self.balances(ledger, |purse| purse.balance(moment.as_of));
        self.fields.rank(&mut sheet, rank, self.tier(rank), &others);
        self.fields.count(&mut sheet, &balance, &purses);
        let place = Place { membership, rank, other_ranks };
        Judged { snapshot, sheet, place, balance, purses, ledger }
    }

    /// The segments and the tier of the profile with the ledger at the moment.
    pub(super) fn place(&self, profile: &Profile, ledger: &Ledger, moment: Moment) -> Place {
        let snapshot = self.snapshot(profile, moment);
        let mut sheet = Sheet::new(moment.today());
        self.fields.describe_inputs(&mut sheet, &snapshot, &self.extractors);
        let membership = self
            .segmenters
            .iter()
            .flat_map(|installed| installed.part.assign(&installed.row(&sheet), sheet.today()));
        let membership = membership.collect();
        let rank = self.tiers.as_ref().map(|tiers| tiers.rank(&snapshot, ledger));
        let other_ranks = self.ladders.ranks(&snapshot, ledger);
        Place { membership, rank, other_ranks }
    }

    /// The tier at a position.
    pub(super) fn tier(&self, rank: Option<usize>) -> Option<&TierId> {
        self.tiers().get(rank?).map(|tier| &tier.id)
    }

    /// The first later instant at which the member stands otherwise though nothing is recorded.
    pub(super) fn next_change(&self, now: &Look<'_>, member: &Member) -> Option<DateTime<Utc>> {
        let mut change = self.may_change(now);
        for _ in 1..MAX_LOOKS {
            let later = self.look(member, self.moment(change?));
            if !self.agree(&later, now) {
                break;
            }
            change = self.may_change(&later);
        }
        change
    }

    /// Whether a view tells the same of both.
    fn agree(&self, one: &Look<'_>, other: &Look<'_>) -> bool {
        let mut features = self.fields.features().map(|(_, slot)| slot);
        features.all(|slot| one.judged.sheet.value(slot) == other.judged.sheet.value(slot))
            && one.judged.place == other.judged.place
            && one.standing == other.standing
            && one.games == other.games
            && one.other_standings == other.other_standings
            && one.judged.balance == other.judged.balance
            && one.judged.purses == other.judged.purses
    }

    /// The first later instant at which the member may stand otherwise.
    fn may_change(&self, look: &Look<'_>) -> Option<DateTime<Utc>> {
        let Judged { snapshot, ledger, .. } = &look.judged;
        let as_of = snapshot.moment().as_of;
        self.fields
            .next_changes(snapshot, &self.extractors)
            .chain(look.standings().filter_map(|standing| standing.next_change))
            .chain(look.games.next_change())
            .chain(ledger.next_change(as_of))
            .chain(snapshot.profile().history.next_at(as_of))
            .min()
    }

    /// All segments of all segmenters, and those of which it cannot be told.
    fn segments_of(&self, sheet: &Sheet) -> (Membership, BTreeSet<SegmentId>) {
        let mut undecided = BTreeSet::new();
        let memberships = self.segmenters.iter().map(|installed| {
            let row = installed.row(sheet);
            undecided.extend(installed.part.undecided(&row, sheet.today()));
            installed.part.assign(&row, sheet.today())
        });
        let membership = memberships.flatten().collect();
        (membership, undecided)
    }

    /// The facts of the member with this basket.
    pub(super) fn with_basket(
        &self,
        judged: &Judged<'_>,
        basket: &Basket,
        channel: Option<Channel>,
    ) -> Sheet {
        let mut sheet = judged.sheet.clone();
        self.fields.carry(&mut sheet, basket, channel, judged.snapshot.moment());
        sheet
    }

    /// What every offer comes to for the member with this basket, of which `sheet` has the facts.
    pub(super) fn evaluate(
        &self,
        judged: &Judged<'_>,
        basket: &Basket,
        sheet: &Sheet,
        Asked { chosen, budgets, explain }: Asked<'_>,
    ) -> Evaluation {
        let moment = judged.snapshot.moment();
        let points = self.wallet(&judged.balance, &judged.purses);
        let uses = PastUses::of(&judged.snapshot.profile().history, judged.ledger, moment.as_of);
        self.offers.part.evaluate(&Request {
            customer: &judged.snapshot.profile().customer.id,
            facts: &self.offers.facts(sheet),
            basket,
            as_of: moment.as_of,
            zone: moment.zone,
            member_since: judged.snapshot.member_since(),
            uses: &uses,
            budgets,
            points: &points,
            chosen,
            explain,
        })
    }
}

/// The uses of offers that a history and a ledger know of.
struct PastUses<'a> {
    history: &'a History,
    ledger: &'a Ledger,
    as_of: DateTime<Utc>,
    instants: OnceCell<BTreeMap<&'a OfferId, Vec<DateTime<Utc>>>>,
    amounts: OnceCell<BTreeMap<&'a OfferId, Vec<TakenOff>>>,
}

/// What an offer took off a line, and when.
struct TakenOff {
    at: DateTime<Utc>,
    minor: i64,
}

impl<'a> PastUses<'a> {
    const fn of(history: &'a History, ledger: &'a Ledger, as_of: DateTime<Utc>) -> Self {
        Self { history, ledger, as_of, instants: OnceCell::new(), amounts: OnceCell::new() }
    }

    /// When each offer took off how much, on the lines of purchases.
    fn amounts(&self) -> BTreeMap<&'a OfferId, Vec<TakenOff>> {
        let mut amounts: BTreeMap<&OfferId, Vec<_>> = BTreeMap::new();
        for event in self.history.lasting(self.as_of) {
            if let EventKind::Purchase(purchase) = &event.kind {
                for discount in purchase.basket.lines.iter().flat_map(|line| &line.discounts) {
                    if let Some(offer) = &discount.offer {
                        let taken = TakenOff { at: event.at, minor: discount.amount.minor() };
                        amounts.entry(offer).or_default().push(taken);
                    }
                }
            }
        }
        amounts
    }

    /// When each offer was used: in purchases that say so, and where it gave points.
    fn instants(&self) -> BTreeMap<&'a OfferId, Vec<DateTime<Utc>>> {
        let mut uses: BTreeMap<&OfferId, BTreeMap<_, DateTime<Utc>>> = BTreeMap::new();
        for event in self.history.lasting(self.as_of) {
            if let EventKind::Purchase(purchase) = &event.kind {
                for offer in purchase.offers() {
                    uses.entry(offer).or_default().insert(&event.id, event.at);
                }
            }
        }
        for (cause, _) in self.ledger.net() {
            if let (Source::Offer(offer), Movement::Earn(_)) = (&cause.source, &cause.movement)
                && cause.at <= self.as_of
                && !self.history.is_void(&cause.event, self.as_of)
            {
                uses.entry(offer).or_default().insert(&cause.event, cause.at);
            }
        }
        let instants = |(offer, uses): (_, BTreeMap<_, _>)| (offer, uses.into_values().collect());
        uses.into_iter().map(instants).collect()
    }
}

impl Uses for PastUses<'_> {
    fn count(&self, offer: &OfferId, within: Interval) -> u64 {
        let instants = self.instants.get_or_init(|| self.instants()).get(offer);
        let counted = instants.map(|instants| instants.iter().filter(|&&at| within.contains(at)));
        counted.map_or(0, |uses| uses.count() as u64)
    }

    fn amount_minor(&self, offer: &OfferId, within: Interval) -> Option<i64> {
        let amounts = self.amounts.get_or_init(|| self.amounts()).get(offer);
        let counted = amounts.into_iter().flatten().filter(|taken| within.contains(taken.at));
        Some(counted.fold(0, |sum: i64, taken| sum.saturating_add(taken.minor)))
    }
}
