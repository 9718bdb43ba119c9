//! What an event must be like in itself, whatever else is known about the customer.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

use super::basket::{Basket, LineItem, Purchase, Return};
use super::kind::EventKind;
use super::{Event, Fault};
use crate::money::{Currency, Money};
use crate::path::{Problems, Trail};
use crate::rule::Value;

/// The longest list in an event: lines, discounts, coupons, attributes.
pub const MAX_LIST: usize = 10_000;
/// The longest free text in an event, in bytes.
pub const MAX_TEXT_BYTES: usize = 4_096;
/// The largest quantity of one line.
pub const MAX_QUANTITY: i64 = 1_000_000_000;
/// How far ahead of its recording an event may claim to have happened: clocks differ.
pub const MAX_CLOCK_SKEW_HOURS: i64 = 24;

/// The earliest instant that an event may have: the start of 1900.
#[must_use]
pub const fn earliest() -> DateTime<Utc> {
    const AT: DateTime<Utc> = new_year(1900);
    AT
}

/// The instant that every event lies before: the start of 2200.
#[must_use]
pub const fn latest() -> DateTime<Utc> {
    const AT: DateTime<Utc> = new_year(2200);
    AT
}

const fn new_year(year: i32) -> DateTime<Utc> {
    match NaiveDate::from_ymd_opt(year, 1, 1) {
        Some(day) => NaiveDateTime::new(day, NaiveTime::MIN).and_utc(),
        None => DateTime::UNIX_EPOCH,
    }
}

impl Event {
    /// Checks everything that can be seen from the event alone.
    ///
    /// What only the history can tell, such as a return of more than was bought, is found by
    /// [`History::check`](crate::profile::History::check).
    ///
    /// # Errors
    /// All problems, each with its path, such as `kind.purchase.basket.lines[0].quantity`.
    pub fn validate(&self) -> Result<(), Problems<Fault>> {
        let mut problems = Problems::none();
        let root = Trail::Root;
        for (name, at) in [("at", self.at), ("recorded_at", self.recorded_at)] {
            if at < earliest() || at >= latest() {
                problems.add(root.field(name), Fault::InstantOutOfRange { at });
            }
        }
        if self.at.signed_duration_since(self.recorded_at) > TimeDelta::hours(MAX_CLOCK_SKEW_HOURS)
        {
            problems.add(root.field("at"), Fault::AfterRecording);
        }
        let kind = root.field("kind");
        self.check_kind(&kind.field(self.kind.event_type().name()), &mut problems);
        problems.into_result(())
    }

    fn check_kind(&self, path: &Trail<'_>, problems: &mut Problems<Fault>) {
        match &self.kind {
            EventKind::Purchase(purchase) => check_purchase(purchase, path, problems),
            EventKind::Return(returned) => check_return(returned, path, problems),
            EventKind::Void(void) if void.event == self.id => {
                problems.add(path.field("event"), Fault::Itself);
            }
            EventKind::CartUpdated(basket) => basket.check(path, problems),
            EventKind::Visit(visit) => {
                if let Some(coordinates) = &visit.coordinates {
                    coordinates.check(&path.field("coordinates"), problems);
                }
            }
            EventKind::Review(review) if !(1..=5).contains(&review.rating) => {
                problems.add(path.field("rating"), Fault::Rating { rating: review.rating });
            }
            EventKind::Referral(referral) if referral.referred == self.customer => {
                problems.add(path.field("referred"), Fault::Itself);
            }
            EventKind::SurveyAnswered(answer)
                if answer.highest == 0 || answer.score > answer.highest =>
            {
                let (score, highest) = (answer.score, answer.highest);
                problems.add(path.field("score"), Fault::Score { score, highest });
            }
            EventKind::AttributesChanged(changed) => {
                let path = path.field("changes");
                check_length(changed.changes.len(), &path, problems);
                for (name, value) in &changed.changes {
                    check_value(value.as_ref(), &path.field(name.as_str()), problems);
                }
            }
            EventKind::Points(operation) => operation.check(self, path, problems),
            EventKind::TierGranted(granted) => granted.check(self.at, path, problems),
            EventKind::Custom(custom) => {
                check_text(custom.name.as_str(), &path.field("name"), problems);
                let path = path.field("values");
                check_length(custom.values.len(), &path, problems);
                for (name, value) in &custom.values {
                    check_value(Some(value), &path.field(name.as_str()), problems);
                }
            }
            EventKind::EmailClicked(clicked) => {
                let link = clicked.link.as_ref().map_or("", |link| link.as_str());
                check_text(link, &path.field("link"), problems);
            }
            EventKind::Share(share) => {
                let network = share.network.as_ref().map_or("", |network| network.as_str());
                check_text(network, &path.field("network"), problems);
            }
            EventKind::SupportContact(contact) => {
                let topic = contact.topic.as_ref().map_or("", |topic| topic.as_str());
                check_text(topic, &path.field("topic"), problems);
            }
            _ => {}
        }
    }
}

impl Basket {
    /// Checks the lines: positive quantities, one currency, discounts within the price, totals
    /// that add up, no id twice. A basket without lines is a valid (empty) cart.
    ///
    /// # Errors
    /// All problems, each with its path, such as `lines[0].quantity`.
    pub fn validate(&self) -> Result<(), Problems<Fault>> {
        let mut problems = Problems::none();
        self.check(&Trail::Root, &mut problems);
        problems.into_result(())
    }

    fn check(&self, path: &Trail<'_>, problems: &mut Problems<Fault>) {
        let lines = path.field("lines");
        check_length(self.lines.len(), &lines, problems);
        check_length(self.coupons.len(), &path.field("coupons"), problems);
        check_length(self.chosen.len(), &path.field("chosen"), problems);
        if let Some(region) = &self.region {
            check_text(region.as_str(), &path.field("region"), problems);
        }
        if let Some(shipping) = self.shipping {
            let currency = self.currency().unwrap_or(shipping.currency());
            check_amount(shipping, currency, &path.field("shipping"), problems);
        }
        let mut seen = BTreeSet::new();
        for (index, line) in self.lines.iter().enumerate() {
            let path = lines.item(index);
            if !seen.insert(&line.id) {
                problems.add(path.field("id"), Fault::DuplicateLine { line: line.id.clone() });
            }
            let currency = self.currency().unwrap_or(line.unit_price.currency());
            check_line(line, currency, &path, problems);
        }
    }
}

fn check_purchase(purchase: &Purchase, path: &Trail<'_>, problems: &mut Problems<Fault>) {
    let basket = &purchase.basket;
    let under = path.field("basket");
    if basket.lines.is_empty() {
        problems.add(under.field("lines"), Fault::Empty);
    }
    let before = problems.len();
    basket.check(&under, problems);
    let sound = problems.len() == before;
    if let (true, Some(currency)) = (sound, basket.currency()) {
        match basket.net_price(currency) {
            Ok(computed) => check_total(purchase.total, computed, path, problems),
            Err(_) => problems.add(under, Fault::AmountOutOfRange),
        }
    }
}

fn check_line(
    line: &LineItem,
    currency: Currency,
    path: &Trail<'_>,
    problems: &mut Problems<Fault>,
) {
    if !(1..=MAX_QUANTITY).contains(&line.quantity) {
        problems.add(path.field("quantity"), Fault::Quantity { quantity: line.quantity });
    }
    check_amount(line.unit_price, currency, &path.field("unit_price"), problems);
    let discounts = path.field("discounts");
    check_length(line.discounts.len(), &discounts, problems);
    for (index, discount) in line.discounts.iter().enumerate() {
        let path = discounts.item(index);
        check_amount(discount.amount, currency, &path.field("amount"), problems);
    }
    match (line.list_price(), line.discount()) {
        (Ok(price), Ok(discount)) if discount > price && !price.is_negative() => {
            problems.add(discounts, Fault::DiscountTooLarge { discount, price });
        }
        (Ok(price), Ok(discount)) => match price.checked_sub(discount) {
            Ok(computed) => check_total(line.total, computed, path, problems),
            Err(_) => problems.add(*path, Fault::AmountOutOfRange),
        },
        (Err(_), _) => problems.add(*path, Fault::AmountOutOfRange),
        // Mixed currencies in the discounts have been reported where they stand.
        (_, Err(_)) => {}
    }
}

fn check_return(returned: &Return, path: &Trail<'_>, problems: &mut Problems<Fault>) {
    let lines = path.field("lines");
    if returned.lines.is_empty() {
        problems.add(lines, Fault::Empty);
    }
    check_length(returned.lines.len(), &lines, problems);
    let mut seen = BTreeSet::new();
    for (index, line) in returned.lines.iter().enumerate() {
        let path = lines.item(index);
        if !seen.insert(&line.line) {
            problems.add(path.field("line"), Fault::DuplicateLine { line: line.line.clone() });
        }
        if !(1..=MAX_QUANTITY).contains(&line.quantity) {
            problems.add(path.field("quantity"), Fault::Quantity { quantity: line.quantity });
        }
    }
}

fn check_amount(
    amount: Money,
    currency: Currency,
    path: &Trail<'_>,
    problems: &mut Problems<Fault>,
) {
    if amount.currency() != currency {
        let fault = Fault::MixedCurrencies { expected: currency, found: amount.currency() };
        problems.add(*path, fault);
    }
    if amount.is_negative() {
        problems.add(*path, Fault::Negative { amount });
    }
}

fn check_total(
    stated: Option<Money>,
    computed: Money,
    path: &Trail<'_>,
    problems: &mut Problems<Fault>,
) {
    if let Some(stated) = stated.filter(|stated| *stated != computed) {
        problems.add(path.field("total"), Fault::TotalMismatch { stated, computed });
    }
}

pub(crate) fn check_value(value: Option<&Value>, path: &Trail<'_>, problems: &mut Problems<Fault>) {
    match value {
        Some(Value::Text(text)) => check_text(text.as_str(), path, problems),
        Some(Value::Set(texts)) => {
            check_length(texts.len(), path, problems);
            for (index, text) in texts.iter().enumerate() {
                check_text(text.as_str(), &path.item(index), problems);
            }
        }
        _ => {}
    }
}

pub(super) fn check_length(count: usize, path: &Trail<'_>, problems: &mut Problems<Fault>) {
    if count > MAX_LIST {
        problems.add(*path, Fault::TooMany { count });
    }
}

pub(super) fn check_text(text: &str, path: &Trail<'_>, problems: &mut Problems<Fault>) {
    if text.len() > MAX_TEXT_BYTES {
        problems.add(*path, Fault::TextTooLong { bytes: text.len() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(kind: &str) -> Event {
        serde_json::from_str(&format!(
            r#"{{"id":"e","customer":"c","at":"2026-03-14T09:30:00Z",
                 "recorded_at":"2026-03-14T09:30:00Z","kind":{kind}}}"#
        ))
        .unwrap()
    }

    fn check(kind: &str, expected: &[&str]) {
        let found = event(kind).validate().err().unwrap_or_default();
        let told: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(told, expected, "{kind}");
    }

    #[test]
    fn every_problem_of_a_purchase_is_told_with_its_place() {
        check(
            r#"{"purchase":{"order":"o","total":"9.00 EUR","basket":{"lines":[
                {"id":"1","product":"p","quantity":-1,"unit_price":"2.00 EUR"},
                {"id":"1","product":"p","quantity":1,"unit_price":"2.00 USD"},
                {"id":"3","product":"p","quantity":1,"unit_price":"2.00 EUR",
                 "discounts":[{"amount":"3.00 EUR"}]},
                {"id":"4","product":"p","quantity":2,"unit_price":"2.00 EUR","total":"3.00 EUR"}
            ]}}}"#,
            &[
                "`kind.purchase.basket.lines[0].quantity`: the quantity is -1: \
                 it must be 1 to 1000000000",
                "`kind.purchase.basket.lines[1].id`: line `1` is there twice",
                "`kind.purchase.basket.lines[1].unit_price`: USD is mixed with EUR",
                "`kind.purchase.basket.lines[2].discounts`: \
                 discounts of 3.00 EUR are more than the price of 2.00 EUR",
                "`kind.purchase.basket.lines[3].total`: \
                 3.00 EUR is stated, but the parts come to 4.00 EUR",
            ],
        );
    }

    #[test]
    fn an_order_total_must_add_up() {
        let purchase = |total: &str| {
            format!(
                r#"{{"purchase":{{"order":"o","total":"{total}","basket":{{"lines":[
                {{"id":"1","product":"p","quantity":2,"unit_price":"2.00 EUR",
                 "discounts":[{{"amount":"1.00 EUR"}}]}},
                {{"id":"2","product":"p","quantity":1,"unit_price":"0.50 EUR"}}]}}}}}}"#
            )
        };
        check(&purchase("3.50 EUR"), &[]);
        check(
            &purchase("3.51 EUR"),
            &["`kind.purchase.total`: 3.51 EUR is stated, but the parts come to 3.50 EUR"],
        );
    }

    #[test]
    fn amounts_that_overflow_are_told() {
        check(
            r#"{"purchase":{"order":"o","basket":{"lines":[{"id":"1","product":"p",
                "quantity":1000000000,"unit_price":"92233720368547758.07 EUR"}]}}}"#,
            &["`kind.purchase.basket.lines[0]`: the amount is out of range"],
        );
    }

    #[test]
    fn kinds_check_their_own_ranges() {
        check(r#"{"void":{"event":"e"}}"#, &["`kind.void.event`: it refers to itself"]);
        check(
            r#"{"referral":{"referred":"c"}}"#,
            &["`kind.referral.referred`: it refers to itself"],
        );
        check(
            r#"{"review":{"product":"p","rating":6}}"#,
            &["`kind.review.rating`: the rating is 6: it must be 1 to 5"],
        );
        check(
            r#"{"survey_answered":{"survey":"s","score":11}}"#,
            &["`kind.survey_answered.score`: the score is 11 of 10: \
                 it must be 0 to the highest, which must be 1 or more"],
        );
        check(
            r#"{"visit":{"store":"s","coordinates":{"latitude":91,"longitude":-181}}}"#,
            &[
                "`kind.visit.coordinates.latitude`: 91 degrees are outside ±90",
                "`kind.visit.coordinates.longitude`: -181 degrees are outside ±180",
            ],
        );
        check(
            r#"{"return":{"order":"o","lines":[]}}"#,
            &["`kind.return.lines`: there is nothing in it"],
        );
        for fine in [r#""app_opened""#, r#""enrolled""#, r#"{"cart_updated":{"lines":[]}}"#] {
            check(fine, &[]);
        }
    }

    #[test]
    fn instants_must_be_sane() {
        let mut early = event(r#""enrolled""#);
        early.at = earliest() - TimeDelta::nanoseconds(1);
        assert_eq!(early.validate().unwrap_err().len(), 1);
        let mut ahead = event(r#""enrolled""#);
        ahead.at = ahead.recorded_at + TimeDelta::hours(25);
        assert_eq!(
            ahead.validate().unwrap_err().to_string(),
            "`at`: it happened more than 24 hours after it was recorded"
        );
    }
}
