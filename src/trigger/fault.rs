//! What can be wrong with triggers.

use thiserror::Error;

use super::check::{MAX_NTH, MAX_TIMES, MAX_TRIGGERS};
use crate::event::EventType;
use crate::id::{AttributeName, LadderId, PurseId, TriggerName};
use crate::rule::{self, Number};

/// What is wrong at a place of triggers.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Fault {
    /// There are too many triggers.
    #[error("{count} triggers are too many: at most {MAX_TRIGGERS}")]
    TooMany {
        /// How many there are.
        count: usize,
    },
    /// Two triggers have one id.
    #[error("trigger `{id}` is there twice: also at list[{first}]")]
    Duplicate {
        /// The id.
        id: TriggerName,
        /// Where the first one is.
        first: usize,
    },
    /// A rule is wrong.
    #[error(transparent)]
    Rule(#[from] rule::Fault),
    /// A rule names something that is only known of a basket in hand.
    #[error("`{name}` is not known of a profile")]
    NotOfProfile {
        /// The field.
        name: crate::rule::Text,
    },
    /// Voids are no pattern.
    #[error("a void says that something never happened: no trigger can look for it")]
    Void,
    /// Only the host's own events have a name and values.
    #[error("only `custom` events have a name and values, a `{event}` has none")]
    NotCustom {
        /// The type of event.
        event: EventType,
    },
    /// A name is given to the host's own events, but none is wanted.
    #[error("say which `custom` events: write their `name`")]
    Nameless,
    /// Events that messages lead to must not lead to messages without end.
    #[error(
        "a message can lead to `{event}`, and that to the next message: add a `cool_down` of at \
         least `1h`"
    )]
    Endless {
        /// The type of event.
        event: EventType,
    },
    /// Such a silence is never broken.
    #[error("nothing breaks the silence: name at least one event under `without`")]
    Unbroken,
    /// A number is not among those that make sense.
    #[error("{found} is out of range: 1 to {MAX_NTH}")]
    Nth {
        /// The number.
        found: u32,
    },
    /// Several times is more than once, and not too many.
    #[error("{found} is out of range: 2 to {MAX_TIMES}; for 1 write `happens`")]
    Times {
        /// The number.
        found: u32,
    },
    /// A place is not on earth.
    #[error("{found} is out of range: {limit} degrees at most")]
    Degrees {
        /// The degrees.
        found: Number,
        /// The most that there are.
        limit: u16,
    },
    /// A radius is no length, or goes around the earth.
    #[error("{found} m is out of range: above 0 and at most 1,000,000 m")]
    Radius {
        /// The radius.
        found: Number,
    },
    /// A list that says what is looked for is empty.
    #[error("nothing is looked for: name at least one")]
    Nothing,
    /// There is no such day.
    #[error("there is no day {day} of month {month}")]
    NoDay {
        /// The month.
        month: u32,
        /// The day.
        day: u32,
    },
    /// An attribute is no date.
    #[error("`{name}` is no attribute that is a date")]
    NoDate {
        /// The attribute.
        name: AttributeName,
    },
    /// There is no such purse.
    #[error("there is no purse `{purse}`")]
    UnknownPurse {
        /// The purse.
        purse: PurseId,
    },
    /// There is no such ladder.
    #[error("there is no ladder `{}`", ladder.as_ref().map_or("main", LadderId::as_str))]
    UnknownLadder {
        /// The ladder; the first if none is named.
        ladder: Option<LadderId>,
    },
}
