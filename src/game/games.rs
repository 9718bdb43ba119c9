//! All games of a program as they are written, and their check.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::badge::CheckedBadge;
use super::challenge::CheckedChallenge;
use super::{
    Badge, Board, CardMerit, Challenge, ChallengeMerit, Fault, Figure, Grouping, MAX_LENGTH, Merit,
    PunchCard, Streak, StreakMerit,
};
use crate::event::EventType;
use crate::id::{AttributeName, BoardId, GameId, OfferId, TierId};
use crate::money::Currency;
use crate::path::{Path, Problems};
use crate::rule::{CheckedRule, Kind, Rule, Schema, Text};

/// The most games, badges or leaderboards of a kind.
pub const MAX_GAMES: usize = 100;

/// All games of a program.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Games {
    /// The punch cards.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cards: Vec<PunchCard>,
    /// The streaks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub streaks: Vec<Streak>,
    /// The challenges.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub challenges: Vec<Challenge>,
    /// The badges.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub badges: Vec<Badge>,
    /// The leaderboards.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub boards: Vec<Board>,
}

/// Games that fit a program, ready to be played.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckedGames {
    pub(super) cards: Vec<PunchCard>,
    pub(super) streaks: Vec<Streak>,
    pub(super) challenges: Vec<CheckedChallenge>,
    pub(super) badges: Vec<CheckedBadge>,
    pub(super) boards: Vec<Board>,
    /// The types of events that can move a prize.
    pub(super) concerning: BTreeSet<EventType>,
}

/// What games refer to in the rest of a program.
pub struct Surroundings<'a> {
    /// The fields that rules can name.
    pub schema: &'a Schema,
    /// Whether a field is only known once games are, or later still.
    pub comes_later: &'a dyn Fn(&str) -> bool,
    /// Whether a field is only known once segments are told.
    pub follows_segments: &'a dyn Fn(&str) -> bool,
    /// The program's currency.
    pub currency: Currency,
    /// The offers; `None` if they are not known by their ids.
    pub offers: Option<BTreeSet<&'a OfferId>>,
    /// The tiers.
    pub tiers: &'a BTreeSet<TierId>,
    /// The type of an attribute, if there is one of this name.
    pub attribute: &'a dyn Fn(&AttributeName) -> Option<Kind>,
}

impl Games {
    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.cards.is_empty()
            && self.streaks.is_empty()
            && self.challenges.is_empty()
            && self.badges.is_empty()
            && self.boards.is_empty()
    }

    /// The names of all fields that rules name.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        let entries = self.challenges.iter().filter_map(|challenge| challenge.when.as_ref());
        let merits = self.badges.iter().filter_map(|badge| match &badge.merit {
            Merit::Rule(rule) => Some(rule),
            _ => None,
        });
        entries.chain(merits).flat_map(Rule::fields)
    }

    /// The games, checked against the program that they are part of.
    ///
    /// # Errors
    /// All problems, each with its path, such as `cards[0].reward`.
    pub fn check(&self, around: &Surroundings<'_>) -> Result<CheckedGames, Problems<Fault>> {
        let mut problems = Problems::none();
        self.check_ids(&mut problems);
        self.check_cards(around, &mut problems);
        for (path, streak) in placed("streaks", &self.streaks) {
            streak.check(around.currency, &path, &mut problems);
        }
        let challenges = self.checked_challenges(around, &mut problems);
        let badges = self.checked_badges(around, &mut problems);
        for (path, board) in placed("boards", &self.boards) {
            board.check(&path, &mut problems);
            around.check_attribute(&board.opt_in, Kind::Bool, path.field("opt_in"), &mut problems);
            if let Some(Grouping::Attribute(name)) = &board.by {
                let path = path.field("by").field("attribute");
                around.check_attribute(name, Kind::Text, path, &mut problems);
            }
        }
        let (cards, streaks) = (self.cards.clone(), self.streaks.clone());
        let concerning = concerning(&streaks, &challenges);
        let boards = self.boards.clone();
        problems.into_result(CheckedGames {
            cards,
            streaks,
            challenges,
            badges,
            boards,
            concerning,
        })
    }

    fn check_ids(&self, problems: &mut Problems<Fault>) {
        let lists = [
            ("cards", self.cards.len()),
            ("streaks", self.streaks.len()),
            ("challenges", self.challenges.len()),
            ("badges", self.badges.len()),
            ("boards", self.boards.len()),
        ];
        for (list, count) in lists.into_iter().filter(|(_, count)| *count > MAX_GAMES) {
            problems.add(Path::from(list), Fault::TooMany { count, most: MAX_GAMES });
        }
        let mut seen: BTreeMap<&GameId, Path> = BTreeMap::new();
        for (path, id) in self.ids() {
            if let Some(first) = seen.get(id) {
                let fault = Fault::DuplicateGame { id: id.clone(), first: first.to_string() };
                problems.add(path.field("id"), fault);
            } else {
                seen.insert(id, path);
            }
        }
        let mut seen = BTreeMap::new();
        for (index, badge) in self.badges.iter().enumerate() {
            if let Some(first) = seen.insert(&badge.id, index) {
                let fault = Fault::DuplicateBadge { id: badge.id.clone(), first };
                problems.add(Path::from("badges").item(index).field("id"), fault);
            }
        }
        let mut seen = BTreeMap::new();
        for (index, board) in self.boards.iter().enumerate() {
            if let Some(first) = seen.insert(&board.id, index) {
                let fault = Fault::DuplicateBoard { id: board.id.clone(), first };
                problems.add(Path::from("boards").item(index).field("id"), fault);
            }
        }
    }

    /// The ids of all cards, streaks and challenges.
    fn ids(&self) -> impl Iterator<Item = (Path, &GameId)> {
        let cards = placed("cards", &self.cards).map(|(path, card)| (path, &card.id));
        let streaks = placed("streaks", &self.streaks).map(|(path, streak)| (path, &streak.id));
        let challenges = placed("challenges", &self.challenges);
        let challenges = challenges.map(|(path, challenge)| (path, &challenge.id));
        cards.chain(streaks).chain(challenges)
    }

    fn check_cards(&self, around: &Surroundings<'_>, problems: &mut Problems<Fault>) {
        for (path, card) in placed("cards", &self.cards) {
            card.check(&path, problems);
            if around.offers.as_ref().is_some_and(|offers| !offers.contains(&card.reward)) {
                let fault = Fault::UnknownOffer { offer: card.reward.clone() };
                problems.add(path.field("reward"), fault);
            }
        }
    }

    fn checked_challenges(
        &self,
        around: &Surroundings<'_>,
        problems: &mut Problems<Fault>,
    ) -> Vec<CheckedChallenge> {
        let mut checked = Vec::with_capacity(self.challenges.len());
        for (path, challenge) in placed("challenges", &self.challenges) {
            challenge.check(around.currency, &path, problems);
            if let Some(name) = &challenge.opt_in {
                around.check_attribute(name, Kind::Bool, path.field("opt_in"), problems);
            }
            let when = challenge.when.as_ref();
            let path = path.field("when");
            let when = when.and_then(|when| around.rule(when, around.comes_later, &path, problems));
            checked.push(CheckedChallenge { written: challenge.clone(), when });
        }
        checked
    }

    fn checked_badges(
        &self,
        around: &Surroundings<'_>,
        problems: &mut Problems<Fault>,
    ) -> Vec<CheckedBadge> {
        let mut checked = Vec::with_capacity(self.badges.len());
        for (path, badge) in placed("badges", &self.badges) {
            let path = path.field("for");
            let rule = match &badge.merit {
                Merit::Rule(rule) => {
                    let path = path.field("rule");
                    around.rule(rule, around.follows_segments, &path, problems)
                }
                merit => {
                    if let Some((path, fault)) = self.fault_of(merit, &path, around) {
                        problems.add(path, fault);
                    }
                    None
                }
            };
            checked.push(CheckedBadge { written: badge.clone(), rule });
        }
        checked
    }

    /// What is wrong with what a badge is given for.
    fn fault_of(
        &self,
        merit: &Merit,
        path: &Path,
        around: &Surroundings<'_>,
    ) -> Option<(Path, Fault)> {
        let unknown = |what, game: &GameId| Fault::UnknownGame { what, game: game.clone() };
        match merit {
            Merit::Rule(_) => None,
            Merit::Streak(StreakMerit { streak, length }) => {
                let path = path.field("streak");
                if !self.streaks.iter().any(|one| one.id == *streak) {
                    return Some((path.field("streak"), unknown("streak", streak)));
                }
                let is_off = *length == 0 || *length > MAX_LENGTH;
                is_off.then(|| (path.field("length"), Fault::Length { length: *length }))
            }
            Merit::Challenge(ChallengeMerit { challenge, step }) => {
                let path = path.field("challenge");
                let Some(found) = self.challenges.iter().find(|one| one.id == *challenge) else {
                    return Some((path.field("challenge"), unknown("challenge", challenge)));
                };
                let steps = found.steps.len();
                let is_there =
                    |step: u32| usize::try_from(step).is_ok_and(|at| (1..=steps).contains(&at));
                let step = step.filter(|step| !is_there(*step))?;
                Some((path.field("step"), Fault::UnknownStep { step, steps }))
            }
            Merit::Cards(CardMerit { card, cards }) => {
                let path = path.field("cards");
                if !self.cards.iter().any(|one| one.id == *card) {
                    return Some((path.field("card"), unknown("punch card", card)));
                }
                (*cards == 0).then(|| (path.field("cards"), Fault::NoCards))
            }
            Merit::Tier(tier) => {
                let fault = || Fault::UnknownTier { tier: tier.clone() };
                (!around.tiers.contains(tier)).then(|| (path.field("tier"), fault()))
            }
        }
    }

    /// The figure that a field of this name is, if it is one of these games.
    pub(crate) fn figure(&self, name: &str) -> Option<Figure> {
        let (kind, id) = Figure::parts(name)?;
        let card = || self.cards.iter().position(|card| card.id.as_str() == id);
        match kind {
            "punches" => card().map(Figure::Punches),
            "rewards" => card().map(Figure::Rewards),
            "streak" => {
                self.streaks.iter().position(|one| one.id.as_str() == id).map(Figure::Streak)
            }
            _ => {
                self.challenges.iter().position(|one| one.id.as_str() == id).map(Figure::Challenge)
            }
        }
    }

    /// The names of all fields that these games have.
    pub(crate) fn figure_names(&self) -> impl Iterator<Item = Text> {
        let cards = self
            .cards
            .iter()
            .flat_map(|card| [format!("punches({})", card.id), format!("rewards({})", card.id)]);
        let streaks = self.streaks.iter().map(|streak| format!("streak({})", streak.id));
        let challenges = self.challenges.iter().map(|one| format!("challenge({})", one.id));
        cards.chain(streaks).chain(challenges).map(Text::from)
    }
}

impl CheckedGames {
    /// The leaderboard with this id.
    #[must_use]
    pub fn board(&self, id: &BoardId) -> Option<&Board> {
        self.boards.iter().find(|board| board.id == *id)
    }
}

impl Surroundings<'_> {
    /// A rule that fits the program, and names nothing that is `late`.
    fn rule(
        &self,
        rule: &Rule,
        late: &dyn Fn(&str) -> bool,
        path: &Path,
        problems: &mut Problems<Fault>,
    ) -> Option<CheckedRule> {
        let names: BTreeSet<&str> = rule.fields().into_iter().filter(|name| late(name)).collect();
        for name in &names {
            problems.add(path.clone(), Fault::NotKnownYet { name: Text::from(name) });
        }
        let checked = problems.take(path, rule.check(self.schema));
        checked.filter(|_| names.is_empty())
    }

    fn check_attribute(
        &self,
        name: &AttributeName,
        expected: Kind,
        path: Path,
        problems: &mut Problems<Fault>,
    ) {
        match (self.attribute)(name) {
            None => problems.add(path, Fault::UnknownAttribute { name: name.clone() }),
            Some(found) if found != expected => {
                problems.add(path, Fault::WrongKind { name: name.clone(), expected, found });
            }
            Some(_) => {}
        }
    }
}

/// Each item of a list with its place.
pub(super) fn placed<'a, T>(list: &str, items: &'a [T]) -> impl Iterator<Item = (Path, &'a T)> {
    let path = Path::from(list);
    items.iter().enumerate().map(move |(index, item)| (path.item(index), item))
}

/// The types of events that can reach a goal with a prize, or make it missed.
fn concerning(streaks: &[Streak], challenges: &[CheckedChallenge]) -> BTreeSet<EventType> {
    let streaks = streaks.iter().filter(|streak| streak.has_prizes());
    let challenges = challenges.iter().filter(|challenge| challenge.has_prizes());
    let counted = streaks.map(|streak| &streak.measure);
    let counted = counted.chain(challenges.map(|challenge| &challenge.written.measure));
    let mut types: BTreeSet<EventType> =
        counted.flat_map(|measure| measure.types()).copied().collect();
    if !types.is_empty() {
        // What was done before can count otherwise in another time zone, or once they joined.
        types.extend([EventType::Void, EventType::AttributesChanged, EventType::Enrolled]);
    }
    types
}
