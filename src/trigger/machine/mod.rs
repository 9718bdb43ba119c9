//! The machine that follows events in their own time.

mod accounts;
mod judge;
mod live;
mod observe;
mod present;
mod reach;
mod roster;
mod route;
mod seat;
mod stored;
mod terms;
mod touch;
mod trace;
mod wake;
mod watermark;
mod wheel;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::check::{CheckedTriggers, compile};
use super::firing::{Output, Reason};
use super::flow::{Flow, Stretch};
use super::matcher::Values;
use super::micros::{Days, Micros, longest};
use super::written::Trigger;
use super::{Fault, Firing};
use crate::calendar::{Span, Zone};
use crate::event::EventType;
use crate::money::Currency;
use crate::path::Problems;

use observe::TOGETHER;
use present::Present;
use roster::Roster;
use route::Route;
use terms::Terms;
use touch::FlowNo;
use watermark::Watermark;
use wheel::{Tick, Wheel};

pub use trace::{Step, Trace};

/// The most events that are kept of one customer.
pub const MAX_KEPT: usize = 4_096;

/// Follows the events of very many customers, and fires triggers in the time of the events.
///
/// A host has one for each share of its customers and feeds it from a queue, in any order. All that
/// it tells follows from the *set* of events, and from how far their time has come: the
/// [watermark](Machine::watermark), before which nothing more is expected. A trigger that is due at
/// an instant fires as soon as the watermark reaches it.
///
/// # Late events
/// An event before the watermark is late. While what it matters for is due after the watermark, it
/// counts like any other. What fired already is taken back, and what did not is made up for, as
/// long as the `correction` lasts after the instant of firing. What is older stands, and the event
/// is told as [`Output::Late`].
///
/// # The law
/// Feed the same events in any order in which each arrives before the watermark is further than the
/// correction after it, any of them several times, with advances in between and with the machine
/// stored and read again at any point: the firings, less those that were taken back, are the same,
/// and have the same ids.
///
/// # Voids
/// From its own instant on a void makes an event one that never happened, if the two are no further
/// apart than the window of the trigger (the correction for the n-th of something). A void of an
/// event of the type after which silence is looked for ends that, whatever came before it, unless
/// such an event breaks the silence as well.
///
/// # Other terms
/// [`Machine::replace`] puts other triggers in. What is armed keeps the version with which it was
/// armed, and goes on to follow events in its way until it is over. So do events that arrive later
/// of a time in which an old version had something to do for the customer: what it fired is taken
/// back by it.
///
/// # Example
/// ```
/// use chrono::{DateTime, Utc};
/// use loyalty::calendar::Zone;
/// use loyalty::event::{Basket, Event, EventKind, LineItem};
/// use loyalty::money::Currency;
/// use loyalty::trigger::{Machine, Output, Triggers};
///
/// let triggers: Triggers = serde_json::from_str(r#"{"list": [{"id": "cart", "pattern": {"silence":
/// {
///   "after": {"event": "cart_updated", "when": {"field": "basket_total", "above": "100.00 EUR"}},
///   "without": [{"event": "purchase"}], "lasting": "60min"}}}]}"#)?;
/// let mut machine = Machine::new(&triggers.check_alone(Zone::UTC, Currency::EUR)?);
///
/// let at: DateTime<Utc> = "2026-03-14T10:00:00Z".parse()?;
/// let line = LineItem::new("1".parse()?, "shoes".parse()?, 1, "120.00 EUR".parse()?);
/// let kind = EventKind::CartUpdated(Basket::of([line]));
/// let cart = Event::new("e-1".parse()?, "ann".parse()?, at, kind);
/// assert_eq!(machine.observe(0, &cart), []);
/// let told = machine.advance(0, "2026-03-14T11:00:00Z".parse()?);
/// let [Output::Fired(firing)] = &told[..] else { panic!("{told:?}") };
/// assert_eq!((firing.customer.as_str(), firing.from), ("ann", at));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Machine {
    terms: Terms,
    /// For each type of event, by its number, what is to be looked at.
    routes: Vec<Route>,
    roster: Roster,
    wheel: Wheel,
    present: Present,
    watermark: Watermark,
    currency: Currency,
    late: BTreeMap<Reason, u64>,
    /// For how long voids are kept, in microseconds.
    longest: u64,
    /// How late an event may be and still make a difference to anything, in microseconds.
    accepts: u64,
    /// Whether there are flows of replaced triggers.
    has_retired: bool,
    scratch: Scratch,
}

/// A trigger that the machine follows.
#[derive(Clone, Debug)]
struct Known {
    definition: Definition,
    flow: Arc<Flow>,
    /// Whether another version has taken its place, or none.
    retired: bool,
}

/// All that makes a trigger's firings what they are.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Definition {
    trigger: Trigger,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    correction: Option<Span>,
    zone: Zone,
    currency: Currency,
}

impl Known {
    /// Whether the program derives when it has reason to fire.
    const fn is_planned(&self) -> bool {
        !self.definition.trigger.pattern.follows_events()
    }
}

/// What is only needed while something is done, and kept so that it need not be made anew.
#[derive(Clone, Debug, Default)]
struct Scratch {
    values: Values,
    woken: Vec<u32>,
    fired: Vec<(FlowNo, Micros, Stretch)>,
    days: Days,
}

impl Machine {
    /// A machine that has seen nothing, for these triggers.
    #[must_use]
    pub fn new(triggers: &CheckedTriggers) -> Self {
        let lateness = triggers.written.lateness.map_or(0, longest);
        let mut machine = Self::empty(triggers.currency, Watermark::new(lateness));
        machine.replace(triggers);
        machine
    }

    fn empty(currency: Currency, watermark: Watermark) -> Self {
        Self {
            terms: Terms::default(),
            routes: Vec::new(),
            roster: Roster::default(),
            wheel: Wheel::new(watermark.at()),
            present: Present::default(),
            watermark,
            currency,
            late: BTreeMap::new(),
            longest: 0,
            accepts: 0,
            has_retired: false,
            scratch: Scratch::default(),
        }
    }

    /// The same machine, whose watermark waits for all of these partitions of the queue. One that
    /// is not named is waited for from its first event on.
    #[must_use]
    pub fn with_partitions(mut self, partitions: impl IntoIterator<Item = u32>) -> Self {
        for partition in partitions {
            self.watermark.wait_for(partition);
        }
        self
    }

    /// Puts other triggers in the place of those that are followed. What is armed stays armed.
    pub fn replace(&mut self, triggers: &CheckedTriggers) {
        self.currency = triggers.currency;
        self.watermark.be_late(triggers.written.lateness.map_or(0, longest));
        for known in &mut self.terms.flows {
            known.retired = true;
        }
        for checked in &triggers.list {
            let same = |known: &&mut Known| known.flow.version == checked.flow.version;
            if let Some(known) = self.terms.flows.iter_mut().find(same) {
                known.retired = false;
                continue;
            }
            let trigger = checked.written().clone();
            let correction = trigger.correction.or(triggers.written.correction);
            let definition =
                Definition { trigger, correction, zone: triggers.zone, currency: self.currency };
            self.terms.flows.push(Known { definition, flow: checked.flow.clone(), retired: false });
        }
        let _ = self.connect();
    }

    /// Connects types of events to the flows that they matter for.
    fn connect(&mut self) -> Result<(), Problems<Fault>> {
        let mut routes = vec![Route::default(); EventType::ALL.len()];
        (self.longest, self.accepts) = (0, 0);
        let used = self.in_use();
        for (no, known) in (0..).zip(&self.terms.flows) {
            if known.retired && !used.contains(&FlowNo(no)) {
                continue;
            }
            let Definition { trigger, correction, zone, currency } = &known.definition;
            let (_, matchers) = compile(trigger, *correction, *zone, *currency)?;
            for matcher in matchers {
                if let Some(route) = routes.get_mut(matcher.event as usize) {
                    route.add(FlowNo(no), matcher);
                }
            }
            let keep = known.flow.keep().saturating_add(known.flow.reach);
            self.longest = self.longest.max(keep);
            self.accepts = self.accepts.max(known.flow.accepts());
        }
        self.routes = routes;
        self.has_retired = self.terms.flows.iter().any(|known| known.retired);
        Ok(())
    }

    /// Up to when all events are thought to have arrived; `None` if nothing is known of that yet.
    #[must_use]
    pub fn watermark(&self) -> Option<DateTime<Utc>> {
        Some(self.watermark.at()).filter(|at| *at > Micros::START).map(Micros::at)
    }

    /// Of how many customers something is kept.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.roster.len()
    }

    /// Whether nothing is kept of anybody.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.roster.len() == 0
    }

    /// How many events were too late or could not be used, by reason.
    #[must_use]
    pub const fn late(&self) -> &BTreeMap<Reason, u64> {
        &self.late
    }

    /// The trigger that a firing came from, as it was written when it was armed; `None` if that is
    /// no longer known.
    #[must_use]
    pub fn trigger(&self, firing: &Firing) -> Option<&Trigger> {
        let known = self.terms.flows.iter().find(|known| known.flow.version == firing.version);
        known.map(|known| &known.definition.trigger)
    }

    /// Whether a firing is no longer taken back or made up for, whatever else arrives: the
    /// correction after it is over, or its trigger is no longer known.
    ///
    /// A host that keeps what it did about firings need not keep it for longer.
    ///
    /// ```
    /// use loyalty::calendar::Zone;
    /// use loyalty::event::{Event, EventKind, View};
    /// use loyalty::money::Currency;
    /// use loyalty::trigger::{Machine, Output, Triggers};
    ///
    /// let triggers: Triggers = serde_json::from_str(r#"{"correction": "30min", "list": [
    ///   {"id": "looked", "pattern": {"happens": {"of": {"event": "view"}}}}]}"#)?;
    /// let mut machine = Machine::new(&triggers.check_alone(Zone::UTC, Currency::EUR)?);
    /// let at = "2026-03-14T10:00:00Z".parse()?;
    /// let view = EventKind::View(View { product: "shoes".parse()?, category: None });
    /// let told = machine.observe(0, &Event::new("e-1".parse()?, "ann".parse()?, at, view));
    /// let [Output::Fired(firing)] = &told[..] else { panic!("{told:?}") };
    /// let _ = machine.advance(0, "2026-03-14T10:30:00Z".parse()?);
    /// assert!(!machine.is_settled(firing));
    /// let _ = machine.advance(0, "2026-03-14T10:30:01Z".parse()?);
    /// assert!(machine.is_settled(firing));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn is_settled(&self, firing: &Firing) -> bool {
        let known = self.terms.flows.iter().find(|known| known.flow.version == firing.version);
        known.is_none_or(|known| {
            Micros::of(firing.at) < self.watermark.at().minus(known.flow.correction)
        })
    }

    /// Says that no more event of a partition will come that happened before `to`; what is due
    /// until then fires, as soon as that is so of all partitions. A partition that is behind `to`
    /// goes on; one that is further already stays there.
    pub fn advance(&mut self, partition: u32, to: DateTime<Utc>) -> Vec<Output> {
        let mut outputs = Vec::new();
        let from = self.watermark.at();
        self.watermark.advance(partition, Micros::of(to));
        self.pass(from, &mut outputs);
        Output::sort(&mut outputs);
        outputs
    }

    /// Lets the time from the watermark that was until the one that is now pass.
    fn pass(&mut self, since: Micros, outputs: &mut Vec<Output>) {
        let to = self.watermark.at();
        let tick = Tick::of(to);
        if to <= since || (tick <= self.wheel.now() && !self.present.is_due(to)) {
            return;
        }
        let mut woken = std::mem::take(&mut self.scratch.woken);
        if tick > self.wheel.now() {
            woken.extend(self.present.drain());
            let mut expected = Vec::new();
            let past = |seat| woken.push(seat);
            self.wheel.advance(tick, &mut self.roster, past, |seat| expected.push(seat));
            let due: Vec<_> = expected.iter().map(|seat| (self.due(*seat, since), *seat)).collect();
            self.present.begin(due);
        }
        while let Some(seat) = self.present.next(to) {
            woken.push(seat);
        }
        woken.sort_unstable();
        woken.dedup();
        let block = |from: usize| woken.iter().copied().skip(from).take(TOGETHER);
        if woken.len() > 1 {
            block(0).chain(block(TOGETHER)).for_each(|seat| self.roster.fetch_seat(seat));
            self.roster.fetch_held(block(0));
        }
        for from in (0..woken.len()).step_by(TOGETHER) {
            block(from + 2 * TOGETHER).for_each(|seat| self.roster.fetch_seat(seat));
            self.roster.fetch_held(block(from + TOGETHER));
            block(from).for_each(|seat| self.wake(seat, since, outputs));
        }
        woken.clear();
        self.scratch.woken = woken;
    }
}
