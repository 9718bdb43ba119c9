//! One customer, told line by line, and what becomes of messages to them.
//!
//! - `policy {…}`, `message {…}`: what is written, in JSON; `zone Europe/Brussels`: that of the
//!   program.
//! - `customer {…}`: attributes; `did e-1 2026-03-14T09:00:00Z {…}`: an event of that kind.
//! - A line that begins with a quote or a brace goes on with the line before.
//! - `ask 2026-03-14T09:00:00Z cart#1 = send email`: what is done with the message `cart` for its
//!   first firing, which was when it was first asked about; what is sent is in the outbox then.
//!   A refusal is its code, after `on` and a channel if it is about one, and the instant at which
//!   it no longer holds: `drop: capped 2026-03-15T09:00:00Z`.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, Utc};
use loyalty::calendar::Zone;
use loyalty::digest::Digest;
use loyalty::event::{Channel, Delivery, DeliveryOutcome, Event, EventKind};
use loyalty::message::{
    ContactPolicy, Course, Cue, Dispatch, Message, Messages, Recipient, Refusal, Setting,
};
use loyalty::offer::NoBudgets;
use loyalty::profile::{Customer, Profile};

#[derive(Default)]
pub struct Scenario {
    policy: ContactPolicy,
    messages: Vec<Message>,
    zone: Zone,
    pub profile: Option<Profile>,
    firings: BTreeMap<String, DateTime<Utc>>,
}

/// Plays the lines, and holds every answer to what is written.
#[track_caller]
pub fn check(lines: &str) {
    play(&mut Scenario::default(), lines);
}

#[track_caller]
pub fn play(scenario: &mut Scenario, lines: &str) {
    let mut whole: Vec<String> = Vec::new();
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        match whole.last_mut().filter(|_| line.starts_with(['{', '"'])) {
            Some(before) => *before = format!("{before} {line}"),
            None => whole.push(line.to_owned()),
        }
    }
    whole.iter().for_each(|line| scenario.play(line));
}

pub fn customer() -> Profile {
    Profile::new(Customer::new("ann".parse().unwrap()))
}

impl Scenario {
    fn messages(&self) -> Messages {
        let setting = Setting { zone: self.zone, ..Setting::new("EUR".parse().unwrap()) };
        Messages::check(self.messages.clone(), self.policy.clone(), setting).unwrap()
    }

    #[track_caller]
    pub fn play(&mut self, line: &str) {
        let (verb, rest) = line.split_once(' ').unwrap();
        match verb {
            "policy" => self.policy = serde_json::from_str(rest).unwrap(),
            "message" => self.messages.push(serde_json::from_str(rest).unwrap()),
            "zone" => self.zone = rest.parse().unwrap(),
            "customer" => {
                let mut profile = self.profile.take().unwrap_or_else(customer);
                profile.customer.attributes = serde_json::from_str(rest).unwrap();
                self.profile = Some(profile);
            }
            "did" => {
                let (id, rest) = rest.split_once(' ').unwrap();
                let (at, kind) = rest.split_once(' ').unwrap();
                self.record(id, at.parse().unwrap(), serde_json::from_str(kind).unwrap());
            }
            "ask" => {
                let (asked, expected) = rest.split_once(" = ").unwrap();
                let (at, firing) = asked.split_once(' ').unwrap();
                let found = self.ask(at.parse().unwrap(), firing);
                assert_eq!(told(&found), expected, "{line}");
            }
            verb => panic!("{verb}"),
        }
    }

    fn record(&mut self, id: &str, at: DateTime<Utc>, kind: EventKind) {
        let profile = self.profile.get_or_insert_with(customer);
        let event = Event::new(id.parse().unwrap(), profile.customer.id.clone(), at, kind);
        event.validate().unwrap();
        let _ = profile.history.record(event);
    }

    pub fn dispatch(&mut self, cue: &Cue, at: DateTime<Utc>) -> Dispatch {
        let messages = self.messages();
        let profile = self.profile.get_or_insert_with(customer);
        let recipient = Recipient::of(profile, at, &messages.zone());
        messages.dispatch(cue, &recipient, &NoBudgets)
    }

    fn ask(&mut self, at: DateTime<Utc>, firing: &str) -> Dispatch {
        let (message, _) = firing.split_once('#').unwrap();
        let fired = *self.firings.entry(firing.to_owned()).or_insert(at);
        let cue = Cue::new(Digest::of(&firing), message.parse().unwrap(), fired);
        let cue = cue.saying(&message.trim_end_matches(char::is_numeric));
        let messages = self.messages();
        let dispatch = self.dispatch(&cue, at);
        let outcome = match &dispatch.course {
            Course::Send(send) => Some((send.channel, DeliveryOutcome::Queued)),
            Course::HeldOut { would } => match would.as_ref() {
                Course::Send(send) => Some((send.channel, DeliveryOutcome::HeldOut)),
                _ => None,
            },
            _ => None,
        };
        if let Some((channel, outcome)) = outcome {
            let message = messages.get(&cue.message).unwrap();
            let delivery = delivery(&cue, message, channel, outcome);
            self.record(&format!("{firing}-sent"), at, EventKind::Delivery(delivery));
        }
        dispatch
    }
}

pub fn delivery(
    cue: &Cue,
    message: &Message,
    channel: Channel,
    outcome: DeliveryOutcome,
) -> Delivery {
    Delivery {
        sending: cue.id,
        message: cue.message.clone(),
        purpose: message.purpose.clone(),
        channel,
        priority: message.priority,
        content: cue.content,
        outcome,
    }
}

fn told(dispatch: &Dispatch) -> String {
    let refusals: Vec<_> = dispatch.refusals.iter().map(refusal).collect();
    let course = course(&dispatch.course);
    if refusals.is_empty() { course } else { format!("{course}: {}", refusals.join(", ")) }
}

fn course(course: &Course) -> String {
    match course {
        Course::Send(send) => format!("send {}", send.channel),
        Course::Defer { until } => format!("defer {}", instant(*until)),
        Course::Drop => "drop".into(),
        Course::HeldOut { would } => format!("held out, would {}", self::course(would)),
        other => panic!("{other:?}"),
    }
}

fn refusal(refusal: &Refusal) -> String {
    let on = refusal.channel.map_or_else(String::new, |channel| format!("on {channel} "));
    let until = refusal.next_change.map_or_else(String::new, |at| format!(" {}", instant(at)));
    format!("{on}{}{until}", refusal.code())
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}
