//! What can be wrong with a catalog.

use thiserror::Error;

use super::Exclusion;
use super::benefit::MAX_SLOTS;
use super::check::{MAX_LANES, MAX_LIST, MAX_NAME_BYTES, MAX_OFFERS, MAX_POINTS};
use super::code::{MAX_CODES, MIN_ONE_IN};
use super::combine::MAX_JOINT;
use crate::calendar::Window;
use crate::id::{CouponCode, LaneId, MAX_BYTES, OfferId};
use crate::money::{Currency, Money, Percent};
use crate::points::{Multiplier, Points};
use crate::rule::{self, Text};

/// What is wrong at a place of a catalog.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Fault {
    /// A condition makes no sense.
    #[error(transparent)]
    Rule(#[from] rule::Fault),
    /// More than [`MAX_OFFERS`] offers.
    #[error("{count} offers are too many: at most {MAX_OFFERS}")]
    TooManyOffers {
        /// How many there are.
        count: usize,
    },
    /// More than [`MAX_LANES`] lanes.
    #[error("{count} lanes are too many: at most {MAX_LANES}")]
    TooManyLanes {
        /// How many there are.
        count: usize,
    },
    /// A list has more than [`MAX_LIST`] items.
    #[error("{count} are too many: at most {MAX_LIST}")]
    ListTooLong {
        /// How many there are.
        count: usize,
    },
    /// A name has more than [`MAX_NAME_BYTES`] bytes.
    #[error("the name has {bytes} bytes: at most {MAX_NAME_BYTES}")]
    NameTooLong {
        /// How long it is.
        bytes: usize,
    },
    /// A name is empty.
    #[error("the name is empty")]
    NoName,
    /// Two offers have one id.
    #[error("offer `{offer}` is there twice")]
    DuplicateOffer {
        /// The id.
        offer: OfferId,
    },
    /// Two lanes have one id.
    #[error("lane `{lane}` is there twice")]
    DuplicateLane {
        /// The id.
        lane: LaneId,
    },
    /// Two offers want one code.
    #[error("code `{code}` is already that of offer `{offer}`")]
    DuplicateCode {
        /// The code.
        code: CouponCode,
        /// The first offer that wants it.
        offer: OfferId,
    },
    /// The offer is in a lane that is not there.
    #[error("`{lane}` is no lane of the catalog")]
    UnknownLane {
        /// The lane as it is written.
        lane: LaneId,
    },
    /// Something begins when it is already over.
    #[error("it is over before it begins, so that it never happens")]
    NeverOpen,
    /// A percentage is nothing or more than all.
    #[error("{percent} is out of range: it must be more than 0% and at most 100%")]
    Percent {
        /// The percentage.
        percent: Percent,
    },
    /// An amount that must be more than nothing is not.
    #[error("{amount} is not more than nothing")]
    Amount {
        /// The amount.
        amount: Money,
    },
    /// An amount is in another currency than the catalog.
    #[error("{found} is not the currency of the program, which is {expected}")]
    ForeignCurrency {
        /// The other currency.
        found: Currency,
        /// The currency of the catalog.
        expected: Currency,
    },
    /// A list of products or categories is empty.
    #[error("nothing is listed, so that it is never given")]
    EmptyTarget,
    /// A target leaves out no product and no category.
    #[error("nothing is left out: write `lines` for every line")]
    NothingExcluded,
    /// More than [`MAX_SLOTS`] slots.
    #[error("{count} slots are too many: at most {MAX_SLOTS}")]
    TooManySlots {
        /// How many there are.
        count: usize,
    },
    /// A discount that falls once looks at several units.
    #[error("what is taken off `once` is off one unit: `units` can only be one of them")]
    OnceOfMany,
    /// A step begins no higher than the one before it.
    #[error("the step must begin higher than the one before it")]
    StepOrder,
    /// Some steps are by amount and others by units.
    #[error("steps must all be by amount, or all by units")]
    MixedSteps,
    /// A minimum says neither an amount nor a number of units.
    #[error("neither an amount nor a number of units is said, so that it is always reached")]
    NoMinimum,
    /// A count that must be one or more is zero.
    #[error("it is zero: it must be one or more")]
    Zero,
    /// A number of points is not 1 to [`MAX_POINTS`].
    #[error("{points} points are out of range: they must be 1 to {MAX_POINTS}")]
    Points {
        /// The number.
        points: Points,
    },
    /// A multiplier does not make points more.
    #[error("{multiplier} does not give more points: it must be more than 1x")]
    Multiplier {
        /// The multiplier.
        multiplier: Multiplier,
    },
    /// A use limit looks at a time that is over, so that a use of today does not count.
    #[error("`{within}` is over when it is asked: a limit counts up to now, like `this_month`")]
    LimitLooksBack {
        /// The window.
        within: Window,
    },
    /// The discount of an offer that is no discount is limited.
    #[error("the offer takes no money off, so that there is nothing to limit")]
    NoDiscount,
    /// No other offer has a tag that an offer is not granted with, so that it excludes nothing.
    #[error("no other offer has the tag `{tag}`, so that it excludes nothing")]
    NobodyTagged {
        /// The tag.
        tag: Text,
    },
    /// More than [`MAX_JOINT`] offers are to be granted together.
    #[error("the set `{set}` has too many offers: at most {MAX_JOINT}")]
    JointTooLarge {
        /// The set.
        set: Text,
    },
    /// Offers of two lanes are to be granted together.
    #[error("the set `{set}` is in two lanes: offer `{other}` is in another one")]
    JointOverLanes {
        /// The set.
        set: Text,
        /// The first offer of the set.
        other: OfferId,
    },
    /// Offers are to be granted together in a lane that has one winner.
    #[error("the set `{set}` is in a lane with one winner, so that it is never given")]
    JointWithOneWinner {
        /// The set.
        set: Text,
    },
    /// Two offers are to be granted together and are not granted together.
    #[error("the set `{set}` is never given, because of offer `{other}`: {why}")]
    JointExcluded {
        /// The set.
        set: Text,
        /// The other offer of the set.
        other: OfferId,
        /// Why they exclude each other.
        why: Exclusion,
    },
    /// What an offer takes off shipping is limited for a customer.
    #[error("purchases do not tell what was taken off shipping: limit its uses, or its discount")]
    ShippingAmount,
    /// A budget is neither for the offer's life nor for a period of the calendar.
    #[error(
        "a budget cannot be within `{within}`, which is not the same for everybody: write a \
         period like `this_month`, or `lifetime`"
    )]
    BudgetWindow {
        /// The window.
        within: Window,
    },
    /// A budget limits nothing.
    #[error("the budget limits nothing: write `uses`, `amount` or both")]
    EmptyBudget,
    /// Two budgets of an offer have one scope and one window.
    #[error("there is already a budget of this scope within `{within}`: write both as one")]
    DuplicateBudget {
        /// The window.
        within: Window,
    },
    /// An offer has a code and a batch of codes.
    #[error("the offer has `code` and `codes`: write one of them")]
    CodeAndCodes,
    /// An alphabet has less than two characters.
    #[error("{size} characters are too few: an alphabet has at least 2")]
    AlphabetTooSmall {
        /// How many it has.
        size: u64,
    },
    /// An alphabet has a character twice.
    #[error("the character `{character}` is there twice")]
    CharacterTwice {
        /// The character.
        character: char,
    },
    /// An alphabet has a character that codes cannot have.
    #[error("`{character}` is white space or a control character")]
    NoCodeCharacter {
        /// The character, escaped.
        character: String,
    },
    /// The check character needs an even alphabet.
    #[error("{size} characters are an odd number, with which Luhn's formula misses mistakes")]
    OddAlphabet {
        /// How many it has.
        size: u64,
    },
    /// More than [`MAX_CODES`] codes in all batches up to this one.
    #[error("{count} codes are too many: at most {MAX_CODES} in all batches together")]
    TooManyCodes {
        /// How many there are.
        count: u64,
    },
    /// A code has more than [`MAX_BYTES`] bytes.
    #[error("codes have up to {bytes} bytes: at most {MAX_BYTES}")]
    CodeTooLong {
        /// How long they are.
        bytes: u64,
    },
    /// A prefix has a control character, or begins with white space.
    #[error("the prefix has a control character, or white space at its beginning")]
    CodePrefix,
    /// A batch has no seed.
    #[error("the seed is empty, so that anybody can make the codes")]
    NoSeed,
    /// A batch may be easier to guess than anybody wants.
    #[error("a guess hits with a chance of one in {one_in}: it must be at least {MIN_ONE_IN}")]
    EasyGuess {
        /// What it says.
        one_in: u64,
    },
    /// A batch is too dense: codes are guessed too easily.
    #[error(
        "{count} codes of {length} characters out of {size} are guessed with a chance of more than \
         1 in {one_in}: write a length of {enough} or more"
    )]
    CodesTooDense {
        /// How many codes there are.
        count: u32,
        /// How many characters the alphabet has.
        size: u64,
        /// How long they are.
        length: u32,
        /// The greatest chance allowed is one in this.
        one_in: u64,
        /// The length that would do.
        enough: u32,
    },
    /// A holdout withholds the offer from everybody.
    #[error("a holdout of {share} leaves nobody who gets the offer: it must be less than 100%")]
    NobodyLeft {
        /// The share.
        share: Percent,
    },
    /// Pilot and holdout draw their parts in one way.
    #[error("pilot and holdout have one salt, so that they are not independent: write another")]
    SameSalt,
}
