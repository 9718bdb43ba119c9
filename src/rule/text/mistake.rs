//! Why a text is no rule, and where.

use thiserror::Error;

/// The first place at which a text stops being a rule.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{reason} (line {line}, column {column}: `{around}`)")]
pub struct NoRule {
    /// What was expected there and what was found, or which limit is passed.
    pub reason: String,
    /// The place in bytes from the start of the text.
    pub offset: usize,
    /// The line, counted from 1.
    pub line: usize,
    /// The character in the line, counted from 1.
    pub column: usize,
    /// The part of the line around the place, which `▸` marks.
    pub around: String,
}

impl NoRule {
    /// The mistake at `offset` of `text`.
    pub(super) fn at(text: &str, offset: usize, reason: String) -> Self {
        /// So much of the line is shown on either side.
        const SHOWN: usize = 24;
        let (before, after) = text.split_at_checked(offset).unwrap_or((text, ""));
        let line_start = before.rsplit('\n').next().unwrap_or_default();
        let line_rest = after.lines().next().unwrap_or_default();
        let column = line_start.chars().count();
        let skipped = column.saturating_sub(SHOWN);
        let (cut, start) = (if skipped > 0 { "…" } else { "" }, line_start.chars().skip(skipped));
        let end: String = line_rest.chars().take(SHOWN).collect();
        let more = if end.len() < line_rest.len() { "…" } else { "" };
        let around = format!("{cut}{}▸{end}{more}", start.collect::<String>());
        let line = before.matches('\n').count() + 1;
        Self { reason, offset, line, column: column + 1, around }
    }
}
