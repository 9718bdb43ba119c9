//! How a customer stands in all games, and the figures that rules can name.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{BadgeState, CardState, ChallengeState, CheckedGames, Past, Referee, StreakState};
use crate::id::BadgeId;

/// How a customer stands in the games.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Play {
    /// The punch cards.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cards: Vec<CardState>,
    /// The streaks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub streaks: Vec<StreakState>,
    /// The challenges.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub challenges: Vec<ChallengeState>,
    /// The badges.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub badges: Vec<BadgeState>,
}

/// A number of a game that rules can name, such as `rewards(coffee)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Figure {
    /// The punches on the open card at this position.
    Punches(usize),
    /// The rewards of the card at this position that can be used.
    Rewards(usize),
    /// The length of the streak at this position.
    Streak(usize),
    /// How many steps of the challenge at this position are reached.
    Challenge(usize),
}

impl Play {
    /// Whether the program has no games.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.cards.is_empty()
            && self.streaks.is_empty()
            && self.challenges.is_empty()
            && self.badges.is_empty()
    }

    /// The badges that the customer has.
    pub fn held(&self) -> impl Iterator<Item = &BadgeId> {
        self.badges.iter().filter(|badge| badge.holding.is_held()).map(|badge| &badge.badge)
    }

    /// The first later instant at which any of this is different if nothing more happens.
    #[must_use]
    pub fn next_change(&self) -> Option<DateTime<Utc>> {
        let cards = self.cards.iter().map(|state| state.next_change);
        let streaks = self.streaks.iter().map(|state| state.next_change);
        let challenges = self.challenges.iter().map(|state| state.next_change);
        cards.chain(streaks).chain(challenges).flatten().min()
    }
}

impl Figure {
    /// The parts of a name such as `streak(weekly)`, if it has the form of a figure's.
    pub(crate) fn parts(name: &str) -> Option<(&str, &str)> {
        let (kind, id) = name.strip_suffix(')')?.split_once('(')?;
        matches!(kind, "punches" | "rewards" | "streak" | "challenge").then_some((kind, id))
    }
}

impl CheckedGames {
    /// How a customer stands in all games.
    pub(crate) fn play(&self, past: &Past<'_>, referee: &dyn Referee) -> Play {
        let enters = |rule: &_, at| referee.enters(rule, at);
        let challenges = self.challenges.iter();
        Play {
            cards: self.cards.iter().map(|card| card.state(past)).collect(),
            streaks: self.streaks.iter().map(|streak| streak.state(past)).collect(),
            challenges: challenges.map(|challenge| challenge.state(past, &enters)).collect(),
            badges: self.badges(past, referee),
        }
    }

    /// The value of a figure; `None` if it cannot be told.
    pub(crate) fn value(
        &self,
        figure: Figure,
        past: &Past<'_>,
        referee: &dyn Referee,
    ) -> Option<i64> {
        let enters = |rule: &_, at| referee.enters(rule, at);
        match figure {
            Figure::Punches(card) => i64::try_from(self.cards.get(card)?.state(past).punches).ok(),
            Figure::Rewards(card) => {
                i64::try_from(self.cards.get(card)?.state(past).available).ok()
            }
            Figure::Streak(streak) => Some(i64::from(self.streaks.get(streak)?.length(past))),
            Figure::Challenge(challenge) => {
                let done = self.challenges.get(challenge)?.steps_done(past, &enters)?;
                i64::try_from(done).ok()
            }
        }
    }
}
