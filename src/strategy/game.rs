//! Games: cards, streaks, challenges, badges and leaderboards.

use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use proptest::sample::select;

use super::basket::{category, product};
use super::calendar::{instant, span, window, years};
use super::earning::expiry;
use super::rule::rule;
use crate::calendar::Period;
use crate::event::EventType;
use crate::game::{
    Badge, Between, Board, CardMerit, Challenge, ChallengeMerit, During, Games, Grouping, Keep,
    Measure, Merit, Prize, PunchCard, Score, Selection, Step, Streak, StreakGoal, StreakMerit,
};
use crate::id::{AttributeName, BadgeId, BoardId, GameId, OfferId, TierId};
use crate::money::{Currency, Money};
use crate::points::Points;
use crate::rule::{Rule, Schema};

/// The attribute by which customers opt in; [`spec`](super::spec) declares it.
pub(super) const OPT_IN: &str = "on_boards";

/// One or two streaks and challenges, badges and a leaderboard, and cards whose rewards are among
/// `rewards`, that together pass [`Games::check`], with conditions on the fields of `schema`.
///
/// Streaks are called `streak-1` and `streak-2`, and so are the others after their kind; there is
/// at least one streak, challenge, badge and leaderboard (`board-1`). The attribute `on_boards`,
/// yes or no, must be declared.
pub fn games(
    schema: &Schema,
    currency: Currency,
    rewards: &[OfferId],
    tiers: &[TierId],
) -> impl Strategy<Value = Games> + Clone + use<> {
    let cards = match rewards {
        [] => Just(Vec::new()).boxed(),
        rewards => vec(card(rewards.to_vec()), 1..=2).boxed(),
    };
    let streaks = vec(streak(currency), 1..=2);
    let challenges = vec(challenge(schema, currency), 1..=2);
    let (rule, tiers) = (rule(schema), tiers.to_vec());
    let badges =
        vec((0..5_u8, any::<bool>(), 1..=4_u32, rule, any::<prop::sample::Index>()), 1..=4);
    (cards, streaks, challenges, badges, board(currency)).prop_map(
        move |(cards, streaks, challenges, badges, board)| {
            let mut games =
                Games { cards, streaks, challenges, badges: Vec::new(), boards: vec![board] };
            games.number();
            for (at, (kind, keep, count, rule, tier)) in (0..).zip(badges) {
                // There is always a first one, so that rules can name it.
                let kind = if at == 0 { 1 } else { kind };
                let tier = (!tiers.is_empty()).then(|| tier.get(&tiers).clone());
                let merit = games.merit(kind, count, rule, tier);
                let keep = if keep { Keep::ForGood } else { Keep::WhileEarned };
                let id = BadgeId::new(format!("badge-{}", games.badges.len() + 1)).ok();
                games.badges.extend(id.zip(merit).map(|(id, merit)| Badge { id, merit, keep }));
            }
            games
        },
    )
}

impl Games {
    /// Gives all games ids that differ.
    fn number(&mut self) {
        let id = |kind: &str, at: usize| GameId::new(format!("{kind}-{}", at + 1)).ok();
        for (at, card) in self.cards.iter_mut().enumerate() {
            card.id = id("card", at).unwrap_or_else(|| card.id.clone());
        }
        for (at, streak) in self.streaks.iter_mut().enumerate() {
            streak.id = id("streak", at).unwrap_or_else(|| streak.id.clone());
        }
        for (at, challenge) in self.challenges.iter_mut().enumerate() {
            challenge.id = id("challenge", at).unwrap_or_else(|| challenge.id.clone());
        }
    }

    fn merit(&self, kind: u8, count: u32, rule: Rule, tier: Option<TierId>) -> Option<Merit> {
        match kind {
            0 => Some(Merit::Rule(rule)),
            1 => {
                let streak = self.streaks.first()?.id.clone();
                Some(Merit::Streak(StreakMerit { streak, length: count }))
            }
            2 => {
                let challenge = self.challenges.first()?.id.clone();
                Some(Merit::Challenge(ChallengeMerit { challenge, step: None }))
            }
            3 => {
                let card = self.cards.first()?.id.clone();
                Some(Merit::Cards(CardMerit { card, cards: count }))
            }
            _ => tier.map(Merit::Tier),
        }
    }
}

fn card(rewards: Vec<OfferId>) -> impl Strategy<Value = PunchCard> + Clone {
    let expiries = (expiry(), expiry());
    (game_id(), selection(), 1..=6_u32, select(rewards), any::<u32>(), expiries).prop_map(
        |(id, of, size, reward, start, (punches_expire, rewards_expire))| PunchCard {
            id,
            of,
            size,
            reward,
            start: start % size,
            punches_expire,
            rewards_expire,
        },
    )
}

fn streak(currency: Currency) -> impl Strategy<Value = Streak> + Clone {
    let every = select(vec![Period::Day, Period::Week, Period::Month]);
    let goals = btree_set(1..=6_u32, 0..=3);
    (game_id(), counted(currency), every, 0..=2_u32, goals, prize()).prop_map(
        |(id, (measure, at_least), every, misses, goals, prize)| Streak {
            id,
            measure,
            at_least,
            every,
            misses,
            goals: goals
                .into_iter()
                .map(|length| StreakGoal { length, prize: prize.clone() })
                .collect(),
        },
    )
}

fn challenge(
    schema: &Schema,
    currency: Currency,
) -> impl Strategy<Value = Challenge> + Clone + use<> {
    let opt_in = proptest::option::weighted(0.3, Just(OPT_IN));
    let when = proptest::option::weighted(0.3, rule(schema));
    let prizes = vec(prize(), 1..=3);
    (game_id(), counted(currency), during(), opt_in, when, prizes).prop_map(
        |(id, (measure, at_least), during, opt_in, when, prizes)| Challenge {
            id,
            measure,
            during,
            steps: (1..).zip(prizes).map(|(by, prize)| Step::of(at_least, by, prize)).collect(),
            opt_in: opt_in.and_then(|name| AttributeName::new(name).ok()),
            when,
        },
    )
}

impl Step {
    /// So many times a score.
    fn of(score: Score, times: i64, prize: Option<Prize>) -> Self {
        let at_least = match score {
            Score::Money(money) => Score::Money(money.checked_mul(times).unwrap_or(money)),
            Score::Count(count) => Score::Count(count.saturating_mul(times)),
        };
        Self { at_least, prize }
    }
}

fn during() -> impl Strategy<Value = During> + Clone {
    let between = (instant(years()), instant(years())).prop_filter_map("a time", |(one, other)| {
        let (from, until) = (one.min(other), one.max(other));
        (from < until).then_some(During::Between(Between { from, until }))
    });
    let every = select(vec![Period::Week, Period::Month, Period::Quarter]);
    prop_oneof![
        1 => between,
        2 => every.prop_map(During::Every),
        1 => span().prop_map(During::For),
    ]
}

fn board(currency: Currency) -> impl Strategy<Value = Board> + Clone {
    let by = select(vec![None, Some("segments"), Some("region")]);
    (counted(currency), window(), by).prop_filter_map("a board", |((measure, _), window, by)| {
        let by = match by {
            Some("region") => Some(Grouping::Attribute(AttributeName::new("region").ok()?)),
            by => by.map(|_| Grouping::Segments),
        };
        let (id, opt_in) = (BoardId::new("board-1").ok()?, AttributeName::new(OPT_IN).ok()?);
        Some(Board { id, measure, window, from: None, until: None, opt_in, by })
    })
}

/// What is counted, and a number of it that can be reached.
fn counted(currency: Currency) -> impl Strategy<Value = (Measure, Score)> + Clone {
    let event = select(vec![EventType::Purchase, EventType::View, EventType::Review]);
    let measure = prop_oneof![
        2 => selection().prop_map(Measure::Spend),
        2 => selection().prop_map(Measure::Orders),
        1 => selection().prop_map(Measure::Units),
        1 => selection().prop_map(Measure::Products),
        1 => Just(Measure::Categories),
        1 => Just(Measure::Stores),
        1 => Just(Measure::Visits),
        2 => event.prop_map(Measure::Events),
    ];
    (measure, 1..=2_i64).prop_map(move |(measure, count)| {
        let score = match measure {
            Measure::Spend(_) => {
                let minor = count * 10 * currency.minor_per_major();
                Score::Money(Money::from_minor(minor, currency))
            }
            _ => Score::Count(count),
        };
        (measure, score)
    })
}

fn selection() -> impl Strategy<Value = Selection> + Clone {
    let product = product().prop_map(|(product, _)| product);
    let some = (btree_set(category(), 0..=2), btree_set(product, 0..=1));
    let some = some.prop_map(|(categories, products)| Selection { categories, products });
    prop_oneof![2 => Just(Selection::default()), 1 => some]
}

fn prize() -> impl Strategy<Value = Option<Prize>> + Clone {
    let prize = (1..=500_i64, expiry());
    let prize =
        prize.prop_map(|(points, expiry)| Prize { points: Points(points), purse: None, expiry });
    proptest::option::weighted(0.8, prize)
}

/// Any id: games are numbered once all are there.
fn game_id() -> impl Strategy<Value = GameId> + Clone {
    Just("game").prop_filter_map("an id", |id| GameId::new(id).ok())
}
