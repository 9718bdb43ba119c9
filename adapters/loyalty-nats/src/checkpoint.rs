//! What the machine knows and up to where in the stream, saved together.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use loyalty::digest::Digest;
use loyalty::trigger::{CheckedTriggers, Machine};
use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::told::Turns;

const FILE: &str = "checkpoint.json";
const UNFINISHED: &str = "checkpoint.json.new";
const LOCK: &str = "lock";

/// The machine as it is after all messages of a stream up to a position, and none after it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checkpoint {
    /// When the stream was made; a stream of the same name that was made anew is another.
    pub created: String,
    /// The sequence of the last message that the machine has seen; 0 if it has seen none.
    pub position: u64,
    /// The digest of the triggers that it follows.
    pub terms: Digest,
    /// How often firings were taken back.
    pub turns: Turns,
    /// The machine.
    pub machine: Machine,
}

impl Checkpoint {
    /// A machine that has seen nothing of a stream yet.
    pub(crate) fn new(created: String, terms: &CheckedTriggers) -> Self {
        let (turns, machine) = (Turns::default(), Machine::new(terms));
        Self { created, position: 0, terms: digest(terms), turns, machine }
    }
}

/// Names triggers with all that makes their firings what they are.
pub(crate) fn digest(terms: &CheckedTriggers) -> Digest {
    let versions: Vec<Digest> = terms.iter().map(|trigger| trigger.version()).collect();
    Digest::of(&(&terms.written().lateness, versions))
}

/// The folder in which a follower keeps its checkpoint, and in which no other does.
///
/// A file, because it can be of any size (a message cannot, and so no value of a key-value bucket)
/// and is put in the place of another in one step. A host that keeps its checkpoints in a database
/// saves machine and position in one transaction instead.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// Is locked; the system unlocks it when the process ends, however it does.
    lock: File,
}

impl Drop for Folder {
    /// A process that is being started holds all files of this one open for a moment: so closing
    /// the file is not enough.
    fn drop(&mut self) {
        let _ = self.lock.unlock();
    }
}

impl Folder {
    /// Takes a folder for one follower; it is made if there is none.
    ///
    /// # Errors
    /// [`Fault::Busy`] if another follower has it, [`Fault::File`] if it cannot be had.
    pub fn open(path: &Path) -> Result<Self, Fault> {
        fs::create_dir_all(path).map_err(|source| fault("make the folder", path, source))?;
        let lock = path.join(LOCK);
        let file = File::create(&lock).map_err(|source| fault("make", &lock, source))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), lock: file }),
            Err(TryLockError::WouldBlock) => Err(Fault::Busy { path: path.to_owned() }),
            Err(TryLockError::Error(source)) => Err(fault("lock", &lock, source)),
        }
    }

    /// The checkpoint that was saved last, if any was.
    ///
    /// # Errors
    /// [`Fault::File`] if it cannot be read, [`Fault::NoCheckpoint`] if it is none.
    pub fn load(&self) -> Result<Option<Checkpoint>, Fault> {
        let path = self.path.join(FILE);
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(fault("read", &path, source)),
        };
        match serde_json::from_slice(&text) {
            Ok(checkpoint) => Ok(Some(checkpoint)),
            Err(source) => Err(Fault::NoCheckpoint { path, source }),
        }
    }

    /// Puts a checkpoint in the place of the one before: whenever the process or the machine under
    /// it stops, one of the two is there, whole.
    ///
    /// # Errors
    /// [`Fault::File`] if it cannot be written; the one before is still there.
    pub fn save(&self, checkpoint: &Checkpoint) -> Result<(), Fault> {
        let (unfinished, path) = (self.path.join(UNFINISHED), self.path.join(FILE));
        write(&unfinished, checkpoint).map_err(|source| fault("write", &unfinished, source))?;
        fs::rename(&unfinished, &path).map_err(|source| fault("replace", &path, source))?;
        let kept = File::open(&self.path).and_then(|folder| folder.sync_all());
        kept.map_err(|source| fault("keep", &self.path, source))
    }
}

fn write(path: &Path, checkpoint: &Checkpoint) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(&serde_json::to_vec(checkpoint)?)?;
    file.sync_all()
}

fn fault(doing: &'static str, path: &Path, source: io::Error) -> Fault {
    Fault::File { doing, path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use loyalty::calendar::Zone;
    use loyalty::money::Currency;
    use loyalty::trigger::Triggers;

    use super::*;

    /// A folder for one test, removed when it is dropped.
    struct Place(PathBuf);

    impl Place {
        fn new(name: &str) -> Self {
            let name = format!("loyalty-nats-{}-{name}", std::process::id());
            let path = std::env::temp_dir().join(name);
            let _ = fs::remove_dir_all(&path);
            Self(path)
        }
    }

    impl Drop for Place {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn terms(json: &str) -> CheckedTriggers {
        let triggers: Triggers = serde_json::from_str(json).unwrap();
        triggers.check_alone(Zone::UTC, Currency::EUR).unwrap()
    }

    #[test]
    fn a_checkpoint_that_was_not_finished_does_not_matter() {
        let place = Place::new("unfinished");
        let folder = Folder::open(&place.0).unwrap();
        assert!(folder.load().unwrap().is_none());
        let mut checkpoint = Checkpoint::new("then".to_owned(), &terms("{}"));
        checkpoint.position = 7;
        folder.save(&checkpoint).unwrap();
        fs::write(place.0.join(UNFINISHED), "{\"created\": \"no").unwrap();
        assert_eq!(folder.load().unwrap().unwrap().position, 7);
        checkpoint.position = 8;
        folder.save(&checkpoint).unwrap();
        assert_eq!(folder.load().unwrap().unwrap().position, 8);
        fs::write(place.0.join(FILE), "{\"created\": \"no").unwrap();
        assert!(matches!(folder.load(), Err(Fault::NoCheckpoint { .. })));
    }

    #[test]
    fn a_folder_is_of_one_follower_until_it_ends() {
        let place = Place::new("one");
        let folder = Folder::open(&place.0.join("deep/down")).unwrap();
        let again = || Folder::open(&place.0.join("deep/down"));
        assert!(matches!(again(), Err(Fault::Busy { .. })));
        drop(folder);
        assert!(again().is_ok());
    }

    #[test]
    fn terms_are_others_if_firings_can_come_out_otherwise() {
        let one = r#"{"list": [{"id": "a", "pattern": {"happens": {"of": {"event": "view"}}}}]}"#;
        let digest_of = |json: &str| digest(&terms(json));
        assert_eq!(digest_of(one), digest_of(one));
        let others = [
            "{}".to_owned(),
            one.replace("view", "purchase"),
            one.replace(r#"{"list"#, r#"{"lateness": "1min", "list"#),
            one.replace(r#"{"list"#, r#"{"correction": "1min", "list"#),
        ];
        for other in others {
            assert_ne!(digest_of(&other), digest_of(one), "{other}");
        }
    }
}
