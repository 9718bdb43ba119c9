//! A NATS server of its own, and what the test has to do with it.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use async_nats::ConnectOptions;
use async_nats::jetstream::stream::Config;
use async_nats::jetstream::{self, Context};
use loyalty_nats::{Incoming, Told};

use super::place::Place;
use super::process::PATIENCE;

/// It is killed at the latest when it is dropped.
pub struct Server {
    child: Child,
    port: u16,
    store: Place,
}

impl Server {
    /// A server that has nothing yet; `None` if there is no `nats-server` here.
    pub fn start() -> Option<Self> {
        let found = Command::new("nats-server").arg("--version").stdout(Stdio::null()).status();
        if found.is_err() {
            assert!(std::env::var_os("CI").is_none(), "there is no `nats-server`");
            println!("NOT RUN: there is no `nats-server`");
            return None;
        }
        let (port, store) = (free_port(), Place::new());
        Some(Self { child: run(port, &store), port, store })
    }

    pub fn url(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub fn kill(&mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it ends");
    }

    /// Starts it again after it was killed: with the same port and the same store.
    pub fn again(&mut self) {
        self.child = run(self.port, &self.store);
    }

    /// A client, and the stream of events, as soon as the server does its work.
    pub async fn client(&self) -> Client {
        let until = Instant::now() + PATIENCE;
        let options = ConnectOptions::new().retry_on_initial_connect();
        let client = options.connect(self.url()).await.expect("it is tried again");
        let context = jetstream::new(client);
        let subjects = vec!["events.>".to_owned()];
        let config = Config { name: "events".to_owned(), subjects, ..Config::default() };
        while let Err(error) = context.get_or_create_stream(config.clone()).await {
            assert!(Instant::now() < until, "the server does not work: {error}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Client { context }
    }
}

/// A port of this process and this call that is free, below those that connections are given: a
/// client must not get it while the server is down.
fn free_port() -> u16 {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    let call = CALLS.fetch_add(1, Ordering::Relaxed);
    let first = std::process::id().wrapping_mul(31).wrapping_add(call.wrapping_mul(997));
    let mut ports = (0..10_000).map(|step| 20_000 + first.wrapping_add(step) % 10_000);
    let free = ports.find_map(|port| {
        let port = u16::try_from(port).expect("below 30,000");
        TcpListener::bind(("127.0.0.1", port)).is_ok().then_some(port)
    });
    free.expect("a port is free")
}

fn run(port: u16, store: &Place) -> Child {
    Command::new("nats-server")
        .args(["-js", "-a", "127.0.0.1", "-p", &port.to_string(), "-sd"])
        .arg(store.path())
        .stderr(Stdio::null())
        .spawn()
        .expect("`nats-server` starts")
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub struct Client {
    context: Context,
}

impl Client {
    pub const fn context(&self) -> &Context {
        &self.context
    }

    pub fn client(&self) -> async_nats::Client {
        self.context.client()
    }

    /// Puts a message of any kind into the stream of events.
    pub async fn put(&self, payload: &'static [u8]) {
        let sent = self.context.publish("events.shop", payload.into()).await.expect("it is sent");
        sent.await.expect("the server takes it");
    }

    /// Puts messages into the stream of events, one after the other.
    pub async fn publish(&self, incoming: &[Incoming]) {
        for some in incoming.chunks(200) {
            let mut taken = Vec::new();
            for one in some {
                let payload = serde_json::to_vec(one).expect("it is JSON");
                taken.push(self.context.publish("events.shop", payload.into()).await);
            }
            for taken in taken {
                taken.expect("it is sent").await.expect("the server takes it");
            }
        }
    }

    /// All that was told, each with the id in its header.
    pub async fn told(&self) -> Vec<(String, Told)> {
        let mut stream = self.context.get_stream("told").await.expect("there is a stream");
        let last = stream.info().await.expect("it is there").state.last_sequence;
        let mut told = Vec::new();
        for sequence in 1..=last {
            let message = stream.get_raw_message(sequence).await.expect("nothing is deleted");
            let id = message.headers.get("Nats-Msg-Id").expect("it has an id");
            let one = serde_json::from_slice(&message.payload).expect("it is what is told");
            told.push((id.to_string(), one));
        }
        told
    }

    /// The last message of which it was told what comes of it.
    pub async fn told_up_to(&self) -> u64 {
        let Ok(stream) = self.context.get_stream("told").await else { return 0 };
        let last = stream.cached_info().state.last_sequence;
        let Ok(message) = stream.get_raw_message(last).await else { return 0 };
        let told: Told = serde_json::from_slice(&message.payload).expect("it is what is told");
        told.after
    }
}
