//! What a follower does where something is not as it should be.

use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, Utc};
use loyalty::calendar::Zone;
use loyalty::event::{Event, EventKind, View};
use loyalty::money::Currency;
use loyalty::trigger::{CheckedTriggers, Triggers};
use loyalty_nats::{Fault, Folder, Follower, Incoming, Progress, Settings, What, tick};
use tokio::sync::oneshot;

use super::place::Place;
use super::process::PATIENCE;
use super::server::{Client, Server};

const LOOKED: &str =
    r#"{"list": [{"id": "looked", "pattern": {"happens": {"of": {"event": "view"}}}}]}"#;

fn terms(json: &str) -> CheckedTriggers {
    let triggers: Triggers = serde_json::from_str(json).expect("triggers");
    triggers.check_alone(Zone::UTC, Currency::EUR).expect("they make sense")
}

fn instant(time: &str) -> DateTime<Utc> {
    format!("2026-03-14T{time}:00Z").parse().expect("an instant")
}

fn view(id: &str, customer: &str, time: &str) -> Incoming {
    let kind = EventKind::View(View { product: "shoes".parse().expect("an id"), category: None });
    let (id, customer) = (id.parse().expect("an id"), customer.parse().expect("an id"));
    Incoming::Event(Box::new(Event::new(id, customer, instant(time), kind)))
}

fn settings(folder: &Path) -> Settings {
    Settings { linger: Duration::from_millis(20), ..Settings::new(folder) }
}

/// Follows until a message is in the checkpoint.
async fn follow(client: &Client, settings: Settings, json: &str, to: u64) -> Result<(), Fault> {
    let follower = Follower::begin(settings, client.client(), &terms(json)).await?;
    let (done, end) = oneshot::channel();
    let mut done = Some(done);
    let report = |progress: Progress| {
        if matches!(progress, Progress::Saved { position } if position >= to)
            && let Some(done) = done.take()
        {
            done.send(()).expect("it is waited for");
        }
    };
    let stop = async { end.await.expect("it is told") };
    tokio::time::timeout(PATIENCE, follower.run(stop, report)).await.expect("it gets there")
}

/// What was told: after which message, on which subject, and the id less the firing's own.
async fn told(client: &Client) -> Vec<(u64, &'static str, String)> {
    let row = |(id, one): (String, loyalty_nats::Told)| {
        let id = match &one.what {
            What::Fired(firing) => id.replace(&firing.id().to_string(), firing.customer.as_str()),
            _ => id,
        };
        (one.after, one.what.subject(), id)
    };
    client.told().await.into_iter().map(row).collect()
}

#[tokio::test]
async fn what_cannot_be_read_is_told_and_holds_nothing_up() {
    let Some(server) = Server::start() else { return };
    let (client, place) = (server.client().await, Place::new());
    client.put(b"{\"evnt\": 1}").await;
    client.publish(&[view("e", "ann", "10:00")]).await;
    follow(&client, settings(place.path()), LOOKED, 2).await.expect("it goes on");
    let expected = [(1, "unreadable", "1.unreadable".to_owned()), (2, "fired", "ann".to_owned())];
    assert_eq!(told(&client).await, expected);
}

#[tokio::test]
async fn a_tick_lets_time_pass_and_counts_once() {
    let Some(server) = Server::start() else { return };
    let (client, place) = (server.client().await, Place::new());
    let json = r#"{"lateness": "1h", "list": [{"id": "looked", "pattern": {"silence":
        {"after": {"event": "view"}, "without": [{"event": "purchase"}], "lasting": "30min"}}}]}"#;
    client.publish(&[view("e", "ann", "10:00")]).await;
    for _ in 0..2 {
        tick(client.context(), "events", instant("10:30")).await.expect("it is taken");
    }
    client.publish(&[view("e2", "ben", "10:20")]).await;
    follow(&client, settings(place.path()), json, 3).await.expect("it goes on");
    assert_eq!(told(&client).await, [(2, "fired", "ann".to_owned())]);
}

#[tokio::test]
async fn other_triggers_take_over_after_what_was_there() {
    let Some(server) = Server::start() else { return };
    let (client, place) = (server.client().await, Place::new());
    let other = LOOKED.replace("looked", "saw");
    client.publish(&[view("e1", "ann", "10:00")]).await;
    follow(&client, settings(place.path()), LOOKED, 1).await.expect("it goes on");
    client.publish(&[view("e2", "ben", "10:01"), view("e3", "cid", "10:02")]).await;
    follow(&client, settings(place.path()), &other, 3).await.expect("it goes on");
    client.publish(&[view("e4", "dan", "10:03")]).await;
    follow(&client, settings(place.path()), &other, 4).await.expect("it goes on");
    let triggers = client.told().await.into_iter().map(|(_, one)| match one.what {
        What::Fired(firing) => firing.trigger.to_string(),
        other => panic!("{other:?}"),
    });
    assert_eq!(triggers.collect::<Vec<_>>(), ["looked", "looked", "looked", "saw"]);
}

#[tokio::test]
async fn a_stream_that_lost_what_was_not_seen_or_is_another_is_refused() {
    let Some(server) = Server::start() else { return };
    let (client, place) = (server.client().await, Place::new());
    let views: Vec<Incoming> =
        ["a", "b", "c", "d"].map(|customer| view(customer, customer, "10:00")).into();
    client.publish(&views[..2]).await;
    follow(&client, settings(place.path()), LOOKED, 2).await.expect("it goes on");
    client.publish(&views[2..]).await;
    let events = client.context().get_stream("events").await.expect("it is there");
    events.purge().sequence(4).await.expect("it is purged");
    let gone = follow(&client, settings(place.path()), LOOKED, 4).await;
    assert!(matches!(gone, Err(Fault::Gone { position: 2, first: 4, .. })), "{gone:?}");
    client.context().delete_stream("events").await.expect("it is deleted");
    let other = follow(&client, settings(place.path()), LOOKED, 4).await;
    assert!(matches!(other, Err(Fault::OtherStream { .. })), "{other:?}");
}

#[tokio::test]
async fn a_stream_that_forgets_ids_too_early_and_a_folder_in_use_are_refused() {
    let Some(server) = Server::start() else { return };
    let (client, place) = (server.client().await, Place::new());
    let short = Settings { window: Duration::from_secs(60), ..settings(place.path()) };
    client.publish(&[view("e", "ann", "10:00")]).await;
    follow(&client, short, LOOKED, 1).await.expect("it goes on");
    let refused = follow(&client, settings(place.path()), LOOKED, 1).await;
    assert!(matches!(refused, Err(Fault::ShortWindow { .. })), "{refused:?}");
    let _folder = Folder::open(place.path()).expect("nobody has it");
    let busy = follow(&client, settings(place.path()), LOOKED, 1).await;
    assert!(matches!(busy, Err(Fault::Busy { .. })), "{busy:?}");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told_when_patience_is_over() {
    let Some(mut server) = Server::start() else { return };
    let client = server.client().await;
    server.kill();
    let place = Place::new();
    let patience = Duration::from_millis(100);
    let settings = Settings { patience, ..settings(place.path()) };
    let silent = follow(&client, settings, LOOKED, 1).await;
    assert!(matches!(silent, Err(Fault::Queue { .. })), "{silent:?}");
}
