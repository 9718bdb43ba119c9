//! What is to happen in a story, before anything has an id or an instant: what shrinks.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::Plot;
use crate::event::{Channel, EventKind, EventType};
use crate::profile::Attributes;
use crate::strategy::calendar::{instant, years};
use crate::strategy::customer::{attributes, channel};
use crate::strategy::event::{delay, event_kind};
use crate::strategy::operation::adjustment;

/// A story in outline.
#[derive(Clone, Debug)]
pub(super) struct Outline {
    pub(super) attributes: Attributes,
    /// When the customer enrolls.
    pub(super) start: DateTime<Utc>,
    pub(super) moves: Vec<Move>,
}

/// Something that happens, if it can.
#[derive(Clone, Debug)]
pub(super) struct Move {
    /// How long after the one before it.
    pub(super) gap: TimeDelta,
    /// How much later it is recorded.
    pub(super) delay: TimeDelta,
    pub(super) channel: Option<Channel>,
    pub(super) what: What,
}

#[derive(Clone, Debug)]
pub(super) enum What {
    /// Nothing of the story matters for it.
    Happens(EventKind),
    /// Units of the lines of one of the orders so far come back; the numbers choose how many.
    ComesBack(Index, Vec<u8>),
    /// One of the orders so far is confirmed.
    IsConfirmed(Index),
    /// One of the events so far is void.
    IsVoid(Index),
}

/// The types of events that a story has, and how often: all but grants of tiers, which only make
/// sense with a program.
const OFTEN: [(u32, EventType); 17] = [
    (30, EventType::Purchase),
    (6, EventType::View),
    (5, EventType::Visit),
    (4, EventType::CartUpdated),
    (4, EventType::EmailOpened),
    (3, EventType::AppOpened),
    (2, EventType::EmailClicked),
    (2, EventType::Review),
    (2, EventType::AttributesChanged),
    (1, EventType::Share),
    (1, EventType::Referral),
    (2, EventType::SurveyAnswered),
    (1, EventType::SupportContact),
    (2, EventType::Points),
    (1, EventType::Consent),
    (1, EventType::Delivery),
    (1, EventType::Custom),
];

pub(super) fn outline(plot: Plot) -> impl Strategy<Value = Outline> + Clone {
    let moves = proptest::collection::vec(happening(plot), 0..=plot.most_events);
    (attributes(), instant(years()), moves).prop_map(|(attributes, start, moves)| Outline {
        attributes,
        start,
        moves,
    })
}

fn happening(plot: Plot) -> impl Strategy<Value = Move> + Clone {
    let kinds = OFTEN.map(|(often, kind)| match kind {
        // What a ledger may decline depends on the program.
        EventType::Points => (often, adjustment().prop_map(EventKind::Points).boxed()),
        kind => (often, event_kind(kind, plot.currency)),
    });
    let kind = proptest::strategy::Union::new_weighted(kinds.to_vec());
    let picks = proptest::collection::vec(any::<u8>(), 1..=6);
    let what = prop_oneof![
        12 => kind.prop_map(What::Happens),
        3 => (any::<Index>(), picks).prop_map(|(order, picks)| What::ComesBack(order, picks)),
        1 => any::<Index>().prop_map(What::IsConfirmed),
        1 => any::<Index>().prop_map(What::IsVoid),
    ];
    let channel = proptest::option::weighted(0.8, channel());
    (gap(plot.longest_gap_days), delay(), channel, what)
        .prop_map(|(gap, delay, channel, what)| Move { gap, delay, channel, what })
}

/// None at all, minutes, hours, days or months: as it is with customers.
fn gap(longest_days: u32) -> impl Strategy<Value = TimeDelta> + Clone {
    let longest = TimeDelta::days(longest_days.into());
    let minutes = select(vec![1_i64, 60, 24 * 60, 7 * 24 * 60, 30 * 24 * 60, 120 * 24 * 60]);
    let gap = prop_oneof![
        1 => Just(TimeDelta::zero()),
        12 => (minutes, 1..=60_i64).prop_map(|(most, part)| TimeDelta::seconds(most * part)),
    ];
    gap.prop_map(move |gap| gap.min(longest))
}
