//! What can be wrong with a program.

use thiserror::Error;

use crate::id::AttributeName;
use crate::path::{Path, Problems, Unreadable};
use crate::rule::Text;
use crate::{feature, game, message, offer, points, rule, segment, template, tier, trigger};

use super::SPEC_VERSION;

/// Why there is no program: everything that is wrong, each with its path.
#[derive(Clone, Debug, PartialEq, Error)]
#[error(transparent)]
pub struct Error(Problems<Fault>);

impl Error {
    /// What a part of the document found.
    pub(super) fn of<F: Into<Fault>>(found: Problems<F>) -> Self {
        let mut problems = Problems::none();
        problems.absorb(&Path::root(), found);
        Self(problems)
    }

    /// All problems, in the order of the document.
    #[must_use]
    pub const fn problems(&self) -> &Problems<Fault> {
        &self.0
    }
}

/// One thing that can be wrong with a program.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum Fault {
    /// The text is no document of a program.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// The form of the document is of another version.
    #[error("this is form {found}: form {SPEC_VERSION} is read here")]
    Version {
        /// The version that it names.
        found: u32,
    },
    /// The name is empty.
    #[error("the program has no name")]
    NoName,
    /// An attribute or a feature of the host is called like something of the crate's, or like
    /// another one of the host's.
    #[error("the name `{name}` is taken")]
    NameTaken {
        /// The name.
        name: Text,
    },
    /// Two segments have one id.
    #[error("segment `{id}` is there twice")]
    DuplicateSegment {
        /// The id.
        id: crate::id::SegmentId,
    },
    /// Two ladders have one id.
    #[error("ladder `{id}` is there twice: also at ladders[{first}]")]
    DuplicateLadder {
        /// The id.
        id: crate::id::LadderId,
        /// Where the first ladder is.
        first: usize,
    },
    /// A segment's rule names something that follows from segments.
    #[error("`{name}` is not known yet when segments are told")]
    NotKnownYet {
        /// The field.
        name: Text,
    },
    /// A part of the host's reads a field that does not exist.
    #[error("there is no field `{name}`{}", hint(suggestion.as_ref()))]
    UnknownField {
        /// The name.
        name: Text,
        /// A name that was probably meant.
        suggestion: Option<Text>,
    },
    /// A profile is to have an attribute that is not declared.
    #[error("there is no attribute `{name}`: declare it under `attributes`")]
    UnknownAttribute {
        /// The name.
        name: AttributeName,
    },
    /// Retention of less than a day.
    #[error("events must be kept for at least one day")]
    NoRetention,
    /// Both the document and the host bring one.
    #[error("the document has one already")]
    Twice,
    /// A rule or a field is wrong.
    #[error(transparent)]
    Rule(#[from] rule::Fault),
    /// The model of what customers are worth is wrong.
    #[error(transparent)]
    Value(#[from] feature::ValueFault),
    /// The RFM segments are wrong.
    #[error(transparent)]
    Rfm(#[from] segment::rfm::Fault),
    /// A segment is wrong.
    #[error(transparent)]
    Segment(#[from] segment::rules::Fault),
    /// The ladder is wrong.
    #[error(transparent)]
    Tier(#[from] tier::Fault),
    /// An earning rule is wrong.
    #[error(transparent)]
    Points(#[from] points::Fault),
    /// A game is wrong.
    #[error(transparent)]
    Game(#[from] game::Fault),
    /// An offer is wrong.
    #[error(transparent)]
    Offer(#[from] offer::Fault),
    /// A trigger is wrong.
    #[error(transparent)]
    Trigger(#[from] trigger::Fault),
    /// A message, or what all of them respect, is wrong.
    #[error(transparent)]
    Message(#[from] message::Fault),
    /// A template is wrong.
    #[error(transparent)]
    Template(#[from] template::Fault),
    /// Two templates have one id.
    #[error("template `{id}` is there twice")]
    DuplicateTemplate {
        /// The id.
        id: crate::id::TemplateId,
    },
}

fn hint(suggestion: Option<&Text>) -> String {
    suggestion.map_or_else(String::new, |name| format!(": did you mean `{name}`?"))
}
