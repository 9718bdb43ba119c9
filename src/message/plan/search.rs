//! Branch and bound over what could be sent to one customer.

use super::problem::{Choice, Problem};

/// What is known of a customer's best plan at given prices of the shared budgets.
#[derive(Clone, Debug, Default)]
pub(super) struct Solution {
    pub chosen: Vec<Taken>,
    /// What it is worth, without prices.
    pub value: i64,
    /// By how much another plan could be better at these prices; nothing if the search ended.
    pub slack: i64,
    /// How much of each budget it draws; sorted, none of them zero.
    pub drawn: Vec<(usize, u64)>,
    pub nodes: u64,
}

/// A message that is sent, in one of its ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Taken {
    pub entry: usize,
    pub option: usize,
}

/// Up to how many entries the first plan that the search comes to is good enough to begin with.
const FEW: usize = 8;

/// For how many entries that are looked at a node counts more than one.
const LOOKS_PER_NODE: usize = 16;

/// The best plan of a customer, trying at most so many choices.
pub(super) fn solve(problem: &Problem<'_>, prices: &[i64], node_limit: u64) -> Solution {
    let mut search = Search::new(problem, prices);
    let reach = search.reach(0);
    if search.steps.len() > FEW {
        search.take_greedily();
    }
    let finished = search.walk(node_limit);
    let Search { best, best_value, nodes, .. } = search;
    let slack = if finished { 0 } else { reach.saturating_sub(best_value).max(0) };
    let mut solution = Solution { chosen: best, slack, nodes, ..Solution::default() };
    solution.chosen.sort_by_key(|taken| taken.entry);
    solution.tell(problem);
    solution
}

impl Solution {
    /// Adds up what is chosen.
    pub fn tell(&mut self, problem: &Problem<'_>) {
        (self.value, self.drawn) = (0, Vec::new());
        for taken in &self.chosen {
            let Some(option) = problem.option(*taken) else { continue };
            self.value = self.value.saturating_add(i64::from(option.value));
            for share in &option.drawn {
                match self.drawn.binary_search_by_key(share, |(known, _)| *known) {
                    Ok(place) => {
                        if let Some((_, count)) = self.drawn.get_mut(place) {
                            *count += 1;
                        }
                    }
                    Err(place) => self.drawn.insert(place, (*share, 1)),
                }
            }
        }
    }

    /// How much of a budget it draws.
    pub fn draws(&self, share: usize) -> u64 {
        let found = self.drawn.binary_search_by_key(&share, |(known, _)| *known).ok();
        found.and_then(|place| self.drawn.get(place)).map_or(0, |(_, count)| *count)
    }

    /// What it is worth less what it draws at these prices.
    pub fn priced(&self, prices: &[i64]) -> i64 {
        let cost = |(share, count): &(usize, u64)| {
            let price = prices.get(*share).copied().unwrap_or_default();
            price.saturating_mul(i64::try_from(*count).unwrap_or(i64::MAX))
        };
        self.drawn.iter().fold(self.value, |value, drawn| value.saturating_sub(cost(drawn)))
    }
}

impl Problem<'_> {
    /// The way in which a message is sent.
    pub fn option(&self, taken: Taken) -> Option<&Choice> {
        self.entries.get(taken.entry)?.options.get(taken.option)
    }

    /// Whether a message can be sent so, beside what is chosen.
    pub fn fits(&self, option: &Choice, chosen: &[Taken]) -> bool {
        let others = || chosen.iter().filter_map(|taken| self.option(*taken));
        let respects = |one: &Choice, place: usize, more: u32| {
            let Some(limit) = self.limits.get(place) else { return true };
            let before =
                |other: &&Choice| self.counts(place, other) && limit.spans(other.time, one.time);
            let planned = u32::try_from(others().filter(before).count()).unwrap_or(u32::MAX);
            let used = limit.before(one.time).saturating_add(planned).saturating_add(more);
            used <= limit.at_most
        };
        // A message that is chosen counts itself among those that are planned.
        let own = self.bounds(option).iter().all(|place| respects(option, *place, 1));
        own && others().all(|other| {
            let common = self.bounds(other).iter();
            common.filter(|place| self.counts(**place, option)).all(|place| {
                let sees = self.limits.get(*place);
                let sees = sees.is_some_and(|limit| limit.spans(option.time, other.time));
                !sees || respects(other, *place, 1)
            })
        })
    }
}

/// The search on its way.
struct Search<'p> {
    problem: &'p Problem<'p>,
    /// The entries in the order in which they are looked at, each with the ways that are worth
    /// something at the prices, the best first.
    steps: Vec<Step>,
    /// What all steps from one on are worth at most.
    rest: Vec<i64>,
    chosen: Vec<Taken>,
    value: i64,
    best: Vec<Taken>,
    best_value: i64,
    nodes: u64,
}

struct Step {
    entry: usize,
    /// The worth and the place of each way.
    ways: Vec<(i64, usize)>,
    /// The way that is tried next.
    next: usize,
    /// What the way that is being tried has added.
    added: Option<i64>,
}

impl<'p> Search<'p> {
    fn new(problem: &'p Problem<'p>, prices: &[i64]) -> Self {
        let mut steps: Vec<Step> = Vec::with_capacity(problem.entries.len());
        for (entry, found) in problem.entries.iter().enumerate() {
            let worth = |option: &Choice| {
                let prices = option.drawn.iter().filter_map(|share| prices.get(*share));
                prices.fold(i64::from(option.value), |worth, price| worth.saturating_sub(*price))
            };
            let ways = found.options.iter().enumerate().map(|(place, way)| (worth(way), place));
            let mut ways: Vec<_> = ways.filter(|(worth, _)| *worth > 0).collect();
            ways.sort_by_key(|(worth, place)| (std::cmp::Reverse(*worth), *place));
            if !ways.is_empty() {
                steps.push(Step { entry, ways, next: 0, added: None });
            }
        }
        let most = |step: &Step| step.ways.first().map_or(0, |(worth, _)| *worth);
        steps.sort_by_key(|step| (std::cmp::Reverse(most(step)), step.entry));
        let mut rest = vec![0; steps.len() + 1];
        let mut sum = 0_i64;
        for (place, step) in rest.iter_mut().rev().skip(1).zip(steps.iter().rev()) {
            sum = sum.saturating_add(most(step));
            *place = sum;
        }
        let (chosen, best) = (Vec::new(), Vec::new());
        Self { problem, steps, rest, chosen, value: 0, best, best_value: 0, nodes: 0 }
    }

    /// Takes what is worth most as long as anything fits: a plan to be compared with.
    fn take_greedily(&mut self) {
        let ways = self.steps.iter().flat_map(|step| {
            step.ways.iter().map(|(worth, option)| (std::cmp::Reverse(*worth), step.entry, *option))
        });
        let mut ways: Vec<_> = ways.collect();
        ways.sort_unstable();
        for (worth, entry, option) in ways {
            let taken = Taken { entry, option };
            let is_free = self.best.iter().all(|other| other.entry != entry);
            let fits = |option: &Choice| self.problem.fits(option, &self.best);
            if is_free && self.problem.option(taken).is_some_and(fits) {
                self.best.push(taken);
                self.best_value = self.best_value.saturating_add(worth.0);
            }
        }
    }

    /// Tries all choices; whether it came to the end.
    fn walk(&mut self, node_limit: u64) -> bool {
        let mut level = 0;
        let looks = u64::try_from(self.steps.len() / LOOKS_PER_NODE).unwrap_or(u64::MAX);
        if !self.enter(level) {
            return true;
        }
        loop {
            self.take_back(level);
            match self.try_next(level) {
                true => level += 1,
                false if level == 0 => return true,
                false => {
                    level -= 1;
                    continue;
                }
            }
            if self.nodes >= node_limit {
                return false;
            }
            self.nodes = self.nodes.saturating_add(1).saturating_add(looks);
            if !self.enter(level) {
                level -= 1;
            }
        }
    }

    /// Comes to a level with what is chosen so far; whether what follows can be better than the
    /// best.
    fn enter(&mut self, level: usize) -> bool {
        if self.value > self.best_value {
            (self.best_value, self.best) = (self.value, self.chosen.clone());
        }
        if let Some(step) = self.steps.get_mut(level) {
            (step.next, step.added) = (0, None);
        } else {
            return false;
        }
        let rest = self.rest.get(level).copied().unwrap_or_default();
        let hope = |rest: i64| self.value.saturating_add(rest) > self.best_value;
        hope(rest) && hope(self.reach(level))
    }

    /// Takes back what was chosen on a level.
    fn take_back(&mut self, level: usize) {
        let added = self.steps.get_mut(level).and_then(|step| step.added.take());
        if let Some(worth) = added.filter(|worth| *worth > 0) {
            self.chosen.pop();
            self.value = self.value.saturating_sub(worth);
        }
    }

    /// Chooses the next way on a level, or none at last; `false` if all were tried.
    fn try_next(&mut self, level: usize) -> bool {
        loop {
            let Some(step) = self.steps.get_mut(level) else { return false };
            let (place, entry) = (step.next, step.entry);
            step.next += 1;
            let Some((worth, option)) = step.ways.get(place).copied() else {
                step.added = Some(0);
                return place == step.ways.len();
            };
            let taken = Taken { entry, option };
            let choice = self.problem.option(taken);
            if choice.is_some_and(|choice| self.problem.fits(choice, &self.chosen)) {
                if let Some(step) = self.steps.get_mut(level) {
                    step.added = Some(worth);
                }
                self.chosen.push(taken);
                self.value = self.value.saturating_add(worth);
                return true;
            }
        }
    }

    /// What the steps from a level on can add at most: of what a limit binds, no more than it has
    /// room for.
    fn reach(&self, level: usize) -> i64 {
        let rest = self.rest.get(level).copied().unwrap_or_default();
        let limits = self.problem.limits.iter().enumerate().filter(|(_, limit)| limit.can_bind);
        let reach = limits.map(|(place, limit)| {
            let is_bound = |taken: &&Taken| {
                let option = self.problem.option(**taken);
                option.is_some_and(|option| self.problem.binds(place, option))
            };
            let used = self.chosen.iter().filter(is_bound).count();
            let room = usize::try_from(limit.capacity).unwrap_or(usize::MAX).saturating_sub(used);
            self.reach_under(level, place, room)
        });
        reach.min().map_or(rest, |reach| reach.min(rest))
    }

    /// What the steps from a level on can add if at most so many are bound by a limit.
    fn reach_under(&self, level: usize, place: usize, room: usize) -> i64 {
        let (mut sum, mut gains) = (0_i64, Vec::new());
        for step in self.steps.iter().skip(level) {
            let is_bound = |option: usize| {
                let option = self.problem.option(Taken { entry: step.entry, option });
                option.is_some_and(|option| self.problem.binds(place, option))
            };
            let best = step.ways.first().map_or(0, |(worth, _)| *worth);
            let free = step.ways.iter().find(|(_, option)| !is_bound(*option));
            let free = free.map_or(0, |(worth, _)| *worth);
            sum = sum.saturating_add(free);
            if best > free {
                gains.push(best - free);
            }
        }
        gains.sort_unstable_by_key(|gain| std::cmp::Reverse(*gain));
        gains.into_iter().take(room).fold(sum, i64::saturating_add)
    }
}
