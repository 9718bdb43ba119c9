//! What an event must be like in view of what was recorded.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::attributes::check_meaning;
use super::{Fault, History};
use crate::event::{Event, EventKind, Purchase, Return, Void};
use crate::id::{LineId, OrderId};
use crate::path::{Path, Problems, Trail};

/// As of this instant every event that was recorded has happened.
const EVER: DateTime<Utc> = DateTime::<Utc>::MAX_UTC;

impl History {
    /// Checks an event, which has passed [`Event::validate`], against all that was recorded.
    ///
    /// An event with problems may be recorded all the same: what it claims too much counts nothing.
    /// Some of its problems may only mean that it came early ([`Fault::is_early`]). An event that
    /// is recorded already has none.
    ///
    /// # Errors
    /// All problems, each with its path, such as `kind.return.lines[0].quantity`.
    ///
    /// # Complexity
    /// *O*(*n*) for *n* events whose content was not folded away.
    pub fn check(&self, event: &Event) -> Result<(), Problems<Fault>> {
        if self.index.instant(&event.id).is_some() {
            return if self.agrees_with(event) {
                Ok(())
            } else {
                let fault = Fault::Conflicting { event: event.id.clone() };
                Err(Problems::one(Path::from("id"), fault))
            };
        }
        self.check_new(event)
    }

    /// The same for an event that is known not to be recorded.
    pub(crate) fn check_new(&self, event: &Event) -> Result<(), Problems<Fault>> {
        let mut problems = Problems::none();
        let kind = Trail::Root.field("kind");
        let path = kind.field(event.kind.event_type().name());
        match &event.kind {
            EventKind::Purchase(purchase) => self.check_purchase(purchase, &path, &mut problems),
            EventKind::Return(returned) => {
                self.check_return(event, returned, &path, &mut problems);
            }
            EventKind::OrderConfirmed(confirmed) => {
                let order = &confirmed.order;
                if self.order(order, EVER).is_none() {
                    let fault = Fault::UnknownOrder { order: order.clone() };
                    problems.add(path.field("order"), fault);
                }
            }
            EventKind::Void(void) => self.check_void(event, void, &path, &mut problems),
            EventKind::AttributesChanged(changed) => {
                let path = path.field("changes");
                for (name, value) in &changed.changes {
                    if let Some(value) = value {
                        let path = Path::from(path.field(name.as_str()));
                        check_meaning(name, value, &path, &mut problems);
                    }
                }
            }
            _ => {}
        }
        problems.into_result(())
    }

    fn check_purchase(
        &self,
        purchase: &Purchase,
        path: &Trail<'_>,
        problems: &mut Problems<Fault>,
    ) {
        let order = &purchase.order;
        if let Some(state) = self.order(order, EVER) {
            let fault =
                Fault::BoughtTwice { order: order.clone(), event: state.event().id.clone() };
            problems.add(path.field("order"), fault);
        }
        let basket = path.field("basket");
        let lines = basket.field("lines");
        let newest = self.lasting(EVER).rev().find_map(|event| event.purchase()?.basket.currency());
        if let (Some(earlier), Some(found)) = (newest, purchase.basket.currency())
            && earlier != found
        {
            let path = lines.item(0);
            problems.add(path.field("unit_price"), Fault::OtherCurrency { earlier, found });
        }
        let returned = self.returned_units(order);
        for (index, line) in purchase.basket.lines.iter().enumerate() {
            let (bought, returned) = (line.quantity, returned.get(&line.id).copied().unwrap_or(0));
            if returned > bought {
                let path = lines.item(index);
                problems.add(path.field("quantity"), Fault::ReturnedMore { bought, returned });
            }
        }
    }

    fn check_return(
        &self,
        event: &Event,
        returned: &Return,
        path: &Trail<'_>,
        problems: &mut Problems<Fault>,
    ) {
        let order = &returned.order;
        let Some(state) = self.order(order, EVER) else {
            let fault = Fault::UnknownOrder { order: order.clone() };
            return problems.add(path.field("order"), fault);
        };
        if event.position() < state.event().position() {
            problems.add(Path::from("at"), Fault::ReturnedBefore { bought_at: state.at() });
        }
        let lines = path.field("lines");
        for (index, line) in returned.lines.iter().enumerate() {
            let path = lines.item(index);
            let quantity = line.quantity;
            match state.returnable(&line.line) {
                None => {
                    let (order, line) = (order.clone(), line.line.clone());
                    problems.add(path.field("line"), Fault::UnknownLine { order, line });
                }
                Some(left) if left < quantity => {
                    let returned = state.returned(&line.line);
                    let fault = Fault::TooMany { quantity, bought: left + returned, returned };
                    problems.add(path.field("quantity"), fault);
                }
                Some(_) => {}
            }
        }
    }

    fn check_void(
        &self,
        event: &Event,
        void: &Void,
        path: &Trail<'_>,
        problems: &mut Problems<Fault>,
    ) {
        let (path, named) = (path.field("event"), void.event.clone());
        match self.index.instant(&void.event) {
            None => problems.add(path, Fault::UnknownEvent { event: named }),
            Some(at) if self.index.is_void(at, &named) && event.position() < (at, &named) => {
                problems.add(path, Fault::LaterVoid { event: named });
            }
            Some(_) => {}
        }
    }

    /// How many units of each line of an order all its returns add up to.
    fn returned_units(&self, order: &OrderId) -> HashMap<&LineId, i64> {
        let mut units = HashMap::new();
        if !self.index.names(order) {
            return units;
        }
        for event in self.lasting(EVER) {
            let EventKind::Return(returned) = &event.kind else { continue };
            for line in returned.lines.iter().filter(|_| returned.order == *order) {
                let units: &mut i64 = units.entry(&line.line).or_default();
                *units = units.saturating_add(line.quantity);
            }
        }
        units
    }
}
