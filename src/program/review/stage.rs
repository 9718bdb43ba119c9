//! A member who plays: every event is decided and applied, and the money is counted.

use chrono::{DateTime, TimeDelta, Utc};

use super::points::Redemption;
use crate::event::{
    Basket, Custom, Discount, EmailClicked, EmailOpened, Event, EventKind, EventType, LineItem,
    Purchase, Referral, Return, Review, Share, SupportContact, SurveyAnswered, View, Visit, Void,
};
use crate::id::{CampaignId, CustomerId, EventId, LineId, OrderId, ProductId, StoreId, SurveyId};
use crate::money::Money;
use crate::points::{Movement, Points};
use crate::profile::Customer;
use crate::program::{Applied, Claim, Decision, Member, Program, Settlement};

/// How many rewards are cashed in at a time.
const AT_A_TIME: usize = 3;

/// A member, what they have paid and got, and all that they did.
pub(super) struct Stage<'a> {
    program: &'a Program,
    best: Option<&'a Redemption>,
    pub member: Member,
    pub at: DateTime<Utc>,
    pub events: Vec<Event>,
    /// What was paid, in minor units.
    pub paid: i128,
    /// What was paid back.
    pub refunded: i128,
    /// What was taken off for points.
    pub taken_off: i128,
    /// How often the points were cashed in.
    pub cashed_in: u32,
    /// Points that were earned by the purchase of rewards: they are not counted.
    ignored: i64,
}

/// An order that was placed.
pub(super) struct Placed {
    pub event: EventId,
    pub order: OrderId,
    pub basket: Basket,
}

impl<'a> Stage<'a> {
    /// A new member of the program, who begins at this instant.
    pub fn new(
        program: &'a Program,
        best: Option<&'a Redemption>,
        at: DateTime<Utc>,
    ) -> Option<Self> {
        let customer = Customer::new(CustomerId::new("anyone").ok()?);
        Some(Self {
            program,
            best,
            member: program.enroll(customer),
            at,
            events: Vec::new(),
            paid: 0,
            refunded: 0,
            taken_off: 0,
            cashed_in: 0,
            ignored: 0,
        })
    }

    /// The points that count: all that are or will be there, less what is owed.
    pub fn points(&self) -> i64 {
        let balance = self.member.ledger().balance(self.at);
        let held = balance.active.0.saturating_add(balance.pending.0);
        held.saturating_sub(balance.deficit.0).saturating_sub(self.ignored)
    }

    /// What there is in money and points; points weigh by the best reward, and all of it by what
    /// that costs.
    pub fn wealth(&self) -> i128 {
        let money = self.refunded + self.taken_off - self.paid;
        match self.best {
            Some(best) => {
                let points = i128::from(self.points()) * i128::from(best.amount.minor());
                money * i128::from(best.cost.0) + points
            }
            None => money,
        }
    }

    /// Lets something happen; nothing if the program refuses it.
    pub fn happen(&mut self, kind: EventKind) -> Option<Decision> {
        let id = EventId::new(format!("event-{}", self.events.len() + 1)).ok()?;
        let event = Event::new(id, self.member.id().clone(), self.at, kind);
        let decision = self.program.decide(&self.member, &event);
        let Applied::Now { .. } = self.member.apply(&decision) else { return None };
        self.events.push(event);
        self.at += TimeDelta::seconds(1);
        Some(decision)
    }

    /// Lets an event without a purchase happen.
    pub fn without_purchase(&mut self, event: EventType) -> Option<()> {
        let kind = self.kind(event)?;
        self.happen(kind).map(drop)
    }

    /// Buys what is in the basket.
    pub fn buy(&mut self, basket: &Basket) -> Option<Placed> {
        let order = OrderId::new(format!("order-{}", self.events.len() + 1)).ok()?;
        let net = basket.net_price(self.program.currency()).ok()?;
        let purchase = Purchase { order: order.clone(), basket: basket.clone(), total: None };
        drop(self.happen(EventKind::Purchase(purchase))?);
        self.paid += i128::from(net.minor());
        let event = self.events.last()?.id.clone();
        Some(Placed { event, order, basket: basket.clone() })
    }

    /// Brings some lines of an order back, and gets back what was paid for them.
    pub fn bring_back(
        &mut self,
        placed: &Placed,
        wanted: impl Fn(&LineItem) -> bool,
    ) -> Option<()> {
        let lines: Vec<&LineItem> =
            placed.basket.lines.iter().filter(|line| wanted(line)).collect();
        let back = lines.iter().map(|line| (line.id.clone(), line.quantity));
        drop(self.happen(EventKind::Return(Return::new(placed.order.clone(), back)))?);
        for line in lines {
            self.refunded += i128::from(line.net_price().ok()?.minor());
        }
        Some(())
    }

    /// Makes an order void, and gets back all that was paid.
    pub fn make_void(&mut self, placed: &Placed) -> Option<()> {
        drop(self.happen(EventKind::Void(Void { event: placed.event.clone() }))?);
        let net = placed.basket.net_price(self.program.currency()).ok()?;
        self.refunded += i128::from(net.minor());
        Some(())
    }

    /// Spends the points on the best reward, as often as they are enough, but not forever.
    pub fn cash_in(&mut self) -> Option<()> {
        let Some(best) = self.best else { return Some(()) };
        for _ in 0..AT_A_TIME {
            if self.member.ledger().balance(self.at).active < best.cost {
                break;
            }
            self.cash_in_once(best)?;
        }
        Some(())
    }

    /// Waits until points can be spent that cannot yet, and spends them.
    pub fn cash_in_later(&mut self) -> Option<()> {
        let balance = self.member.ledger().balance(self.at);
        if self.best.is_some() && self.cashed_in == 0 && !balance.pending.is_zero() {
            self.at = self.member.ledger().next_change(self.at)?;
            self.cash_in()?;
        }
        Some(())
    }

    /// Buys what the reward is for, with just what the program grants; nothing if that is less than
    /// was thought.
    fn cash_in_once(&mut self, best: &Redemption) -> Option<()> {
        let mut basket = Basket::of([best.line.clone()]);
        basket.chosen = vec![best.offer.clone()];
        basket.coupons = self.program.coupons(&best.offer);
        let quote = self.program.quote(&self.member, &basket, self.at);
        let evaluation = quote.evaluation?;
        let granted = evaluation.outcome(&best.offer)?.answer.granted()?;
        let amount = granted.discount().filter(|amount| *amount == best.amount)?;
        for line in &mut basket.lines {
            line.discounts = vec![Discount { amount, offer: Some(best.offer.clone()) }];
        }
        let order = OrderId::new(format!("order-{}", self.events.len() + 1)).ok()?;
        let decision = self.happen(EventKind::Purchase(Purchase { order, basket, total: None }))?;
        let due =
            |settled: &Settlement| settled.offer == best.offer && settled.standing == Claim::Due;
        let main = || decision.entries.iter().filter(|entry| entry.cause.purse.is_none());
        let spent = main()
            .any(|entry| entry.cause.movement == Movement::Spend && entry.points < Points::ZERO);
        if !decision.settlements.iter().any(due) || !spent {
            return None;
        }
        // What is paid for is worth its price: only what is taken off is gained.
        self.taken_off += i128::from(amount.minor());
        self.cashed_in += 1;
        let earned = main().filter(|entry| matches!(entry.cause.movement, Movement::Earn(_)));
        self.ignored += earned.map(|entry| entry.points.0).sum::<i64>();
        Some(())
    }

    /// An event of this type without a purchase.
    fn kind(&self, event: EventType) -> Option<EventKind> {
        let product = || ProductId::new("anything").ok();
        let name = || format!("number-{}", self.events.len() + 1);
        Some(match event {
            EventType::View => EventKind::View(View { product: product()?, category: None }),
            EventType::CartUpdated => {
                let line = LineItem::new(
                    LineId::new("1").ok()?,
                    product()?,
                    1,
                    Money::zero(self.program.currency()),
                );
                EventKind::CartUpdated(Basket::of([line]))
            }
            EventType::EmailOpened => {
                EventKind::EmailOpened(EmailOpened { campaign: CampaignId::new(name()).ok()? })
            }
            EventType::EmailClicked => {
                let campaign = CampaignId::new(name()).ok()?;
                EventKind::EmailClicked(EmailClicked { campaign, link: None })
            }
            EventType::AppOpened => EventKind::AppOpened,
            EventType::Visit => {
                let store = StoreId::new("store").ok()?;
                EventKind::Visit(Visit { store, coordinates: None })
            }
            EventType::Review => EventKind::Review(Review { product: product()?, rating: 5 }),
            EventType::Share => EventKind::Share(Share { product: None, network: None }),
            EventType::Referral => {
                EventKind::Referral(Referral { referred: CustomerId::new(name()).ok()? })
            }
            EventType::SurveyAnswered => {
                let survey = SurveyId::new(name()).ok()?;
                EventKind::SurveyAnswered(SurveyAnswered { survey, score: 10, highest: 10 })
            }
            EventType::SupportContact => EventKind::SupportContact(SupportContact::default()),
            EventType::Custom => {
                EventKind::Custom(Custom { name: "anything".into(), values: Default::default() })
            }
            _ => return None,
        })
    }
}
