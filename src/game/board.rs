//! Leaderboards: who is first, of those who want to be seen.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::measure::Tally;
use super::{Fault, Measure, Past, Score};
use crate::calendar::Window;
use crate::id::{AttributeName, BoardId, CustomerId};
use crate::path::{Path, Problems};
use crate::rule::{Text, Value};

/// A leaderboard: what customers are ranked by, and who is on it.
///
/// ```
/// use loyalty::game::Board;
///
/// let board: Board = serde_json::from_str(r#"{
///   "id": "steps", "measure": {"custom": "walk"}, "window": "this_month",
///   "opt_in": "on_boards", "by": {"attribute": "region"}
/// }"#)?;
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Board {
    /// Names the leaderboard.
    pub id: BoardId,
    /// What is counted.
    pub measure: Measure,
    /// In which window, as of the question.
    pub window: Window,
    /// The first instant that counts, if not all of the window does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<DateTime<Utc>>,
    /// The first instant that no longer counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
    /// The attribute (yes or no) by which customers want to be seen; who has not said yes is not on
    /// it.
    pub opt_in: AttributeName,
    /// In which groups customers are ranked; all together if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Grouping>,
}

/// In which groups customers are ranked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Grouping {
    /// Those of each segment: who is in several is ranked in each of them.
    Segments,
    /// Those with the same value of an attribute, such as `region`.
    Attribute(AttributeName),
}

/// A leaderboard as of an instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct Leaderboard {
    /// The leaderboard.
    pub board: BoardId,
    /// The instant.
    pub as_of: DateTime<Utc>,
    /// Its groups, by name; one without a name if it has none, or of those who are in none.
    pub groups: Vec<Ranking>,
}

/// The places of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ranking {
    /// The group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<Text>,
    /// All places, the first first.
    pub places: Vec<Place>,
}

/// A customer's place on a leaderboard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// One more than there are customers with a higher score: 1, 2, 2, 4.
    pub rank: u64,
    /// The customer.
    pub customer: CustomerId,
    /// The score.
    pub score: Score,
    /// When they reached it, if it is more than nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reached_at: Option<DateTime<Utc>>,
}

/// What a customer brings to a leaderboard.
#[derive(Clone, Debug)]
pub(crate) struct Contender {
    pub(crate) customer: CustomerId,
    pub(crate) score: Score,
    pub(crate) reached_at: Option<DateTime<Utc>>,
    /// In which groups they are ranked.
    pub(crate) groups: Vec<Option<Text>>,
}

impl Board {
    pub(super) fn check(&self, path: &Path, problems: &mut Problems<Fault>) {
        self.measure.check(&path.field("measure"), problems);
        if let (Some(from), Some(until)) = (self.from, self.until)
            && until <= from
        {
            problems.add(path.field("until"), Fault::EndsBefore { from, until });
        }
    }

    /// The score of a customer and when they reached it, if they want to be seen.
    pub(crate) fn score(&self, past: &Past<'_>) -> Option<(Score, Option<DateTime<Utc>>)> {
        let opted_in =
            past.course(self.opt_in.as_str()).at(past.as_of()) == Some(&Value::Bool(true));
        if !opted_in {
            return None;
        }
        let anchor = past.profile().anchor(past.as_of(), past.zone());
        let window = self.window.interval(past.as_of(), past.zone(), anchor);
        let counts = |at: DateTime<Utc>| {
            window.is_some_and(|window| window.contains(at))
                && self.from.is_none_or(|from| from <= at)
                && self.until.is_none_or(|until| at < until)
        };
        let mut tally = Tally::default();
        let mut reached_at = None;
        for deed in self.measure.deeds(past).iter().filter(|deed| counts(deed.at)) {
            if tally.add(deed) {
                reached_at = Some(deed.at);
            }
        }
        Some((self.measure.score(tally.sum(), past.moment().currency), reached_at))
    }
}

impl Leaderboard {
    /// The places of these contenders, whatever their order.
    pub(crate) fn of(board: BoardId, as_of: DateTime<Utc>, contenders: &[Contender]) -> Self {
        let mut all: Vec<(&Option<Text>, &Contender)> = Vec::new();
        for contender in contenders {
            all.extend(contender.groups.iter().map(|group| (group, contender)));
        }
        all.sort_by(|(group, one), (other_group, other)| {
            let scores = other.score.amount().cmp(&one.score.amount());
            let first = one.reached_at.cmp(&other.reached_at);
            let ids = one.customer.cmp(&other.customer);
            group.cmp(other_group).then(scores).then(first).then(ids)
        });
        let groups = all.chunk_by(|one, other| one.0 == other.0);
        let ranking = |group: &[(&Option<Text>, &Contender)]| Ranking {
            group: group.first().and_then(|(group, _)| (*group).clone()),
            places: places(group.iter().map(|(_, contender)| *contender)),
        };
        Self { board, as_of, groups: groups.map(ranking).collect() }
    }

    /// The places of a group; `None` for a leaderboard without groups.
    #[must_use]
    pub fn group(&self, name: Option<&str>) -> Option<&Ranking> {
        let is_it = |ranking: &&Ranking| ranking.group.as_ref().map(Text::as_str) == name;
        self.groups.iter().find(is_it)
    }
}

impl Ranking {
    /// The first so many places.
    #[must_use]
    pub fn top(&self, places: usize) -> &[Place] {
        self.places.get(..places).unwrap_or(&self.places)
    }

    /// The place of a customer, with so many neighbors before and after it; nothing if the customer
    /// is not there.
    #[must_use]
    pub fn around(&self, customer: &CustomerId, neighbors: usize) -> &[Place] {
        let own = self.places.iter().position(|place| place.customer == *customer);
        let Some(own) = own else { return &[] };
        let end = own.saturating_add(neighbors).saturating_add(1).min(self.places.len());
        self.places.get(own.saturating_sub(neighbors)..end).unwrap_or(&[])
    }

    /// The place of a customer.
    #[must_use]
    pub fn place(&self, customer: &CustomerId) -> Option<&Place> {
        self.places.iter().find(|place| place.customer == *customer)
    }
}

/// The places of contenders in their order.
fn places<'a>(contenders: impl Iterator<Item = &'a Contender>) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    for (number, contender) in (1..).zip(contenders) {
        let tied = places.last().filter(|last| last.score == contender.score);
        places.push(Place {
            rank: tied.map_or(number, |last| last.rank),
            customer: contender.customer.clone(),
            score: contender.score,
            reached_at: contender.reached_at,
        });
    }
    places
}
