//! What customers share: budgets, for which prices are found at which what is wanted fits.
//!
//! At prices of the budgets, every customer's best plan is searched alone. What all of them are
//! worth at the prices, and the prices of all that the budgets have, is a bound of what any plan is
//! worth (Lagrange); the plans at the lowest prices at which they fit are then filled up.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};

use super::Agenda;
use super::problem::Problem;
use super::search::{Solution, Taken, solve};
use crate::event::Channel;
use crate::message::Messages;
use crate::offer::{Allowance, BudgetKey, Budgets};
use crate::parallel;

/// How often all budgets are priced one after the other: the price of one moves what is wanted of
/// another.
const ROUNDS: usize = 3;

/// The budgets that customers share, by the times at which they are drawn on.
pub(super) struct Shares {
    at: HashMap<DateTime<Utc>, Vec<(Option<Channel>, usize)>>,
    /// How much is left of each.
    left: Vec<u64>,
}

impl Shares {
    /// The budgets of all times of these agendas.
    pub fn of(messages: &Messages, agendas: &[Agenda<'_>], budgets: &dyn Budgets) -> Self {
        let mut shares = Self { at: HashMap::new(), left: Vec::new() };
        if messages.policy().budgets.is_empty() {
            return shares;
        }
        let candidates = agendas.iter().flat_map(|agenda| &agenda.candidates);
        let slots = candidates.flat_map(|candidate| &candidate.slots);
        let times: BTreeSet<_> = slots.map(|slot| slot.at).collect();
        let mut places: BTreeMap<BudgetKey, usize> = BTreeMap::new();
        for at in times {
            let mut drawn = Vec::new();
            for budget in &messages.policy().budgets {
                let Some(key) = messages.budget_key(budget, at) else { continue };
                let limit = Allowance::uses(budget.at_most);
                let place = *places.entry(key.clone()).or_insert_with(|| {
                    let left = budgets.left(&key, &limit).and_then(|left| left.uses);
                    shares.left.push(left.unwrap_or(budget.at_most));
                    shares.left.len() - 1
                });
                drawn.push((budget.channel, place));
            }
            shares.at.insert(at, drawn);
        }
        shares
    }

    /// The budgets that a message on a channel at a time draws on.
    pub fn drawn(&self, at: DateTime<Utc>, channel: Channel) -> Vec<usize> {
        let drawn = self.at.get(&at).into_iter().flatten();
        let own = drawn.filter(|(of, _)| of.is_none_or(|of| of == channel));
        own.map(|(_, place)| *place).collect()
    }

    /// Whether nothing is left of one of these.
    pub fn is_any_empty(&self, drawn: &[usize]) -> bool {
        drawn.iter().any(|share| self.left(*share) == 0)
    }

    fn left(&self, share: usize) -> u64 {
        self.left.get(share).copied().unwrap_or_default()
    }

    /// What all that is left is worth at these prices.
    fn worth(&self, prices: &[i64]) -> i64 {
        let worth = |(left, price): (&u64, &i64)| {
            price.saturating_mul(i64::try_from(*left).unwrap_or(i64::MAX))
        };
        self.left.iter().zip(prices).map(worth).fold(0, i64::saturating_add)
    }
}

/// The plans of all customers.
pub(super) struct Settlement {
    pub chosen: Vec<Vec<Taken>>,
    /// What no plan is worth more than.
    pub bound: i64,
    pub nodes: u64,
}

/// The best plans of all customers together, within what they share.
pub(super) fn settle(problems: &[Problem<'_>], shares: &Shares, node_limit: u64) -> Settlement {
    let mut market = Market::open(problems, shares, node_limit);
    let mut spare = Vec::new();
    for _ in 0..ROUNDS {
        let over: Vec<_> = (0..shares.left.len()).filter(|share| market.is_over(*share)).collect();
        if over.is_empty() {
            break;
        }
        for share in over {
            if market.is_over(share) {
                spare.extend(market.price(share));
            }
        }
    }
    if market.prices.iter().any(|price| *price > 0) {
        market.cut_down();
        market.take(spare);
        market.fill_up();
    }
    let Market { current, bound, nodes, .. } = market;
    let surplus = problems.iter().flat_map(|problem| &problem.surplus);
    let bound = surplus.fold(bound, |bound, one| bound.saturating_add(i64::from(one.most())));
    Settlement { chosen: current.into_iter().map(|plan| plan.chosen).collect(), bound, nodes }
}

/// All customers with their plans at the prices so far.
struct Market<'m, 'a> {
    problems: &'m [Problem<'a>],
    shares: &'m Shares,
    node_limit: u64,
    prices: Vec<i64>,
    current: Vec<Solution>,
    /// The least bound that any prices have told.
    bound: i64,
    nodes: u64,
}

impl<'m, 'a> Market<'m, 'a> {
    /// The market in which nothing has a price.
    fn open(problems: &'m [Problem<'a>], shares: &'m Shares, node_limit: u64) -> Self {
        let prices = vec![0; shares.left.len()];
        let current = parallel::each(problems, |problem| solve(problem, &prices, node_limit));
        let nodes = current.iter().fold(0, |sum: u64, plan| sum.saturating_add(plan.nodes));
        let mut market =
            Self { problems, shares, node_limit, prices, current, bound: i64::MAX, nodes };
        market.bound = market.told(&market.current, &market.prices);
        market
    }

    /// What these plans, which are the best at these prices, tell that no plan is worth more than.
    fn told(&self, plans: &[Solution], prices: &[i64]) -> i64 {
        let most = |plan: &Solution| plan.priced(prices).saturating_add(plan.slack);
        let sum = plans.iter().map(most).fold(0, i64::saturating_add);
        sum.saturating_add(self.shares.worth(prices))
    }

    fn is_over(&self, share: usize) -> bool {
        drawn(&self.current, share) > self.shares.left(share)
    }

    /// The best plans at these prices, where those at a lower and at a higher price of one budget
    /// draw differently on it; where they draw alike, the plan is the best in between, too.
    fn between(
        &mut self,
        prices: &[i64],
        share: usize,
        low: &[Solution],
        high: &[Solution],
    ) -> Vec<Solution> {
        let pairs: Vec<_> = self.problems.iter().zip(low.iter().zip(high)).collect();
        let limit = self.node_limit;
        let found: Vec<(Solution, u64)> = parallel::each(&pairs, |(problem, (low, high))| {
            let ended = low.slack == 0 && high.slack == 0;
            if ended && low.draws(share) == high.draws(share) {
                return ((*high).clone(), 0);
            }
            let plan = solve(problem, prices, limit);
            let nodes = plan.nodes;
            (plan, nodes)
        });
        let nodes = found.iter().fold(0, |sum: u64, (_, nodes)| sum.saturating_add(*nodes));
        self.nodes = self.nodes.saturating_add(nodes);
        found.into_iter().map(|(plan, _)| plan).collect()
    }

    /// Raises the price of a budget to the lowest at which what is wanted of it fits; the plans at
    /// the price before, where they are others.
    fn price(&mut self, share: usize) -> Vec<(usize, Solution)> {
        let mut low = self.current.clone();
        let (mut low_price, mut high_price) = (self.price_of(share), self.highest());
        let idle = self.without(share);
        let mut high = self.at_price(share, high_price, &low, &idle);
        while high_price - low_price > 1 {
            let price = low_price + (high_price - low_price) / 2;
            let plans = self.at_price(share, price, &low, &high);
            if drawn(&plans, share) > self.shares.left(share) {
                (low, low_price) = (plans, price);
            } else {
                (high, high_price) = (plans, price);
            }
        }
        self.set_price(share, high_price);
        self.current = high;
        let pairs = low.into_iter().zip(&self.current).enumerate();
        let others = pairs.filter(|(_, (low, high))| low.drawn != high.drawn);
        others.map(|(place, (low, _))| (place, low)).collect()
    }

    /// The best plans with another price of one budget, which is between those of two plans.
    fn at_price(
        &mut self,
        share: usize,
        price: i64,
        low: &[Solution],
        high: &[Solution],
    ) -> Vec<Solution> {
        let mut prices = self.prices.clone();
        if let Some(own) = prices.get_mut(share) {
            *own = price;
        }
        let plans = self.between(&prices, share, low, high);
        self.bound = self.bound.min(self.told(&plans, &prices));
        plans
    }

    /// The plans as if they drew nothing of a budget: those that do draw nothing at a price draw
    /// nothing at a higher one, and stay the best.
    fn without(&self, share: usize) -> Vec<Solution> {
        let idle = |plan: &Solution| {
            let mut plan = plan.clone();
            plan.drawn.retain(|(own, _)| *own != share);
            plan
        };
        self.current.iter().map(idle).collect()
    }

    fn price_of(&self, share: usize) -> i64 {
        self.prices.get(share).copied().unwrap_or_default()
    }

    fn set_price(&mut self, share: usize, price: i64) {
        if let Some(own) = self.prices.get_mut(share) {
            *own = price;
        }
    }

    /// A price at which nobody wants anything.
    fn highest(&self) -> i64 {
        let entries = self.problems.iter().flat_map(|problem| &problem.entries);
        let options = entries.flat_map(|entry| &entry.options);
        options.map(|option| i64::from(option.value)).max().unwrap_or_default() + 1
    }

    /// Leaves out what is worth least until all budgets suffice.
    fn cut_down(&mut self) {
        for share in 0..self.shares.left.len() {
            let over = drawn(&self.current, share).saturating_sub(self.shares.left(share));
            if over == 0 {
                continue;
            }
            let mut drawing = Vec::new();
            for (place, (problem, plan)) in self.problems.iter().zip(&self.current).enumerate() {
                for taken in &plan.chosen {
                    let option = problem.option(*taken);
                    let draws = option.filter(|option| option.drawn.contains(&share));
                    drawing.extend(draws.map(|option| (option.value, place, taken.entry)));
                }
            }
            drawing.sort_unstable();
            for (_, place, entry) in
                drawing.into_iter().take(usize::try_from(over).unwrap_or(usize::MAX))
            {
                let found = self.problems.get(place).zip(self.current.get_mut(place));
                if let Some((problem, plan)) = found {
                    plan.chosen.retain(|taken| taken.entry != entry);
                    plan.tell(problem);
                }
            }
        }
    }

    /// Takes other plans of customers, those that gain most first, as far as budgets suffice.
    fn take(&mut self, mut others: Vec<(usize, Solution)>) {
        let gain = |place: &usize, other: &Solution| {
            self.current.get(*place).map_or(0, |plan| other.value.saturating_sub(plan.value))
        };
        others.sort_by_cached_key(|(place, other)| (std::cmp::Reverse(gain(place, other)), *place));
        let mut left = self.left();
        for (place, other) in others {
            let Some(plan) = self.current.get_mut(place) else { continue };
            if other.value <= plan.value {
                continue;
            }
            let mut after = left.clone();
            give_back(&mut after, &plan.drawn);
            if draw(&mut after, &other.drawn) {
                left = after;
                *plan = other;
            }
        }
    }

    /// Adds what still fits, the most valuable first.
    fn fill_up(&mut self) {
        let mut ways = Vec::new();
        for (place, (problem, plan)) in self.problems.iter().zip(&self.current).enumerate() {
            for (entry, found) in problem.entries.iter().enumerate() {
                if plan.chosen.iter().any(|taken| taken.entry == entry) {
                    continue;
                }
                for (option, way) in found.options.iter().enumerate() {
                    ways.push((std::cmp::Reverse(way.value), place, entry, option));
                }
            }
        }
        ways.sort_unstable();
        let mut left = self.left();
        for (_, place, entry, option) in ways {
            let found = self.problems.get(place).zip(self.current.get_mut(place));
            let Some((problem, plan)) = found else { continue };
            let taken = Taken { entry, option };
            let Some(way) = problem.option(taken) else { continue };
            if plan.chosen.iter().any(|taken| taken.entry == entry)
                || !problem.fits(way, &plan.chosen)
            {
                continue;
            }
            let wanted: Vec<_> = way.drawn.iter().map(|share| (*share, 1)).collect();
            let mut after = left.clone();
            if draw(&mut after, &wanted) {
                left = after;
                plan.chosen.push(taken);
                plan.tell(problem);
            }
        }
    }

    /// What is left of each budget after the plans.
    fn left(&self) -> Vec<u64> {
        let left = self.shares.left.iter().enumerate();
        left.map(|(share, left)| left.saturating_sub(drawn(&self.current, share))).collect()
    }
}

/// How much all plans draw of a budget.
fn drawn(plans: &[Solution], share: usize) -> u64 {
    plans.iter().fold(0, |sum, plan| sum.saturating_add(plan.draws(share)))
}

fn give_back(left: &mut [u64], drawn: &[(usize, u64)]) {
    for (share, count) in drawn {
        if let Some(left) = left.get_mut(*share) {
            *left = left.saturating_add(*count);
        }
    }
}

/// Draws on budgets; `false` if one does not suffice.
fn draw(left: &mut [u64], drawn: &[(usize, u64)]) -> bool {
    drawn.iter().all(|(share, count)| match left.get_mut(*share) {
        Some(left) => left.checked_sub(*count).map(|rest| *left = rest).is_some(),
        None => true,
    })
}
