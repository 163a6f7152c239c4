//! What is wrong with a configuration file: which file, line and key, what was found, what would be right.
//!
//! All that is wrong is collected before anything is refused, up to a bound. What was found is shown only where it is
//! harmless: whoever checks a secret writes what kind of thing stood there, not the thing. Card numbers have no place in any
//! of these files; where a wrong file holds one it is masked, in excerpts too.

use lijian_codecs::sensitive::mask_card_numbers;
use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};
use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// Errors kept at most; the rest is counted.
pub const ERRORS_MAX: usize = 100;

/// One thing that is wrong.
#[derive(Clone, Debug)]
pub struct ConfigError {
    /// The file, as it was named.
    pub file: String,
    /// The line, from 1; none where the file as a whole is meant.
    pub line: Option<u64>,
    /// The key's path, or the column's name; empty where the file or the line as a whole is meant.
    pub key: String,
    /// What stands there.
    pub found: String,
    /// What would be right.
    pub expected: String,
    excerpt: Option<Box<Excerpt>>,
}

#[derive(Clone, Debug)]
struct Excerpt {
    source: NamedSource<Arc<str>>,
    span: Range<usize>,
}

impl ConfigError {
    /// Something wrong with a file as a whole.
    pub fn of_file(file: &Path, found: impl fmt::Display, expected: impl fmt::Display) -> Self {
        Self {
            file: masked(&file.display()),
            line: None,
            key: String::new(),
            found: masked(&found),
            expected: masked(&expected),
            excerpt: None,
        }
    }

    /// The same, at a line.
    pub fn at_line(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    /// The same, at a key or column.
    pub fn at_key(mut self, key: impl Into<String>) -> Self {
        self.key = masked(&key.into());
        self
    }

    /// The same, at these bytes of the file's text, which a report then shows.
    pub fn at_span(mut self, text: &Arc<str>, span: Range<usize>) -> Self {
        let before = text.as_bytes().get(..span.start).unwrap_or_default();
        self.line = u64::try_from(before.split(|byte| *byte == b'\n').count()).ok();
        let shown = match mask_card_numbers(text) {
            Cow::Borrowed(_) => Arc::clone(text),
            Cow::Owned(masked) => masked.into(),
        };
        let source = NamedSource::new(&self.file, shown).with_language("toml");
        self.excerpt = Some(Box::new(Excerpt { source, span }));
        self
    }

    /// The same, without that piece of the file: a secret may stand there.
    pub fn unseen(mut self) -> Self {
        self.excerpt = None;
        self
    }
}

/// What is shown of a text.
fn masked(text: &dyn fmt::Display) -> String {
    mask_card_numbers(&text.to_string()).into_owned()
}

impl fmt::Display for ConfigError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(formatter, ":{line}")?;
        }
        if !self.key.is_empty() {
            write!(formatter, ": {}", self.key)?;
        }
        write!(formatter, ": found {}, expected {}", self.found, self.expected)
    }
}

impl std::error::Error for ConfigError {}

impl Diagnostic for ConfigError {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(format!("expected {}", self.expected)))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.excerpt.as_ref().map(|excerpt| &excerpt.source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let excerpt = self.excerpt.as_ref()?;
        let label = LabeledSpan::new_with_span(Some(format!("found {}", self.found)), excerpt.span.clone());
        Some(Box::new(std::iter::once(label)))
    }
}

/// Everything that is wrong, in the order in which it was found.
#[derive(Clone, Debug, Default)]
pub struct ConfigErrors {
    errors: Vec<ConfigError>,
    left_out: usize,
}

impl ConfigErrors {
    /// Adds an error.
    pub fn push(&mut self, error: ConfigError) {
        if self.errors.len() < ERRORS_MAX {
            self.errors.push(error);
        } else {
            self.left_out += 1;
        }
    }

    /// Adds the errors of another part.
    pub fn append(&mut self, other: Self) {
        self.left_out += other.left_out;
        other.errors.into_iter().for_each(|error| self.push(error));
    }

    /// Adds the errors of a part that failed; gives what a part that did not fail gave.
    pub fn take<T>(&mut self, part: Result<T, Self>) -> Option<T> {
        part.map_err(|errors| self.append(errors)).ok()
    }

    /// The errors kept.
    pub fn errors(&self) -> &[ConfigError] {
        &self.errors
    }

    /// How many there were in all.
    pub fn count(&self) -> usize {
        self.errors.len() + self.left_out
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }

    /// The value, if nothing is wrong and there is one.
    pub fn or<T>(self, value: Option<T>) -> Result<T, Self> {
        match value {
            Some(value) if self.is_empty() => Ok(value),
            _ => Err(self),
        }
    }
}

impl From<ConfigError> for ConfigErrors {
    fn from(error: ConfigError) -> Self {
        Self { errors: vec![error], left_out: 0 }
    }
}

/// One error a line.
impl fmt::Display for ConfigErrors {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut errors = self.errors.iter();
        errors.next().map_or(Ok(()), |first| write!(formatter, "{first}"))?;
        errors.try_for_each(|error| write!(formatter, "\n{error}"))?;
        if self.left_out > 0 {
            write!(formatter, "\nand {} errors more", self.left_out)?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigErrors {}

impl Diagnostic for ConfigErrors {
    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        Some(Box::new(self.errors.iter().map(|error| error as &dyn Diagnostic)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_file_line_and_key() {
        let error = ConfigError::of_file(Path::new("a.toml"), "-1", "a number of fen");
        assert_eq!(error.to_string(), "a.toml: found -1, expected a number of fen");
        let text: Arc<str> = "x = 1\ny = -1\n".into();
        let error = error.at_key("y").at_span(&text, 10..12);
        assert_eq!(error.to_string(), "a.toml:2: y: found -1, expected a number of fen");
        assert!(error.source_code().is_some() && error.labels().is_some());
    }

    #[test]
    fn many_errors_are_bounded() {
        let mut errors = ConfigErrors::default();
        for _ in 0..ERRORS_MAX + 5 {
            errors.push(ConfigError::of_file(Path::new("a.toml"), "x", "y"));
        }
        assert_eq!((errors.errors().len(), errors.count()), (ERRORS_MAX, ERRORS_MAX + 5));
        assert!(errors.to_string().ends_with("and 5 errors more"));
        assert!(errors.or(Some(())).is_err());
    }
}
