//! A history as it is stored, and what is checked when it is read back.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize, Serializer};

use super::chronicle::Chronicle;
use super::index::{Group, Trace};
use super::summary::is_lasting;
use super::{Fault, History, Retention};
use crate::event::{Channel, Event, EventType};
use crate::path::{Path, Problems};

/// What is read, before it is checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredHistory {
    #[serde(default)]
    retention: Retention,
    #[serde(default)]
    events: Vec<Event>,
    #[serde(default)]
    summary: StoredSummary,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredSummary {
    #[serde(default)]
    horizon: Option<DateTime<Utc>>,
    #[serde(default)]
    lasting: Vec<Event>,
    #[serde(default)]
    traces: Vec<StoredTraces>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredTraces {
    kind: EventType,
    #[serde(default)]
    channel: Option<Channel>,
    events: Vec<Trace>,
}

impl Serialize for History {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let summary = self.summary.horizon.map(|horizon| WrittenSummary {
            horizon,
            lasting: &self.summary.lasting,
            traces: self
                .index
                .before(Some(horizon))
                .filter(|(group, _)| !is_lasting(group.event_type))
                .map(|(Group { event_type, channel }, events)| WrittenTraces {
                    kind: event_type,
                    channel,
                    events,
                })
                .collect(),
        });
        Written { retention: self.retention, events: &self.events, summary }.serialize(serializer)
    }
}

/// What is written; [`StoredHistory`] reads it.
#[derive(Serialize)]
struct Written<'a> {
    #[serde(skip_serializing_if = "is_forever")]
    retention: Retention,
    events: &'a Chronicle,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<WrittenSummary<'a>>,
}

#[derive(Serialize)]
struct WrittenSummary<'a> {
    horizon: DateTime<Utc>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    lasting: &'a [Arc<Event>],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    traces: Vec<WrittenTraces<'a>>,
}

#[derive(Serialize)]
struct WrittenTraces<'a> {
    kind: EventType,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<Channel>,
    events: &'a [Trace],
}

fn is_forever(retention: &Retention) -> bool {
    *retention == Retention::Forever
}

impl TryFrom<StoredHistory> for History {
    type Error = Problems<Fault>;

    /// The history that was stored.
    ///
    /// # Errors
    /// All problems: events out of order or there twice, and events on the wrong side of the
    /// summary's horizon.
    fn try_from(stored: StoredHistory) -> Result<Self, Problems<Fault>> {
        let mut problems = Problems::none();
        let mut history = Self::new(stored.retention);
        let summary = Path::from("summary");
        history.summary.horizon = stored.summary.horizon;
        history.read_lasting(&stored.summary.lasting, &summary.field("lasting"), &mut problems);
        history.read_traces(stored.summary.traces, &summary.field("traces"), &mut problems);
        history.read_events(stored.events, &Path::from("events"), &mut problems);
        history.age();
        problems.into_result(history)
    }
}

impl History {
    fn read_events(&mut self, events: Vec<Event>, path: &Path, problems: &mut Problems<Fault>) {
        check_order(&events, Event::position, path, problems);
        for (index, event) in events.into_iter().enumerate() {
            let path = path.item(index);
            if self.summary.reaches(event.position().0) {
                problems.add(path.clone(), Fault::BeforeHorizon);
            }
            if !self.index.add(&event) {
                problems.add(path.field("id"), duplicate(&event.id));
            }
            self.events.push(Arc::new(event));
        }
    }

    fn read_lasting(&mut self, events: &[Event], path: &Path, problems: &mut Problems<Fault>) {
        check_order(events, Event::position, path, problems);
        for (index, event) in events.iter().enumerate() {
            let (path, event_type) = (path.item(index), event.kind.event_type());
            if !self.summary.reaches(event.position().0) {
                problems.add(path.clone(), Fault::AfterHorizon);
            }
            if !is_lasting(event_type) {
                problems.add(path.field("kind"), Fault::WrongList { event_type });
            }
            if !self.index.add(event) {
                problems.add(path.field("id"), duplicate(&event.id));
            }
            self.summary.fold(event);
        }
    }

    fn read_traces(
        &mut self,
        groups: Vec<StoredTraces>,
        path: &Path,
        problems: &mut Problems<Fault>,
    ) {
        for (index, group) in groups.into_iter().enumerate() {
            let path = path.item(index);
            if is_lasting(group.kind) {
                let fault = Fault::WrongList { event_type: group.kind };
                problems.add(path.field("kind"), fault);
            }
            let list = path.field("events");
            check_order(&group.events, |trace| *trace, &list, problems);
            let key = Group { event_type: group.kind, channel: group.channel };
            for (index, trace) in group.events.into_iter().enumerate() {
                let path = list.item(index);
                if !self.summary.reaches(trace.at()) {
                    problems.add(path.clone(), Fault::AfterHorizon);
                }
                if !self.index.add_trace(key, trace) {
                    problems.add(path, duplicate(trace.fingerprint()));
                }
            }
        }
    }
}

fn check_order<'a, T, K: Ord>(
    items: &'a [T],
    position: impl Fn(&'a T) -> K,
    path: &Path,
    problems: &mut Problems<Fault>,
) {
    for (index, (item, next)) in items.iter().zip(items.iter().skip(1)).enumerate() {
        if position(next) < position(item) {
            problems.add(path.item(index + 1), Fault::Unordered);
        }
    }
}

fn duplicate(event: impl ToString) -> Fault {
    Fault::DuplicateEvent { event: event.to_string() }
}
