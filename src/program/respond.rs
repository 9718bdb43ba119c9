//! What comes of a trigger that fired: the message that it calls for, rendered, or why there is
//! none.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize, Serializer};

use super::judge::Judged;
use super::messages::medium;
use super::templates::{FIRED_AT, ITEMS, OFFERS};
use super::{Member, Program, Relevance};
use crate::digest::Digest;
use crate::event::{Channel, Event, EventKind, EventType};
use crate::message::{Cause, Cue, Dispatch, Message, Outgoing, Recipient, Refusal, Sending};
use crate::offer::Budgets;
use crate::rule::{Facts, Schema, Sheet, Text};
use crate::template::{self, CheckedTemplate, Item, Locale, Rendered, Values};
use crate::trigger::Firing;

/// What is done about a trigger that fired for a member.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct Response {
    /// What is done with the message, and all that stands in its way.
    pub dispatch: Dispatch,
    /// What goes into the outbox, if the message is sent; `None` also if the host renders it, as
    /// the program has no templates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<Outgoing>,
    /// What the member's history is told, in the same transaction: decide about it, and apply the
    /// decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<Event>,
}

impl Program {
    /// What is done as of an instant about a trigger that fired for the member: the message that it
    /// calls for passes the gates and is rendered, or is deferred, held out or dropped with all
    /// reasons. `None` if no message is for this trigger. A trigger that is not
    /// [meant](Program::relevance) for the member is a reason like others.
    ///
    /// A message that cannot be rendered for a channel is tried on the next. Facts are those of the
    /// instant, with what the member last had in the cart as the basket; `items` are the things
    /// over which templates go in a loop, as they do over the `offers` that the message promises.
    /// When a message is deferred, ask again at the instant with
    /// the same firing: what happened in between counts.
    pub fn respond(
        &self,
        member: &Member,
        firing: &Firing,
        as_of: DateTime<Utc>,
        budgets: &dyn Budgets,
        items: &[Item],
    ) -> Option<Response> {
        let called = self.called_by(firing)?;
        Some(self.respond_to(called, member, firing, as_of, (budgets, items)))
    }

    /// The same as of the instant of a sending that was planned for the firing, tried first on the
    /// channel for which it was planned. `None` if it was planned for another firing.
    pub fn carry_out(
        &self,
        sending: &Sending,
        member: &Member,
        firing: &Firing,
        budgets: &dyn Budgets,
        items: &[Item],
    ) -> Option<Response> {
        let (message, cue) = self.called_by(firing)?;
        let called = (message, cue.planned_on(sending.channel));
        let is_meant = sending.id == firing.id().digest();
        is_meant.then(|| self.respond_to(called, member, firing, sending.at, (budgets, items)))
    }

    /// The message that a firing calls for.
    fn called_by(&self, firing: &Firing) -> Option<(&Message, Cue)> {
        let message = self.messages.called_by(&firing.trigger)?;
        Some((message, Cue::new(firing.id().digest(), message.id.clone(), firing.at)))
    }

    /// What is done about a message that a firing calls for.
    fn respond_to(
        &self,
        (message, cue): (&Message, Cue),
        member: &Member,
        firing: &Firing,
        as_of: DateTime<Utc>,
        (budgets, items): (&dyn Budgets, &[Item]),
    ) -> Response {
        // Of a trigger that fired just now, its rule and the texts ask for the same facts.
        let mut now = None;
        let relevance = self.relevance_to(member, firing, |rule| {
            let judged = self.judge_at(member, firing.at);
            let relevance = Relevance::by(rule, &judged.sheet);
            now = Some(judged).filter(|_| firing.at == as_of);
            relevance
        });
        let objection = relevance.objection().map(|why| Refusal {
            channel: None,
            cause: Cause::NotMeant { why },
            next_change: None,
        });
        let besides = Vec::from_iter(objection);
        let recipient = self.recipient(member, as_of);
        let Some(template) = self.templates.get(&message.template) else {
            let dispatch = self.messages.dispatch_unless(&cue, &recipient, budgets, &besides);
            let event = self.messages.event(&cue, &dispatch);
            return Response { dispatch, record: None, event };
        };
        let now = now.unwrap_or_else(|| self.judge_at(member, as_of));
        let sheet = self.facts_for_texts(now);
        let offers = self.promised(message);
        let cue = cue.saying(&self.said(template, &sheet, (items, &offers)));
        let wording = Wording { template, sheet, items, offers };
        self.answer(&recipient, &cue, message, &wording, budgets, besides)
    }

    /// Asks the gates until what they let through can be rendered.
    fn answer(
        &self,
        recipient: &Recipient<'_>,
        cue: &Cue,
        message: &Message,
        wording: &Wording<'_>,
        budgets: &dyn Budgets,
        mut besides: Vec<Refusal>,
    ) -> Response {
        loop {
            let dispatch = self.messages.dispatch_unless(cue, recipient, budgets, &besides);
            // Of who is held out it is told what would be done: what cannot be rendered would not.
            let Some(channel) = dispatch.would_send().map(|send| send.channel) else {
                let event = self.messages.event(cue, &dispatch);
                return Response { dispatch, record: None, event };
            };
            let language = recipient.language();
            match wording.rendered(channel, cue.at, language, *recipient.zone()) {
                Ok(rendered) => {
                    let parts = parts(&rendered);
                    let event = self.messages.event(cue, &dispatch);
                    let record = Outgoing::of(message, cue, &dispatch, parts);
                    return Response { dispatch, record, event };
                }
                Err(why) => besides.push(Refusal {
                    channel: Some(channel),
                    cause: Cause::NotRendered { why },
                    next_change: None,
                }),
            }
        }
    }

    /// The facts of a member, with what they last had in the cart.
    fn facts_for_texts(&self, now: Judged<'_>) -> Sheet {
        let Judged { snapshot, mut sheet, .. } = now;
        let (history, moment) = (&snapshot.profile().history, snapshot.moment());
        if history.last_at(EventType::CartUpdated, moment.as_of).is_some() {
            let mut carts =
                history.events(moment.as_of).rev().filter_map(|event| match &event.kind {
                    EventKind::CartUpdated(basket) => Some(basket),
                    _ => None,
                });
            if let Some(basket) = carts.next() {
                self.fields.carry(&mut sheet, basket, None, moment);
            }
        }
        sheet
    }

    /// The offers that a message promises, as texts speak of them.
    fn promised(&self, message: &Message) -> Vec<Item> {
        let catalog = self.offers.part.catalog();
        let promised = message.grants.iter().map(|id| {
            let offer = catalog.and_then(|catalog| catalog.offer(id));
            let name = offer.and_then(|offer| offer.name.clone());
            let item = Item::new().with("name", name.unwrap_or_else(|| Text::from(id.as_str())));
            let code = offer.and_then(|offer| offer.code.as_ref());
            let item = match code {
                Some(code) => item.with("code", Text::from(code.as_str())),
                None => item,
            };
            // People read of the last day on which it can be had, not of the first after it.
            let ends = offer.and_then(|offer| offer.validity.until);
            match ends.and_then(|ends| ends.checked_sub_signed(TimeDelta::nanoseconds(1))) {
                Some(until) => item.with("until", until),
                None => item,
            }
        });
        promised.collect()
    }

    /// What a message says, whatever the channel: the template, and all that it speaks of.
    fn said(
        &self,
        template: &CheckedTemplate,
        sheet: &Sheet,
        (items, offers): (&[Item], &[Item]),
    ) -> Digest {
        let facts = Spoken { names: template.facts(), schema: self.fields.schema(), sheet };
        Digest::of(&(template.version(), facts, items, offers))
    }
}

/// The facts that a template speaks of, by their names in order.
struct Spoken<'a> {
    names: &'a [Text],
    schema: &'a Schema,
    sheet: &'a Sheet,
}

impl Serialize for Spoken<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value = |name: &Text| self.sheet.value(self.schema.slot(name.as_str())?);
        serializer.collect_map(self.names.iter().map(|name| (name, value(name))))
    }
}

/// What a message is rendered from.
struct Wording<'a> {
    template: &'a CheckedTemplate,
    sheet: Sheet,
    items: &'a [Item],
    offers: Vec<Item>,
}

impl Wording<'_> {
    fn rendered(
        &self,
        channel: Channel,
        fired_at: DateTime<Utc>,
        language: Option<&Text>,
        zone: crate::calendar::Zone,
    ) -> Result<Rendered, template::Refusal> {
        let own = language.and_then(|language| Locale::new(language.as_str()).ok());
        let locale = own.unwrap_or_else(|| self.template.written().default.clone());
        let values = Values::new(&self.sheet).with(FIRED_AT, fired_at);
        let values = values.over(ITEMS, self.items).over(OFFERS, &self.offers);
        // A message has no channel without texts: that was checked.
        let medium = medium(channel).unwrap_or(template::Medium::Email);
        self.template.render(medium, &values, &locale, zone)
    }
}

fn parts(rendered: &Rendered) -> BTreeMap<Text, String> {
    let parts = rendered.content.parts().into_iter();
    parts.map(|(part, text)| (Text::from(part.name()), text.to_owned())).collect()
}
