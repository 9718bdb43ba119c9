//! On which line of a file a row begins.

use std::io::{self, Read};

/// A source whose lines are counted on its way to the reader of rows, which tells only where rows
/// are among the bytes. A line ends as a row does: with `\r\n`, `\n` or `\r`.
pub(super) struct Lines<R> {
    source: R,
    /// The bytes that were read last, and all of the row that is being read.
    kept: Vec<u8>,
    /// How many of them are counted.
    counted: usize,
    /// How many bytes are counted in all, and how many lines ended in them.
    at: u64,
    ended: u64,
    /// Whether the last of them is `\r`.
    returned: bool,
    /// Where the row begins, but for line ends before it.
    row: u64,
}

impl<R> Lines<R> {
    pub(super) const fn of(source: R) -> Self {
        Self { source, kept: Vec::new(), counted: 0, at: 0, ended: 0, returned: false, row: 0 }
    }

    /// The next row begins here, or after line ends that are here.
    pub(super) const fn begin_row(&mut self, at: u64) {
        self.row = at;
    }

    /// On which line the row begins that is being read, counted from 1.
    pub(super) fn line(&mut self) -> u64 {
        self.count();
        self.ended + 1
    }

    /// Counts the lines that end before the row.
    fn count(&mut self) {
        for byte in self.kept.iter().skip(self.counted) {
            let ends = matches!(byte, b'\r' | b'\n');
            if self.at >= self.row && !ends {
                return;
            }
            // Of `\r\n` the first byte ends the line.
            self.ended += u64::from(ends && !(self.returned && *byte == b'\n'));
            self.returned = *byte == b'\r';
            self.counted += 1;
            self.at += 1;
        }
    }
}

impl<R: Read> Read for Lines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.count();
        self.kept.drain(..self.counted);
        self.counted = 0;
        let read = self.source.read(buffer)?;
        self.kept.extend_from_slice(buffer.get(..read).unwrap_or_default());
        Ok(read)
    }
}
