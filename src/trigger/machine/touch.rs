//! Which triggers an event touches: few combinations that very many events share.

use std::collections::HashMap;
use std::num::NonZeroU32;

use crate::trigger::matcher::Parts;

/// Names a combination of triggers, each with the parts that an event plays in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Touch(NonZeroU32);

/// The place of a flow among those of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct FlowNo(pub(super) u32);

/// A combination of triggers.
#[derive(Clone, Debug)]
struct Row {
    parts: Box<[(FlowNo, Parts)]>,
    /// For how long an event of this combination is kept, in microseconds.
    keep: u64,
}

/// All combinations that there were, each once.
#[derive(Clone, Debug, Default)]
pub(super) struct Touches {
    rows: Vec<Row>,
    places: HashMap<Box<[(FlowNo, Parts)]>, Touch>,
}

impl Touches {
    /// The name of a combination, which is in the order of the flows; `None` if it is empty.
    /// `keep` tells for how long a flow keeps its events.
    pub(super) fn name(
        &mut self,
        combination: &[(FlowNo, Parts)],
        keep: impl Fn(FlowNo) -> u64,
    ) -> Option<Touch> {
        if combination.is_empty() {
            return None;
        }
        if let Some(touch) = self.places.get(combination) {
            return Some(*touch);
        }
        let number = u32::try_from(self.rows.len()).ok()?.checked_add(1)?;
        let touch = Touch(NonZeroU32::new(number)?);
        let keep = combination.iter().map(|(no, _)| keep(*no)).max().unwrap_or(0);
        self.rows.push(Row { parts: combination.into(), keep });
        self.places.insert(combination.into(), touch);
        Some(touch)
    }

    pub(super) fn row(&self, touch: Touch) -> &[(FlowNo, Parts)] {
        self.found(touch).map_or(&[], |row| &row.parts)
    }

    /// For how long an event of this combination is kept, in microseconds.
    pub(super) fn keep(&self, touch: Touch) -> u64 {
        self.found(touch).map_or(0, |row| row.keep)
    }

    fn found(&self, touch: Touch) -> Option<&Row> {
        self.rows.get((touch.0.get() as usize).wrapping_sub(1))
    }

    /// The parts that an event of this combination plays in a flow.
    pub(super) fn parts(&self, touch: Touch, flow: FlowNo) -> Parts {
        let found = self.row(touch).iter().find(|(known, _)| *known == flow);
        found.map_or(Parts::NONE, |(_, parts)| *parts)
    }
}
