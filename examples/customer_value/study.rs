//! The way from a log of orders to models: purchases are counted as of a day in the middle, models
//! are fitted and the best is taken, it has to foretell the second half, and is then fitted anew on
//! all that is known.

use std::error::Error;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use loyalty::calendar::{Unit, Zone};
use loyalty::clv::{
    AttritionModel, Choice, Discount, GammaGamma, GammaGammaModel, Kind, Length, Repeat, Repeats,
    Spent, Validation, choose,
};
use loyalty::event::Purchases;
use loyalty::feature::{Feature, FeatureTable, Moment, RepeatBuying, Spending, ValueModel};

use super::read::Shoppers;

/// The models that are compared; those of regular buyers choose how regular they are themselves.
pub const KINDS: [Kind; 6] = [
    Kind::Nbd,
    Kind::BgNbd,
    Kind::MbgNbd,
    Kind::ParetoNbd,
    Kind::BgCnbd { k: None },
    Kind::MbgCnbd { k: None },
];

/// What is left of what is spent, and what later money is worth less a year.
pub const MARGIN: f64 = 0.3;
pub const DISCOUNT: Discount = Discount::yearly(0.15);

/// What is told of every customer, by the names that rules use, too.
pub const FEATURES: [&str; 4] = ["p_alive", "expected_orders(90d)", "expected_spend", "clv(1y)"];

/// A shop's orders.
pub struct Shop {
    pub source: String,
    pub log: Purchases,
    pub zone: Zone,
}

impl From<Shoppers> for Shop {
    fn from(shoppers: Shoppers) -> Self {
        let Shoppers { source, log, zone, .. } = shoppers;
        Self { source: source.to_owned(), log, zone }
    }
}

/// What was found.
pub struct Study {
    pub shop: Shop,
    /// The end of the first half, up to which the models are fitted.
    pub middle: Moment,
    /// The end of the log: "now".
    pub now: Moment,
    /// The customers of the first half: what they did in it, and how often they bought afterwards.
    pub bought: Vec<RepeatBuying>,
    pub later: Vec<u32>,
    /// The same as a model is fitted on it.
    pub repeats: Repeats,
    pub choice: Choice,
    pub model: AttritionModel,
    pub validation: Validation,
    /// What became of the same kinds of models with all that is known now.
    pub value: ValueModel,
    /// [`FEATURES`] of all customers now.
    pub table: FeatureTable,
}

impl Study {
    pub fn of(shop: Shop) -> Result<Self, Box<dyn Error>> {
        let instants = || shop.log.iter().flat_map(|(_, orders)| orders.iter());
        let date = |at: DateTime<Utc>| shop.zone.date(at);
        let first = instants().map(|order| date(order.at)).min().ok_or("there are no orders")?;
        let last = instants().map(|order| date(order.at)).max().ok_or("there are no orders")?;
        let half = u64::try_from((last - first).num_days() / 2)?;
        let (middle, now) = (moment(&shop, first + Days::new(half)), moment(&shop, last));

        // Who bought in the first half, and on how many days of the second half they did again.
        let (then, all) = (RepeatBuying::of_each(&shop.log, &middle), of_all(&shop, &now));
        let pairs = then.into_iter().zip(all).filter_map(|(then, all)| then.zip(all));
        let (bought, later): (Vec<_>, Vec<_>) =
            pairs.map(|(then, all)| (then, all.repeat.frequency - then.repeat.frequency)).unzip();

        // The most convincing model, by what was known then.
        let repeats = repeats(&bought)?;
        let choice = choose(&repeats, &KINDS)?;
        let model = choice.model.clone().ok_or_else(|| choice.reason.to_string())?;

        // Did it foretell the second half?
        let customers: Vec<Repeat> = bought.iter().map(|bought| bought.repeat).collect();
        let ahead = Length::between(middle.as_of, now.as_of);
        let validation = model.validate(&customers, &later, ahead)?;

        // Now with both halves, and what they spend.
        let value = value(&shop, &now)?;
        let features = FEATURES.map(|name| name.parse::<Feature>());
        let features = features.into_iter().collect::<Result<Vec<_>, _>>()?;
        let table = FeatureTable::of_valued_purchases(&shop.log, &features, &now, Some(&value))?;
        Ok(Self {
            shop,
            middle,
            now,
            bought,
            later,
            repeats,
            choice,
            model,
            validation,
            value,
            table,
        })
    }

    /// The model of what they spend.
    pub fn spending(&self) -> Result<&GammaGammaModel, &'static str> {
        self.value.spending.as_ref().map(|spending| &spending.model).ok_or("no spending")
    }
}

/// The end of a day.
fn moment(shop: &Shop, day: NaiveDate) -> Moment {
    let last = NaiveTime::from_hms_opt(23, 59, 59).unwrap_or_default();
    let as_of = shop.zone.instant(day.and_time(last));
    Moment { as_of, zone: shop.zone, currency: shop.log.currency() }
}

fn of_all(shop: &Shop, moment: &Moment) -> Vec<Option<RepeatBuying>> {
    RepeatBuying::of_each(&shop.log, moment)
}

/// Histories for a fit in weeks. The gaps are what tells regular buyers from others.
fn repeats(bought: &[RepeatBuying]) -> Result<Repeats, Box<dyn Error>> {
    let customers: Vec<Repeat> = bought.iter().map(|bought| bought.repeat).collect();
    let gaps: f64 = bought.iter().filter_map(|bought| bought.log_gaps(Unit::Week)).sum();
    Ok(Repeats::new(Unit::Week, &customers, None)?.with_log_gaps(gaps))
}

/// The models with all that is known at a moment.
fn value(shop: &Shop, moment: &Moment) -> Result<ValueModel, Box<dyn Error>> {
    let bought: Vec<RepeatBuying> = of_all(shop, moment).into_iter().flatten().collect();
    let choice = choose(&repeats(&bought)?, &KINDS)?;
    let spent: Vec<Spent> = bought.iter().map(|bought| bought.spent).collect();
    let spending = GammaGamma::default().fit(&spent, None)?.fitted().ok_or("too little spent")?;
    let currency = moment.currency;
    Ok(ValueModel {
        spending: Some(Spending { currency, model: spending }),
        margin: MARGIN,
        discount: DISCOUNT,
        ..ValueModel::new(choice.model.ok_or("too few orders")?)
    })
}
