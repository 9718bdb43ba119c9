//! Where in an HTML text something is printed, so that it is escaped as that place needs.

use super::Flaw;

/// Where the words of an HTML text have led.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Markup {
    /// Between tags.
    #[default]
    Words,
    /// Right behind `<`.
    TagStart,
    /// In the name of a tag, which may be one that ends an element.
    TagName(String),
    /// In a tag, between attributes.
    Tag(String),
    /// In the name of an attribute of a tag.
    AttributeName(String, String),
    /// Behind the name of an attribute, or behind its `=`.
    BeforeValue(String, String, Equals),
    /// In an attribute's value.
    Value { tag: String, attribute: String, quote: Quote, link: LinkPart },
    /// In `<!…>` or `<?…>`, or in `</…>` without a name.
    Declaration,
    /// In what may be `<!-- … -->`, with what was read of its ends.
    Comment(Dashes),
    /// In an element whose content is not markup, up to its end tag, with how much of that was
    /// read.
    Raw(String, String),
}

/// What was read last in a comment, as in the states of HTML's tokenizer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dashes {
    /// `<!`
    Before,
    /// `<!-`
    HalfOpen,
    /// `<!--`
    Open,
    /// `<!---`
    OpenDash,
    /// No dash.
    None,
    /// `-`
    One,
    /// `--`, or more dashes.
    Two,
    /// `--!`
    Bang,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Equals {
    Awaited,
    Read,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quote {
    Double,
    Single,
    None,
}

/// How far the link in an attribute has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum LinkPart {
    /// The attribute is none that holds a link.
    NoLink,
    /// What was written of it, up to the host's end.
    Start(String),
    /// In its path, where variables are parts of the address.
    Path,
    /// A variable was the whole link; nothing follows.
    Whole,
}

/// How something is to be printed in HTML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HtmlPlace {
    /// As words, or in an attribute.
    Words,
    /// As a whole link.
    Link,
    /// As a part of a link's path.
    LinkPart,
}

/// Attributes that hold a link.
const LINKS: [&str; 11] = [
    "href",
    "src",
    "data",
    "codebase",
    "action",
    "formaction",
    "background",
    "poster",
    "cite",
    "longdesc",
    "xlink:href",
];

/// Attributes in which nothing can be printed safely.
const CODE: [&str; 4] = ["style", "srcset", "srcdoc", "ping"];

/// Elements whose content is no markup.
const RAW: [&str; 8] =
    ["script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"];

/// Elements in which titles, styles and the like are markup.
const FOREIGN: [&str; 2] = ["svg", "math"];

/// Schemes that a written link may begin with; `cid` is a picture within the mail.
const SCHEMES: [&str; 5] = ["https://", "http://", "mailto:", "tel:", "cid:"];

/// A scheme and a host have no more bytes (RFC 1035 gives a host 253).
const MAX_START: usize = 300;

impl Markup {
    /// Goes on over `words`; what is wrong with a link is told.
    pub(super) fn go_on(self, words: &str) -> Result<Self, Flaw> {
        words.chars().try_fold(self, Self::step)
    }

    fn step(self, next: char) -> Result<Self, Flaw> {
        Ok(match self {
            Self::Words if next == '<' => Self::TagStart,
            Self::Words => Self::Words,
            Self::TagStart => match next {
                '!' => Self::Comment(Dashes::Before),
                '?' => Self::Declaration,
                '/' => Self::TagName("/".to_owned()),
                _ if next.is_ascii_alphabetic() => Self::TagName(next.to_ascii_lowercase().into()),
                '<' => Self::TagStart,
                _ => Self::Words,
            },
            Self::TagName(name) => return Self::tag_name(name, next),
            Self::Tag(name) => match next {
                '>' => Self::behind(name),
                '/' => Self::Tag(name),
                _ if white(next) => Self::Tag(name),
                _ => Self::AttributeName(name, next.to_ascii_lowercase().into()),
            },
            Self::AttributeName(tag, mut name) => match next {
                '=' => Self::BeforeValue(tag, name, Equals::Read),
                '>' => Self::behind(tag),
                '/' => Self::Tag(tag),
                _ if white(next) => Self::BeforeValue(tag, name, Equals::Awaited),
                _ => {
                    name.push(next.to_ascii_lowercase());
                    Self::AttributeName(tag, name)
                }
            },
            Self::BeforeValue(tag, attribute, equals) => Self::value(tag, attribute, equals, next),
            Self::Value { tag, attribute, quote, link } => {
                return Self::in_value(tag, attribute, quote, link, next);
            }
            Self::Declaration if next == '>' => Self::Words,
            Self::Declaration => Self::Declaration,
            Self::Comment(dashes) => Self::comment(dashes, next),
            Self::Raw(name, end) => return Self::raw(name, end, next),
        })
    }

    fn tag_name(mut name: String, next: char) -> Result<Self, Flaw> {
        match next {
            '>' if name == "/" => return Ok(Self::Words),
            _ if name == "/" && !next.is_ascii_alphabetic() => return Ok(Self::Declaration),
            '>' | '/' => {}
            _ if white(next) => {}
            _ => {
                name.push(next.to_ascii_lowercase());
                return Ok(Self::TagName(name));
            }
        }
        if FOREIGN.contains(&name.as_str()) {
            return Err(Flaw::NoElement { name });
        }
        Ok(if next == '>' { Self::behind(name) } else { Self::Tag(name) })
    }

    /// Behind the `>` of a tag.
    fn behind(tag: String) -> Self {
        if RAW.contains(&tag.as_str()) { Self::Raw(tag, String::new()) } else { Self::Words }
    }

    fn value(tag: String, attribute: String, equals: Equals, next: char) -> Self {
        let link = if LINKS.contains(&attribute.as_str()) {
            LinkPart::Start(String::new())
        } else {
            LinkPart::NoLink
        };
        match (equals, next) {
            (_, _) if white(next) => Self::BeforeValue(tag, attribute, equals),
            (_, '>') => Self::behind(tag),
            (Equals::Awaited, '=') => Self::BeforeValue(tag, attribute, Equals::Read),
            (Equals::Awaited, '/') => Self::Tag(tag),
            (Equals::Awaited, _) => Self::AttributeName(tag, next.to_ascii_lowercase().into()),
            (Equals::Read, '"') => Self::Value { tag, attribute, quote: Quote::Double, link },
            (Equals::Read, '\'') => Self::Value { tag, attribute, quote: Quote::Single, link },
            (Equals::Read, _) => Self::Value {
                tag,
                attribute,
                quote: Quote::None,
                link: match link {
                    LinkPart::Start(_) => LinkPart::Start(next.into()),
                    other => other,
                },
            },
        }
    }

    fn in_value(
        tag: String,
        attribute: String,
        quote: Quote,
        link: LinkPart,
        next: char,
    ) -> Result<Self, Flaw> {
        let ends = match quote {
            Quote::Double => next == '"',
            Quote::Single => next == '\'',
            Quote::None => white(next) || next == '>',
        };
        if ends {
            if let LinkPart::Start(start) = &link {
                written_link(start)?;
            }
            return Ok(if next == '>' { Self::behind(tag) } else { Self::Tag(tag) });
        }
        let link = match link {
            LinkPart::NoLink => LinkPart::NoLink,
            LinkPart::Path => LinkPart::Path,
            LinkPart::Whole => return Err(Flaw::UnsafeLink { found: next.into() }),
            LinkPart::Start(mut start) => {
                start.push(next);
                if start.len() > MAX_START {
                    written_link(&start)?;
                    LinkPart::Path
                } else if in_path(&start) {
                    LinkPart::Path
                } else {
                    LinkPart::Start(start)
                }
            }
        };
        Ok(Self::Value { tag, attribute, quote, link })
    }

    fn comment(dashes: Dashes, next: char) -> Self {
        match (dashes, next) {
            (Dashes::None | Dashes::One, '>') => Self::Comment(Dashes::None),
            (_, '>') => Self::Words,
            (Dashes::Before, '-') => Self::Comment(Dashes::HalfOpen),
            (Dashes::HalfOpen, '-') => Self::Comment(Dashes::Open),
            (Dashes::Before | Dashes::HalfOpen, _) => Self::Declaration,
            (Dashes::Open, '-') => Self::Comment(Dashes::OpenDash),
            (Dashes::None | Dashes::Bang, '-') => Self::Comment(Dashes::One),
            (Dashes::OpenDash | Dashes::One | Dashes::Two, '-') => Self::Comment(Dashes::Two),
            (Dashes::Two, '!') => Self::Comment(Dashes::Bang),
            _ => Self::Comment(Dashes::None),
        }
    }

    /// `end` is how much of the end tag was read; another letter behind it makes it none.
    fn raw(name: String, mut end: String, next: char) -> Result<Self, Flaw> {
        let wanted = format!("</{name}");
        if end == wanted {
            match next {
                '>' => return Ok(Self::Words),
                '/' => return Ok(Self::Tag(format!("/{name}"))),
                _ if white(next) => return Ok(Self::Tag(format!("/{name}"))),
                _ => end.clear(),
            }
        }
        end.push(next.to_ascii_lowercase());
        if name == "script" && end == "<script" {
            return Err(Flaw::NoElement { name });
        }
        let inner = name == "script" && "<script".starts_with(&end);
        if !wanted.starts_with(&end) && !inner {
            end = if next == '<' { next.into() } else { String::new() };
        }
        Ok(Self::Raw(name, end))
    }

    /// How something is printed here, and where that leads.
    pub(super) fn print(self) -> Result<(HtmlPlace, Self), Flaw> {
        let place = self.place();
        match self {
            Self::Words => Ok((HtmlPlace::Words, Self::Words)),
            Self::Value { quote: Quote::None, .. } => {
                Err(Flaw::UnsafePlace { place: "an attribute without quotes" })
            }
            Self::Value { tag, attribute, .. }
                if CODE.contains(&attribute.as_str())
                    || attribute.starts_with("on")
                    || (tag == "meta" && attribute == "content") =>
            {
                Err(Flaw::UnsafePlace { place: "an attribute that holds code" })
            }
            Self::Value { tag, attribute, quote, link } => {
                let (place, link) = match link {
                    LinkPart::NoLink => (HtmlPlace::Words, LinkPart::NoLink),
                    LinkPart::Path => (HtmlPlace::LinkPart, LinkPart::Path),
                    LinkPart::Start(start) if start.is_empty() => {
                        (HtmlPlace::Link, LinkPart::Whole)
                    }
                    LinkPart::Start(found) => return Err(Flaw::UnsafeLink { found }),
                    LinkPart::Whole => {
                        return Err(Flaw::UnsafeLink { found: "two variables".to_owned() });
                    }
                };
                Ok((place, Self::Value { tag, attribute, quote, link }))
            }
            // Behind a part of the end tag, a value could be the rest of it.
            Self::Raw(name, end)
                if end.is_empty() && ["title", "textarea"].contains(&name.as_str()) =>
            {
                Ok((HtmlPlace::Words, Self::Raw(name, end)))
            }
            _ => Err(Flaw::UnsafePlace { place }),
        }
    }

    /// Where two ways through a text have led, if what follows means the same on both.
    pub(super) fn joined(self, other: Self) -> Result<Self, Flaw> {
        if self == other {
            return Ok(self);
        }
        match (self, other) {
            (
                Self::Value { tag, attribute, quote, link },
                Self::Value { tag: tag2, attribute: attribute2, quote: quote2, link: link2 },
            ) if (&tag, &attribute, quote) == (&tag2, &attribute2, quote2) => {
                for link in [&link, &link2] {
                    match link {
                        LinkPart::NoLink => return Err(Flaw::UnevenMarkup),
                        LinkPart::Start(start) => written_link(start)?,
                        LinkPart::Path | LinkPart::Whole => {}
                    }
                }
                Ok(Self::Value { tag, attribute, quote, link: LinkPart::Whole })
            }
            _ => Err(Flaw::UnevenMarkup),
        }
    }

    /// Whether words can stand here as they are once they are escaped, without being a link.
    pub(super) const fn takes_words(&self) -> bool {
        matches!(
            self,
            Self::Words
                | Self::Value { quote: Quote::Double | Quote::Single, link: LinkPart::NoLink, .. }
        )
    }

    /// Where this is, in words.
    pub(super) const fn place(&self) -> &'static str {
        match self {
            Self::Words => "the text",
            Self::TagStart | Self::TagName(_) | Self::Tag(_) | Self::AttributeName(..) => "a tag",
            Self::BeforeValue(..) => "an attribute without quotes",
            Self::Value { .. } => "an attribute",
            Self::Declaration | Self::Comment(_) => "a comment or declaration",
            Self::Raw(..) => "an element whose content is no markup",
        }
    }
}

/// Whether HTML has the character for white space; any other, such as U+00A0, is a part of a name.
const fn white(next: char) -> bool {
    matches!(next, '\t' | '\n' | '\u{c}' | '\r' | ' ')
}

/// Whether what was written of a link has a safe scheme and a host that is complete.
fn in_path(start: &str) -> bool {
    let lower = start.trim_start_matches(white).to_ascii_lowercase();
    SCHEMES.iter().any(|scheme| {
        lower.strip_prefix(scheme).is_some_and(|rest| {
            !scheme.ends_with("//")
                || rest.split_once(['/', '?', '#']).is_some_and(|(host, _)| !host.is_empty())
        })
    })
}

/// Whether a link that is written in full is one of a safe scheme, or a place in the same text.
fn written_link(link: &str) -> Result<(), Flaw> {
    let lower = link.trim_matches(white).to_ascii_lowercase();
    let safe = lower.is_empty()
        || lower.starts_with('#')
        || SCHEMES.iter().any(|scheme| lower.starts_with(scheme));
    if safe { Ok(()) } else { Err(Flaw::UnsafeLink { found: link.chars().take(40).collect() }) }
}
