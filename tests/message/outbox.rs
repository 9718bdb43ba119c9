//! What is to be sent is sent once, or not at all, and the history knows.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use loyalty::digest::Digest;
use loyalty::event::{Channel, DeliveryOutcome, EventKind};
use loyalty::laws;
use loyalty::message::{
    ContactState, Contacts, Cue, Handed, MemoryOutbox, Message, Messages, Outbox, Outgoing, Put,
    Recipient, Sender, Setting, deliver, retract,
};
use loyalty::offer::NoBudgets;
use loyalty::profile::Profile;

use crate::scenario::customer;

/// Carries what has a text, as long as it is up; knows what it has carried.
#[derive(Default)]
struct Queue {
    carried: Vec<Digest>,
    known: BTreeSet<Digest>,
    down: bool,
}

impl Sender for Queue {
    fn send(&mut self, record: &Outgoing) -> Handed {
        if self.down {
            return Handed::Unavailable;
        }
        if record.parts.values().all(String::is_empty) {
            return Handed::Refused { reason: "nothing is said".into() };
        }
        if self.known.insert(record.id) {
            self.carried.push(record.id);
        }
        Handed::Accepted
    }
}

fn at(hour: i64) -> DateTime<Utc> {
    "2026-03-14T00:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::hours(hour)
}

fn messages() -> Messages {
    let message = Message::new(
        "news".parse().unwrap(),
        "t".parse().unwrap(),
        "t".parse().unwrap(),
        "service".parse().unwrap(),
        Channel::Email,
    );
    let policy = r#"{"purposes": [{"id": "service", "consent": "not_needed"}],
                     "caps": [{"at_most": 1, "within": "today"}]}"#;
    let setting = Setting::new("EUR".parse().unwrap());
    let message = message.valid_for("5h".parse().unwrap());
    Messages::check(vec![message], serde_json::from_str(policy).unwrap(), setting).unwrap()
}

/// Puts a message for this firing into the outbox, if it passes the gates.
fn queue(profile: &mut Profile, outbox: &mut MemoryOutbox, firing: u8, hour: i64) -> Option<Put> {
    let messages = messages();
    let cue = Cue::new(Digest::of(&firing), "news".parse().unwrap(), at(hour));
    let recipient = Recipient::of(profile, at(hour), &messages.zone());
    let dispatch = messages.dispatch(&cue, &recipient, &NoBudgets);
    let parts = BTreeMap::from([("text".into(), "Hello".into())]);
    let event = messages.event(&cue, &dispatch)?;
    let record = Outgoing::of(messages.get(&cue.message)?, &cue, &dispatch, parts)?;
    let _ = profile.history.record(event);
    Some(outbox.put(record))
}

fn states(profile: &Profile, hour: i64) -> Vec<ContactState> {
    let contacts = Contacts::of(profile.history.events(at(hour)));
    contacts.iter().map(|contact| contact.state).collect()
}

#[test]
fn an_outbox_in_memory_and_a_queue_that_knows_ids_keep_the_laws() {
    laws::outbox(MemoryOutbox::new).unwrap();
    laws::sender(Queue::default, |queue| queue.carried.clone()).unwrap();
}

#[test]
fn an_outbox_that_forgets_and_a_sender_that_repeats_are_found_out() {
    #[derive(Default)]
    struct Forgetful(MemoryOutbox);
    impl Outbox for Forgetful {
        fn put(&mut self, record: Outgoing) -> Put {
            let put = self.0.put(record);
            self.0.forget(DateTime::<Utc>::MAX_UTC);
            put
        }
        fn waiting(&self, most: usize) -> Vec<Outgoing> {
            self.0.waiting(most)
        }
        fn settle(&mut self, id: &Digest) -> loyalty::message::Settled {
            self.0.settle(id)
        }
    }
    let violation = laws::outbox(Forgetful::default).unwrap_err();
    assert_eq!(violation.law, "one id is one record, also after it is settled");

    #[derive(Default)]
    struct Parrot(Vec<Digest>);
    impl Sender for Parrot {
        fn send(&mut self, record: &Outgoing) -> Handed {
            self.0.push(record.id);
            Handed::Accepted
        }
    }
    let violation = laws::sender(Parrot::default, |parrot| parrot.0.clone()).unwrap_err();
    assert_eq!(violation.law, "a record is carried once if it was accepted, and else not");
}

#[test]
fn what_waits_counts_for_caps_until_it_is_lost() {
    let (mut ann, mut outbox, mut sender) = (customer(), MemoryOutbox::new(), Queue::default());
    assert_eq!(queue(&mut ann, &mut outbox, 1, 9), Some(Put::New));
    assert_eq!(queue(&mut ann, &mut outbox, 2, 10), None, "the cap is one a day");
    sender.down = true;
    let round = deliver(&mut outbox, &mut sender, at(11), 10);
    assert!(round.cut_short && round.events.is_empty() && outbox.len() == 1);
    // At 14:00 it is no longer valid, and the next one can be sent.
    let round = deliver(&mut outbox, &mut sender, at(14), 10);
    assert!(outbox.is_empty() && !round.cut_short);
    for event in round.events {
        let _ = ann.history.record(event);
    }
    assert_eq!(states(&ann, 14), [ContactState::Lost]);
    assert_eq!(queue(&mut ann, &mut outbox, 3, 14), Some(Put::New));
    sender.down = false;
    let round = deliver(&mut outbox, &mut sender, at(15), 10);
    for event in round.events {
        let _ = ann.history.record(event);
    }
    assert_eq!(sender.carried, [Digest::of(&3_u8)]);
    assert_eq!(states(&ann, 15), [ContactState::Lost, ContactState::Pending]);
}

#[test]
fn a_firing_that_is_retracted_is_sent_only_if_it_was_before() {
    let (mut ann, mut outbox, mut sender) = (customer(), MemoryOutbox::new(), Queue::default());
    assert_eq!(queue(&mut ann, &mut outbox, 1, 9), Some(Put::New));
    let event = retract(&mut outbox, &Digest::of(&1_u8), at(10)).unwrap();
    let EventKind::Delivery(delivery) = &event.kind else { panic!("{event:?}") };
    assert_eq!(delivery.outcome, DeliveryOutcome::Retracted);
    let _ = ann.history.record(event);
    assert_eq!(queue(&mut ann, &mut outbox, 2, 11), Some(Put::New), "the cap is free again");
    assert!(!deliver(&mut outbox, &mut sender, at(12), 10).events.is_empty());
    assert_eq!(retract(&mut outbox, &Digest::of(&2_u8), at(13)), None);
    assert_eq!(sender.carried, [Digest::of(&2_u8)]);
}

#[test]
fn an_outbox_is_read_as_it_was_written() {
    let (mut ann, mut outbox) = (customer(), MemoryOutbox::new());
    assert_eq!(queue(&mut ann, &mut outbox, 1, 9), Some(Put::New));
    assert_eq!(queue(&mut ann, &mut outbox, 2, 33), Some(Put::New));
    assert!(retract(&mut outbox, &Digest::of(&1_u8), at(34)).is_some());
    let json = serde_json::to_string(&outbox).unwrap();
    let mut read: MemoryOutbox = serde_json::from_str(&json).unwrap();
    assert_eq!(read, outbox);
    let record = outbox.waiting(1).remove(0);
    assert_eq!(read.put(Outgoing { id: Digest::of(&1_u8), ..record }), Put::Before);
}
