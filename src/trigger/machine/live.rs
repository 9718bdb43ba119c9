//! What the flows know of one customer by now, so that what is kept need not be gone through again.

use thin_vec::ThinVec;

use super::judge::Look;
use super::seat::{Base, Crowd, Held, Mark};
use super::terms::Terms;
use super::touch::FlowNo;
use crate::trigger::flow::{Seen, State, Turn};
use crate::trigger::key::Key;
use crate::trigger::matcher::Parts;
use crate::trigger::micros::Micros;

/// What follows from the events that are kept of a customer. Nothing of it is stored: it can be
/// had anew from them at any time.
#[derive(Clone, Debug)]
pub(super) struct Live {
    /// In the order of flows.
    known: ThinVec<Progress>,
    /// How many of the events the flows have followed.
    seen: usize,
    /// Those of the events.
    keys: Keys,
    /// When all that is kept is over if nothing more happens.
    over: Micros,
}

/// A set of keys of which it is known which ones it surely does not have (B. H. Bloom,
/// Communications of the ACM 13, 1970).
#[derive(Clone, Copy, Debug, Default)]
struct Keys([u64; 2]);

/// What one flow knows.
#[derive(Clone, Debug)]
struct Progress {
    flow: FlowNo,
    state: State,
}

impl Live {
    /// What follows from what is kept, as far as it happened until a moment.
    fn by(moment: Micros, marks: &[Mark], bases: &[Base], terms: Terms<'_>) -> Self {
        let over = terms.over(marks, bases).unwrap_or(Micros::NEVER);
        let mut live = Self { known: started(bases), seen: 0, keys: Keys::of(marks), over };
        let is_new = |flow, at| bases.iter().all(|base| base.flow != flow || base.before <= at);
        while let Some(mark) = marks.get(live.seen).filter(|mark| mark.at <= moment) {
            live.see(mark, terms, |flow| is_new(flow, mark.at), &mut |_, _, _| {});
            live.seen += 1;
        }
        live.pass(moment, terms, &mut |_, _, _| {});
        live
    }

    /// How many of the events the flows have followed.
    pub(super) const fn followed(&self) -> usize {
        self.seen
    }

    /// The same when as many of the events that were followed are no longer kept.
    pub(super) fn without(
        mut self,
        gone: usize,
        now: Micros,
        kept: &Crowd,
        terms: Terms<'_>,
    ) -> Self {
        self.seen = self.seen.saturating_sub(gone);
        self.keys = Keys::of(&kept.marks);
        self.over = terms.over(&kept.marks, kept.bases()).unwrap_or(Micros::NEVER);
        self.known.retain_mut(|known| {
            terms.flow(known.flow).is_some_and(|flow| {
                flow.forget(&mut known.state, now.plus(1));
                known.state != State::default()
            })
        });
        self
    }

    /// Whether an event may be among those that are kept.
    pub(super) const fn may_know(&self, key: Key) -> bool {
        self.keys.may_have(key)
    }

    /// Something of each line of the memory in which most have what their flows know. How far that
    /// goes is not asked, as it would have to be waited for.
    pub(super) fn sample(&self) -> u64 {
        let since =
            |place: usize| self.known.get(place).map_or(0, |known| known.state.since.number());
        since(0) ^ since(1) ^ since(3)
    }

    /// Awaits another event, which is not followed yet.
    pub(super) fn await_mark(&mut self, key: Key, over: Micros) {
        self.keys.add(key);
        self.over = self.over.max(over);
    }

    pub(super) const fn over(&self) -> Micros {
        self.over
    }

    fn see(
        &mut self,
        mark: &Mark,
        terms: Terms<'_>,
        is_new: impl Fn(FlowNo) -> bool,
        tell: &mut impl FnMut(FlowNo, Micros, Turn),
    ) {
        let mut place = 0;
        for (no, parts) in terms.row(mark.touch) {
            let before = self.known.iter().skip(place).take_while(|known| known.flow < *no);
            place += before.count();
            if self.known.get(place).is_none_or(|known| known.flow != *no) {
                self.known.insert(place, Progress { flow: *no, state: State::default() });
            }
            if let (Some(known), Some(flow)) = (self.known.get_mut(place), terms.flow(*no))
                && *parts != Parts::NONE
                && is_new(*no)
            {
                let seen = Seen { at: mark.at, key: mark.key, parts: *parts };
                flow.see(&mut known.state, seen, &mut |at, turn| tell(*no, at, turn));
            }
        }
    }

    /// Lets the time until a moment pass, after all that happened until then is seen. Says when
    /// time alone completes something next.
    fn pass(
        &mut self,
        moment: Micros,
        terms: Terms<'_>,
        tell: &mut impl FnMut(FlowNo, Micros, Turn),
    ) -> Micros {
        let mut next = Micros::NEVER;
        for Progress { flow: no, state } in &mut self.known {
            if let Some(flow) = terms.flow(*no) {
                flow.pass(state, moment.plus(1), &mut |at, turn| tell(*no, at, turn));
                next = next.min(flow.due(state));
            }
        }
        next
    }
}

impl Crowd {
    /// What is known of flows before the moments that are wanted, nothing being void.
    pub(super) fn bases_before<'a>(
        &self,
        terms: Terms<'a>,
        before: impl Fn(Look<'a>) -> Option<Micros>,
    ) -> Vec<Base> {
        let old = self.bases();
        let base = |flow| old.iter().find(|base| base.flow == flow);
        let before = |flow| terms.look(flow).and_then(&before);
        let mut live =
            Live { known: started(old), seen: 0, keys: Keys::default(), over: Micros::NEVER };
        for mark in &self.marks {
            let is_between = |flow| {
                before(flow).is_some_and(|before| mark.at < before)
                    && base(flow).is_none_or(|base| base.before <= mark.at)
            };
            live.see(mark, terms, is_between, &mut |_, _, _| {});
        }
        let laid = live.known.into_iter().filter_map(|Progress { flow: no, mut state }| {
            let (flow, before) = (terms.flow(no)?, before(no)?);
            if let Some(later) = base(no).filter(|base| base.before >= before) {
                return Some(later.clone());
            }
            flow.pass(&mut state, before, &mut |_, _| {});
            flow.forget(&mut state, before);
            (state != State::default()).then_some(Base { flow: no, before, state })
        });
        laid.collect()
    }

    fn catch_up(
        &mut self,
        (from, now): (Micros, Micros),
        terms: Terms<'_>,
        tell: &mut impl FnMut(FlowNo, Micros, Turn),
    ) -> Micros {
        let mut live = match self.live.take() {
            Some(live) => live,
            None => Live::by(from, &self.marks, self.bases(), terms),
        };
        while let Some(mark) = self.marks.get(live.seen).filter(|mark| mark.at <= now) {
            live.see(mark, terms, |_| true, tell);
            live.seen += 1;
        }
        let next = live.pass(now, terms, tell);
        let ahead = self.marks.iter().skip(live.seen).map(|mark| terms.soonest(mark));
        let next = ahead.fold(next, Micros::min);
        self.live = Some(live);
        next
    }
}

impl Held {
    /// Follows what happened until `now`, none of which is void, and the time until then. What
    /// happened until `from` was told before. Says when to look again at the latest; of a single
    /// event it tells what that leads to later, too.
    pub(super) fn catch_up(
        &mut self,
        (from, now): (Micros, Micros),
        terms: Terms<'_>,
        tell: &mut impl FnMut(FlowNo, Micros, Turn),
    ) -> Micros {
        if let Some(mark) = self.only() {
            terms.alone(&mark, tell);
        }
        self.crowd_mut().map_or(Micros::NEVER, |crowd| crowd.catch_up((from, now), terms, tell))
    }
}

/// What flows know to begin with.
fn started(bases: &[Base]) -> ThinVec<Progress> {
    let progress = |base: &Base| Progress { flow: base.flow, state: base.state.clone() };
    bases.iter().map(progress).collect()
}

impl Keys {
    fn of(marks: &[Mark]) -> Self {
        let mut keys = Self::default();
        for mark in marks {
            keys.add(mark.key);
        }
        keys
    }

    const fn add(&mut self, key: Key) {
        let ([low, high], (one, other)) = (&mut self.0, bits(key));
        *low |= one;
        *high |= other;
    }

    const fn may_have(&self, key: Key) -> bool {
        let ([low, high], (one, other)) = (self.0, bits(key));
        low & one != 0 && high & other != 0
    }
}

/// One of 64 bits, and one of another 64.
const fn bits(key: Key) -> (u64, u64) {
    let number = key.number();
    let folded = (number as u64 ^ (number >> 64) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (1 << (folded >> 58), 1 << (folded >> 52 & 63))
}
