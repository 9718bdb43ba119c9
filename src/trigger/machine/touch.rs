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

/// All combinations that there were, each once.
#[derive(Clone, Debug, Default)]
pub(super) struct Touches {
    rows: Vec<Box<[(FlowNo, Parts)]>>,
    places: HashMap<Box<[(FlowNo, Parts)]>, Touch>,
}

impl Touches {
    /// The name of a combination, which is in the order of the flows; `None` if it is empty.
    pub(super) fn name(&mut self, combination: &[(FlowNo, Parts)]) -> Option<Touch> {
        if combination.is_empty() {
            return None;
        }
        if let Some(touch) = self.places.get(combination) {
            return Some(*touch);
        }
        let number = u32::try_from(self.rows.len()).ok()?.checked_add(1)?;
        let touch = Touch(NonZeroU32::new(number)?);
        self.rows.push(combination.into());
        self.places.insert(combination.into(), touch);
        Some(touch)
    }

    pub(super) fn row(&self, touch: Touch) -> &[(FlowNo, Parts)] {
        let place = usize::try_from(touch.0.get()).unwrap_or(0).wrapping_sub(1);
        self.rows.get(place).map_or(&[], |row| row)
    }

    /// The parts that an event of this combination plays in a flow.
    pub(super) fn parts(&self, touch: Touch, flow: FlowNo) -> Parts {
        let found = self.row(touch).iter().find(|(known, _)| *known == flow);
        found.map_or(Parts::NONE, |(_, parts)| *parts)
    }
}
