//! The whole job: from rows of purchases to all that is told of them.

use std::collections::BTreeMap;
use std::error::Error;
use std::time::{Duration, Instant};

use chrono::{DateTime, NaiveDate, Utc};
use loyalty::calendar::Zone;
use loyalty::event::Basket;
use loyalty::feature::{FeatureTable, Moment};

use super::base::{self, Group};
use super::club::{self, Population, RuleSegment};
use super::clusters::{self, Found};
use super::offers::{self, Tally};
use super::read::{BadRow, Reading};
use super::segments::{self, Named};
use super::shop;
use super::story::{self, Story};

/// All that is told.
pub struct Job {
    pub program: String,
    pub zone: Zone,
    pub today: NaiveDate,
    pub reading: Reading,
    pub table: FeatureTable,
    pub all: Group,
    pub named: Named,
    pub found: Found,
    pub by_rule: Vec<RuleSegment>,
    pub tiers: Vec<Population>,
    pub next_expiry: Option<NaiveDate>,
    pub basket: Basket,
    pub offers: Vec<Tally>,
    pub story: Story,
    pub took: Vec<Took>,
}

impl Job {
    /// The day of an instant where the program's days begin and end.
    pub fn date(&self, at: DateTime<Utc>) -> NaiveDate {
        self.zone.date(at)
    }

    /// The day of the last first purchase of anybody.
    pub fn last_to_join(&self) -> Option<NaiveDate> {
        let mut first = BTreeMap::new();
        for row in &self.reading.rows {
            let day = first.entry(&row.customer).or_insert(row.date);
            *day = row.date.min(*day);
        }
        first.into_values().max()
    }
}

/// How long a part of the work took.
pub struct Took {
    pub what: &'static str,
    pub how_many: usize,
    pub time: Duration,
}

/// Does all the work; nothing of it depends on a clock but how long it took.
pub fn run(reading: Reading) -> Result<Job, Box<dyn Error>> {
    let spec = club::document()?;
    let rows = &reading.rows;
    let Some((today, as_of)) = shop::day_after(rows, spec.zone) else {
        let first = reading.bad.first().map_or("the file is empty".to_owned(), BadRow::to_string);
        return Err(format!("there are no purchases: {first}").into());
    };
    let moment = Moment { as_of, zone: spec.zone, currency: spec.currency };
    let mut took = Vec::new();

    let events = timed(&mut took, "purchases made into events", || {
        let mut events =
            rows.iter().map(|row| shop::event(row, spec.zone)).collect::<Result<Vec<_>, _>>()?;
        events.sort_by(|a, b| a.position().cmp(&b.position()));
        Ok((events.len(), events))
    })?;
    let table = timed(&mut took, "customers scored by RFM features", || {
        let table = base::table(&events, &moment)?;
        Ok((table.customers().len(), table))
    })?;
    let named = segments::named(&table, today)?;
    let found = timed(&mut took, "customers clustered and compared", || {
        Ok((table.customers().len(), clusters::found(&table, &named)?))
    })?;

    let program = club::program(&spec, &named.model)?;
    let members = timed(&mut took, "purchases decided and applied", || {
        Ok((events.len(), club::members(&program, &events)?))
    })?;
    let views = timed(&mut took, "members viewed", || {
        Ok((members.len(), program.view_all(&members, as_of)))
    })?;
    let basket = shop::typical_basket(rows)?;
    let offers = timed(&mut took, "baskets quoted, every decline explained", || {
        Ok((members.len(), offers::tallies(&program, &spec.offers, &members, &basket, as_of)))
    })?;

    let member = story::choose(&members, &views).ok_or("nobody has a history worth telling")?;
    let label = table.row(member.id()).and_then(|row| found.labels.get(row).copied());
    let cluster = label.and_then(|label| found.clusters.get(label));
    let cluster = cluster.map_or_else(String::new, |cluster| cluster.name.clone());
    let story = story::story(&program, &spec.offers, &named, cluster, member, &basket, as_of)?;
    Ok(Job {
        program: spec.name.to_string(),
        zone: spec.zone,
        today,
        all: Group::of(&table, |_| true),
        by_rule: club::rule_segments(&spec, &views),
        tiers: club::populations(&program, &views),
        next_expiry: club::next_expiry(&views).map(|at| spec.zone.date(at)),
        reading,
        table,
        named,
        found,
        basket,
        offers,
        story,
        took,
    })
}

fn timed<T>(
    took: &mut Vec<Took>,
    what: &'static str,
    work: impl FnOnce() -> Result<(usize, T), Box<dyn Error>>,
) -> Result<T, Box<dyn Error>> {
    let start = Instant::now();
    let (how_many, done) = work()?;
    took.push(Took { what, how_many, time: start.elapsed() });
    Ok(done)
}

impl std::fmt::Display for Took {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let seconds = self.time.as_secs_f64();
        let each = super::words::count((self.how_many as f64 / seconds.max(1e-9)) as i64);
        let many = super::words::count(self.how_many);
        write!(f, "{many} {} in {:.0} ms: {each} a second", self.what, seconds * 1e3)
    }
}
