//! The laws of keeping what is to be sent, and of handing it over.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::{Violation, uphold};
use crate::digest::Digest;
use crate::event::Channel;
use crate::id::{CustomerId, IdError, MessageId, PurposeId, TemplateId, TriggerName};
use crate::message::{Handed, Outbox, Outgoing, Put, Sender, Settled, deliver};

/// Checks the laws of [`Outbox`] for the outboxes that `make` makes, in which nothing is.
///
/// # Errors
/// The first law that is broken: one id is one record, also after it is settled; a record is kept,
/// as it was put, until it is settled; records wait in the order in which they were queued.
pub fn outbox<O: Outbox>(make: impl Fn() -> O) -> Result<(), Violation> {
    (1..=8).try_for_each(|seed| long_run(&mut make(), seed))
}

/// Checks the laws of [`Sender`] for the senders that `make` makes, which have carried nothing;
/// `carried` tells the ids of what one of them has carried, as often as it has.
///
/// # Errors
/// The first law that is broken: a record that was accepted is carried once, however often it is
/// sent, and stays accepted; one that was refused, or could not be sent, is not carried.
pub fn sender<S: Sender>(
    make: impl Fn() -> S,
    carried: impl Fn(&S) -> Vec<Digest>,
) -> Result<(), Violation> {
    let mut sender = make();
    let mut accepted = BTreeSet::new();
    for number in [1, 2, 1, 3, 2, 1, 3, 4] {
        let record = record(number, i64::from(number))?;
        let handed = sender.send(&record);
        let case = || format!("record {number}: {handed:?}");
        let law = "a record that was accepted stays so";
        uphold(law, handed == Handed::Accepted || !accepted.contains(&record.id), case)?;
        if handed == Handed::Accepted {
            accepted.insert(record.id);
        }
        let mut found = carried(&sender);
        found.sort_unstable();
        let expected: Vec<_> = accepted.iter().copied().collect();
        let law = "a record is carried once if it was accepted, and else not";
        uphold(law, found == expected, || format!("record {number}: {found:?}"))?;
    }
    relayed(&mut make(), carried)
}

/// Records get through an outbox whose host stops before it has saved what was settled.
fn relayed<S: Sender>(
    sender: &mut S,
    carried: impl Fn(&S) -> Vec<Digest>,
) -> Result<(), Violation> {
    let mut saved = crate::message::MemoryOutbox::new();
    for number in 1..=5 {
        let _ = saved.put(record(number, i64::from(number))?);
    }
    let mut lost = saved.clone();
    let first = deliver(&mut lost, sender, at(100), 3);
    let again = deliver(&mut saved, sender, at(100), 5);
    let law = "what is delivered again is told by the same event";
    let same = first.events.iter().all(|event| again.events.contains(event));
    uphold(law, same || again.cut_short, || format!("{first:?}, then {again:?}"))?;
    let found = carried(sender);
    let once: BTreeSet<_> = found.iter().collect();
    let law = "what is delivered again is carried once";
    uphold(law, once.len() == found.len(), || format!("{found:?}"))
}

/// Calls in an order that only the seed knows, beside a book-keeper who looks at everything.
fn long_run(outbox: &mut dyn Outbox, seed: u64) -> Result<(), Violation> {
    let mut random = seed;
    let mut draw = |below: u64| {
        random =
            random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from((random >> 33) % below).unwrap_or_default()
    };
    let mut kept: BTreeMap<(DateTime<Utc>, Digest), Outgoing> = BTreeMap::new();
    let mut known: BTreeMap<Digest, Option<DateTime<Utc>>> = BTreeMap::new();
    for _ in 0..200 {
        let record = record(draw(30), i64::from(draw(10)))?;
        let before = known.get(&record.id).copied();
        if draw(3) == 0 {
            let expected = match before {
                None => Settled::Unknown,
                Some(None) => Settled::Before,
                Some(Some(queued_at)) => {
                    known.insert(record.id, None);
                    let settled = kept.remove(&(queued_at, record.id));
                    settled.map_or(Settled::Before, |record| Settled::Now(Box::new(record)))
                }
            };
            let found = outbox.settle(&record.id);
            let law = "what is settled is told once, as it was put";
            uphold(law, found == expected, || format!("{found:?}, not {expected:?}"))?;
        } else {
            let expected = if before.is_none() { Put::New } else { Put::Before };
            let found = outbox.put(record.clone());
            let law = "one id is one record, also after it is settled";
            uphold(law, found == expected, || format!("{}: {found:?}", record.id))?;
            if before.is_none() {
                known.insert(record.id, Some(record.queued_at));
                kept.insert((record.queued_at, record.id), record);
            }
        }
        let most = usize::try_from(draw(40)).unwrap_or_default();
        let expected: Vec<_> = kept.values().take(most).cloned().collect();
        let found = outbox.waiting(most);
        let law = "records wait in their order until they are settled";
        uphold(law, found == expected, || format!("of {most}: {found:?}, not {expected:?}"))?;
    }
    Ok(())
}

/// So many seconds after an instant long after the beginning of time.
fn at(seconds: i64) -> DateTime<Utc> {
    let start = DateTime::<Utc>::UNIX_EPOCH.checked_add_signed(TimeDelta::days(20_000));
    let at = start.and_then(|start| start.checked_add_signed(TimeDelta::seconds(seconds)));
    at.unwrap_or_default()
}

fn record(number: u32, seconds: i64) -> Result<Outgoing, Violation> {
    let law = "an id is read from its text";
    named(number, at(seconds)).map_err(|error| Violation { law, case: error.to_string() })
}

fn named(number: u32, queued_at: DateTime<Utc>) -> Result<Outgoing, IdError> {
    Ok(Outgoing {
        id: Digest::of(&number),
        customer: CustomerId::new(format!("customer-{number}"))?,
        message: MessageId::new("news")?,
        trigger: TriggerName::new("news")?,
        template: TemplateId::new("news")?,
        purpose: PurposeId::new("marketing")?,
        channel: Channel::Email,
        priority: 0,
        parts: BTreeMap::from([("text".into(), format!("Hello {number}"))]),
        content: None,
        consent: None,
        grants: BTreeSet::new(),
        queued_at,
        valid_until: None,
        refusals: Vec::new(),
    })
}
