//! How well models foretell CDNOW's purchases of 39 weeks, and two of them blended.

use loyalty::calendar::Unit;
use loyalty::clv::{Aim, Blend, Kind, LatentAttrition, Length, Past, Repeat, Repeats, Validation};

/// 1997-09-30 in days since 1997-01-01, and 39 weeks later.
const NOW: i64 = 272;
const END: i64 = NOW + 273;

/// The days at whose ends the share of the blend is learned.
const PASTS: [i64; 4] = [136, 182, 204, 218];

/// Prints how well purchases are foretold, from the text of a file of CDNOW.
pub fn tell(name: &str, csv: &str) {
    let days = days(csv);
    let (customers, purchases) = seen(&days, NOW, END);
    let within = Length::new(39.0, Unit::Week);
    let repeats = Repeats::new(Unit::Week, &customers, None).expect("customers");
    let kinds = [Kind::BgNbd, Kind::MbgNbd, Kind::ParetoNbd];
    for kind in kinds {
        let model = LatentAttrition::new(kind).fit(&repeats).expect("a recipe");
        let model = model.fitted().expect("a model");
        let found = model.validate(&customers, &purchases, within).expect("customers");
        line(&format!("{name}/{}", kind.name()), &found);
    }
    let pasts = PASTS.map(|at| {
        let (customers, purchases) = seen(&days, at, NOW);
        Past { customers, purchases, within: Length::new((NOW - at) as f64, Unit::Day) }
    });
    for kind in kinds {
        for aim in [Aim::Both, Aim::Squared, Aim::Absolute] {
            let model = Blend { kind, aim }.fit(Unit::Week, &customers, &pasts);
            let model = model.expect("customers").fitted().expect("a model");
            let found = model.validate(&customers, &purchases, within).expect("customers");
            let (share, off) = (model.share(), model.taken_off());
            let name = format!("{name}/{} {aim:?}, {share:.2} NBD, {off:.3} off", kind.name());
            line(&name, &found);
        }
    }
}

/// Prints how well something was foretold.
pub fn line(name: &str, found: &Validation) {
    let bias = 100.0 * found.bias.unwrap_or_default();
    println!("{name:<52} rmse {:.4} mae {:.4} bias {bias:+.1} %", found.rmse, found.mae);
}

/// The days on which each customer bought; the date and the customer are found by their columns.
pub fn days(csv: &str) -> Vec<Vec<i64>> {
    let mut lines = csv.lines();
    let header: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    let place = |name: &str| header.iter().position(|column| *column == name).expect(name);
    let (who, when) = (place("customer_id"), place("date"));
    let start: chrono::NaiveDate = "1997-01-01".parse().expect("a date");
    let row = |line: &str| {
        let fields: Vec<&str> = line.split(',').collect();
        let day: chrono::NaiveDate = fields[when].parse().expect("a date");
        (fields[who].parse::<u32>().expect("a number"), (day - start).num_days())
    };
    let mut rows: Vec<(u32, i64)> = lines.map(row).collect();
    rows.sort_unstable();
    rows.dedup();
    rows.chunk_by(|one, two| one.0 == two.0)
        .map(|own| own.iter().map(|(_, day)| *day).collect())
        .collect()
}

/// The customers at the end of a day, and how many purchases followed up to another.
fn seen(days: &[Vec<i64>], at: i64, until: i64) -> (Vec<Repeat>, Vec<u32>) {
    let known = days.iter().filter(|own| own[0] <= at);
    known
        .map(|own| {
            let before = own.iter().filter(|day| **day <= at).count();
            let later = own.iter().filter(|day| **day > at && **day <= until).count();
            let recency = (own[before - 1] - own[0]) as f64;
            let row = Repeat::new((before - 1) as u32, recency, (at - own[0]) as f64, Unit::Day);
            (row, later as u32)
        })
        .unzip()
}
