//! All that a template says to a customer, for people to look at.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{CheckedTemplate, Content, Locale, Medium, Part, Refusal, Remark, Rendered, Values};
use crate::calendar::Zone;

/// What a template says to a customer on each medium.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preview {
    /// One for each medium that the template has texts for, in their order.
    pub messages: Vec<Previewed>,
}

/// What came of rendering a message for a medium.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Previewed {
    /// The customer would get this message.
    Message {
        /// The message.
        rendered: Rendered,
        /// How long its parts are, in their order.
        lengths: Vec<Length>,
        /// What may not be meant.
        remarks: Vec<Remark>,
    },
    /// The customer would get none.
    Refused {
        /// The medium.
        medium: Medium,
        /// Why there is none.
        refusal: Refusal,
    },
}

/// How long a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Length {
    /// The part.
    pub part: Part,
    /// Its characters.
    pub characters: usize,
    /// Its bytes in UTF-8.
    pub bytes: usize,
}

impl CheckedTemplate {
    /// What the template says to a customer on each medium, as [`CheckedTemplate::render`] does.
    #[must_use]
    pub fn preview(&self, values: &Values<'_>, locale: &Locale, zone: Zone) -> Preview {
        let message = |medium| match self.render(medium, values, locale, zone) {
            Ok(rendered) => message(rendered),
            Err(refusal) => Previewed::Refused { medium, refusal },
        };
        Preview { messages: self.media().map(message).collect() }
    }
}

fn message(rendered: Rendered) -> Previewed {
    let parts = rendered.content.parts().into_iter();
    let lengths = parts.map(|(part, text)| {
        let characters = text.chars().count();
        Length { part, characters, bytes: text.len() }
    });
    let lengths = lengths.collect();
    let outside = match &rendered.content {
        Content::Sms { count, .. } => count.outside,
        Content::Email { .. } | Content::Push { .. } => None,
    };
    let remarks = outside.map(|character| Remark::OutsideAlphabet { character });
    Previewed::Message { rendered, lengths, remarks: remarks.into_iter().collect() }
}

/// Each message under its medium, with its parts and their lengths.
impl fmt::Display for Preview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, message) in self.messages.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            message.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for Previewed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rendered, lengths, remarks) = match self {
            Self::Refused { medium, refusal } => {
                return writeln!(
                    f,
                    "{}: no message, {refusal} ({})",
                    medium.name(),
                    refusal.code()
                );
            }
            Self::Message { rendered, lengths, remarks } => (rendered, lengths, remarks),
        };
        let medium = rendered.content.medium().name();
        write!(f, "{medium} in {}", rendered.locale)?;
        if let Content::Sms { count, .. } = &rendered.content {
            let plural = if count.segments == 1 { "" } else { "s" };
            write!(f, ", {} units in {} segment{plural}", count.units, count.segments)?;
        }
        f.write_str("\n")?;
        for ((part, text), length) in rendered.content.parts().into_iter().zip(lengths) {
            writeln!(f, "  {} ({} characters)", part.name(), length.characters)?;
            text.lines().try_for_each(|line| writeln!(f, "    {line}"))?;
        }
        remarks.iter().try_for_each(|remark| writeln!(f, "  note: {remark}"))
    }
}
