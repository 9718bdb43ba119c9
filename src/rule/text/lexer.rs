//! The words, quoted parts, numbers and signs of a text.

/// One of them.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token<'a> {
    /// A word: a part of the language, a field or a text.
    Word(&'a str),
    /// A field with arguments, such as `spend(90d)`.
    Call(String),
    /// What stands between double quotes.
    Text(String),
    /// What stands between backticks: a field.
    Field(String),
    /// A number as it is written.
    Number(&'a str),
    /// A day as it is written.
    Date(&'a str),
    /// Digits with letters behind them, such as `14d`.
    Span(&'a str),
    /// A sign such as `>=`.
    Sign(&'static str),
    /// The text ends here.
    End,
    /// Nothing that this language has; what was expected instead.
    Wrong(&'static str),
}

/// Longer signs come first.
const SIGNS: [&str; 11] = ["!=", ">=", "<=", "=", ">", "<", "(", ")", "{", "}", ","];

/// Words that stand for no field and no text.
const RESERVED: [&str; 9] = ["and", "or", "not", "true", "false", "in", "between", "has", "else"];

/// More words after which a parenthesis has no arguments.
const OPENING: [&str; 4] = ["all", "any", "missing", "of"];

/// Whether the word belongs to the language alone.
pub(super) fn is_reserved(word: &str) -> bool {
    RESERVED.contains(&word)
}

/// A text that is read token by token.
#[derive(Clone)]
pub(super) struct Lexer<'a> {
    rest: &'a str,
    offset: usize,
}

impl<'a> Lexer<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self { rest: text, offset: 0 }
    }

    /// The next token and where it starts.
    pub(super) fn token(&mut self) -> (usize, Token<'a>) {
        let blank = self.rest.len() - self.rest.trim_start().len();
        self.take(blank);
        let start = self.offset;
        let Some(first) = self.rest.chars().next() else { return (start, Token::End) };
        let token = match first {
            '"' => self.quoted(first).map_or_else(Token::Wrong, Token::Text),
            '`' => self.quoted(first).map_or_else(Token::Wrong, Token::Field),
            '-' | '0'..='9' => self.number(),
            _ if starts_word(first) => self.word(),
            _ => self.sign(),
        };
        (start, token)
    }

    /// Moves on by so many bytes.
    fn take(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        (self.rest, self.offset) = (rest, self.offset + taken.len());
        taken
    }

    fn sign(&mut self) -> Token<'a> {
        match SIGNS.into_iter().find(|sign| self.rest.starts_with(sign)) {
            Some(sign) => {
                self.take(sign.len());
                Token::Sign(sign)
            }
            None => Token::Wrong("a field, a value or a sign such as `>=`"),
        }
    }

    /// What stands up to the next `quote`, or what is expected instead.
    fn quoted(&mut self, quote: char) -> Result<String, &'static str> {
        const ESCAPES: &str =
            "one of the escapes `\\\"`, `\\``, `\\\\`, `\\n`, `\\r`, `\\t`, `\\u{2029}`";
        let mut content = String::new();
        let mut letters = self.rest.char_indices().skip(1);
        while let Some((at, letter)) = letters.next() {
            match letter {
                _ if letter == quote => {
                    self.take(at + letter.len_utf8());
                    return Ok(content);
                }
                '\\' => {
                    let meant = escaped(letters.by_ref().map(|(_, letter)| letter));
                    content.push(meant.ok_or(ESCAPES)?);
                }
                _ => content.push(letter),
            }
        }
        Err(if quote == '"' { "a closing `\"`" } else { "a closing backtick" })
    }

    fn word(&mut self) -> Token<'a> {
        let end = self.rest.find(|letter| !goes_on_word(letter)).unwrap_or(self.rest.len());
        let run = self.rest.get(..end).unwrap_or_default();
        let word = self.take(run.trim_end_matches(['-', '.']).len());
        if is_reserved(word) || OPENING.contains(&word) || !self.rest.starts_with('(') {
            return Token::Word(word);
        }
        match arguments(self.rest) {
            Some((arguments, length)) => {
                self.take(length);
                Token::Call(format!("{word}({arguments})"))
            }
            None => Token::Wrong("arguments such as `(90d)`"),
        }
    }

    fn number(&mut self) -> Token<'a> {
        if is_date(self.rest) {
            return Token::Date(self.take("2026-01-31".len()));
        }
        let mut length = usize::from(self.rest.starts_with('-'));
        let whole = digits(self.rest, length);
        if whole == 0 {
            return Token::Wrong("a number");
        }
        length += whole;
        if self.rest.get(length..).is_some_and(|rest| rest.starts_with('.')) {
            let fraction = digits(self.rest, length + 1);
            if fraction == 0 {
                return Token::Wrong("a number such as `2.5`");
            }
            length += 1 + fraction;
        }
        length += exponent(self.rest.get(length..).unwrap_or_default());
        let behind = self.rest.get(length..).unwrap_or_default();
        let letters = behind.find(|letter: char| !goes_on_word(letter)).unwrap_or(behind.len());
        match letters {
            0 => Token::Number(self.take(length)),
            _ if length == whole => Token::Span(self.take(length + letters)),
            _ => Token::Wrong("a number"),
        }
    }
}

/// The character that an escape stands for, after its backslash.
fn escaped(mut letters: impl Iterator<Item = char>) -> Option<char> {
    match letters.next()? {
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        'u' => {
            let code: String =
                letters.by_ref().take_while(|letter| *letter != '}').take(9).collect();
            let digits = code.strip_prefix('{').filter(|digits| !digits.starts_with('+'))?;
            u32::from_str_radix(digits, 16).ok().and_then(char::from_u32)
        }
        letter @ ('"' | '`' | '\\') => Some(letter),
        _ => None,
    }
}

fn starts_word(letter: char) -> bool {
    letter == '_' || letter.is_alphabetic()
}

fn goes_on_word(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.')
}

/// What stands in the parentheses at the start, with one blank after each comma, and how long the
/// whole is.
fn arguments(text: &str) -> Option<(String, usize)> {
    let inside = text.strip_prefix('(')?;
    let end = inside.find(|letter: char| "()`\"{}".contains(letter) || letter.is_control())?;
    let (inside, rest) = inside.split_at_checked(end)?;
    let parts: Vec<&str> = inside.split(',').map(str::trim).collect();
    let is_whole = rest.starts_with(')') && parts.iter().all(|part| !part.is_empty());
    is_whole.then(|| (parts.join(", "), end + 2))
}

/// How many digits stand at `start`.
fn digits(text: &str, start: usize) -> usize {
    let rest = text.get(start..).unwrap_or_default();
    rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len())
}

/// How long the exponent at the start is, if there is one.
fn exponent(text: &str) -> usize {
    let Some(rest) = text.strip_prefix(['e', 'E']) else { return 0 };
    let sign = usize::from(rest.starts_with(['+', '-']));
    match digits(rest, sign) {
        0 => 0,
        digits => 1 + sign + digits,
    }
}

/// Whether a day such as `2026-01-31` stands at the start, and nothing that goes on.
fn is_date(text: &str) -> bool {
    let mut letters = text.chars();
    let day = "dddd-dd-dd".chars().all(|form| match (form, letters.next()) {
        ('d', Some(letter)) => letter.is_ascii_digit(),
        (form, letter) => letter == Some(form),
    });
    day && !letters.next().is_some_and(goes_on_word)
}
