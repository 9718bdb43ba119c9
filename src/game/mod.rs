//! Games: punch cards, streaks, challenges, badges and leaderboards.
//!
//! How a customer stands in a game follows from what happened until the question, and from nothing
//! else: no game keeps a count of its own. So it does not matter in which order events arrive, and
//! what is void or came back counts as if it had never been.
//!
//! [`Games`] are written as part of a program's document and checked with it. Rules can name what
//! comes of them: `punches(coffee)` and `rewards(coffee)` of a card, `streak(weekly)`, the steps
//! that are done of a `challenge(march)`, and the set of `badges`.

mod badge;
mod board;
mod card;
mod challenge;
mod clock;
mod fault;
mod games;
mod measure;
mod past;
mod play;
mod prize;
mod sentence;
mod streak;

pub use badge::{Badge, BadgeState, CardMerit, ChallengeMerit, Holding, Keep, Merit, StreakMerit};
pub(crate) use badge::{Looked, Referee};
pub(crate) use board::Contender;
pub use board::{Board, Grouping, Leaderboard, Place, Ranking};
pub use card::{CardState, MAX_CARD, PunchCard};
pub use challenge::{
    Between, Challenge, ChallengeState, During, MAX_STEPS, Phase, Step, StepState,
};
pub use fault::Fault;
pub use games::{CheckedGames, Games, MAX_GAMES, Surroundings};
pub use measure::{Measure, Score, Selection};
pub(crate) use past::Past;
pub(crate) use play::Figure;
pub use play::Play;
pub use prize::Prize;
pub use streak::{GoalReached, MAX_GOALS, MAX_LENGTH, MAX_MISSES, Streak, StreakGoal, StreakState};
