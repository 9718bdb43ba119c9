//! What is done when a customer is looked at: what is due fires, what is over is let go.

use super::live::Before;
use super::seat::{Held, Mark};
use super::touch::FlowNo;
use super::{MAX_KEPT, Machine};
use crate::trigger::firing::{Firing, Output};
use crate::trigger::flow::Turn;
use crate::trigger::micros::Micros;

/// What is over is let go when it is one in so many events that are kept of a customer: all that
/// is kept is gone through for it.
const FEW: usize = 2;

impl Machine {
    /// Looks at a customer of whom everything until `from` was told: tells what fired since then,
    /// lets go what is over, and sees to it that the customer is looked at again.
    pub(super) fn wake(&mut self, seat: u32, from: Micros, outputs: &mut Vec<Output>) {
        let held = self.roster.held(seat);
        if held.is_nothing() {
            self.roster.free(seat);
            return;
        }
        if let Some(next) =
            held.next().filter(|next| held.is_followed() && *next > self.watermark.at())
        {
            self.expect(seat, next);
            return;
        }
        let next = self.tell(seat, from, outputs);
        let over = self.over(self.roster.held(seat));
        if over > self.watermark.at() {
            self.expect(seat, next.min(over));
            return;
        }
        self.prune(seat);
        let held = self.roster.held(seat);
        if held.is_nothing() {
            self.roster.free(seat);
        } else {
            self.expect(seat, next.min(self.over(held)));
        }
    }

    /// Sees to it that a customer who was just read is looked at.
    pub(super) fn take_seat(&mut self, seat: u32) {
        let next = self.tell(seat, self.watermark.at(), &mut Vec::new());
        self.expect(seat, next.min(self.over(self.roster.held(seat))));
    }

    /// Tells what all flows fired between a moment and now, and when to look again for what fires
    /// next.
    fn tell(&mut self, seat: u32, from: Micros, outputs: &mut Vec<Output>) -> Micros {
        let now = self.watermark.at();
        let terms = &self.terms;
        let (fired, mut next) = (&mut self.scratch.fired, Micros::NEVER);
        let mut tell = |flow: FlowNo, at: Micros, turn: Turn| {
            let Turn::Fired(stretch) = turn else { return };
            if at > now {
                next = next.min(at);
            } else if at > from {
                fired.push((flow, at, stretch));
            }
        };
        let ahead = match self.roster.held_mut(seat) {
            None => Micros::NEVER,
            Some(held) if !held.has_voids() => held.catch_up((from, now), terms, &mut tell),
            Some(held) => {
                for look in terms.flows_of(held).into_iter().filter_map(|no| terms.look(no)) {
                    look.turns(held, |at, turn| tell(look.no, at, turn));
                }
                // What comes before one of these may yet complete something with it.
                let ahead = held.marks().filter(|mark| mark.at > now);
                ahead.map(|mark| terms.soonest(&mark)).fold(Micros::NEVER, Micros::min)
            }
        };
        next = next.min(ahead);
        self.push_fired(seat, outputs);
        next
    }

    /// Brings firings into the form in which hosts get them.
    fn push_fired(&mut self, seat: u32, outputs: &mut Vec<Output>) {
        if self.scratch.fired.is_empty() {
            return;
        }
        if let Some(customer) = self.roster.customer(seat) {
            let terms = &self.terms;
            for (no, at, stretch) in self.scratch.fired.drain(..) {
                if let Some(flow) = terms.flow(no) {
                    let (customer, days) = (customer.clone(), &mut self.scratch.days);
                    outputs.push(Output::Fired(Firing::of(flow, customer, (at, stretch), days)));
                }
            }
        }
        self.scratch.fired.clear();
    }

    /// Lets go what can make no difference any more.
    pub(super) fn prune(&mut self, seat: u32) {
        let (now, oldest) = (self.watermark.at(), self.watermark.at().minus(self.longest));
        let terms = &self.terms;
        let Some(held) = self.roster.held_mut(seat) else { return };
        let is_over = |mark: &Mark| mark.at < now.minus(terms.touches.keep(mark.touch));
        let is_undone = held.undone().first().is_some_and(|one| one.at < oldest);
        let middle = held.marks().nth(held.len().saturating_sub(1) / FEW);
        if !is_undone && !middle.as_ref().is_none_or(is_over) {
            return;
        }
        let over = held.marks().filter(is_over).count();
        let bases = terms.bases(held, Before::Kept(now));
        match held.crowd_mut() {
            Some(crowd) => {
                crowd.let_go(bases, (over, is_over), oldest, now, terms);
                held.fit();
            }
            None => held.edit(|crowd| {
                crowd.lay(bases, |mark| !is_over(mark), oldest);
                crowd.pruned = terms.pruned(&crowd.marks, now);
            }),
        }
    }

    /// When all that is kept of a customer is over if nothing more happens, as far as it ever is.
    fn over(&self, held: &Held) -> Micros {
        let Some(crowd) = held.crowd() else {
            return held.only().map_or(Micros::NEVER, |mark| self.terms.lasts(&mark));
        };
        if let Some(live) = &crowd.live {
            return live.over();
        }
        let undone = crowd.undone().iter().map(|one| one.at.plus(self.longest).plus(1)).max();
        undone.max(self.terms.over(&crowd.marks, crowd.bases())).unwrap_or(Micros::NEVER)
    }

    /// Whether there is room for another event of a customer; to make some, the older half of what
    /// was told already is settled for good.
    pub(super) fn has_room(&mut self, seat: u32) -> bool {
        if self.roster.held(seat).len() < MAX_KEPT {
            return true;
        }
        self.prune(seat);
        let held = self.roster.held(seat);
        let now = self.watermark.at();
        let Some(middle) = held.marks().nth(MAX_KEPT / 2) else { return true };
        let before = middle.at.plus(1).min(now.plus(1));
        let bases = self.terms.bases(held, Before::Moment(before));
        let Some(held) = self.roster.held_mut(seat) else { return true };
        held.edit(|crowd| crowd.lay(bases, |mark| mark.at >= before, Micros::START));
        held.len() < MAX_KEPT
    }
}
