//! How much an offer takes off at most.

use super::Request;
use super::budget::{amount_left, amount_refused};
use super::catalog::CheckedOffer;
use super::price::Proposal;

/// The most that an offer takes off for a customer now, in minor units, as far as that is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Ceiling {
    /// What is larger is cut down to it.
    pub cut: Option<i64>,
    /// What is larger is not given at all.
    refuse: Option<i64>,
}

impl CheckedOffer {
    /// The most that it takes off: its own limit, what is left for the customer, and of its
    /// budgets.
    pub(super) fn ceiling(&self, request: &Request<'_>) -> Ceiling {
        let most = self.offer.limits.max_discount.map(|most| most.minor());
        let cut = most.into_iter().chain(amount_left(&self.offer, request)).min();
        Ceiling { cut, refuse: amount_refused(&self.offer, request) }
    }
}

impl Ceiling {
    /// The most that there can be.
    pub fn most(self) -> Option<i64> {
        self.cut.into_iter().chain(self.refuse).min()
    }

    /// What is left of a proposal, each line in proportion; none if it is refused.
    pub fn limit(self, proposal: Proposal) -> Option<Proposal> {
        let proposal = match self.cut {
            Some(most) => proposal.up_to(most),
            None => proposal,
        };
        let refused = self.refuse.is_some_and(|most| proposal.applied() > most);
        (!refused).then_some(proposal)
    }
}
