//! What is done when a customer is looked at: what is due fires, what is over is let go.

use super::judge::Look;
use super::seat::{Base, Held, Mark};
use super::{MAX_KEPT, Machine};
use crate::trigger::firing::{Firing, Output};
use crate::trigger::flow::Turn;
use crate::trigger::micros::Micros;

/// What is over is let go when it is one in so many events that are kept of a customer: all that
/// is kept is gone through for it.
const FEW: usize = 4;

impl Machine {
    /// Looks at a customer of whom everything until `from` was told: tells what fired since then,
    /// lets go what is over, and sees to it that the customer is looked at again.
    pub(super) fn wake(&mut self, seat: u32, from: Micros, outputs: &mut Vec<Output>) {
        let held = self.roster.held(seat);
        if held.is_nothing() {
            self.roster.free(seat);
            return;
        }
        let next = self.tell_all(seat, from, outputs);
        self.prune(seat);
        if self.roster.held(seat).is_nothing() {
            self.roster.free(seat);
            return;
        }
        self.expect_anew(seat, next);
    }

    /// Sees to it that a customer who was just read is looked at.
    pub(super) fn take_seat(&mut self, seat: u32) {
        let next = self.tell_all(seat, self.watermark.at(), &mut Vec::new());
        self.expect_anew(seat, next);
    }

    fn expect_anew(&mut self, seat: u32, next: Micros) {
        let over = self.over(self.roster.held(seat));
        if let Some(held) = self.roster.held_mut(seat) {
            held.expect(Micros::NEVER);
        }
        self.expect(seat, next.min(over));
    }

    /// Tells what all flows fired between a moment and now, and when the first fires next.
    fn tell_all(&mut self, seat: u32, from: Micros, outputs: &mut Vec<Output>) -> Micros {
        let mut states = std::mem::take(&mut self.scratch.states);
        let (now, mut next) = (self.watermark.at(), Micros::NEVER);
        self.turns(self.roster.held(seat), &mut states, |flow, at, turn| {
            let Turn::Fired(stretch) = turn else { return };
            if at > now {
                next = next.min(at);
            } else if at > from
                && let Some(customer) = self.roster.customer(seat)
            {
                outputs.push(Output::Fired(Firing::of(flow, customer, at.at(), stretch)));
            }
        });
        self.scratch.states = states;
        next
    }

    /// Lets go what can make no difference any more.
    fn prune(&mut self, seat: u32) {
        let (held, now) = (self.roster.held(seat), self.watermark.at());
        let is_over = |mark: &Mark| mark.at < now.minus(self.touches.keep(mark.touch));
        let (all, over) = (held.len(), held.marks().filter(is_over).count());
        let oldest = now.minus(self.longest);
        let is_undone = held.undone().first().is_some_and(|one| one.at < oldest);
        if over * FEW < all && !is_undone {
            return;
        }
        let bases = self.bases(held, |look| {
            let lasts = !look.flow.forgets() || held.base(look.no).is_some();
            lasts.then(|| now.minus(look.flow.keep()))
        });
        let keys: Vec<_> = held.marks().filter(is_over).map(|mark| mark.key).collect();
        self.lay(seat, bases, |mark| !keys.contains(&mark.key), oldest);
    }

    /// What is known of all flows before the moments that are wanted.
    fn bases(&self, held: &Held, before: impl Fn(&Look<'_>) -> Option<Micros>) -> Vec<Base> {
        let looks = self.flows_of(held).into_iter().filter_map(|no| self.look(no));
        looks.filter_map(|look| look.base(held, before(&look)?)).collect()
    }

    /// Puts bases below what is kept, and takes out what they stand for.
    fn lay(
        &mut self,
        seat: u32,
        bases: Vec<Base>,
        keep: impl Fn(&Mark) -> bool,
        oldest_void: Micros,
    ) {
        let Some(held) = self.roster.held_mut(seat) else { return };
        if bases.is_empty() && matches!(held, Held::One { .. }) {
            held.retain(keep);
            return;
        }
        held.edit(|crowd| {
            crowd.marks.retain(|mark| keep(mark));
            crowd.edit_rest(|rest| {
                rest.bases = bases;
                rest.undone.retain(|one| one.at >= oldest_void);
            });
        });
    }

    /// When all that is kept of a customer is over if nothing more happens, as far as it ever is.
    fn over(&self, held: &Held) -> Micros {
        let marks = held.marks().map(|mark| mark.at.plus(self.touches.keep(mark.touch)));
        let undone = held.undone().iter().map(|one| one.at.plus(self.longest));
        let bases = held.bases().iter().filter_map(|base| {
            let look = self.look(base.flow)?;
            Some(look.flow.over(&base.state)?.plus(look.flow.keep()))
        });
        marks.chain(undone).chain(bases).max().map_or(Micros::NEVER, |over| over.plus(1))
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
        let bases = self.bases(held, |_| Some(before));
        self.lay(seat, bases, |mark| mark.at >= before, Micros::START);
        self.roster.held(seat).len() < MAX_KEPT
    }
}
