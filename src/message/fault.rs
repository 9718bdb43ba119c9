//! What can be wrong with messages and their policy.

use thiserror::Error;

use super::{MAX_LIST, MAX_MESSAGES};
use crate::calendar::Window;
use crate::event::Channel;
use crate::id::{MessageId, OfferId, PurposeId, TemplateId, TriggerName};
use crate::money::Percent;

/// What is wrong at a place of the messages or of their policy.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Fault {
    /// More than [`MAX_MESSAGES`] messages.
    #[error("{count} messages are too many: at most {MAX_MESSAGES}")]
    TooManyMessages {
        /// How many there are.
        count: usize,
    },
    /// A list has more than [`MAX_LIST`] items.
    #[error("{count} are too many: at most {MAX_LIST}")]
    TooMany {
        /// How many there are.
        count: usize,
    },
    /// Two messages have one id.
    #[error("the message `{message}` is there twice")]
    DuplicateMessage {
        /// The id.
        message: MessageId,
    },
    /// Two purposes have one id.
    #[error("the purpose `{purpose}` is there twice")]
    DuplicatePurpose {
        /// The id.
        purpose: PurposeId,
    },
    /// Two budgets have one name.
    #[error("the budget `{name}` is there twice, or is named like an offer")]
    DuplicateBudget {
        /// The name.
        name: OfferId,
    },
    /// The purpose is none of the policy.
    #[error("`{purpose}` is no purpose of the policy: it has {known}")]
    UnknownPurpose {
        /// The purpose as it is written.
        purpose: PurposeId,
        /// Those that it has.
        known: String,
    },
    /// The trigger is none of the program.
    #[error("`{trigger}` is no trigger of the program")]
    UnknownTrigger {
        /// The trigger as it is written.
        trigger: TriggerName,
    },
    /// Two messages are for one trigger, whose firing names what is sent.
    #[error("`{trigger}` calls for `{message}` already: a trigger calls for one message")]
    TriggerTaken {
        /// The trigger.
        trigger: TriggerName,
        /// The first message that is for it.
        message: MessageId,
    },
    /// The template is none of the program.
    #[error("`{template}` is no template of the program")]
    UnknownTemplate {
        /// The template as it is written.
        template: TemplateId,
    },
    /// The template has no part for a channel of the message.
    #[error("the template `{template}` says nothing for {channel}")]
    NoPart {
        /// The template.
        template: TemplateId,
        /// The channel.
        channel: Channel,
    },
    /// The offer is none of the program.
    #[error("`{offer}` is no offer of the program")]
    UnknownOffer {
        /// The offer as it is written.
        offer: OfferId,
    },
    /// A message has no channel.
    #[error("there is no channel on which it could be sent")]
    NoChannel,
    /// A channel is there twice.
    #[error("{channel} is there twice")]
    DuplicateChannel {
        /// The channel.
        channel: Channel,
    },
    /// A share is nothing or more than all.
    #[error("{share} is out of range: it must be more than 0% and at most 100%")]
    Share {
        /// The share.
        share: Percent,
    },
    /// A limit is none at all.
    #[error("at most none: leave the messages out instead")]
    AtMostNone,
    /// Quiet hours last a whole day.
    #[error("they end when they begin: nothing would ever be sent")]
    AlwaysQuiet,
    /// A window does not fit.
    #[error("`{window}` does not fit: write {fitting}")]
    UnfitWindow {
        /// The window as it is written.
        window: Window,
        /// What fits.
        fitting: &'static str,
    },
    /// A window looks back further than members' events are kept.
    #[error("`{window}` looks back further than the {days} days that events are kept")]
    BeyondRetention {
        /// The window.
        window: Window,
        /// For how many days events are kept.
        days: u32,
    },
}
