//! All plans there are, each tried.

use std::cmp::Reverse;

use loyalty::id::OfferId;
use loyalty::offer::{Base, Benefit, Combines, Mode, Offer};

use super::{Question, check, lane};

/// A plan and what it takes off.
pub struct Whole(pub Vec<(usize, Reverse<u32>)>, pub i64);

/// All plans there are: each offer by its rank, and how often it is applied, which makes the order
/// in which plans are tried.
pub struct Model<'a> {
    offers: Vec<&'a Offer>,
    base: Base,
    question: &'a Question,
    /// Each with what its applications take off.
    pub whole: Vec<Whole>,
    /// Those to which nothing can be added.
    full: Vec<Whole>,
}

impl<'a> Model<'a> {
    pub fn of(offers: &'a [Offer], base: Base, question: &'a Question) -> Self {
        let mut offers: Vec<&Offer> = offers.iter().collect();
        offers.sort_by_key(|offer| (Reverse(offer.priority), &offer.id));
        let mut model = Self { offers, base, question, whole: Vec::new(), full: Vec::new() };
        model.extend(&mut Vec::new(), 0);
        model
    }

    fn extend(&mut self, sequence: &mut Vec<(usize, Reverse<u32>)>, value: i64) {
        if self.is_whole(sequence) {
            self.whole.push(Whole(sequence.clone(), value));
            if self.is_full(sequence) {
                self.full.push(Whole(sequence.clone(), value));
            }
        }
        for next in 0..self.offers.len() {
            if has(sequence, next) {
                continue;
            }
            let most = if is_deal(self.offers[next]) { 4 } else { 1 };
            for times in 1..=most {
                sequence.push((next, Reverse(times)));
                if let Some(amounts) = self.amounts(sequence) {
                    self.extend(sequence, amounts.iter().sum());
                }
                sequence.pop();
            }
        }
    }

    /// Whether it has all of a set or nothing.
    fn is_whole(&self, sequence: &[(usize, Reverse<u32>)]) -> bool {
        self.parties().iter().all(|party| {
            let there = party.iter().filter(|one| has(sequence, **one)).count();
            there == 0 || there == party.len()
        })
    }

    /// Whether no party can be added, and no deal be applied once more.
    fn is_full(&self, sequence: &[(usize, Reverse<u32>)]) -> bool {
        !self.parties().iter().any(|party| self.fits(sequence, party))
            && !(0..sequence.len()).any(|at| self.again(sequence, at))
    }

    /// Each offer that stands for itself, and each set by rank.
    fn parties(&self) -> Vec<Vec<usize>> {
        let mut parties: Vec<Vec<usize>> = Vec::new();
        for at in 0..self.offers.len() {
            let joint = |at: usize| self.offers[at].combines.joint.as_ref();
            let set = parties.iter_mut().find(|p| joint(at).is_some() && joint(p[0]) == joint(at));
            match set {
                Some(set) => set.push(at),
                None => parties.push(vec![at]),
            }
        }
        parties
    }

    fn fits(&self, sequence: &[(usize, Reverse<u32>)], party: &[usize]) -> bool {
        let mut longer = sequence.to_vec();
        !party.iter().any(|one| has(sequence, *one))
            && party.iter().all(|one| {
                (1..=4).rev().any(|times| {
                    longer.push((*one, Reverse(times)));
                    let fits = self.amounts(&longer).is_some();
                    if !fits {
                        longer.pop();
                    }
                    fits
                })
            })
    }

    /// Whether the deal at this place of the sequence could be applied once more after it.
    fn again(&self, sequence: &[(usize, Reverse<u32>)], at: usize) -> bool {
        let (offer, Reverse(times)) = sequence[at];
        let most = match &self.offers[offer].benefit {
            Benefit::BuyGet(deal) => deal.at_most,
            Benefit::Bundle(bundle) => bundle.at_most,
            _ => Some(1),
        };
        let amount = self.amounts(sequence).unwrap()[at];
        let capped =
            self.offers[offer].limits.max_discount.is_some_and(|cap| amount >= cap.minor());
        if capped || most.is_some_and(|most| times >= most) {
            return false;
        }
        let mut longer = sequence.to_vec();
        longer.push((offer, Reverse(1)));
        self.stacked(&longer).is_some()
    }

    /// What each of the sequence takes off, if it goes with the others, can be paid for and takes
    /// something off.
    fn amounts(&self, sequence: &[(usize, Reverse<u32>)]) -> Option<Vec<i64>> {
        let offers: Vec<&Offer> = sequence.iter().map(|(at, _)| self.offers[*at]).collect();
        let costs = || offers.iter().filter_map(|offer| offer.cost.as_ref());
        let cost = |stars: bool| -> i64 {
            costs().filter(|cost| cost.purse.is_some() == stars).map(|cost| cost.points.0).sum()
        };
        let points = self.question.points.0;
        let too_few = cost(false) > points || cost(true) > points / 2;
        let together = offers.iter().enumerate().all(|(at, one)| {
            offers[..at].iter().all(|other| together(&one.combines, &other.combines))
        });
        if !together || too_few { None } else { self.stacked(sequence) }
    }

    /// What each takes off in a stack in which nothing stands in its way.
    fn stacked(&self, sequence: &[(usize, Reverse<u32>)]) -> Option<Vec<i64>> {
        let id = |at: usize| OfferId::new(format!("s{at}")).unwrap();
        let offers: Vec<Offer> = sequence
            .iter()
            .enumerate()
            .map(|(at, (offer, Reverse(times)))| Offer {
                id: id(at),
                priority: -i32::try_from(at).unwrap(),
                benefit: limited(&self.offers[*offer].benefit, *times),
                cost: None,
                combines: Combines::default(),
                ..self.offers[*offer].clone()
            })
            .collect();
        let found = self.question.ask(&check(&offers, lane(Mode::Stack, self.base)));
        let amount = |(at, (_, Reverse(times))): (usize, &(usize, Reverse<u32>))| {
            let grant = found.outcome(&id(at))?.answer.granted()?;
            (grant.times == *times).then(|| grant.discount().unwrap().minor())
        };
        sequence.iter().enumerate().map(amount).collect()
    }

    /// The best for the customer, and the first of them.
    pub fn customer(&self) -> &Whole {
        self.whole.iter().min_by_key(|Whole(sequence, value)| (-value, sequence)).unwrap()
    }

    pub fn margin(&self) -> &Whole {
        self.full.iter().min_by_key(|Whole(sequence, value)| (*value, sequence)).unwrap()
    }

    pub fn told(&self, sequence: &[(usize, Reverse<u32>)]) -> Vec<(OfferId, u32)> {
        let told = |(at, times): &(usize, Reverse<u32>)| (self.offers[*at].id.clone(), times.0);
        sequence.iter().map(told).collect()
    }
}

fn has(sequence: &[(usize, Reverse<u32>)], offer: usize) -> bool {
    sequence.iter().any(|(one, _)| *one == offer)
}

const fn is_deal(offer: &Offer) -> bool {
    matches!(offer.benefit, Benefit::BuyGet(_) | Benefit::Bundle(_))
}

/// The same benefit, at most so many times.
fn limited(benefit: &Benefit, times: u32) -> Benefit {
    match benefit {
        Benefit::BuyGet(deal) => Benefit::BuyGet(
            deal.clone().at_most(deal.at_most.map_or(times, |most| most.min(times))),
        ),
        Benefit::Bundle(deal) => Benefit::Bundle(
            deal.clone().at_most(deal.at_most.map_or(times, |most| most.min(times))),
        ),
        other => other.clone(),
    }
}

pub fn together(one: &Combines, other: &Combines) -> bool {
    one.exclusive.is_disjoint(&other.exclusive)
        && one.tags.is_disjoint(&other.not_with)
        && one.not_with.is_disjoint(&other.tags)
}
