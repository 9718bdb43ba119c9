//! How text is laid out for a terminal of a hundred columns.

use std::fmt::{Result, Write};

pub const WIDTH: usize = 100;

/// A title with a line under it.
pub fn heading(out: &mut String, title: &str) -> Result {
    writeln!(out, "\n{title}\n{}", "=".repeat(title.chars().count()))
}

/// Text in lines that fit beside the indent.
pub fn indented(out: &mut String, indent: usize, text: &str) -> Result {
    wrapped(text, WIDTH - indent).iter().try_for_each(|line| writeln!(out, "{:indent$}{line}", ""))
}

/// Rows in columns, the first to the left and the others to the right. A row of one cell is a
/// remark on the row above it.
pub fn table(out: &mut String, rows: &[Vec<String>]) -> Result {
    let cells = |row: &&Vec<String>| row.len() > 1;
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| {
        let texts = rows.iter().filter(cells).filter_map(|row| row.get(column));
        texts.map(|text| text.chars().count()).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    for row in rows {
        if let [remark] = row.as_slice() {
            indented(out, 4, remark)?;
            continue;
        }
        let mut line = String::new();
        for (column, (text, width)) in row.iter().zip(&widths).enumerate() {
            if column == 0 {
                write!(line, "{text:<width$}")?;
            } else {
                write!(line, "   {text:>width$}")?;
            }
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// The words of a text in lines of at most so many characters.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
