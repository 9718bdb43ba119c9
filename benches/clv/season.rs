//! Whether a season found in CDNOW's first year foretells the half year that follows.

use chrono::NaiveDate;
use loyalty::calendar::Unit;
use loyalty::clv::{Kind, LatentAttrition, Outcome, Repeat, Repeats, Seasonality, Tempo};

use crate::foretold::{days, line};

/// Prints how well purchases are foretold with and without a season, from the text of a file of
/// CDNOW.
pub fn tell(name: &str, csv: &str) {
    let start: NaiveDate = "1997-01-01".parse().expect("a date");
    let date = |day: &i64| start + chrono::TimeDelta::days(*day);
    let all: Vec<Vec<NaiveDate>> =
        days(csv).iter().map(|own| own.iter().map(date).collect()).collect();
    for (now, until) in [("1997-10-01", "1998-07-01"), ("1998-01-01", "1998-07-01")] {
        let (now, until) = (now.parse().expect("a date"), until.parse().expect("a date"));
        match Seasonality::default().fit(&all, now).expect("a recipe") {
            Outcome::Fitted(tempo) => {
                println!("{name} by {now}: months {:.2?}", tempo.months());
                judge(&format!("{name} from {now}, even"), &all, now, until, &Tempo::default());
                judge(&format!("{name} from {now}, season"), &all, now, until, &tempo);
            }
            Outcome::TooLittle(reason) => println!("{name} by {now}: {reason}"),
            Outcome::NoAttrition(_) | _ => println!("{name} by {now}: no season"),
        }
    }
}

/// Fits what was known before a day by the clock of a tempo, and judges it until another.
fn judge(name: &str, all: &[Vec<NaiveDate>], now: NaiveDate, until: NaiveDate, tempo: &Tempo) {
    let before = now.pred_opt().expect("a day");
    let seen = all.iter().filter_map(|days| {
        let own = tempo.repeat(days, before)?;
        let age = own.age + tempo.between(before, now).count;
        let later = days.iter().filter(|day| (now..until).contains(day)).count();
        Some((Repeat { age, ..own }, later as u32))
    });
    let (customers, purchases): (Vec<Repeat>, Vec<u32>) = seen.unzip();
    let repeats = Repeats::new(Unit::Week, &customers, None).expect("customers");
    for kind in [Kind::BgNbd, Kind::ParetoNbd] {
        let model = LatentAttrition::new(kind).fit(&repeats).expect("a recipe");
        let model = model.fitted().expect("a model");
        let within = tempo.between(now, until);
        let found = model.validate(&customers, &purchases, within).expect("customers");
        line(&format!("{name}, {}", kind.name()), &found);
    }
}
