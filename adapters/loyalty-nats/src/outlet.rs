//! How what is told gets into its stream.

use std::collections::HashSet;

use async_nats::jetstream::Context;
use async_nats::jetstream::context::PublishAckFuture;
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::publish::PublishAck;
use futures_util::future::join_all;

use crate::fault::Fault;
use crate::patience::Patience;
use crate::settings::Settings;
use crate::told::{Told, What};

/// How many messages are on their way at once.
const WAVE: usize = 256;
const DOING: &str = "take what is told";

/// Puts what is told into the stream for it.
pub(crate) struct Outlet {
    context: Context,
    settings: Settings,
}

impl Outlet {
    pub(crate) const fn new(context: Context, settings: Settings) -> Self {
        Self { context, settings }
    }

    /// Tells all of it, and how much of it the stream had already. What is told of one firing gets
    /// into the stream in its order, even if the connection is lost meanwhile.
    pub(crate) async fn tell(&self, told: &[Told]) -> Result<usize, Fault> {
        let mut known = 0;
        for wave in waves(told) {
            known += self.wave(wave).await?;
        }
        Ok(known)
    }

    /// Tells what may be taken in any order, until the stream has it.
    async fn wave(&self, mut wave: Vec<&Told>) -> Result<usize, Fault> {
        let mut patience = Patience::of(self.settings.patience);
        let mut known = 0;
        loop {
            let mut sent = Vec::new();
            for told in wave {
                sent.push((told, self.send(told).await));
            }
            let taken = sent.into_iter().map(async |(told, sent)| (told, taken(sent).await));
            let (mut left, mut trouble) = (Vec::new(), None);
            for (told, taken) in join_all(taken).await {
                match taken {
                    Ok(PublishAck { duplicate, .. }) => known += usize::from(duplicate),
                    Err(fault) => {
                        left.push(told);
                        trouble = Some(fault);
                    }
                }
            }
            let Some(fault) = trouble else { return Ok(known) };
            patience.bear(fault).await?;
            wave = left;
        }
    }

    async fn send(&self, told: &Told) -> Result<PublishAckFuture, Fault> {
        let payload = serde_json::to_vec(told);
        let payload = payload.map_err(|error| Fault::queue(DOING)(error.into()))?;
        let message = PublishMessage::build()
            .payload(payload.into())
            .message_id(&told.id)
            .expected_stream(&self.settings.told);
        let subject = format!("{}.{}", self.settings.told, told.what.subject());
        let sent = self.context.send_publish(subject, message).await;
        sent.map_err(|error| Fault::queue(DOING)(error.into()))
    }
}

/// The answer of the server to what was sent.
async fn taken(sent: Result<PublishAckFuture, Fault>) -> Result<PublishAck, Fault> {
    sent?.await.map_err(|error| Fault::queue(DOING)(error.into()))
}

/// Parts of what is told, one after the other, in each of which a firing occurs once at most.
fn waves(told: &[Told]) -> Vec<Vec<&Told>> {
    let (mut waves, mut wave, mut firings) = (Vec::new(), Vec::new(), HashSet::new());
    for one in told {
        let firing = match &one.what {
            What::Fired(firing) | What::Retract(firing) => Some(firing.id()),
            What::Late(_) | What::Unreadable { .. } => None,
        };
        let again = firing.is_some_and(|firing| !firings.insert(firing));
        if again || wave.len() >= WAVE {
            waves.push(std::mem::take(&mut wave));
            firings.clear();
            firings.extend(firing);
        }
        wave.push(one);
    }
    waves.push(wave);
    waves
}

#[cfg(test)]
mod tests {
    use loyalty::calendar::Zone;
    use loyalty::event::{Event, EventKind, View};
    use loyalty::money::Currency;
    use loyalty::trigger::{Firing, Machine, Triggers};

    use super::*;

    fn firing(customer: &str) -> Firing {
        let json = r#"{"list": [{"id": "a", "pattern": {"happens": {"of": {"event": "view"}}}}]}"#;
        let triggers: Triggers = serde_json::from_str(json).unwrap();
        let checked = triggers.check_alone(Zone::UTC, Currency::EUR).unwrap();
        let view = EventKind::View(View { product: "shoes".parse().unwrap(), category: None });
        let at = "2026-03-01T00:00:00Z".parse().unwrap();
        let event = Event::new("e".parse().unwrap(), customer.parse().unwrap(), at, view);
        Machine::new(&checked).observe(0, &event)[0].fired().unwrap().clone()
    }

    fn told(id: usize, what: What) -> Told {
        Told { id: id.to_string(), after: 1, turn: 1, what }
    }

    /// The sizes of the waves, in each of which no firing occurs twice, and which are in order.
    fn sizes(whats: Vec<What>) -> Vec<usize> {
        let told: Vec<Told> =
            whats.into_iter().enumerate().map(|(id, what)| told(id, what)).collect();
        let waves = waves(&told);
        let order: Vec<&Told> = waves.iter().flatten().copied().collect();
        assert_eq!(order, told.iter().collect::<Vec<_>>());
        waves.iter().map(Vec::len).collect()
    }

    #[test]
    fn what_is_told_of_one_firing_is_never_on_its_way_at_once() {
        let (ann, ben) = (firing("ann"), firing("ben"));
        let fired = |firing: &Firing| What::Fired(firing.clone());
        let retract = |firing: &Firing| What::Retract(firing.clone());
        assert_eq!(sizes(vec![]), [0]);
        assert_eq!(sizes(vec![fired(&ann), fired(&ben)]), [2]);
        let again = vec![fired(&ann), fired(&ben), retract(&ann), retract(&ben), fired(&ben)];
        assert_eq!(sizes(again), [2, 2, 1]);
        let unreadable = || What::Unreadable { problem: "no".to_owned() };
        let many = std::iter::repeat_with(unreadable).take(2 * WAVE + 1).collect();
        assert_eq!(sizes(many), [WAVE, WAVE, 1]);
    }
}
