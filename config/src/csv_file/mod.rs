//! A CSV file with a known heading, read row by row: lines, columns and digest for whoever reads its fields.
//!
//! `source` gives the text, `rows` the fields of a line. A row that cannot be told apart, or of which a field is wrong, is an
//! error with its line; the rows after it are still read.

mod rows;
mod source;

use crate::digest::FileDigest;
use crate::error::{ConfigError, ConfigErrors};
use crate::fields::text;
use lijian_codecs::sensitive::mask_card_numbers;
pub(crate) use rows::write as write_row;
use rows::{Fields, Torn};
use source::{Encoding, FILE_BYTES_MAX, NoSource, Source};
use std::borrow::Cow;
use std::fmt;
use std::io::Read;
use std::path::Path;
use std::thread;

/// From so many bytes on, the digest is taken by a thread of its own.
const BYTES_WORTH_A_THREAD: usize = 1 << 20;

/// What a text for people may not begin with: a spreadsheet would take it for a formula.
const FORMULA_STARTS: [char; 5] = ['=', '+', '-', '@', '\t'];

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
    fn named_by(&self, heading: &[Cow<'_, str>]) -> Option<usize> {
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
    fields: &'a [Cow<'a, str>],
    errors: &'a mut ConfigErrors,
    errors_before: usize,
}

impl<'a> Row<'a> {
    /// The field in this column, empty where there is none.
    pub(crate) fn field(&self, column: usize) -> &'a str {
        self.fields.get(column).map(AsRef::as_ref).unwrap_or_default()
    }

    /// A text for people, 1 to 200 bytes, that no spreadsheet takes for a formula.
    pub(crate) fn text(&mut self, column: usize) -> Option<&'a str> {
        let found = self.field(column);
        if found.starts_with(FORMULA_STARTS) {
            self.wrong(column, "text that no spreadsheet takes for a formula: not beginning with = + - @ or a tab");
            return None;
        }
        self.read(column, "1 to 200 bytes of text", |found| text(found).map(drop)).map(|()| found)
    }

    /// The same; it may be empty.
    pub(crate) fn optional_text(&mut self, column: usize) -> Option<&'a str> {
        if self.field(column).is_empty() { Some("") } else { self.text(column) }
    }

    /// Whether nothing has been found wrong with it.
    pub(crate) fn is_right(&self) -> bool {
        self.errors.count() == self.errors_before
    }

    /// Its fields, as many as the heading names.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &'a str> {
        self.fields.iter().map(AsRef::as_ref)
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

/// Reads content of which all must be right; `path` is the name that errors give it.
pub(crate) fn read(
    path: &Path,
    content: impl Read,
    columns: Columns<'_>,
    on_row: impl FnMut(&mut Row<'_>),
) -> Result<FileDigest, ConfigErrors> {
    let mut errors = ConfigErrors::default();
    let scanned = rows_of(path, source::read(content), columns, &mut errors, on_row);
    errors.or(scanned.map(|scanned| scanned.digest))
}

/// A file that could be read, whatever is wrong with its rows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scanned {
    pub(crate) digest: FileDigest,
    /// Rows with something wrong.
    pub(crate) wrong_rows: u64,
}

/// Reads all rows of a file; `on_row` tells each row what is wrong with it. Gives nothing where it cannot be read at all;
/// whatever else is wrong stands in `errors`, and leaves the other rows as they are.
pub(crate) fn scan(
    path: &Path,
    columns: Columns<'_>,
    errors: &mut ConfigErrors,
    on_row: impl FnMut(&mut Row<'_>),
) -> Option<Scanned> {
    rows_of(path, source::open(path), columns, errors, on_row)
}

fn rows_of(
    path: &Path,
    source: Result<Source, NoSource>,
    columns: Columns<'_>,
    errors: &mut ConfigErrors,
    on_row: impl FnMut(&mut Row<'_>),
) -> Option<Scanned> {
    let source = match source {
        Ok(source) => source,
        Err(no_source) => {
            errors.push(unreadable(path, no_source));
            return None;
        }
    };
    let text = source.text.as_str();
    thread::scope(|scope| {
        let apart = source.digest.is_none() && text.len() >= BYTES_WORTH_A_THREAD;
        let digest = || FileDigest::of_text(text);
        let digesting =
            apart.then(|| thread::Builder::new().name("digest".to_owned()).spawn_scoped(scope, digest).ok()).flatten();
        let wrong_rows = each_row(path, &source, columns, errors, on_row);
        let digest = source.digest.or_else(|| digesting?.join().ok()).unwrap_or_else(digest);
        wrong_rows.map(|wrong_rows| Scanned { digest, wrong_rows })
    })
}

/// How many rows are wrong; nothing where the heading is not the table's.
fn each_row(
    path: &Path,
    source: &Source,
    columns: Columns<'_>,
    errors: &mut ConfigErrors,
    mut on_row: impl FnMut(&mut Row<'_>),
) -> Option<u64> {
    let mut wrong_rows = 0;
    let mut fields = Fields::new();
    let mut width = None;
    let lines = source.text.split('\n').zip(1_u64..).filter(|(line, _)| !line.is_empty());
    for (text, line) in lines {
        let wrong = |found: &dyn fmt::Display, expected: &dyn fmt::Display| {
            ConfigError::of_file(path, found, expected).at_line(line)
        };
        if source.unreadable.contains(&line) {
            let (found, expected) = match source.encoding {
                Encoding::Utf8 => {
                    ("bytes that are not UTF-8", "UTF-8, as in most of the file, or all of it in GB 18030")
                }
                Encoding::Gb18030 => {
                    ("bytes that are neither UTF-8 nor GB 18030", "one of the two throughout the file")
                }
            };
            errors.push(wrong(&found, &expected));
            wrong_rows += 1;
            continue;
        }
        if let Err(torn) = rows::split(text, &mut fields) {
            let (found, expected) = match torn {
                Torn::Unclosed => ("a quote that is not closed on its line", "each quoted field closed, on one line"),
                Torn::AfterQuote => {
                    ("something between a closing quote and the next comma", "quotes around a whole field")
                }
            };
            errors.push(wrong(&found, &expected));
            wrong_rows += 1;
            continue;
        }
        match width {
            None => {
                width = columns.named_by(&fields);
                if width.is_none() {
                    errors.push(wrong(&shown(text), &columns.expected()));
                    return None;
                }
            }
            Some(width) if fields.len() == width => {
                let errors_before = errors.count();
                on_row(&mut Row { path, line, columns, fields: &fields, errors, errors_before });
                wrong_rows += u64::from(errors.count() > errors_before);
            }
            Some(width) => {
                let found = format!("a row of {} fields", fields.len());
                errors.push(wrong(&found, &format_args!("{width} fields")));
                wrong_rows += 1;
            }
        }
    }
    // Of a file whose only lines cannot be told apart that was said.
    if width.is_none() && wrong_rows == 0 {
        errors.push(ConfigError::of_file(path, "an empty file", columns.expected()));
    }
    width.map(|_| wrong_rows)
}

fn unreadable(path: &Path, why: NoSource) -> ConfigError {
    match why {
        NoSource::Unreadable(error) => ConfigError::of_file(path, error, "a readable file"),
        NoSource::TooLong(bytes) => {
            let expected = format!("at most {FILE_BYTES_MAX} bytes: split the file into several");
            ConfigError::of_file(path, format_args!("a file of {bytes} bytes or more"), expected)
        }
    }
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
