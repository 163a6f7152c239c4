//! A CSV file with a known heading, read row by row: lines, columns and digest for whoever reads its fields.

use crate::digest::{FileDigest, FileDigester};
use crate::error::{ConfigError, ConfigErrors};
use csv::{ErrorKind, ReaderBuilder, StringRecord};
use lijian_codecs::sensitive::mask_card_numbers;
use std::fmt;
use std::io::{self, Read};
use std::path::Path;

/// A table is at most this long: ten million products of a hundred bytes.
pub(crate) const FILE_BYTES_MAX: u64 = 1 << 30;

/// Characters of a wrong field that an error shows.
const SHOWN_CHARACTERS_MAX: usize = 60;

/// The columns of a table: the first ones always, the optional ones at the end as many as the file's heading names.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Columns<'a> {
    pub(crate) required: &'a [&'a str],
    pub(crate) optional: &'a [&'a str],
}

impl<'a> Columns<'a> {
    fn name(&self, column: usize) -> &'a str {
        self.required.iter().chain(self.optional).nth(column).copied().unwrap_or_default()
    }

    /// How many columns a heading names; none where it names others.
    fn named_by(&self, heading: &StringRecord) -> Option<usize> {
        let named = heading.iter().zip(self.required.iter().chain(self.optional)).all(|(found, name)| found == *name);
        let most = self.required.len() + self.optional.len();
        (named && (self.required.len()..=most).contains(&heading.len())).then_some(heading.len())
    }

    fn expected(&self) -> String {
        let required = self.required.join(",");
        if self.optional.is_empty() {
            return format!("the heading {required}");
        }
        format!("the heading {required}, with or without {} at its end", self.optional.join(","))
    }
}

/// One row, with all its fields.
pub(crate) struct Row<'a> {
    path: &'a Path,
    line: u64,
    columns: Columns<'a>,
    record: &'a StringRecord,
    errors: &'a mut ConfigErrors,
}

impl Row<'_> {
    /// The field in this column, empty where there is none.
    pub(crate) fn field(&self, column: usize) -> &str {
        self.record.get(column).unwrap_or_default()
    }

    /// What `read` makes of a field; where that is nothing, an error that says what was expected.
    pub(crate) fn read<T>(
        &mut self,
        column: usize,
        expected: impl fmt::Display,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let value = read(self.field(column));
        if value.is_none() {
            self.wrong(column, expected);
        }
        value
    }

    /// The same for a field that may be empty.
    pub(crate) fn read_optional<T>(
        &mut self,
        column: usize,
        expected: impl fmt::Display,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<Option<T>> {
        if self.field(column).is_empty() { Some(None) } else { self.read(column, expected, read).map(Some) }
    }

    /// A field is not what was expected.
    pub(crate) fn wrong(&mut self, column: usize, expected: impl fmt::Display) {
        let found = shown(self.field(column));
        self.wrong_as(column, found, expected);
    }

    /// The same, where the field alone does not say what is wrong.
    pub(crate) fn wrong_as(&mut self, column: usize, found: impl fmt::Display, expected: impl fmt::Display) {
        let name = self.columns.name(column);
        self.errors.push(ConfigError::of_file(self.path, found, expected).at_line(self.line).at_key(name));
    }
}

/// Opens a file and reads it by [`read`].
pub(crate) fn open(
    path: &Path,
    columns: Columns<'_>,
    on_row: impl FnMut(&mut Row<'_>),
) -> Result<FileDigest, ConfigErrors> {
    let file = std::fs::File::open(path).map_err(|error| ConfigError::of_file(path, error, "a readable file"))?;
    read(path, file, columns, on_row)
}

/// Reads all rows; `on_row` tells each row what is wrong with it. A row of which not even the fields can be told apart is
/// an error and left out.
pub(crate) fn read(
    path: &Path,
    content: impl Read,
    columns: Columns<'_>,
    mut on_row: impl FnMut(&mut Row<'_>),
) -> Result<FileDigest, ConfigErrors> {
    let mut digester = FileDigester::default();
    let mut errors = ConfigErrors::default();
    let content =
        Digesting { content: content.take(FILE_BYTES_MAX + 1), digester: &mut digester, bytes: 0, last: b'\n' };
    let mut reader =
        ReaderBuilder::new().has_headers(false).flexible(true).buffer_capacity(1 << 16).from_reader(content);
    let mut record = StringRecord::new();
    let mut fields = None;
    loop {
        let read = reader.read_record(&mut record);
        let line = first_line(&reader, &record);
        match read {
            Ok(false) => break,
            Ok(true) => match fields {
                None => {
                    fields = columns.named_by(&record);
                    if fields.is_none() {
                        let found = shown(&record.iter().collect::<Vec<_>>().join(","));
                        errors.push(ConfigError::of_file(path, found, columns.expected()).at_line(line));
                        break;
                    }
                }
                Some(fields) if record.len() == fields => {
                    on_row(&mut Row { path, line, columns, record: &record, errors: &mut errors });
                }
                Some(fields) => {
                    let found = format!("a row of {} fields", record.len());
                    let expected = format!("{fields} fields, quotes closed");
                    errors.push(ConfigError::of_file(path, found, expected).at_line(line));
                }
            },
            Err(error) => {
                errors.push(unreadable(path, columns, &error, line));
                if !matches!(error.kind(), ErrorKind::Utf8 { .. }) {
                    break;
                }
            }
        }
    }
    if reader.get_ref().bytes > FILE_BYTES_MAX {
        errors.push(ConfigError::of_file(path, "a longer file", format!("at most {FILE_BYTES_MAX} bytes")));
    } else if fields.is_none() && errors.is_empty() {
        errors.push(ConfigError::of_file(path, "an empty file", columns.expected()));
    }
    drop(reader);
    errors.or(Some(digester.finish()))
}

fn shown(text: &str) -> String {
    if text.is_empty() {
        return "nothing".to_owned();
    }
    // Before it is cut: half a card number does not look like one.
    let text = mask_card_numbers(text);
    let short: String = text.chars().take(SHOWN_CHARACTERS_MAX).collect();
    let more = if short.len() < text.len() { " ..." } else { "" };
    format!("{short:?}{more}")
}

fn unreadable(path: &Path, columns: Columns<'_>, error: &csv::Error, line: u64) -> ConfigError {
    match error.kind() {
        ErrorKind::Utf8 { err, .. } => {
            let name = columns.name(err.field());
            ConfigError::of_file(path, "other bytes", "UTF-8").at_line(line).at_key(name)
        }
        ErrorKind::Io(error) => ConfigError::of_file(path, error, "a readable file"),
        _ => ConfigError::of_file(path, error, "comma-separated values").at_line(line),
    }
}

/// The first line of the row just read. The reader stands on the next one, since every file is made to end its last line;
/// only in a row whose quotes were never closed is that line end part of the last field.
fn first_line<R: Read>(reader: &csv::Reader<R>, record: &StringRecord) -> u64 {
    let unclosed = record.iter().next_back().is_some_and(|field| field.ends_with('\n'));
    let inside = record.as_slice().bytes().filter(|byte| *byte == b'\n').count();
    let lines = u64::try_from(inside).unwrap_or(0) + u64::from(!unclosed);
    reader.position().line().saturating_sub(lines)
}

/// Hands bytes on and takes their digest. Carriage returns are left out, since lines are counted by LF, and the last line is
/// ended where it was not.
struct Digesting<'a, R> {
    content: R,
    digester: &'a mut FileDigester,
    bytes: u64,
    last: u8,
}

impl<R: Read> Read for Digesting<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let length = self.content.read(buffer)?;
            if length == 0 {
                return Ok(self.end_last_line(buffer));
            }
            self.bytes += u64::try_from(length).unwrap_or(u64::MAX);
            let kept = without_carriage_returns(buffer.get_mut(..length).unwrap_or_default());
            let kept = buffer.get(..kept).unwrap_or_default();
            self.digester.update(kept);
            // Nothing kept of something read is not the end.
            if let Some(last) = kept.last() {
                self.last = *last;
                return Ok(kept.len());
            }
        }
    }
}

impl<R> Digesting<'_, R> {
    fn end_last_line(&mut self, buffer: &mut [u8]) -> usize {
        match buffer.first_mut() {
            Some(first) if self.last != b'\n' => {
                (*first, self.last) = (b'\n', b'\n');
                1
            }
            _ => 0,
        }
    }
}

/// Moves what is kept to the front, and says how much that is.
fn without_carriage_returns(bytes: &mut [u8]) -> usize {
    let Some(first) = bytes.iter().position(|byte| *byte == b'\r') else { return bytes.len() };
    let mut kept = first;
    for place in first..bytes.len() {
        if let Some(byte) = bytes.get(place).copied().filter(|byte| *byte != b'\r')
            && let Some(target) = bytes.get_mut(kept)
        {
            *target = byte;
            kept += 1;
        }
    }
    kept
}
