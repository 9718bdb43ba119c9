//! A good plan, found fast: the first to be beaten, and all there is when the search is cut short.

use super::Goal;
use super::bound::Outlook;
use super::state::State;

/// Up to how many entrants all of them are compared at each step.
const MOST_COMPARED: usize = 64;

/// What the next party is chosen by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// What could be taken off in all if it is given.
    Bound,
    /// What it takes off.
    Value,
    /// The higher priority, then the smaller id.
    Rank,
}

impl By {
    /// The rules that are worth trying for so many entrants.
    pub const fn all(entrants: usize) -> &'static [Self] {
        if entrants <= MOST_COMPARED { &[Self::Bound, Self::Value] } else { &[Self::Rank] }
    }
}

/// Adds parties, one after the other, until none can be added.
pub(super) fn complete(
    state: &mut State<'_, '_>,
    outlook: &Outlook,
    parties: &[usize],
    goal: Goal,
    by: By,
) {
    if by == By::Rank {
        let mut before = usize::MAX;
        while state.steps.len() != before {
            before = state.steps.len();
            for &party in parties {
                add(state, party);
            }
        }
        return;
    }
    loop {
        let mut best: Option<(i64, usize)> = None;
        for &party in parties {
            let steps = state.steps.len();
            if !add(state, party) {
                continue;
            }
            let reached = state.value + if by == By::Bound { outlook.most(state) } else { 0 };
            state.undo_to(steps);
            let better = |most: i64| match goal {
                Goal::Customer => reached > most,
                Goal::Margin => reached < most,
            };
            if best.is_none_or(|(most, _)| better(most)) {
                best = Some((reached, party));
            }
        }
        let Some((_, party)) = best else { return };
        add(state, party);
    }
}

/// Applies all of a party in the order of rank, as often as they fit and take something off; or
/// nothing, if one of them takes nothing off.
pub(super) fn add(state: &mut State<'_, '_>, party: usize) -> bool {
    if !state.admits_party(party) {
        return false;
    }
    let steps = state.steps.len();
    for &entrant in state.lineup.entrants_of(party) {
        match state.as_often(entrant, state.most_times(entrant)) {
            Some((times, proposal)) => state.apply(entrant, times, proposal),
            None => {
                state.undo_to(steps);
                return false;
            }
        }
    }
    state.steps.len() > steps
}

/// Whether a party could be added.
pub(super) fn can_add(state: &mut State<'_, '_>, party: usize) -> bool {
    let steps = state.steps.len();
    let added = add(state, party) && state.is_whole();
    state.undo_to(steps);
    added
}
