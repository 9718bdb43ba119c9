//! Games as part of a program: what rules can name of them, their prizes, and leaderboards.

use std::cell::OnceCell;

use chrono::{DateTime, Utc};

use super::judge::Judged;
use super::{Member, Program};
use crate::event::Event;
use crate::feature::Snapshot;
use crate::game::{Board, Contender, Grouping, Keep, Leaderboard, Looked, Past, Play, Referee};
use crate::id::{BoardId, TierId};
use crate::parallel::each;
use crate::points::{Ledger, Posting};
use crate::profile::{Profile, Retention};
use crate::rule::{CheckedRule, Sheet, Text, Truth, Value};
use crate::tier::TierPolicy;

impl Program {
    /// The places on a leaderboard as of an instant, of those members who want to be seen; `None`
    /// if there is no such leaderboard.
    ///
    /// Who has the same score has the same rank (1, 2, 2, 4); of these, who reached it first stands
    /// first, then the smaller id. So the order of `members` does not matter. With the feature
    /// `rayon` they are spread over all cores; the answer is the same bytes.
    #[must_use]
    pub fn leaderboard(
        &self,
        members: &[Member],
        board: &BoardId,
        as_of: DateTime<Utc>,
    ) -> Option<Leaderboard> {
        let board = self.games.as_ref()?.board(board)?;
        let contenders = each(members, |member| self.contender(member, board, as_of));
        let contenders: Vec<Contender> = contenders.into_iter().flatten().collect();
        Some(Leaderboard::of(board.id.clone(), as_of, &contenders))
    }

    fn contender(&self, member: &Member, board: &Board, as_of: DateTime<Utc>) -> Option<Contender> {
        let moment = self.moment(as_of);
        let past = Past::of(member.profile(), moment);
        let (score, reached_at) = board.score(&past)?;
        let groups = match &board.by {
            None => vec![None],
            Some(Grouping::Segments) => {
                let place = self.place(member.profile(), member.ledger(), moment);
                let segments = place.membership.iter();
                segments.map(|share| Some(Text::from(&share.segment))).collect()
            }
            Some(Grouping::Attribute(name)) => {
                let attributes = member.profile().attributes(as_of);
                vec![match attributes.get(name.as_str()) {
                    Some(Value::Text(value)) => Some(value.clone()),
                    _ => None,
                }]
            }
        };
        Some(Contender { customer: member.id().clone(), score, reached_at, groups })
    }

    /// How the member stands in the games.
    pub(super) fn play(&self, judged: &Judged<'_>) -> Play {
        self.games.as_ref().map_or_else(Play::default, |games| {
            let bench = Bench { program: self, judged };
            games.play(&Past::of(judged.snapshot.profile(), *judged.snapshot.moment()), &bench)
        })
    }

    /// Writes down what rules name of games.
    pub(super) fn play_into(&self, judged: &mut Judged<'_>) {
        let Some(games) = self.games.as_ref().filter(|_| self.fields.name_games()) else { return };
        let mut sheet = judged.sheet.clone();
        let bench = Bench { program: self, judged };
        let past = Past::of(judged.snapshot.profile(), *judged.snapshot.moment());
        let figure = |figure| games.value(figure, &past, &bench);
        let badges = || Value::set(games.held(&past, &bench));
        self.fields.play(&mut sheet, figure, badges);
        judged.sheet = sheet;
    }

    /// What an event moves because of goals with prizes, judged by what came before it.
    pub(super) fn prizes(&self, event: &Event, before: &Profile, ledger: &Ledger) -> Vec<Posting> {
        let Some(games) = &self.games else { return Vec::new() };
        let entered = |rule: &CheckedRule, at| self.held_before(rule, before, ledger, at);
        games.prizes(event, before, ledger, self.moment(event.at), &entered)
    }

    /// Whether a rule held right before an instant.
    fn held_before(
        &self,
        rule: &CheckedRule,
        profile: &Profile,
        ledger: &Ledger,
        at: DateTime<Utc>,
    ) -> bool {
        let moment = self.moment(at);
        let holds = |profile: &Profile| {
            let rank =
                |tiers: &dyn TierPolicy, snapshot: &Snapshot<'_>| tiers.rank(snapshot, ledger);
            let others = |snapshot: &Snapshot<'_>| self.ladders.ranks(snapshot, ledger);
            rule.truth(&self.placed(profile, ledger, moment, rank, others).sheet) == Truth::Hold
        };
        holds(&profile.before_instant(at))
    }
}

/// A member at a moment, as badges are judged.
struct Bench<'b, 'a> {
    program: &'b Program,
    judged: &'b Judged<'a>,
}

impl Referee for Bench<'_, '_> {
    fn enters(&self, rule: &CheckedRule, at: DateTime<Utc>) -> bool {
        let Judged { snapshot, ledger, .. } = self.judged;
        self.program.held_before(rule, snapshot.profile(), ledger, at)
    }

    fn holds(&self, looked: &Looked<'_>) -> bool {
        match looked {
            Looked::Rule(rule) => rule.truth(&self.judged.sheet) == Truth::Hold,
            Looked::Tier(tier) => self.judged.place.rank >= self.program.rank_of(tier),
        }
    }

    fn held_since(&self, looked: &[(Looked<'_>, Keep)]) -> Vec<Option<DateTime<Utc>>> {
        let mut since = vec![None; looked.len()];
        if looked.is_empty() {
            return since;
        }
        let profile = self.judged.snapshot.profile();
        let effective = profile.history.effective(self.judged.snapshot.moment().as_of);
        let (folded, events) = effective.parted();
        let mut told = Profile { customer: profile.customer.clone(), history: folded };
        told.history.retain(Retention::Forever);
        let mut instants: Vec<_> = told.history.all_instants(DateTime::<Utc>::MAX_UTC).collect();
        instants.sort_unstable();
        instants.dedup();
        instants.into_iter().for_each(|at| self.note(&told, at, looked, &mut since));
        let mut events = events.peekable();
        while let Some(event) = events.next() {
            let at = event.position().0;
            let _recorded = told.history.record(event.clone());
            if events.peek().is_none_or(|next| next.position().0 != at) {
                self.note(&told, at, looked, &mut since);
            }
        }
        since
    }
}

impl Bench<'_, '_> {
    /// Notes what holds of a profile as of an instant, and since when.
    fn note(
        &self,
        told: &Profile,
        at: DateTime<Utc>,
        looked: &[(Looked<'_>, Keep)],
        since: &mut [Option<DateTime<Utc>>],
    ) {
        let Judged { snapshot, ledger, .. } = self.judged;
        let program = self.program;
        let snapshot = program.snapshot(told, snapshot.moment().at(at));
        let mut sheet = Sheet::new(snapshot.moment().today());
        program.fields.describe(&mut sheet, &snapshot, &program.extractors);
        let rank = OnceCell::new();
        let rank = || *rank.get_or_init(|| Some(program.tiers.as_ref()?.rank(&snapshot, ledger)));
        for ((looked, keep), since) in looked.iter().zip(since) {
            if since.is_some() && *keep == Keep::ForGood {
                continue;
            }
            let holds = match looked {
                Looked::Rule(rule) => rule.truth(&sheet) == Truth::Hold,
                Looked::Tier(tier) => rank() >= program.rank_of(tier),
            };
            *since = holds.then(|| since.unwrap_or(at));
        }
    }
}

impl Program {
    /// The position of a tier, which is one of the program's.
    fn rank_of(&self, tier: &TierId) -> Option<usize> {
        self.tiers().iter().position(|one| one.id == *tier)
    }
}
