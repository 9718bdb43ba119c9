//! Follows a stream of events beside a NATS server, or puts a tick into it.
#![forbid(unsafe_code)]
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic
)]

use std::collections::BTreeMap;
use std::error::Error;
use std::pin::pin;
use std::process::ExitCode;
use std::time::SystemTime;

use async_nats::{Client, ConnectOptions};
use chrono::{DateTime, Utc};
use loyalty::calendar::{Span, Zone};
use loyalty::money::Currency;
use loyalty::trigger::Triggers;
use loyalty_nats::{Follower, Progress, Settings, tick};
use tokio::signal::unix::{SignalKind, signal};

const USAGE: &str = "\
usage: loyalty-nats follow --triggers FILE --folder FOLDER [--zone UTC] [--currency EUR]
                           [--told told] [--consumer loyalty] [--batch 256] [--save-every 2048]
                           [--url localhost:4222] [--events events]
       loyalty-nats tick   [--behind 10min] [--url localhost:4222] [--events events]

follow: tells in the stream `told` what comes of the stream `events`, until SIGTERM or SIGINT
tick:   lets time pass in the stream `events`, to so long before now";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let done = match words.next().as_deref() {
        Some("follow") => follow(Arguments::of(words)).await,
        Some("tick") => put_tick(Arguments::of(words)).await,
        _ => Err(USAGE.into()),
    };
    if let Err(error) = done {
        eprintln!("{error}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

async fn follow(arguments: Result<Arguments, Box<dyn Error>>) -> Result<(), Box<dyn Error>> {
    let mut arguments = arguments?;
    let triggers = arguments.needed("triggers")?;
    let zone = Zone::from_name(&arguments.or("zone", "UTC"))?;
    let currency: Currency = arguments.or("currency", "EUR").parse()?;
    let mut settings = Settings::new(arguments.needed("folder")?);
    settings.events = arguments.or("events", &settings.events);
    settings.told = arguments.or("told", &settings.told);
    settings.consumer = arguments.or("consumer", &settings.consumer);
    settings.batch = arguments.or("batch", "256").parse()?;
    settings.save_every = arguments.or("save-every", "2048").parse()?;
    let url = arguments.or("url", "localhost:4222");
    arguments.end()?;
    let triggers: Triggers = loyalty::path::from_json(&std::fs::read_to_string(triggers)?)?;
    let terms = triggers.check_alone(zone, currency)?;

    let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let stop = async {
        tokio::select! { _ = term.recv() => (), _ = int.recv() => () }
    };
    let mut stop = pin!(stop);
    let follower = tokio::select! {
        biased;
        () = &mut stop => return Ok(()),
        follower = Follower::begin(settings, connect(&url).await?, &terms) => follower?,
    };
    println!("begins after {}", follower.position());
    Ok(follower.run(stop, print).await?)
}

fn print(progress: Progress) {
    match progress {
        Progress::Told { position, told, known } => {
            println!("told up to {position}: {told}, of which {known} were known");
        }
        Progress::Saved { position } => println!("saved up to {position}"),
        _ => {}
    }
}

async fn put_tick(arguments: Result<Arguments, Box<dyn Error>>) -> Result<(), Box<dyn Error>> {
    let mut arguments = arguments?;
    let behind: Span = arguments.or("behind", "10min").parse()?;
    let (events, url) = (arguments.or("events", "events"), arguments.or("url", "localhost:4222"));
    arguments.end()?;
    let to = behind.before(DateTime::<Utc>::from(SystemTime::now()), &Zone::UTC);
    let context = async_nats::jetstream::new(connect(&url).await?);
    tick(&context, &events, to).await?;
    println!("nothing more comes before {to}");
    Ok(())
}

/// A client that connects, and does so again, as soon as the server is there.
async fn connect(url: &str) -> Result<Client, Box<dyn Error>> {
    Ok(ConnectOptions::new().retry_on_initial_connect().connect(url).await?)
}

/// Words in pairs: `--name value`.
struct Arguments(BTreeMap<String, String>);

impl Arguments {
    fn of(mut words: impl Iterator<Item = String>) -> Result<Self, Box<dyn Error>> {
        let mut arguments = BTreeMap::new();
        while let Some(word) = words.next() {
            let name = word.strip_prefix("--").ok_or(USAGE)?;
            let value = words.next().ok_or_else(|| format!("`{word}` is followed by nothing"))?;
            arguments.insert(name.to_owned(), value);
        }
        Ok(Self(arguments))
    }

    fn or(&mut self, name: &str, otherwise: &str) -> String {
        self.0.remove(name).unwrap_or_else(|| otherwise.to_owned())
    }

    fn needed(&mut self, name: &str) -> Result<String, Box<dyn Error>> {
        let value = self.0.remove(name);
        value.ok_or_else(|| format!("`--{name}` is missing\n\n{USAGE}").into())
    }

    /// Every argument being used.
    fn end(self) -> Result<(), Box<dyn Error>> {
        match self.0.into_keys().next() {
            Some(name) => Err(format!("there is no `--{name}`\n\n{USAGE}").into()),
            None => Ok(()),
        }
    }
}
