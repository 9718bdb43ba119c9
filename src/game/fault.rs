//! What can be wrong with games.

use chrono::{DateTime, Utc};
use thiserror::Error;

use super::{MAX_CARD, MAX_LENGTH, MAX_MISSES, Score};
use crate::event::EventType;
use crate::id::{AttributeName, BadgeId, BoardId, GameId, OfferId, TierId};
use crate::money::{Currency, Money};
use crate::points::{MAX_AWARD, Points};
use crate::rule::{self, Kind, Text};

/// What is wrong at a place of the games.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Fault {
    /// Two games have one id.
    #[error("the game `{id}` is there twice: also at {first}")]
    DuplicateGame {
        /// The id.
        id: GameId,
        /// Where the first one is.
        first: String,
    },
    /// Two badges have one id.
    #[error("the badge `{id}` is there twice: also at badges[{first}]")]
    DuplicateBadge {
        /// The id.
        id: BadgeId,
        /// Where the first one is.
        first: usize,
    },
    /// Two leaderboards have one id.
    #[error("the leaderboard `{id}` is there twice: also at boards[{first}]")]
    DuplicateBoard {
        /// The id.
        id: BoardId,
        /// Where the first one is.
        first: usize,
    },
    /// There are too many of something.
    #[error("{count} are too many: at most {most}")]
    TooMany {
        /// How many there are.
        count: usize,
        /// How many there can be.
        most: usize,
    },
    /// A card has no room for punches, or too much.
    #[error("a card of {size} punches: it must be 1 to {MAX_CARD}")]
    Size {
        /// The size.
        size: u32,
    },
    /// The first card is full when the customer joins.
    #[error("{start} punches to start with fill a card of {size}: it must be fewer")]
    FullAtStart {
        /// How many punches the first card has.
        start: u32,
        /// The size.
        size: u32,
    },
    /// A streak forgives too much.
    #[error("{misses} misses are too many: at most {MAX_MISSES}")]
    Misses {
        /// How many it forgives.
        misses: u32,
    },
    /// A length of a streak is out of range.
    #[error("a length of {length}: it must be 1 to {MAX_LENGTH}")]
    Length {
        /// The length.
        length: u32,
    },
    /// A goal is not higher than the one before it.
    #[error("the goal is {found}, the one before it {below}: it must be more")]
    NotRising {
        /// The goal.
        found: String,
        /// The one before it.
        below: String,
    },
    /// A challenge has no goal.
    #[error("there are no steps: at least one is needed")]
    NoSteps,
    /// Something is reached with nothing, or with less.
    #[error("{found} is reached with nothing: it must be more")]
    Nothing {
        /// What is to be reached.
        found: Score,
    },
    /// A number where money is counted.
    #[error("money is counted: write an amount such as `50.00 EUR`, not `{found}`")]
    NoMoney {
        /// What is written.
        found: Score,
    },
    /// Money where a number is counted.
    #[error("a number is counted: write a whole number such as `12`, not `{found}`")]
    NoCount {
        /// What is written.
        found: Score,
    },
    /// An amount is not of the program's currency.
    #[error("{amount} is not in {currency}, the currency of the program")]
    ForeignCurrency {
        /// The amount.
        amount: Money,
        /// The program's currency.
        currency: Currency,
    },
    /// Events of a type take back what others did, and count nothing themselves.
    #[error("`{event}` takes back what counts, and counts nothing itself")]
    CountsNothing {
        /// The type.
        event: EventType,
    },
    /// Something ends before it begins.
    #[error("it ends at {until}, and begins at {from}")]
    EndsBefore {
        /// When it begins.
        from: DateTime<Utc>,
        /// When it ends.
        until: DateTime<Utc>,
    },
    /// A prize is no points, or too many.
    #[error("{points} points: a prize is 1 to {MAX_AWARD}")]
    Prize {
        /// How many points.
        points: Points,
    },
    /// There is no such offer.
    #[error("there is no offer `{offer}`")]
    UnknownOffer {
        /// The offer.
        offer: OfferId,
    },
    /// There is no such punch card, streak or challenge.
    #[error("there is no {what} `{game}`")]
    UnknownGame {
        /// What it should be, in words.
        what: &'static str,
        /// The game.
        game: GameId,
    },
    /// A challenge has no such step.
    #[error("there is no step {step}: the challenge has {steps}")]
    UnknownStep {
        /// The step, counted from 1.
        step: u32,
        /// How many there are.
        steps: usize,
    },
    /// There is no such tier.
    #[error("there is no tier `{tier}`")]
    UnknownTier {
        /// The tier.
        tier: TierId,
    },
    /// An attribute is not declared.
    #[error("there is no attribute `{name}`: declare it among the attributes")]
    UnknownAttribute {
        /// The name.
        name: AttributeName,
    },
    /// An attribute has the wrong type.
    #[error("the attribute `{name}` is {found}: it must be {expected}")]
    WrongKind {
        /// The name.
        name: AttributeName,
        /// What it must be.
        expected: Kind,
        /// What it is.
        found: Kind,
    },
    /// A badge is given for no card.
    #[error("0 cards: it must be at least 1")]
    NoCards,
    /// A rule names something that follows from games, or is known later still.
    #[error("`{name}` is not known yet when this is asked")]
    NotKnownYet {
        /// The field.
        name: Text,
    },
    /// A rule does not fit the program's fields.
    #[error(transparent)]
    Rule(#[from] rule::Fault),
}
