//! The machine as a value that a host stores and reads.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::seat::{Base, Crowd, Held, Mark, Rest, Undone};
use super::touch::{FlowNo, Touch};
use super::watermark::Watermark;
use super::{Definition, Known, Machine};
use crate::id::CustomerId;
use crate::money::Currency;
use crate::trigger::check::compile;
use crate::trigger::firing::Reason;
use crate::trigger::flow::State;
use crate::trigger::key::Key;
use crate::trigger::matcher::Parts;
use crate::trigger::micros::Micros;

/// The version of the form in which machines are stored.
const FORM: u32 = 1;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    machine: u32,
    currency: Currency,
    watermark: Watermark,
    #[serde(default)]
    late: BTreeMap<Reason, u64>,
    triggers: Vec<StoredFlow>,
    touches: Vec<Vec<(u32, Parts)>>,
    customers: Vec<StoredSeat>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredFlow {
    #[serde(flatten)]
    definition: Definition,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    retired: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredSeat {
    id: CustomerId,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    marks: Vec<(Micros, Key, u32)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    bases: Vec<(u32, Micros, State)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    undone: Vec<(Micros, Key, Key)>,
    #[serde(default, skip_serializing_if = "Micros::is_start")]
    pruned: Micros,
    #[serde(default, skip_serializing_if = "Micros::is_start")]
    stands_before: Micros,
}

/// The numbers under which flows and touches are stored: only those that are used, in an order that
/// does not depend on what arrived first.
struct Numbers {
    flows: Vec<FlowNo>,
    flow_numbers: HashMap<FlowNo, u32>,
    touches: Vec<Vec<(u32, Parts)>>,
    touch_numbers: HashMap<Touch, u32>,
}

impl Machine {
    fn numbers(&self) -> Numbers {
        let used = self.in_use();
        let kept = (0..).map(FlowNo).zip(&self.terms.flows);
        let kept = kept.filter(|(no, known)| !known.retired || used.contains(no));
        let mut flows: Vec<FlowNo> = kept.map(|(no, _)| no).collect();
        flows.sort_by_key(|no| {
            self.look(*no).map(|look| (look.flow.name.clone(), look.flow.version))
        });
        let flow_numbers: HashMap<FlowNo, u32> = flows.iter().copied().zip(0..).collect();
        let marks = self.roster.seats().flat_map(|(seat, _)| self.roster.held(seat).marks());
        let touches: BTreeSet<Touch> = marks.map(|mark| mark.touch).collect();
        let row = |touch: Touch| {
            let row = self.terms.touches.row(touch).iter();
            let mut row: Vec<(u32, Parts)> =
                row.filter_map(|(no, parts)| Some((*flow_numbers.get(no)?, *parts))).collect();
            row.sort_unstable();
            row
        };
        let mut rows: Vec<(Vec<(u32, Parts)>, Touch)> =
            touches.into_iter().map(|touch| (row(touch), touch)).collect();
        rows.sort_unstable();
        let touch_numbers = rows.iter().map(|(_, touch)| *touch).zip(0..).collect();
        let touches = rows.into_iter().map(|(row, _)| row).collect();
        Numbers { flows, flow_numbers, touches, touch_numbers }
    }

    fn stored_seat(&self, seat: u32, numbers: &Numbers) -> Option<StoredSeat> {
        let held = self.roster.held(seat);
        let mark = |mark: Mark| Some((mark.at, mark.key, *numbers.touch_numbers.get(&mark.touch)?));
        let base = |base: &Base| {
            let no = *numbers.flow_numbers.get(&base.state.flow)?;
            Some((no, base.before, base.state.clone()))
        };
        let mut bases: Vec<_> = held.bases().iter().filter_map(base).collect();
        bases.sort_by_key(|(no, ..)| *no);
        Some(StoredSeat {
            id: self.roster.customer(seat)?,
            marks: held.marks().filter_map(mark).collect(),
            bases,
            undone: held.undone().iter().map(|one| (one.at, one.key, one.target)).collect(),
            pruned: held.crowd().map_or(Micros::START, |crowd| crowd.pruned),
            stands_before: held.stands_before(),
        })
    }
}

/// All customers, in the order of their keys.
struct Customers<'a> {
    machine: &'a Machine,
    numbers: &'a Numbers,
}

impl Serialize for Customers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut seats: Vec<(Key, u32)> =
            self.machine.roster.seats().map(|(seat, key)| (key, seat)).collect();
        seats.sort_unstable();
        let stored = |(_, seat)| self.machine.stored_seat(seat, self.numbers);
        serializer.collect_seq(seats.into_iter().filter_map(stored))
    }
}

impl Serialize for Machine {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let numbers = self.numbers();
        let flow = |no: &FlowNo| {
            let known = self.terms.flows.get(no.0 as usize)?;
            Some(StoredFlow { definition: known.definition.clone(), retired: known.retired })
        };
        let triggers: Vec<StoredFlow> = numbers.flows.iter().filter_map(flow).collect();
        let mut stored = serializer.serialize_struct("Machine", 7)?;
        stored.serialize_field("machine", &FORM)?;
        stored.serialize_field("currency", &self.currency)?;
        stored.serialize_field("watermark", &self.watermark)?;
        stored.serialize_field("late", &self.late)?;
        stored.serialize_field("triggers", &triggers)?;
        stored.serialize_field("touches", &numbers.touches)?;
        stored.serialize_field("customers", &Customers { machine: self, numbers: &numbers })?;
        stored.end()
    }
}

impl<'de> Deserialize<'de> for Machine {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let stored = Stored::deserialize(deserializer)?;
        if stored.machine != FORM {
            let found = stored.machine;
            let other = format!("this machine is of form {found}: form {FORM} is read here");
            return Err(de::Error::custom(other));
        }
        Self::restored(stored).map_err(de::Error::custom)
    }
}

impl Machine {
    fn restored(stored: Stored) -> Result<Self, String> {
        let mut machine = Self::empty(stored.currency, stored.watermark);
        machine.late = stored.late;
        for StoredFlow { definition, retired } in stored.triggers {
            let Definition { trigger, correction, zone, currency } = &definition;
            let compiled = compile(trigger, *correction, *zone, *currency);
            let (flow, _) = compiled.map_err(|problems| problems.to_string())?;
            machine.terms.flows.push(Known { definition, flow: Arc::new(flow), retired });
        }
        let mut touches = Vec::new();
        for row in &stored.touches {
            let rising =
                row.iter().zip(row.iter().skip(1)).all(|((one, _), (other, _))| one < other);
            let known = row.iter().all(|(no, _)| (*no as usize) < machine.terms.flows.len());
            let combination: Vec<(FlowNo, Parts)> =
                row.iter().map(|(no, parts)| (FlowNo(*no), *parts)).collect();
            let touch = machine.name(&combination).filter(|_| rising && known);
            touches.push(touch.ok_or("a touch names triggers that are not there")?);
        }
        let flows = machine.terms.flows.len();
        for seat in stored.customers {
            let id = seat.id.clone();
            let crowd = restored_crowd(seat, &touches, flows)?;
            let place = machine.roster.seat(Key::of(id.as_str()), None, &id);
            if let Some(held) = machine.roster.held_mut(place) {
                if !held.is_nothing() {
                    return Err(format!("customer `{id}` is there twice"));
                }
                *held = Held::of(crowd);
            }
        }
        machine.connect().map_err(|problems| problems.to_string())?;
        let seats: Vec<u32> = machine.roster.seats().map(|(seat, _)| seat).collect();
        for seat in seats {
            machine.take_seat(seat);
        }
        Ok(machine)
    }
}

fn restored_crowd(seat: StoredSeat, touches: &[Touch], flows: usize) -> Result<Crowd, String> {
    let (mut crowd, mut rest) = (Crowd::default(), Rest::default());
    crowd.pruned = seat.pruned;
    rest.stands_before = seat.stands_before;
    for (at, key, touch) in seat.marks {
        let touch = *touches.get(touch as usize).ok_or("an event touches what is not there")?;
        crowd.marks.push(Mark { at, key, touch });
    }
    for (no, before, state) in seat.bases {
        if no as usize >= flows {
            return Err("a base is of a trigger that is not there".to_owned());
        }
        rest.bases.push(Base { before, state: State { flow: FlowNo(no), ..state } });
    }
    let undone = seat.undone.into_iter().map(|(at, key, target)| Undone { at, key, target });
    rest.undone = undone.collect();
    rest.undone.sort_unstable();
    crowd.edit_rest(|fresh| *fresh = rest);
    crowd.marks.sort_unstable_by_key(|mark| (mark.at, mark.key));
    Ok(crowd)
}
