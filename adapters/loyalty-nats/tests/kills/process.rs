//! A follower in a process of its own, which can be killed.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use super::server::Server;

/// For how long anything is waited for before the test fails.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// It is killed at the latest when it is dropped.
pub struct Process {
    child: Child,
    lines: Receiver<String>,
    /// How much of what it told the stream knew already.
    known: usize,
}

/// How a process ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Ended {
    Well,
    Badly,
}

impl Process {
    pub fn follow(server: &Server, place: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_loyalty-nats"))
            .args(["follow", "--batch", "25", "--save-every", "80", "--url", &server.url()])
            .arg("--triggers")
            .arg(place.join("triggers.json"))
            .arg("--folder")
            .arg(place.join("folder"))
            .stdout(Stdio::piped())
            .spawn()
            .expect("the follower is built");
        let output = BufReader::new(child.stdout.take().expect("its output is piped"));
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Self { child, lines, known: 0 }
    }

    /// Waits until it has said so many things, and then for some time more.
    pub fn read(&mut self, lines: usize, then: Duration) {
        for _ in 0..lines {
            self.line(PATIENCE).expect("the follower goes on");
        }
        let until = Instant::now() + then;
        while let Some(left) = until.checked_duration_since(Instant::now())
            && self.line(left).is_some()
        {}
    }

    /// Waits until it says something.
    pub fn read_until(&mut self, wanted: &str) {
        while self.line(PATIENCE).expect("the follower goes on") != wanted {}
    }

    fn line(&mut self, patience: Duration) -> Option<String> {
        match self.lines.recv_timeout(patience) {
            Ok(line) => {
                self.known += known(&line);
                Some(line)
            }
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => {
                panic!("the follower ended: {:?}", self.child.wait())
            }
        }
    }

    /// Kills it, whatever it is at; how much the stream knew already.
    pub fn kill(mut self) -> usize {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it ends");
        self.known()
    }

    /// Asks it to end, and waits until it has.
    pub fn stop(&mut self) -> Ended {
        let id = self.child.id().to_string();
        let asked = Command::new("sh").args(["-c", "kill -TERM \"$0\"", &id]).status();
        assert!(asked.expect("there is a shell").success(), "it is asked to end");
        let ended = self.child.wait().expect("it ends");
        if ended.success() { Ended::Well } else { Ended::Badly }
    }

    /// How much of what it told the stream knew already.
    pub fn known(&mut self) -> usize {
        let rest: usize = self.lines.iter().map(|line| known(&line)).sum();
        self.known += rest;
        self.known
    }
}

fn known(line: &str) -> usize {
    let number = line.split_once("of which ").and_then(|(_, rest)| rest.split(' ').next());
    number.map_or(0, |number| number.parse().expect("a number"))
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
