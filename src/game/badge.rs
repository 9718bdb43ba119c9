//! Badges: what customers can show.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::challenge::Entrant;
use super::{CheckedGames, Past};
use crate::id::{BadgeId, GameId, TierId};
use crate::rule::{CheckedRule, Rule};

/// Something to show for what a customer has achieved.
///
/// ```
/// use loyalty::game::Badge;
///
/// let badge: Badge = serde_json::from_str(r#"{
///   "id": "regular", "for": {"streak": {"streak": "weekly", "length": 10}}, "keep": "for_good"
/// }"#)?;
/// let badge: Badge = serde_json::from_str(r#"{
///   "id": "critic", "for": {"rule": {"field": "events(review, 1y)", "at_least": 5}}
/// }"#)?;
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Badge {
    /// Names the badge.
    pub id: BadgeId,
    /// What it is given for.
    #[serde(rename = "for")]
    pub merit: Merit,
    /// For how long.
    #[serde(default)]
    pub keep: Keep,
}

/// What a badge is given for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Merit {
    /// A rule holds; it can name what is known before segments are told.
    Rule(Rule),
    /// A streak is so long.
    Streak(StreakMerit),
    /// A step of a challenge is reached.
    Challenge(ChallengeMerit),
    /// Cards were filled.
    Cards(CardMerit),
    /// The customer is in this tier or a higher one.
    Tier(TierId),
}

/// A streak is so long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StreakMerit {
    /// The streak.
    pub streak: GameId,
    /// So many periods.
    pub length: u32,
}

/// A step of a challenge is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ChallengeMerit {
    /// The challenge.
    pub challenge: GameId,
    /// The step, counted from 1; the last one if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<u32>,
}

/// Cards were filled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CardMerit {
    /// The card.
    pub card: GameId,
    /// How many of them.
    pub cards: u32,
}

/// For how long a badge is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Keep {
    /// While it is earned: as long as the streak lasts, the round of the challenge goes on, or the
    /// rule holds.
    #[default]
    WhileEarned,
    /// For good once it is earned, whatever time takes away. For a rule or a tier that is looked at
    /// right after every event. What is void or came back has earned nothing.
    ForGood,
}

/// Whether a customer has a badge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BadgeState {
    /// The badge.
    pub badge: BadgeId,
    /// Whether the customer has it.
    pub holding: Holding,
}

/// Whether a customer has a badge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Holding {
    /// They have it.
    Held {
        /// Since the event with which they first earned it, or earned what they have now if it is
        /// not for good; `None` if it was no event but time.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<DateTime<Utc>>,
    },
    /// They do not.
    NotHeld,
}

/// A badge that fits a program.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct CheckedBadge {
    pub(super) written: Badge,
    pub(super) rule: Option<CheckedRule>,
}

/// Who answers for rules and tiers, which games do not know.
pub(crate) trait Referee {
    /// Whether a rule held right before an instant.
    fn enters(&self, rule: &CheckedRule, at: DateTime<Utc>) -> bool;

    /// Whether a rule, or this tier, holds now.
    fn holds(&self, merit: &Looked<'_>) -> bool;

    /// When each rule or tier first held right after an event (for good), or since which event it
    /// has held.
    fn held_since(&self, merits: &[(Looked<'_>, Keep)]) -> Vec<Option<DateTime<Utc>>>;
}

/// What is looked at, for a badge that hangs on no game.
pub(crate) enum Looked<'a> {
    /// A rule.
    Rule(&'a CheckedRule),
    /// A tier.
    Tier(&'a TierId),
}

impl Holding {
    /// Whether the customer has the badge.
    #[must_use]
    pub const fn is_held(&self) -> bool {
        matches!(self, Self::Held { .. })
    }

    fn at(since: Option<DateTime<Utc>>) -> Self {
        since.map_or(Self::NotHeld, |since| Self::Held { since: Some(since) })
    }
}

impl CheckedGames {
    /// Whether the customer has each badge, and since when.
    pub(crate) fn badges(&self, past: &Past<'_>, referee: &dyn Referee) -> Vec<BadgeState> {
        let looked =
            self.badges.iter().filter_map(|badge| Some((badge.looked()?, badge.written.keep)));
        let looked: Vec<_> = looked.collect();
        let mut since = referee.held_since(&looked).into_iter();
        let state = |badge: &CheckedBadge| BadgeState {
            badge: badge.written.id.clone(),
            holding: match badge.looked() {
                None => self.holding(badge, past, referee),
                Some(looked) => match (badge.written.keep, since.next().flatten()) {
                    (Keep::ForGood, since) => Holding::at(since),
                    (_, since) if referee.holds(&looked) => Holding::Held { since },
                    _ => Holding::NotHeld,
                },
            },
        };
        self.badges.iter().map(state).collect()
    }

    /// The badges that the customer has.
    pub(crate) fn held<'p>(
        &'p self,
        past: &Past<'_>,
        referee: &dyn Referee,
    ) -> impl Iterator<Item = &'p BadgeId> {
        let is_held = |badge: &CheckedBadge| match (badge.looked(), badge.written.keep) {
            (None, _) => self.holding(badge, past, referee).is_held(),
            (Some(looked), Keep::WhileEarned) => referee.holds(&looked),
            (Some(looked), keep) => referee.held_since(&[(looked, keep)]) != [None],
        };
        self.badges.iter().filter(move |badge| is_held(badge)).map(|badge| &badge.written.id)
    }

    /// Whether the customer has a badge that hangs on a game, and since when.
    fn holding(&self, badge: &CheckedBadge, past: &Past<'_>, referee: &dyn Referee) -> Holding {
        let keep = badge.written.keep;
        Holding::at(match &badge.written.merit {
            Merit::Streak(merit) => self.long_since(merit, keep, past),
            Merit::Challenge(merit) => self.reached_since(merit, keep, past, referee),
            Merit::Cards(CardMerit { card, cards }) => {
                let card = self.cards.iter().find(|written| written.id == *card);
                card.and_then(|card| card.filled_at(past, u64::from(*cards)))
            }
            Merit::Rule(_) | Merit::Tier(_) => None,
        })
    }

    fn long_since(
        &self,
        merit: &StreakMerit,
        keep: Keep,
        past: &Past<'_>,
    ) -> Option<DateTime<Utc>> {
        let streak = self.streaks.iter().find(|streak| streak.id == merit.streak)?;
        let runs = streak.runs(past);
        match keep {
            Keep::WhileEarned => runs.alive(streak.every)?.0.reached_at(merit.length),
            Keep::ForGood => runs.runs.iter().filter_map(|run| run.reached_at(merit.length)).min(),
        }
    }

    fn reached_since(
        &self,
        merit: &ChallengeMerit,
        keep: Keep,
        past: &Past<'_>,
        referee: &dyn Referee,
    ) -> Option<DateTime<Utc>> {
        let challenge = self.challenges.iter().find(|one| one.written.id == merit.challenge)?;
        let entrant = Entrant::of(challenge, past);
        let rounds = match keep {
            Keep::WhileEarned => entrant.present().into_iter().collect(),
            Keep::ForGood => entrant.rounds(),
        };
        let last = || challenge.written.steps.len().checked_sub(1);
        let step = match merit.step {
            Some(step) => usize::try_from(step.checked_sub(1)?).ok()?,
            None => last()?,
        };
        let reached = rounds.into_iter().filter_map(|round| {
            let at = *entrant.reached(&round).0.get(step)?;
            let enters = |rule: &CheckedRule, at| referee.enters(rule, at);
            challenge.lets_in(round.entered_at?, &enters).then_some(at)
        });
        reached.min()
    }
}

impl CheckedBadge {
    /// What is looked at, if the badge hangs on no game.
    fn looked(&self) -> Option<Looked<'_>> {
        match &self.written.merit {
            Merit::Tier(tier) => Some(Looked::Tier(tier)),
            _ => self.rule.as_ref().map(Looked::Rule),
        }
    }
}
