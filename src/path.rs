//! Where in the user's data a problem is, and how all problems are reported together.
//!
//! A check walks the whole input with a [`Path`] in hand and adds a [`Problem`] for every fault it
//! meets; what it returns in the end is either the checked value or all of the [`Problems`].

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::error::Error;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// A place in the user's data, such as `offers[3].when.all[0].field`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Path(String);

impl Path {
    /// The whole document.
    #[must_use]
    pub fn root() -> Self {
        Self::default()
    }

    /// The field `name` of the object at this place.
    #[must_use]
    pub fn field(&self, name: &str) -> Self {
        if self.0.is_empty() { Self(name.to_owned()) } else { Self(format!("{}.{name}", self.0)) }
    }

    /// The item at position `index`, counted from 0, of the list at this place.
    #[must_use]
    pub fn item(&self, index: usize) -> Self {
        Self(format!("{}[{index}]", self.0))
    }

    /// The place `rest` seen from this place: how a module's problems are moved under a parent's.
    #[must_use]
    pub fn join(&self, rest: &Self) -> Self {
        match (self.0.is_empty(), rest.0.is_empty()) {
            (true, _) => rest.clone(),
            (_, true) => self.clone(),
            _ if rest.0.starts_with('[') => Self(format!("{}{}", self.0, rest.0)),
            _ => Self(format!("{}.{}", self.0, rest.0)),
        }
    }

    /// The path as it is written, empty for the root.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A place on the way down into the user's data: a [`Path`] that is not written before a problem is
/// found there.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Trail<'a> {
    /// The whole document.
    Root,
    /// The field of the object at a place.
    Field(&'a Self, &'a str),
    /// The item at a position, counted from 0, of the list at a place.
    Item(&'a Self, usize),
    /// A place that is written already.
    At(&'a Path),
}

impl<'a> Trail<'a> {
    /// The field `name` of the object at this place.
    pub(crate) const fn field(&'a self, name: &'a str) -> Self {
        Self::Field(self, name)
    }

    /// The item at position `index`, counted from 0, of the list at this place.
    pub(crate) const fn item(&'a self, index: usize) -> Self {
        Self::Item(self, index)
    }
}

impl From<Trail<'_>> for Path {
    fn from(trail: Trail<'_>) -> Self {
        match trail {
            Trail::Root => Self::root(),
            Trail::Field(before, name) => Self::from(*before).field(name),
            Trail::Item(before, index) => Self::from(*before).item(index),
            Trail::At(path) => path.clone(),
        }
    }
}

impl From<&str> for Path {
    fn from(written: &str) -> Self {
        Self(written.to_owned())
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "the document" } else { &self.0 })
    }
}

/// One fault and the place where it is; `F` is the fault enum of the module that found it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Problem<F> {
    /// Where it is.
    pub path: Path,
    /// What is wrong there.
    pub fault: F,
}

impl<F: fmt::Display> fmt::Display for Problem<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", self.path, self.fault)
    }
}

/// Every problem that a check found, in the order of the user's data.
///
/// While it is being filled it may be empty; as an error it never is ([`Problems::into_result`]).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Problems<F>(Vec<Problem<F>>);

impl<F> Problems<F> {
    /// No problem yet.
    #[must_use]
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// A single problem.
    #[must_use]
    pub fn one(path: Path, fault: F) -> Self {
        Self(vec![Problem { path, fault }])
    }

    /// Adds a fault found at `path`.
    pub fn add(&mut self, path: impl Into<Path>, fault: F) {
        self.0.push(Problem { path: path.into(), fault });
    }

    /// Takes over what a check of the part at `under` found.
    pub fn absorb<G: Into<F>>(&mut self, under: &Path, found: Problems<G>) {
        self.0.extend(found.0.into_iter().map(|problem| Problem {
            path: under.join(&problem.path),
            fault: problem.fault.into(),
        }));
    }

    /// Keeps the value of a check of the part at `under`, or its problems.
    pub fn take<T, G: Into<F>>(
        &mut self,
        under: &Path,
        checked: Result<T, Problems<G>>,
    ) -> Option<T> {
        match checked {
            Ok(value) => Some(value),
            Err(found) => {
                self.absorb(under, found);
                None
            }
        }
    }

    /// `value` if nothing was found.
    ///
    /// # Errors
    /// All problems, if there is at least one.
    pub fn into_result<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() { Ok(value) } else { Err(self) }
    }

    /// Whether nothing was found so far.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many problems were found.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// The problems in the order in which they were found.
    pub fn iter(&self) -> std::slice::Iter<'_, Problem<F>> {
        self.0.iter()
    }
}

impl<F> Default for Problems<F> {
    fn default() -> Self {
        Self::none()
    }
}

impl<F> IntoIterator for Problems<F> {
    type Item = Problem<F>;
    type IntoIter = std::vec::IntoIter<Problem<F>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a, F> IntoIterator for &'a Problems<F> {
    type Item = &'a Problem<F>;
    type IntoIter = std::slice::Iter<'a, Problem<F>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<F: fmt::Display> fmt::Display for Problems<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl<F: fmt::Debug + fmt::Display> Error for Problems<F> {}

/// The longest document that [`from_json`] reads, in bytes.
pub const MAX_JSON_BYTES: usize = 64 * 1024 * 1024;

/// The text is no document of the wanted form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Unreadable {
    /// What the reader says.
    pub reason: String,
}

/// Reads an event, a member or any other record from JSON, and names the place of a mistake.
///
/// Nesting is limited to 128 levels by `serde_json`.
///
/// # Errors
/// One problem: where the text stops being such a document, and why. A text of more than
/// [`MAX_JSON_BYTES`] is not looked at.
pub fn from_json<T: DeserializeOwned>(json: &str) -> Result<T, Problems<Unreadable>> {
    let unreadable = |path, reason| Problems::one(path, Unreadable { reason });
    if json.len() > MAX_JSON_BYTES {
        let reason = format!("the text has {} bytes: at most {MAX_JSON_BYTES}", json.len());
        return Err(unreadable(Path::root(), reason));
    }
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        let path = if path == "." { Path::root() } else { Path(short(&path)) };
        unreadable(path, reason(error.inner()))
    })?;
    let ended = deserializer.end();
    ended.map(|()| value).map_err(|error| unreadable(Path::root(), reason(&error)))
}

/// Reads a map in which no key stands twice: of two values one would be lost without a word.
pub(crate) fn each_once<'de, D, K, V>(deserializer: D) -> Result<BTreeMap<K, V>, D::Error>
where
    D: Deserializer<'de>,
    K: Deserialize<'de> + Ord + fmt::Display,
    V: Deserialize<'de>,
{
    struct Once<K, V>(PhantomData<(K, V)>);

    impl<'de, K, V> Visitor<'de> for Once<K, V>
    where
        K: Deserialize<'de> + Ord + fmt::Display,
        V: Deserialize<'de>,
    {
        type Value = BTreeMap<K, V>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a map")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut read = BTreeMap::new();
            while let Some((key, value)) = map.next_entry()? {
                match read.entry(key) {
                    Entry::Vacant(place) => place.insert(value),
                    Entry::Occupied(known) => {
                        let twice = format!("`{}` is there twice", known.key());
                        return Err(de::Error::custom(twice));
                    }
                };
            }
            Ok(read)
        }
    }

    deserializer.deserialize_map(Once(PhantomData))
}

/// What the reader says, without the whole of a text or key that fills pages.
fn reason(error: &serde_json::Error) -> String {
    let told = error.to_string();
    let start = short(&told);
    if start == told {
        return told;
    }
    format!("{start} at line {} column {}", error.line(), error.column())
}

/// The text, cut where it would fill the page.
fn short(text: &str) -> String {
    const LONGEST: usize = 400;
    match text.char_indices().nth(LONGEST) {
        Some(_) => text.chars().take(LONGEST).chain(['…']).collect(),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reads_as_the_user_would_write_it() {
        let path = Path::root().field("offers").item(3).field("when");
        assert_eq!(path.to_string(), "offers[3].when");
        assert_eq!(path.join(&Path::root()).as_str(), "offers[3].when");
        assert_eq!(path.join(&Path::root().item(0)).as_str(), "offers[3].when[0]");
        assert_eq!(path.join(&Path::from("all")).as_str(), "offers[3].when.all");
        assert_eq!(Path::root().to_string(), "the document");
    }

    #[test]
    fn a_mistake_in_json_is_told_with_its_place() {
        let told = |json: &str| {
            let read: Result<Vec<Problem<String>>, _> = from_json(json);
            read.map(|_| ()).unwrap_err().to_string()
        };
        assert_eq!(
            told(r#"[{"path":"a","fault":"b"},{"path":"a","fault":1}]"#),
            "`[1].fault`: invalid type: integer `1`, expected a string at line 1 column 47"
        );
        assert!(told("[]]").starts_with("`the document`: trailing characters"));
        let deep: Result<serde_json::Value, _> = from_json(&"[".repeat(1_000_000));
        assert!(deep.unwrap_err().to_string().contains("recursion limit exceeded"));
        let long = told(&format!(r#"[{{"path":"a","{}":1}}]"#, "b".repeat(1_000_000)));
        assert!(
            long.starts_with("`[0]") && long.ends_with("b… at line 1 column 1000015"),
            "{long}"
        );
    }

    #[test]
    fn all_problems_are_told_one_a_line() {
        let mut problems = Problems::none();
        problems.add(Path::from("a"), "too long");
        problems.absorb(&Path::from("b"), Problems::one(Path::root().item(1), "too short"));
        assert_eq!(problems.to_string(), "`a`: too long\n`b[1]`: too short");
        assert_eq!(problems.into_result(()).map_err(|found| found.len()), Err(2));
    }
}
