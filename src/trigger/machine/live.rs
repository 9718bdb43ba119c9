//! What the flows know of one customer by now, so that what is kept need not be gone through again.

use smallvec::{SmallVec, smallvec};

use super::seat::{Base, Crowd, Held, Mark};
use super::terms::Terms;
use super::touch::FlowNo;
use crate::trigger::flow::{Flow, Seen, State, Turn};
use crate::trigger::key::Key;
use crate::trigger::matcher::Parts;
use crate::trigger::micros::Micros;

/// What follows from the events that are kept of a customer. Nothing of it is stored: it can be
/// had anew from them at any time.
#[derive(Clone, Debug)]
pub(super) struct Live {
    /// How many of the events the flows have followed, those that come first.
    seen: usize,
    /// When the last one of these was.
    latest: Micros,
    /// Those of all events.
    keys: Keys,
    /// When all that is kept is over if nothing more happens.
    over: Micros,
    /// In the order of flows.
    known: SmallVec<[Progress; 4]>,
}

/// A set of keys of which it is known which ones it surely does not have: each key sets three bits
/// of one word (B. H. Bloom, Communications of the ACM 13, 1970; F. Putze, P. Sanders and J.
/// Singler, 2007).
#[derive(Clone, Debug)]
struct Keys(SmallVec<[u64; 2]>);

/// What one flow knows.
#[derive(Clone, Debug)]
struct Progress {
    /// When time alone completes something.
    due: Micros,
    state: State,
}

impl Progress {
    fn of(state: State, terms: &Terms) -> Self {
        let due = terms.flow(state.flow).map_or(Micros::NEVER, |flow| flow.due(&state));
        Self { due, state }
    }

    fn see(&mut self, flow: &Flow, seen: Seen, tell: &mut impl FnMut(FlowNo, Micros, Turn)) {
        if self.due < seen.at {
            self.pass(flow, seen.at, tell);
        }
        let no = self.state.flow;
        flow.take(&mut self.state, seen, &mut |at, turn| tell(no, at, turn));
        self.due = flow.due(&self.state);
    }

    fn pass(&mut self, flow: &Flow, until: Micros, tell: &mut impl FnMut(FlowNo, Micros, Turn)) {
        let no = self.state.flow;
        flow.pass(&mut self.state, until, &mut |at, turn| tell(no, at, turn));
        self.due = flow.due(&self.state);
    }
}

impl Live {
    /// What follows from what is kept, as far as it happened until a moment.
    fn by(
        moment: Micros,
        (marks, pruned): (&Vec<Mark>, Micros),
        bases: &[Base],
        terms: &Terms,
    ) -> Self {
        let known = bases.iter().map(|base| Progress::of(base.state.clone(), terms)).collect();
        let over = terms.over(marks, bases).unwrap_or(Micros::NEVER);
        let mut live = Self { seen: 0, latest: Micros::START, keys: Keys::of(marks), over, known };
        let is_new = |no, at| match bases.iter().find(|base| base.state.flow == no) {
            Some(base) => base.before <= at,
            None => terms.flow(no).is_some_and(|flow| pruned.minus(flow.keep()) <= at),
        };
        while let Some(mark) = marks.get(live.seen).filter(|mark| mark.at <= moment) {
            live.follow(mark, terms, |flow| is_new(flow, mark.at), &mut |_, _, _| {});
        }
        live.pass(moment, terms, &mut |_, _, _| {});
        live
    }

    /// As many of the events that were followed are no longer kept.
    fn let_go(&mut self, gone: usize, now: Micros, kept: (&Vec<Mark>, &[Base]), terms: &Terms) {
        let (marks, bases) = kept;
        self.seen = self.seen.saturating_sub(gone);
        self.keys = Keys::of(marks);
        // What is over is not what lasts longest, unless it is all that there was.
        let most = if marks.is_empty() { Micros::START } else { self.over };
        self.over = terms.over(&[], bases).map_or(most, |over| over.max(most));
        self.known.retain(|known| {
            terms.flow(known.state.flow).is_some_and(|flow| {
                flow.forget(&mut known.state, now.plus(1));
                known.due = flow.due(&known.state);
                !known.state.is_blank()
            })
        });
    }

    /// Whether an event may be among those that are kept.
    pub(super) fn may_know(&self, key: Key) -> bool {
        self.keys.may_have(key)
    }

    pub(super) const fn over(&self) -> Micros {
        self.over
    }

    /// When time alone completes something next.
    fn due(&self) -> Micros {
        self.known.iter().fold(Micros::NEVER, |next, known| next.min(known.due))
    }

    /// Follows the next event.
    fn follow(
        &mut self,
        mark: &Mark,
        terms: &Terms,
        is_new: impl Fn(FlowNo) -> bool,
        tell: &mut impl FnMut(FlowNo, Micros, Turn),
    ) {
        let (mut known, mut place) = (self.known.as_mut_slice(), 0);
        for (no, parts) in terms.row(mark.touch) {
            let before = known.iter().skip(place).take_while(|known| known.state.flow < *no);
            place += before.count();
            if known.get(place).is_none_or(|known| known.state.flow != *no) {
                self.known.insert(place, Progress { due: Micros::NEVER, state: State::of(*no) });
                known = self.known.as_mut_slice();
            }
            if let (Some(known), Some(flow)) = (known.get_mut(place), terms.flow(*no))
                && *parts != Parts::NONE
                && is_new(*no)
            {
                known.see(flow, Seen { at: mark.at, key: mark.key, parts: *parts }, tell);
            }
        }
        self.seen += 1;
        self.latest = mark.at;
    }

    /// Follows what comes next as long as nothing is told of it.
    fn run_ahead(&mut self, marks: &[Mark], terms: &Terms) {
        while let Some(mark) = marks.get(self.seen)
            && terms.waits(mark)
            && self.due() >= mark.at
        {
            self.follow(mark, terms, |_| true, &mut |_, _, _| {});
        }
    }

    /// Lets the time until a moment pass, after all that happened until then is seen.
    fn pass(&mut self, moment: Micros, terms: &Terms, tell: &mut impl FnMut(FlowNo, Micros, Turn)) {
        for known in self.known.iter_mut().filter(|known| known.due <= moment) {
            if let Some(flow) = terms.flow(known.state.flow) {
                known.pass(flow, moment.plus(1), tell);
            }
        }
    }
}

/// Before which moments something is to be known of what is no longer kept.
#[derive(Clone, Copy)]
pub(super) enum Before {
    /// Before all that is kept at a moment, as far as that makes a difference.
    Kept(Micros),
    /// Before a moment, of all flows.
    Moment(Micros),
}

impl Before {
    /// The moment for one flow, of which something is known already, or not.
    pub(super) fn of(self, flow: &Flow, is_known: bool) -> Option<Micros> {
        match self {
            Self::Kept(now) => (is_known || flow.lasts()).then(|| now.minus(flow.keep())),
            Self::Moment(moment) => Some(moment),
        }
    }

    /// Up to which moment a flow needs no base if it knows nothing, the events of a customer having
    /// been let go last as of `pruned`.
    pub(super) fn floor(self, pruned: Micros, flow: &Flow) -> Micros {
        match self {
            Self::Kept(now) => now.minus(flow.keep()),
            Self::Moment(_) => pruned.minus(flow.keep()),
        }
    }
}

/// What is found out of one flow before a moment.
struct Laying<'a> {
    flow: &'a Flow,
    /// What is followed: from when, and until before when.
    from: Micros,
    before: Micros,
    state: State,
}

impl Crowd {
    /// What is known of flows before the moments that are wanted, nothing being void.
    pub(super) fn bases_before(&self, terms: &Terms, before: Before) -> SmallVec<[Base; 4]> {
        let old = self.bases();
        let laying = |state: State, from: Micros, is_known: bool| {
            let flow = terms.flow(state.flow)?;
            Some(Laying { flow, from, before: before.of(flow, is_known)?.max(from), state })
        };
        let known = old.iter().filter_map(|base| laying(base.state.clone(), base.before, true));
        let mut all: SmallVec<[Laying<'_>; 4]> = known.collect();
        let is_lasting = |base: &Base| terms.flow(base.state.flow).is_some_and(Flow::lasts);
        let lasting = matches!(before, Before::Kept(_)) && old.iter().all(is_lasting);
        for mark in &self.marks {
            let row = if lasting { terms.lasting(mark.touch) } else { terms.row(mark.touch) };
            for (no, parts) in row {
                let found = all.iter().position(|one| one.state.flow == *no);
                let Some(place) = found.or_else(|| {
                    let from = self.pruned.minus(terms.flow(*no)?.keep());
                    all.push(laying(State::of(*no), from, false)?);
                    Some(all.len() - 1)
                }) else {
                    continue;
                };
                if let Some(one) = all.get_mut(place)
                    && (one.from..one.before).contains(&mark.at)
                    && *parts != Parts::NONE
                {
                    let seen = Seen { at: mark.at, key: mark.key, parts: *parts };
                    one.flow.see(&mut one.state, seen, &mut |_, _| {});
                }
            }
        }
        all.sort_unstable_by_key(|one| one.state.flow);
        let laid = all.into_iter().filter_map(|laying| {
            let Laying { flow, from, before: laid_before, mut state } = laying;
            if from < laid_before {
                flow.pass(&mut state, laid_before, &mut |_, _| {});
                flow.forget(&mut state, laid_before);
            }
            let base = Base { before: laid_before, state };
            base.is_to_be_kept(before.floor(self.pruned, flow)).then_some(base)
        });
        laid.collect()
    }

    /// Lets events go that are over, so many, and puts what is known of them in their place.
    pub(super) fn let_go(
        &mut self,
        bases: SmallVec<[Base; 4]>,
        (over, is_over): (usize, impl Fn(&Mark) -> bool),
        oldest_void: Micros,
        now: Micros,
        terms: &Terms,
    ) {
        let followed = self.live.as_ref().map_or(0, |live| live.seen);
        let gone = self.marks.iter().take(followed).filter(|mark| is_over(mark)).count();
        self.lay(bases, |mark| !is_over(mark), oldest_void);
        self.pruned = terms.pruned(&self.marks, now);
        let Self { marks, live, rest, .. } = self;
        let bases = rest.as_ref().map_or(&[][..], |rest| &rest.bases);
        match live {
            Some(live) if gone == over => live.let_go(gone, now, (marks, bases), terms),
            _ => *live = None,
        }
    }

    /// Follows what happened until `now` and the time until then, and what comes next as long as
    /// nothing is told of that. Says when to look again at the latest.
    fn catch_up(
        &mut self,
        (from, now): (Micros, Micros),
        terms: &Terms,
        tell: &mut impl FnMut(FlowNo, Micros, Turn),
    ) -> Micros {
        let Self { marks, live, pruned, rest } = self;
        let live = live.get_or_insert_with(|| {
            let bases = rest.as_ref().map_or(&[][..], |rest| &rest.bases);
            Live::by(from, (marks, *pruned), bases, terms)
        });
        while let Some(mark) = marks.get(live.seen).filter(|mark| mark.at <= now) {
            live.follow(mark, terms, |_| true, tell);
        }
        live.pass(now, terms, tell);
        live.run_ahead(marks, terms);
        let ahead = marks.iter().skip(live.seen).map(|mark| terms.soonest(mark));
        ahead.fold(live.due(), Micros::min)
    }

    /// Adds an event that is not known and still to come. Says when to look at the latest, if that
    /// was to be at `next`.
    fn await_mark(&mut self, mark: &Mark, next: Micros, terms: &Terms) -> Micros {
        let Some(live) = self.live.as_mut().filter(|live| mark.at > live.latest) else {
            self.live = None;
            self.insert(*mark);
            return next.min(terms.soonest(mark));
        };
        if self.marks.len() == self.marks.capacity() {
            self.marks.reserve(1);
            live.keys = Keys::of(&self.marks);
        }
        live.keys.add(mark.key);
        live.over = live.over.max(terms.lasts(mark));
        if live.seen < self.marks.len() || next < mark.at || !terms.waits(mark) {
            self.insert(*mark);
            return next.min(terms.soonest(mark));
        }
        self.marks.push(*mark);
        live.follow(mark, terms, |_| true, &mut |_, _, _| {});
        live.due().min(live.over)
    }
}

impl Held {
    /// Follows what happened until `now`, none of which is void, and the time until then. What
    /// happened until `from` was told before. Says when to look again at the latest; of a single
    /// event it tells what that leads to later, too.
    pub(super) fn catch_up(
        &mut self,
        (from, now): (Micros, Micros),
        terms: &Terms,
        tell: &mut impl FnMut(FlowNo, Micros, Turn),
    ) -> Micros {
        if let Some(mark) = self.only() {
            terms.alone(&mark, tell);
        }
        self.crowd_mut().map_or(Micros::NEVER, |crowd| crowd.catch_up((from, now), terms, tell))
    }

    /// Adds an event that is not known and that `now` has not reached. Says when to look at the
    /// customer at the latest.
    pub(super) fn await_mark(&mut self, mark: &Mark, now: Micros, terms: &Terms) -> Micros {
        if let Some(only) = self.only() {
            let mut crowd = Box::new(Crowd::default());
            crowd.marks.push(only);
            let next = crowd.catch_up((now, now), terms, &mut |_, _, _| {});
            let next = next.min(terms.lasts(&only));
            *self = Self::Many { crowd: Some(crowd), next, armed: self.armed() };
        }
        match self {
            Self::Many { crowd: Some(crowd), next, .. } => crowd.await_mark(mark, *next, terms),
            _ => {
                self.add(*mark);
                terms.soonest(mark)
            }
        }
    }
}

impl Keys {
    /// With a word for each eight that there is room for.
    fn of(marks: &Vec<Mark>) -> Self {
        let words = (marks.capacity() / 8).next_power_of_two().max(2);
        let mut keys = Self(smallvec![0; words]);
        for mark in marks {
            keys.add(mark.key);
        }
        keys
    }

    fn add(&mut self, key: Key) {
        let (place, bits) = self.place(key);
        if let Some(word) = self.0.get_mut(place) {
            *word |= bits;
        }
    }

    fn may_have(&self, key: Key) -> bool {
        let (place, bits) = self.place(key);
        self.0.get(place).is_none_or(|word| word & bits == bits)
    }

    /// In which word the bits of a key are, and which ones.
    fn place(&self, key: Key) -> (usize, u64) {
        let number = key.number();
        let folded = (number as u64 ^ (number >> 64) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let bit = |shift: u32| 1 << (folded >> shift & 63);
        ((folded >> 40) as usize & (self.0.len() - 1), bit(58) | bit(52) | bit(46))
    }
}
