//! A follower, and then the server, is killed again and again beside a real NATS server: what is
//! told is what a machine tells that saw the same events in one go.
//!
//! Without `nats-server` on the path nothing is run, except where `CI` is set: there it must be.

mod cases;
mod expected;
mod place;
mod process;
mod server;
mod world;

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use loyalty_nats::{Folder, Incoming, News, Standing, Told, What};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use expected::{expected, standing};
use place::Place;
use process::{Ended, Process};
use server::Server;

/// How often the follower is killed.
const KILLS: u32 = 100;
/// How often the server is; every other time the follower with it.
const SERVER_KILLS: usize = 10;

/// The seed of a run: `SEED`, or one that is always the same.
fn seed() -> u64 {
    let seed = std::env::var("SEED").map_or(20_260_314, |seed| seed.parse().expect("a number"));
    println!("SEED={seed} runs this again");
    seed
}

/// A place for a follower, with its triggers.
fn place() -> Place {
    let place = Place::new();
    std::fs::write(place.path().join("triggers.json"), world::TRIGGERS).expect("a file");
    place
}

#[tokio::test]
async fn a_follower_that_is_killed_a_hundred_times_loses_nothing_and_tells_nothing_twice() {
    let Some(server) = Server::start() else { return };
    let mut random = ChaCha8Rng::seed_from_u64(seed());
    let incoming = world::incoming(&mut random, 6_000);
    let client = server.client().await;
    client.publish(&incoming).await;

    let place = place();
    let (mut known, mut torn) = (0, 0);
    for kill in 0..KILLS {
        let mut process = Process::follow(&server, place.path());
        let lines = random.random_range(1..=7);
        let then = Duration::from_micros(random.random_range(0..4_000));
        process.read(lines, then);
        known += process.kill();
        torn += u32::from(client.told_up_to().await > saved(place.path()));
        assert!(saved(place.path()) < incoming.len() as u64, "done before kill {kill}");
    }
    known += finish(&server, place.path(), incoming.len() as u64);
    println!("{KILLS} kills, {torn} between telling and saving, {known} dropped as known");
    assert!(torn > 0 && known > 0, "some kills come between telling and saving");
    compare(&incoming, &client.told().await);
}

#[tokio::test]
async fn a_server_that_is_killed_loses_nothing_and_tells_nothing_twice() {
    let Some(mut server) = Server::start() else { return };
    let mut random = ChaCha8Rng::seed_from_u64(seed());
    let incoming = world::incoming(&mut random, 3_000);
    let place = place();
    server.client().await;
    let (mut process, mut known) = (Process::follow(&server, place.path()), 0);
    let parts = incoming.chunks(incoming.len().div_ceil(SERVER_KILLS));
    for (number, part) in parts.enumerate() {
        server.client().await.publish(part).await;
        let then = Duration::from_micros(random.random_range(0..8_000));
        process.read(random.random_range(1..=8), then);
        server.kill();
        if number % 2 == 0 {
            known += process.kill();
            process = Process::follow(&server, place.path());
        }
        server.again();
    }
    process.read_until(&format!("saved up to {}", incoming.len()));
    assert_eq!(process.stop(), Ended::Well, "it outlives the server and ends when it is asked to");
    known += process.known();
    println!("{SERVER_KILLS} kills, {known} dropped as known");
    assert!(known > 0, "the server still knows what it was told before it was killed");
    compare(&incoming, &server.client().await.told().await);
}

/// Lets a follower do the rest and end by itself; how much the stream knew already.
fn finish(server: &Server, place: &Path, last: u64) -> usize {
    let mut process = Process::follow(server, place);
    process.read_until(&format!("saved up to {last}"));
    assert_eq!(process.stop(), Ended::Well, "it ends when it is asked to");
    assert_eq!(saved(place), last);
    process.known()
}

/// The position of the checkpoint, as whoever reads the folder sees it.
fn saved(place: &Path) -> u64 {
    let folder = Folder::open(&place.join("folder")).expect("nobody else is in it");
    folder.load().expect("a checkpoint is whole").map_or(0, |checkpoint| checkpoint.position)
}

/// What was told is what follows from the events, in the same order, each once.
fn compare(incoming: &[Incoming], told: &[(String, Told)]) {
    let expected = expected(incoming);
    let retracted = expected.iter().filter(|(_, id, _)| id.ends_with(".2.retract")).count();
    assert!(expected.len() > 300 && retracted > 0, "there is something to tell");
    for (header, one) in told {
        assert_eq!(*header, one.id, "the id is the message's own");
    }
    let ids: BTreeSet<&String> = told.iter().map(|(id, _)| id).collect();
    assert_eq!(ids.len(), told.len(), "nothing is told twice");
    let found = told.iter().map(|(id, one)| format!("{:?}", (one.after, id, &one.what)));
    let found: BTreeSet<String> = found.collect();
    let wanted: BTreeSet<String> = expected.iter().map(|one| format!("{one:?}")).collect();
    let lost: Vec<_> = wanted.difference(&found).collect();
    let made_up: Vec<_> = found.difference(&wanted).collect();
    assert!(lost.is_empty() && made_up.is_empty(), "lost: {lost:#?}\nmade up: {made_up:#?}");
    let mut stands = Standing::default();
    for (_, one) in told {
        let is_news = stands.take(one) != News::Nothing;
        let is_word = matches!(one.what, What::Fired(_) | What::Retract(_));
        assert_eq!(is_news, is_word, "what is told of a firing stands in its order: {one:?}");
    }
    assert_eq!(stands.iter().collect::<BTreeSet<_>>(), standing(incoming), "what stands");
}
