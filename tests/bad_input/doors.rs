//! The ways in, and what is done with what comes in.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use chrono::{DateTime, NaiveDate, Utc};
use loyalty::calendar::{Window, Zone};
use loyalty::cluster::KMeans;
use loyalty::event::{Basket, Event};
use loyalty::feature::{FeatureTable, Missing, Moment, Preparation, Scale, Snapshot};
use loyalty::money::Currency;
use loyalty::offer::{
    Allowance, BudgetState, BudgetStore, Catalog, Explain, Lane, MemoryBudgets, NoBudgets, NoUses,
    Offer, OfferEvaluator, Request, Spent,
};
use loyalty::path::{self, Problems};
use loyalty::points::{
    Boosts, Earlier, Earning, EarningPolicy, Expiry, Ledger, Occasion, Points, Purses, Wallet,
};
use loyalty::profile::{Customer, History, Profile};
use loyalty::program::{Applied, Decision, Member, Program, Spec};
use loyalty::rule::{Field, Kind, Rule, Schema, Sheet};
use loyalty::segment::clustered::{Clustered, Clusters};
use loyalty::segment::grid::Grid;
use loyalty::segment::rules::{RuleSegment, RuleSegments};
use loyalty::segment::{Fit, Segmenter};
use loyalty::tier::{Ladder, TierPolicy};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// What can be handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    Event,
    Basket,
    Customer,
    History,
    Ledger,
    Member,
    Decision,
    Rule,
    Segments,
    Grid,
    Earning,
    Ladder,
    Offers,
    Spec,
    Table,
    Clustered,
    Budgets,
}

/// What came of handing something in.
#[derive(Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is in.
    Taken,
    /// It is no such document; there is one problem.
    Unreadable(String),
    /// It is one, but makes no sense.
    Refused(String),
}

impl Answer {
    pub fn told(&self) -> &str {
        match self {
            Self::Taken => "",
            Self::Unreadable(told) | Self::Refused(told) => told,
        }
    }
}

/// Offers with their lanes, as a program's document has them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Offers {
    offers: Vec<Offer>,
    lanes: Vec<Lane>,
}

impl Door {
    pub const ALL: [Self; 17] = [
        Self::Event,
        Self::Basket,
        Self::Customer,
        Self::History,
        Self::Ledger,
        Self::Member,
        Self::Decision,
        Self::Rule,
        Self::Segments,
        Self::Grid,
        Self::Earning,
        Self::Ladder,
        Self::Offers,
        Self::Spec,
        Self::Table,
        Self::Clustered,
        Self::Budgets,
    ];

    /// Reads, checks and uses a document.
    pub fn hand_in(self, json: &str) -> Answer {
        match self {
            Self::Event => take(json, |event: Event| {
                HOST.ask(&HOST.program.enroll(HOST.customer.clone()), Some(&event));
                event.validate().map_err(told)
            }),
            Self::Basket => take(json, |basket: Basket| {
                let _ = HOST.program.quote(&HOST.member, &basket, HOST.as_of);
                basket.validate().map_err(told)
            }),
            Self::Customer => take(json, |customer: Customer| {
                HOST.ask(&HOST.program.enroll(customer.clone()), None);
                customer.validate().map_err(told)
            }),
            Self::History => take(json, |history: History| {
                use_history(history);
                Ok(())
            }),
            Self::Ledger => take(json, |ledger: Ledger| {
                use_ledger(&ledger);
                Ok(())
            }),
            Self::Member => take(json, |member: Member| {
                HOST.ask(&member, Some(&HOST.event));
                Ok(())
            }),
            Self::Decision => take(json, |decision: Decision| {
                let _ = HOST.member.clone().apply(&decision);
                Ok(())
            }),
            Self::Rule => take(json, |rule: Rule| {
                let rule = rule.check(&SCHEMA).map_err(told)?;
                assert_eq!(rule.explain(&*FACTS).truth, rule.truth(&*FACTS));
                Ok(())
            }),
            Self::Table => take(json, |table: FeatureTable| {
                let _ = HOST.clustered.assign_all(&table, NaiveDate::default());
                Ok(())
            }),
            Self::Clustered => take(json, |model: Clustered| {
                let _ = model.assign_all(&HOST.table, NaiveDate::default());
                Ok(())
            }),
            Self::Budgets => take(json, |state: BudgetState| {
                use_budgets(state);
                Ok(())
            }),
            _ => self.hand_in_terms(json),
        }
    }

    /// The same, of what authors write.
    fn hand_in_terms(self, json: &str) -> Answer {
        match self {
            Self::Segments => take(json, |segments: Vec<RuleSegment>| {
                let segments = RuleSegments::check(&segments, &SCHEMA).map_err(told)?;
                let _ = segments.membership(&*FACTS);
                Ok(())
            }),
            Self::Grid => take(json, |grid: Grid| grid.check().map(drop).map_err(told)),
            Self::Earning => take(json, |earning: Earning| {
                let earning =
                    earning.check(&SCHEMA, Currency::EUR, &Purses::default()).map_err(told)?;
                let ledger = Ledger::default();
                let _ = earning.earn(&Occasion {
                    event: &HOST.event,
                    facts: &*FACTS,
                    profile: HOST.member.profile(),
                    moment: Moment {
                        as_of: HOST.event.at,
                        zone: Zone::UTC,
                        currency: Currency::EUR,
                    },
                    boosts: &Boosts::default(),
                    expiry: Expiry::Never,
                    confirmed_at: None,
                    earlier: Earlier::of(&ledger),
                });
                Ok(())
            }),
            Self::Ladder => take(json, |ladder: Ladder| {
                let ladder = ladder.check(Currency::EUR).map_err(told)?;
                let snapshot = Snapshot::of(HOST.member.profile(), HOST.moment());
                let _ = ladder.standing(&snapshot, HOST.member.ledger());
                Ok(())
            }),
            Self::Offers => take(json, |Offers { offers, lanes }: Offers| {
                let catalog =
                    Catalog::check(offers, lanes, &SCHEMA, Currency::EUR).map_err(told)?;
                let _ = catalog.evaluate(&HOST.request());
                Ok(())
            }),
            _ => take(json, |spec: Spec| {
                let program = spec.build().map_err(|error| error.to_string())?;
                HOST.ask_program(&program, &HOST.member, Some(&HOST.event));
                Ok(())
            }),
        }
    }
}

/// Reads a document and lets it be used.
fn take<T: DeserializeOwned>(json: &str, used: impl FnOnce(T) -> Result<(), String>) -> Answer {
    match path::from_json(json) {
        Err(problems) => Answer::Unreadable(told(problems)),
        Ok(value) => used(value).map_or_else(Answer::Refused, |()| Answer::Taken),
    }
}

fn told<F: std::fmt::Display>(problems: Problems<F>) -> String {
    assert!(!problems.is_empty(), "an error without a problem");
    problems.to_string()
}

fn use_history(history: History) {
    let (as_of, zone) = (HOST.as_of, Zone::UTC);
    let profile = Profile { customer: HOST.customer.clone(), history };
    for window in [Window::Lifetime, Window::Anniversary, "90d".parse().unwrap()] {
        let anchor = profile.anchor(as_of, &zone);
        if let Some(interval) = window.interval(as_of, &zone, anchor) {
            let _ = profile.history.tally(&interval, as_of);
        }
    }
    let _ = profile.history.check(&HOST.event);
    let _ = (profile.attributes(as_of), profile.purchases(Currency::EUR, as_of));
    let mut history = profile.history;
    let _ = history.record(HOST.event.clone());
}

fn use_ledger(ledger: &Ledger) {
    let (first, last) = (DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC);
    for as_of in [first, HOST.as_of, last] {
        let _ = (ledger.balance(as_of), ledger.lots(as_of), ledger.next_change(as_of));
        let _ = (ledger.expiring(as_of, last), ledger.kept(as_of));
    }
    let events = ledger.entries().iter().map(|entry| entry.cause.event.clone());
    let _ = ledger.reconcile(&events.collect::<BTreeSet<_>>(), &[], &HOST.event.id);
}

fn use_budgets(state: BudgetState) {
    let store = MemoryBudgets::from(state);
    let (key, limit) = ("a:global:lifetime".parse().unwrap(), Allowance::uses(9));
    for now in [DateTime::<Utc>::MIN_UTC, HOST.as_of, DateTime::<Utc>::MAX_UTC] {
        let _ = (store.left(&key, &limit, now), store.expire(now));
        for number in 0..3 {
            let id = number.to_string().parse().unwrap();
            let _ = (store.commit(&id, &Spent::All, now), store.void(&id, now));
        }
        let share = store.hand_out(&key, &limit, 2, now).pop();
        let _ = share.map(|share| store.take_in(share));
        store.forget(now);
    }
}

/// Fields of every type.
pub static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    let fields = [
        Field::new("orders", Kind::Integer),
        Field::new("rate", Kind::Number),
        Field::money("spend", Currency::EUR),
        Field::choice("tier", ["basic", "gold"]),
        Field::new("city", Kind::Text),
        Field::new("interests", Kind::Set),
        Field::new("joined", Kind::Date),
        Field::new("vip", Kind::Bool),
    ];
    Schema::new(fields).unwrap()
});

static WALLET: LazyLock<Wallet> = LazyLock::new(|| Points(100).into());

static FACTS: LazyLock<Sheet> = LazyLock::new(|| {
    let values = r#"[3, 0.5, {"money": "12.40 EUR"}, "gold", "Gent", ["coffee"],
        {"date": "2024-02-29"}, null]"#;
    Sheet::of(serde_json::from_str(values).unwrap(), HOST.as_of.date_naive())
});

/// A host with a program and a member, of whom questions can be asked.
pub struct Host {
    pub program: Program,
    pub customer: Customer,
    pub member: Member,
    pub event: Event,
    pub as_of: DateTime<Utc>,
    pub table: FeatureTable,
    pub clustered: Clustered,
}

pub static HOST: LazyLock<Host> = LazyLock::new(Host::new);

impl Host {
    fn moment(&self) -> Moment {
        Moment { as_of: self.as_of, zone: Zone::UTC, currency: Currency::EUR }
    }

    fn request(&self) -> Request<'_> {
        let basket = &self.event.purchase().unwrap().basket;
        Request {
            customer: &self.customer.id,
            facts: &*FACTS,
            basket,
            as_of: self.as_of,
            zone: Zone::UTC,
            member_since: None,
            uses: &NoUses,
            budgets: &NoBudgets,
            points: &WALLET,
            chosen: &basket.chosen,
            explain: Explain::Full,
        }
    }

    /// Asks the three questions, and lets the decision take effect.
    fn ask(&self, member: &Member, event: Option<&Event>) {
        self.ask_program(&self.program, member, event);
    }

    fn ask_program(&self, program: &Program, member: &Member, event: Option<&Event>) {
        let basket = &self.event.purchase().unwrap().basket;
        let _ = (program.view(member, self.as_of), program.quote(member, basket, self.as_of));
        if let Some(event) = event {
            let mut member = member.clone();
            let decision = program.decide(&member, event);
            let _ = member.apply(&decision);
            let _ = program.view(&member, self.as_of);
        }
    }
}

impl Host {
    fn new() -> Self {
        let program = match Spec::from_json(TERMS).and_then(Spec::build) {
            Ok(program) => program,
            Err(error) => panic!("{error}"),
        };
        let customer: Customer = serde_json::from_str(
            r#"{"id": "ann", "attributes": {"country": "BE", "interests": ["coffee"],
                "birthday": {"date": "1990-02-28"}, "latitude": 51.05, "longitude": 3.72}}"#,
        )
        .unwrap();
        let mut member = program.enroll(customer.clone());
        let events: Vec<Event> = serde_json::from_str(EVENTS).unwrap();
        let mut waiting = events.into_iter();
        let event = waiting.next_back().unwrap();
        for event in waiting {
            let decision = program.decide(&member, &event);
            assert!(matches!(member.apply(&decision), Applied::Now { .. }), "{decision:?}");
        }
        let table: FeatureTable = serde_json::from_str(TABLE).unwrap();
        let columns = [("orders", Scale::Standard), ("spend", Scale::Log1p)];
        let recipe =
            Clusters::new(KMeans::new(2), Preparation::new(columns).missing(Missing::DropRows));
        let clustered = recipe.fit_seeded(&table, 1).unwrap();
        let as_of = event.at;
        Self { program, customer, member, event, as_of, table, clustered }
    }
}

const TERMS: &str = r#"{
  "loyalty": 1, "name": "Beans", "currency": "EUR", "zone": "Europe/Brussels",
  "attributes": {"shoe_size": {"kind": "number"}},
  "segments": [
    {"id": "regulars", "name": "Regulars", "when": {"field": "orders(90d)", "at_least": 2}},
    {"id": "tourists", "name": "Tourists", "when": {"not": {"field": "country", "is": "BE"}}}
  ],
  "rfm": {
    "scoring": {
      "recency": {"feature": "recency_days", "cuts": {"thresholds": [30, 60, 120, 360]}},
      "frequency": {"feature": "orders(1y)", "cuts": {"thresholds": [2, 3, 5, 10]}},
      "monetary": {"feature": "spend(1y)",
        "cuts": {"thresholds": ["25.00 EUR", "50.00 EUR", "100.00 EUR", "500.00 EUR"]}}
    },
    "grid": "standard_125"
  },
  "ladders": [{
    "measure": "spend", "window": "12mo", "validity": {"for": "6mo"},
    "tiers": [
      {"id": "basic", "name": "Basic", "at_least": "0.00 EUR"},
      {"id": "gold", "name": "Gold", "at_least": "20.00 EUR", "multiplier": "2x"}
    ]
  }],
  "earning": [
    {"id": "base", "award": {"per_amount": {"points": 1, "per": "1.00 EUR"}},
     "activation": {"after": "14d"}, "expiry": {"end_of": {"period": "year", "after": "1y"}}},
    {"id": "review", "award": {"per_event": {"event": "review", "points": 10}},
     "caps": [{"times": 1, "points": 10, "per": "day"}], "tier_multiplier": "ignored"},
    {"id": "fifth", "award": {"nth_order": {"every": 5, "points": 50}},
     "activation": {"on_confirmation": {"at_latest": "30d"}}, "channels": ["app"]},
    {"id": "birthday", "award": {"birthday": {"points": 100, "within": "month"}}},
    {"id": "told", "award": {"profile_completed": {"points": 9, "attributes": ["email"]}}}
  ],
  "multipliers": {"combine": "add", "offers": "all", "campaigns": [
    {"id": "weekend", "by": "2x", "when": "weekday in {sat, sun}", "rules": ["base"],
     "until": "2027-01-01T00:00:00Z"}]},
  "points_expiry": {"after": "2y"},
  "claw_back": "within_balance",
  "lanes": [{"id": "extra", "mode": "stack", "base": "original"}],
  "offers": [
    {"id": "gold-week", "when": {"field": "tier", "is": "gold"},
     "benefit": {"percent": {"percent": "10%", "target": "order"}}},
    {"id": "five", "benefit": {"fixed": {"amount": "5.00 EUR"}}, "lane": "extra",
     "limits": {"uses": [{"at_most": 2, "within": "30d"}], "max_discount": "4.00 EUR"},
     "validity": {"from": "2024-01-01T00:00:00Z", "until": "2027-01-01T00:00:00Z"}},
    {"id": "mug", "benefit": {"gift": {"product": "mug"}}, "cost": 15, "code": "MUG"}
  ]
}"#;

const EVENTS: &str = r#"[
  {"id": "e1", "customer": "ann", "at": "2024-02-28T23:30:00Z",
   "recorded_at": "2024-02-28T23:30:00Z", "kind": "enrolled"},
  {"id": "e2", "customer": "ann", "at": "2024-02-29T09:00:00Z",
   "recorded_at": "2024-02-29T09:00:05Z", "channel": "store",
   "kind": {"purchase": {"order": "o1", "basket": {"lines": [
     {"id": "1", "product": "beans", "category": "coffee", "quantity": 3,
      "unit_price": "12.40 EUR"},
     {"id": "2", "product": "mug", "quantity": 1, "unit_price": "9.99 EUR"}]}}}},
  {"id": "e3", "customer": "ann", "at": "2024-03-10T09:00:00Z",
   "recorded_at": "2024-03-10T09:00:00Z",
   "kind": {"return": {"order": "o1", "lines": [{"line": "1", "quantity": 1}]}}},
  {"id": "e4", "customer": "ann", "at": "2024-03-11T10:00:00Z",
   "recorded_at": "2024-03-11T10:00:00Z", "channel": "web",
   "kind": {"review": {"product": "beans", "rating": 4}}},
  {"id": "e5", "customer": "ann", "at": "2024-04-01T10:00:00Z",
   "recorded_at": "2024-04-01T10:00:00Z", "channel": "app",
   "kind": {"purchase": {"order": "o2", "basket": {"coupons": ["MUG"], "lines": [
     {"id": "1", "product": "beans", "category": "coffee", "quantity": 2,
      "unit_price": "12.40 EUR", "discounts": [{"amount": "4.00 EUR", "offer": "five"}]}]}}}}
]"#;

const TABLE: &str = r#"{
  "columns": [
    {"name": "orders", "measure": "integer"}, {"name": "spend", "measure": {"money": "EUR"}}
  ],
  "rows": [
    {"customer": "ann", "cells": [1, 10.5]}, {"customer": "bob", "cells": [2, 20]},
    {"customer": "cat", "cells": [3, null]}, {"customer": "dan", "cells": [21, 400]},
    {"customer": "eve", "cells": [23, 500.25]}
  ]
}"#;
