//! What returns and voids take back of what earlier events moved, and what they give back.
//!
//! How much is to be taken of an event's points follows from how the event stands: all of one that
//! is void, and of a purchase the shares of what came back. A return or a void takes what is to be
//! taken with it and was not before; of that, terms may forgive a part (`settled`). One that makes
//! others void gives back what they took. So it does not matter which of them came first.

mod settled;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::event::{Event, EventKind, OrderState, Purchase, Return, ReturnedLine};
use crate::id::{EventId, LineId, PurseId};
use crate::points::{Cause, Ledger, Movement, Points, Posting, Returned, Source};
use crate::profile::{History, Profile};

/// What a return or a void moves, when what happened before it is known and stands in the ledger.
pub(super) fn postings(event: &Event, before: &Profile, ledger: &Ledger) -> Vec<Posting> {
    let mut history = before.history.clone();
    let _recorded = history.record(event.clone());
    let reversal = Reversal { event, history: &history, ledger };
    let origins = origins(&history, event);
    let taken_back = origins.iter().flat_map(|origin| reversal.of_earned(origin));
    let let_go = origins.iter().filter_map(|origin| reversal.of_held(origin));
    taken_back.chain(reversal.of_spent(&origins)).chain(let_go).collect()
}

/// The events whose points may move: where a chain of voids ends, and where an order is concerned
/// all its purchases, of which the first in effect is the one that counts.
fn origins<'a>(history: &'a History, mut event: &'a Event) -> BTreeSet<&'a EventId> {
    loop {
        match &event.kind {
            EventKind::Purchase(Purchase { order, .. })
            | EventKind::Return(Return { order, .. }) => {
                return history.purchases_of(order).map(|purchase| &purchase.id).collect();
            }
            EventKind::Void(void) => match history.known(&void.event) {
                None => return BTreeSet::from([&void.event]),
                Some(later) if is_void(later) && event.position() < later.position() => {
                    return BTreeSet::new();
                }
                Some(target) => event = target,
            },
            _ => return BTreeSet::from([&event.id]),
        }
    }
}

const fn is_void(event: &Event) -> bool {
    matches!(event.kind, EventKind::Void(_))
}

/// What is given back when its event is void, but for what a return took.
const fn is_spent(movement: &Movement) -> bool {
    movement.takes() && !matches!(movement, Movement::ClawBack { .. })
}

/// A return or a void, the history that ends with it, and what stands in the ledger without it.
struct Reversal<'a> {
    event: &'a Event,
    history: &'a History,
    ledger: &'a Ledger,
}

/// How an event that moved points stands now.
enum Standing<'a> {
    /// As it happened.
    Whole,
    /// As an order of which something may have come back.
    Order(OrderState<'a>),
    /// As if it had not happened.
    Gone,
}

/// Points of a source in one purse, for a line if they are a line's.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Share {
    source: Source,
    line: Option<LineId>,
    purse: Option<PurseId>,
}

/// How many points of each share are to be taken.
#[derive(Default)]
struct Wanted(BTreeMap<Share, i64>);

/// How many points of each share were taken by whom, less what was given back.
#[derive(Default)]
struct Taken<'a>(BTreeMap<Share, BTreeMap<&'a EventId, i64>>);

impl<'a> Reversal<'a> {
    /// What is moved of the points that `origin` earned.
    fn of_earned(&self, origin: &'a EventId) -> Vec<Posting> {
        let mut earned = self.moved(origin, |movement| {
            matches!(movement, Movement::Earn(_) | Movement::Reinstate { .. })
        });
        // Games take back their prizes themselves.
        earned.retain(|posting| !matches!(posting.cause().source, Source::Game(_)));
        if earned.is_empty() {
            return Vec::new();
        }
        let settled = self.settled(origin, &earned);
        let claw_back = Movement::ClawBack { of: origin.clone() };
        let mut postings = Vec::new();
        for (share, due) in self.due(origin, &earned).0 {
            let account = settled.get(&share);
            let more = due - account.map_or(0, |account| account.due);
            postings.extend(self.posting(&share, claw_back.clone(), more));
            let Some(account) = account else { continue };
            let order = self.latest_first(account.takers());
            for (of, points) in account.clone().undo(-more, &order) {
                postings.extend(self.posting(&share, Movement::Restore { of: of.clone() }, points));
            }
        }
        postings
    }

    /// How much is to be taken of what `origin` earned in all.
    fn due(&self, origin: &EventId, earned: &[Posting]) -> Wanted {
        let due = match self.standing(origin) {
            Standing::Whole => Vec::new(),
            Standing::Order(order) => self.came_back(&order, earned),
            Standing::Gone => earned.to_vec(),
        };
        let mut wanted = Wanted::default();
        earned.iter().for_each(|posting| wanted.add(posting.cause(), Points::ZERO));
        due.iter().for_each(|posting| wanted.add(posting.cause(), posting.points()));
        wanted
    }

    /// What is moved of the points that were spent or given away in `origins`.
    fn of_spent(&self, origins: &BTreeSet<&'a EventId>) -> Vec<Posting> {
        let postings = origins.iter().flat_map(|origin| self.moved(origin, is_spent));
        let ways: BTreeSet<Movement> =
            postings.map(|posting| posting.cause().movement.clone()).collect();
        ways.iter().flat_map(|way| self.of_spent_so(origins, way)).collect()
    }

    /// What is moved of the points that were spent in one way in `origins`; they come back with the
    /// last unit.
    fn of_spent_so(&self, origins: &BTreeSet<&'a EventId>, way: &Movement) -> Vec<Posting> {
        // A void spends again what the event that it makes void had given back.
        let again = |spender: &EventId| {
            let void = self.history.known(spender).filter(|spender| is_void(spender));
            void.is_some_and(|void| !self::origins(self.history, void).is_disjoint(origins))
        };
        let taken = self.taken(|cause| {
            cause.movement == *way && (origins.contains(&cause.event) || again(&cause.event))
        });
        let mut wanted = Wanted::default();
        for origin in origins {
            let counts = match self.standing(origin) {
                Standing::Whole => true,
                Standing::Order(order) => !order.is_cancelled(),
                Standing::Gone => false,
            };
            for posting in self.moved(origin, |movement| movement == way) {
                wanted.add(posting.cause(), if counts { posting.points() } else { Points::ZERO });
            }
        }
        self.differences(wanted, &taken, way)
    }

    /// What `origin` still holds, which is released if it is void.
    fn of_held(&self, origin: &EventId) -> Option<Posting> {
        match self.standing(origin) {
            Standing::Gone => self.ledger.release_of(origin, self.event),
            _ => None,
        }
    }

    fn standing(&self, origin: &EventId) -> Standing<'a> {
        let as_of = self.event.at;
        match self.history.known(origin).and_then(Event::purchase) {
            Some(purchase) => match self.history.order(&purchase.order, as_of) {
                Some(order) if order.event().id == *origin => Standing::Order(order),
                _ => Standing::Gone,
            },
            None if self.history.is_void(origin, as_of) => Standing::Gone,
            None => Standing::Whole,
        }
    }

    /// What stands in the ledger for `origin` of some movements.
    fn moved(&self, origin: &EventId, wanted: impl Fn(&Movement) -> bool) -> Vec<Posting> {
        let mut postings = self.ledger.postings(origin);
        postings.retain(|posting| wanted(&posting.cause().movement));
        postings
    }

    /// The shares in `earned` of all that has come back of an order.
    fn came_back(&self, order: &OrderState<'_>, earned: &[Posting]) -> Vec<Posting> {
        let Purchase { order: id, basket, .. } = order.purchase();
        let line =
            |line: &LineId| ReturnedLine { line: line.clone(), quantity: order.returned(line) };
        let lines = basket.lines.iter().map(|item| line(&item.id)).collect();
        let returned = Returned {
            event: &self.event.id,
            at: self.event.at,
            returned: &Return { order: id.clone(), lines },
            purchase: order.purchase(),
            before: &BTreeMap::new(),
        };
        returned.claw_back(earned)
    }

    /// What stands in the ledger as taken for the causes that `takes` names.
    fn taken(&self, takes: impl Fn(&Cause) -> bool) -> Taken<'a> {
        let mut taken = Taken::default();
        // In chronological order: what is given back was taken before.
        for (cause, points) in self.ledger.net() {
            if takes(cause) {
                *taken.of(cause).entry(&cause.event).or_default() -= points.0;
            } else if let Movement::Restore { of } = &cause.movement
                && let Some(left) = taken.of(cause).get_mut(of)
            {
                *left -= points.0;
            }
        }
        taken
    }

    /// Takes what is wanted and was not taken, or gives back what was taken and is not wanted.
    fn differences(&self, wanted: Wanted, taken: &Taken<'_>, take: &Movement) -> Vec<Posting> {
        let mut postings = Vec::new();
        for (share, wanted) in wanted.0 {
            let by = taken.0.get(&share);
            let order = self.latest_first(by.into_iter().flat_map(|by| by.keys().copied()));
            let points = |of: &EventId| by.and_then(|by| by.get(of)).copied().unwrap_or(0);
            let mut surplus = order.iter().map(|of| points(of)).sum::<i64>() - wanted;
            postings.extend(self.posting(&share, take.clone(), -surplus));
            for (of, points) in order.iter().map(|&of| (of, points(of))) {
                let back = points.min(surplus);
                surplus -= back.max(0);
                postings.extend(self.posting(&share, Movement::Restore { of: of.clone() }, back));
            }
        }
        postings
    }

    /// These events: first the one that is void now, then the others from the last on.
    fn latest_first<'t>(&self, events: impl Iterator<Item = &'t EventId>) -> Vec<&'t EventId> {
        let is_other =
            |by: &EventId| !matches!(&self.event.kind, EventKind::Void(void) if void.event == *by);
        let position = |by: &EventId| self.history.known(by).map(Event::position);
        let mut events: Vec<&EventId> = events.collect();
        events.sort_by_key(|event| (is_other(event), Reverse(position(event))));
        events
    }

    /// A posting of this event, unless there are no points.
    fn posting(&self, share: &Share, movement: Movement, points: i64) -> Option<Posting> {
        let Share { source, line, purse } = share.clone();
        let (at, event) = (self.event.at, self.event.id.clone());
        Posting::new(Cause { at, event, movement, source, line, purse }, Points(points)).ok()
    }
}

impl Share {
    pub(super) fn of(cause: &Cause) -> Self {
        let (source, line) = (cause.source.clone(), cause.line.clone());
        Self { source, line, purse: cause.purse.clone() }
    }
}

impl Wanted {
    fn add(&mut self, cause: &Cause, points: Points) {
        *self.0.entry(Share::of(cause)).or_default() += points.0;
    }
}

impl<'a> Taken<'a> {
    fn of(&mut self, cause: &Cause) -> &mut BTreeMap<&'a EventId, i64> {
        self.0.entry(Share::of(cause)).or_default()
    }
}
