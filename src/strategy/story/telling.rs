//! Making an outline come true: ids and instants, and what can happen only after something else.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::sample::Index;

use super::Story;
use super::outline::{Move, Outline, What};
use crate::event::{Event, EventKind, OrderConfirmed, Purchase, Return, Void, latest};
use crate::id::{CustomerId, EventId, LineId, OrderId};
use crate::profile::Customer;
use crate::strategy::basket::picked;
use crate::strategy::event::of_another;
use crate::strategy::id::numbered;

impl Outline {
    /// The story of the customer with this number; what cannot happen is left out.
    pub(super) fn tell(self, number: usize) -> Option<Story> {
        let id = CustomerId::new(format!("c-{number:03}")).ok()?;
        let mut telling =
            Telling { customer: id.clone(), at: self.start, told: Vec::new(), orders: Vec::new() };
        telling.tell(EventKind::Enrolled, &Move::enrollment());
        for next in &self.moves {
            telling.follow(next);
        }
        let mut events: Vec<Event> = telling.told.into_iter().map(|told| told.event).collect();
        events.sort_by(|one, other| one.position().cmp(&other.position()));
        Some(Story { customer: Customer { id, attributes: self.attributes }, events })
    }
}

impl Move {
    fn enrollment() -> Self {
        let (gap, delay) = (TimeDelta::zero(), TimeDelta::zero());
        Self { gap, delay, channel: None, what: What::Happens(EventKind::Enrolled) }
    }
}

/// A story as far as it was told.
struct Telling {
    customer: CustomerId,
    at: DateTime<Utc>,
    told: Vec<Told>,
    orders: Vec<Order>,
}

struct Told {
    event: Event,
    is_void: bool,
}

/// An order that is not void.
struct Order {
    event: EventId,
    id: OrderId,
    bought: Vec<(LineId, i64)>,
    /// What has not come back.
    left: Vec<(LineId, i64)>,
}

impl Telling {
    fn follow(&mut self, next: &Move) {
        match &next.what {
            What::Happens(EventKind::Purchase(purchase)) => self.buy(purchase, next),
            What::Happens(kind) => {
                self.tell(kind.clone(), next);
            }
            What::ComesBack(order, picks) => self.bring_back(*order, picks, next),
            What::IsConfirmed(order) => self.confirm(*order, next),
            What::IsVoid(event) => self.make_void(*event, next),
        }
    }

    /// Tells of an event; returns its id, unless the story has become too long for ids or years.
    fn tell(&mut self, kind: EventKind, next: &Move) -> Option<EventId> {
        let id = EventId::new(numbered(&format!("{}-e", self.customer), self.told.len())).ok()?;
        let last = latest() - TimeDelta::days(7);
        let at = self.at.checked_add_signed(next.gap).filter(|at| *at < last)?;
        let kind = of_another(kind, &id, &self.customer);
        let event = Event::new(id.clone(), self.customer.clone(), at, kind);
        let event = Event { recorded_at: at + next.delay, channel: next.channel, ..event };
        self.at = at;
        self.told.push(Told { event, is_void: false });
        Some(id)
    }

    fn buy(&mut self, purchase: &Purchase, next: &Move) {
        let number = numbered(&format!("{}-o", self.customer), self.told.len());
        let Ok(id) = OrderId::new(number) else { return };
        let lines = purchase.basket.lines.iter();
        let bought: Vec<(LineId, i64)> =
            lines.map(|line| (line.id.clone(), line.quantity)).collect();
        let purchase = Purchase { order: id.clone(), ..purchase.clone() };
        if let Some(event) = self.tell(EventKind::Purchase(purchase), next) {
            self.orders.push(Order { event, id, left: bought.clone(), bought });
        }
    }

    fn bring_back(&mut self, order: Index, picks: &[u8], next: &Move) {
        let mut open: Vec<&mut Order> = self.orders.iter_mut().filter(|o| o.has_left()).collect();
        let at = order.index(open.len().max(1));
        let Some(order) = open.get_mut(at) else { return };
        let returned = Return { order: order.id.clone(), lines: picked(&order.left, picks) };
        order.change(&returned, |left, back| left - back);
        self.tell(EventKind::Return(returned), &next.after_all());
    }

    fn confirm(&mut self, order: Index, next: &Move) {
        let at = order.index(self.orders.len().max(1));
        let Some(order) = self.orders.get(at) else { return };
        let confirmed = OrderConfirmed { order: order.id.clone() };
        self.tell(EventKind::OrderConfirmed(confirmed), &next.after_all());
    }

    fn make_void(&mut self, event: Index, next: &Move) {
        let can_be = |told: &&mut Told| !told.is_void && can_be_void(&told.event, &self.orders);
        let mut open: Vec<&mut Told> = self.told.iter_mut().filter(can_be).collect();
        let at = event.index(open.len().max(1));
        let Some(told) = open.get_mut(at) else { return };
        told.is_void = true;
        let event = told.event.id.clone();
        match &told.event.kind {
            EventKind::Purchase(_) => self.orders.retain(|order| order.event != event),
            EventKind::Return(returned) => {
                if let Some(order) = self.orders.iter_mut().find(|o| o.id == returned.order) {
                    order.change(returned, |left, back| left + back);
                }
            }
            _ => {}
        }
        self.tell(EventKind::Void(Void { event }), &next.after_all());
    }
}

impl Move {
    /// The same, but not at the very instant of what it refers to.
    fn after_all(&self) -> Self {
        Self { gap: self.gap.max(TimeDelta::seconds(1)), ..self.clone() }
    }
}

impl Order {
    fn has_left(&self) -> bool {
        self.left.iter().any(|(_, units)| *units > 0)
    }

    fn change(&mut self, returned: &Return, change: impl Fn(i64, i64) -> i64) {
        for back in &returned.lines {
            for (_, left) in self.left.iter_mut().filter(|(line, _)| *line == back.line) {
                *left = change(*left, back.quantity);
            }
        }
    }
}

/// Whether an event can be void without others making no sense.
fn can_be_void(event: &Event, orders: &[Order]) -> bool {
    match &event.kind {
        EventKind::Enrolled | EventKind::Void(_) => false,
        EventKind::Purchase(_) => {
            orders.iter().any(|order| order.event == event.id && order.left == order.bought)
        }
        _ => true,
    }
}
