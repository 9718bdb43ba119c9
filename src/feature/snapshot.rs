//! A customer at a moment: what all features are computed from.

use std::borrow::Cow;
use std::cell::OnceCell;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};

use super::shopping::{Shopping, Worth, days_from};
use super::{Feature, Moment, RepeatBuying, ValueModel};
use crate::calendar::Window;
use crate::consent::Consents;
use crate::event::{EventKind, EventType, Purchases};
use crate::profile::{Attributes, Profile};
use crate::rule::Value;

/// What counts as engagement beside buying.
pub(crate) const INTERACTIONS: [EventType; 9] = [
    EventType::View,
    EventType::EmailOpened,
    EventType::EmailClicked,
    EventType::AppOpened,
    EventType::Visit,
    EventType::Review,
    EventType::Share,
    EventType::Referral,
    EventType::SurveyAnswered,
];

/// A customer as they stood at a moment, with the orders laid out in columns once for all features
/// that need them.
#[derive(Clone, Debug)]
pub struct Snapshot<'a> {
    profile: &'a Profile,
    moment: Moment,
    since: Option<NaiveDate>,
    purchases: OnceCell<Cow<'a, Purchases>>,
    attributes: Cow<'a, Attributes>,
    consents: OnceCell<Consents>,
    worth: Option<&'a ValueModel>,
    bought: OnceCell<Option<RepeatBuying>>,
}

impl<'a> Snapshot<'a> {
    /// The customer as of the moment: nothing that happened later is seen.
    #[must_use]
    pub fn of(profile: &'a Profile, moment: Moment) -> Self {
        Self {
            profile,
            moment,
            since: profile.anchor(moment.as_of, &moment.zone),
            purchases: OnceCell::new(),
            attributes: profile.attributes(moment.as_of),
            consents: OnceCell::new(),
            worth: None,
            bought: OnceCell::new(),
        }
    }

    /// The same, with a model by which features such as `p_alive` are told.
    #[must_use]
    pub fn valued_by(self, worth: Option<&'a ValueModel>) -> Self {
        Self { worth, bought: OnceCell::new(), ..self }
    }

    /// The customer as of another moment, with the same model.
    #[must_use]
    pub fn at(&self, as_of: DateTime<Utc>) -> Self {
        Self::of(self.profile, self.moment.at(as_of)).valued_by(self.worth)
    }

    /// Whose profile it is.
    #[must_use]
    pub const fn profile(&self) -> &'a Profile {
        self.profile
    }

    /// The moment.
    #[must_use]
    pub const fn moment(&self) -> &Moment {
        &self.moment
    }

    /// The orders up to the moment, as the log of one customer.
    #[must_use]
    pub fn purchases(&self) -> &Purchases {
        let Moment { as_of, currency, .. } = self.moment;
        self.purchases
            .get_or_init(|| self.profile.history.log(&self.profile.customer.id, currency, as_of))
    }

    /// What the customer agreed to be written to for as of the moment.
    #[must_use]
    pub fn consents(&self) -> &Consents {
        self.consents.get_or_init(|| self.profile.consents(self.moment.as_of))
    }

    /// The attributes as of the moment.
    #[must_use]
    pub fn attributes(&self) -> &Attributes {
        &self.attributes
    }

    /// The day on which the customer joined: the anchor of membership years.
    #[must_use]
    pub const fn member_since(&self) -> Option<NaiveDate> {
        self.since
    }

    /// The start of the next day in the program's time zone.
    #[must_use]
    pub fn next_midnight(&self) -> Option<DateTime<Utc>> {
        let tomorrow = self.moment.today().checked_add_days(Days::new(1))?;
        Some(self.moment.zone.start_of_day(tomorrow))
    }

    /// The value of a feature; `None` if it cannot be told.
    #[must_use]
    pub fn value(&self, feature: &Feature) -> Option<Value> {
        match feature {
            Feature::DaysSince(kind) => {
                let at = self.profile.history.last_at(*kind, self.moment.as_of)?;
                days_from(self.moment.zone.date(at), &self.moment)
            }
            Feature::AgeYears => {
                let years = self.attributes.age_years(self.moment.today())?;
                Some(Value::Integer(i64::from(years)))
            }
            Feature::Visits(window) => self.count(&[EventType::Visit], *window),
            Feature::Events(kind, window) => self.count(&[*kind], *window),
            Feature::Engagement(window) => self.count(&INTERACTIONS, *window),
            Feature::Satisfaction(window) => self.satisfaction(*window),
            Feature::ChannelShare(channel, window) => {
                let interval = self.interval(*window)?;
                let tally = self.profile.history.tally(&interval, self.moment.as_of);
                let known = tally.iter().filter(|((_, through), _)| through.is_some());
                let through = known.clone().filter(|((_, through), _)| *through == Some(*channel));
                ratio(through.map(|(_, count)| count).sum(), known.map(|(_, count)| count).sum())
            }
            _ => self.shopping()?.value(feature),
        }
    }

    /// The first later instant at which a feature may differ with no new event; `None` for never.
    ///
    /// Until then it stays what it is. For counts and sums in a window it is the first instant at
    /// which an event comes into the window or leaves it.
    #[must_use]
    pub fn next_change(&self, feature: &Feature) -> Option<DateTime<Utc>> {
        match (feature, feature.window()) {
            (Feature::TenureDays, _) if self.value(feature).is_none() => self.first_day(),
            (Feature::RecencyDays | Feature::TenureDays | Feature::DaysSince(_), _) => {
                self.value(feature).and_then(|_| self.next_midnight())
            }
            (Feature::AgeYears, _) => self.attributes.birthday().and_then(|_| self.next_midnight()),
            (Feature::UsageRate(window), _) => {
                let rate = self.value(feature).and_then(|_| self.next_midnight());
                let changes = rate.into_iter().chain(self.window_change(*window));
                changes.chain(self.first_day_change(*window)).min()
            }
            // They are told as of the day, also once there is something to be told.
            (feature, _) if feature.needs_value_model() => {
                let bought = self.shopping().is_some();
                self.worth.filter(|_| bought).and_then(|_| self.next_midnight())
            }
            (_, Some(window)) => self.window_change(*window),
            _ => None,
        }
    }

    fn shopping(&self) -> Option<Shopping<'_>> {
        let orders = self.purchases().find(&self.profile.customer.id)?;
        let worth = self.worth.map(|model| Worth { model, bought: &self.bought });
        Some(Shopping::new(orders, self.moment, self.since).valued_by(worth))
    }

    fn interval(&self, window: Window) -> Option<crate::calendar::Interval> {
        window.interval(self.moment.as_of, &self.moment.zone, self.since)
    }

    fn count(&self, kinds: &[EventType], window: Window) -> Option<Value> {
        let interval = self.interval(window)?;
        let tally = self.profile.history.tally(&interval, self.moment.as_of);
        let counted = tally.iter().filter(|((kind, _), _)| kinds.contains(kind));
        i64::try_from(counted.map(|(_, count)| count).sum::<u64>()).ok().map(Value::Integer)
    }

    fn satisfaction(&self, window: Window) -> Option<Value> {
        let interval = self.interval(window)?;
        let mut total = 0.0;
        let mut answers = 0_u32;
        for event in self.profile.history.lasting(self.moment.as_of) {
            if let EventKind::SurveyAnswered(answer) = &event.kind
                && interval.contains(event.at)
            {
                total += f64::from(answer.score) / f64::from(answer.highest.max(1));
                answers += 1;
            }
        }
        Value::number(total / (answers > 0).then_some(f64::from(answers))?)
    }

    /// When the customer's first day begins, if it is still to come.
    fn first_day(&self) -> Option<DateTime<Utc>> {
        let begins = self.moment.zone.start_of_day(self.since?);
        (begins > self.moment.as_of).then_some(begins)
    }

    /// The first instant at which a window begins on another day.
    fn first_day_change(&self, window: Window) -> Option<DateTime<Utc>> {
        let Moment { as_of, zone, .. } = self.moment;
        let day = zone.date(self.interval(window)?.first);
        let end = zone.start_of_day(day.succ_opt()?);
        let last = end.checked_sub_signed(TimeDelta::nanoseconds(1))?;
        window.next_change(last, as_of, &zone, self.since)
    }

    /// The first instant at which an event enters or leaves a window, or at which there is one: the
    /// first membership year may be still to come.
    fn window_change(&self, window: Window) -> Option<DateTime<Utc>> {
        let Moment { as_of, zone, .. } = self.moment;
        if self.interval(window).is_none() {
            return self.first_day();
        }
        let instants = self.profile.history.all_instants(as_of);
        instants.filter_map(|at| window.next_change(at, as_of, &zone, self.since)).min()
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of events are small")]
fn ratio(part: u64, whole: u64) -> Option<Value> {
    if whole > 0 { Value::number(part as f64 / whole as f64) } else { None }
}
