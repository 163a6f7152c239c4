//! Where the configuration's text came from, and what has been found wrong with it so far.

use super::tree::Place;
use crate::error::{ConfigError, ConfigErrors};
use std::cell::RefCell;
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The sources (the file, then each argument) and the errors.
pub(super) struct Context {
    sources: Vec<Source>,
    errors: RefCell<Vec<(Place, ConfigError)>>,
}

/// A text that keys and values come from.
struct Source {
    name: PathBuf,
    text: Arc<str>,
    /// What relative paths in it are relative to.
    folder: PathBuf,
    argument: bool,
}

impl Context {
    pub(super) fn new() -> Self {
        Self { sources: Vec::new(), errors: RefCell::new(Vec::new()) }
    }

    /// Adds a file; paths in it are relative to its folder.
    pub(super) fn add_file(&mut self, path: &Path, text: &str) -> usize {
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        self.add(Source { name: path.to_owned(), text: text.into(), folder, argument: false })
    }

    /// Adds an argument of the command line; paths in it are relative to the working directory.
    pub(super) fn add_argument(&mut self, name: String, text: &str) -> usize {
        self.add(Source { name: name.into(), text: text.into(), folder: PathBuf::new(), argument: true })
    }

    fn add(&mut self, source: Source) -> usize {
        self.sources.push(source);
        self.sources.len() - 1
    }

    /// Notes that something is wrong at `place`: what stands there, and what would be right.
    pub(super) fn wrong(&self, place: Place, key: &str, found: impl Display, expected: impl Display) {
        let error = self.at(place, key, found, expected);
        self.errors.borrow_mut().extend(error.map(|error| (place, error)));
    }

    /// The same where a secret may stand at `place`: nothing of it is shown.
    pub(super) fn wrong_secret(&self, place: Place, key: &str, expected: impl Display) {
        let error = self.at(place, key, "another text", expected).map(ConfigError::unseen);
        self.errors.borrow_mut().extend(error.map(|error| (place, error)));
    }

    fn at(&self, place: Place, key: &str, found: impl Display, expected: impl Display) -> Option<ConfigError> {
        let source = self.sources.get(place.source)?;
        let error = ConfigError::of_file(&source.name, found, expected).at_key(key);
        let mut error = error.at_span(&source.text, place.start..place.end);
        if source.argument {
            // An argument has one line only.
            error.line = None;
        }
        Some(error)
    }

    /// Notes what is wrong with another file, which `place` names.
    pub(super) fn wrong_elsewhere(&self, place: Place, error: ConfigError) {
        self.errors.borrow_mut().push((place, error));
    }

    /// The text at `place`, where it stands in an argument: there a bare `10` may well be meant as text.
    pub(super) fn argument_text(&self, place: Place) -> Option<&str> {
        let source = self.sources.get(place.source).filter(|source| source.argument)?;
        source.text.get(place.start..place.end)
    }

    /// The text at `place`.
    pub(super) fn text(&self, place: Place) -> &str {
        self.sources.get(place.source).and_then(|source| source.text.get(place.start..place.end)).unwrap_or_default()
    }

    /// `path` as the source at `place` means it.
    pub(super) fn resolve(&self, place: Place, path: &str) -> PathBuf {
        self.sources.get(place.source).map_or_else(|| PathBuf::from(path), |source| source.folder.join(path))
    }

    /// All that is wrong, in the order of sources and lines.
    pub(super) fn into_errors(self) -> ConfigErrors {
        let mut noted = self.errors.into_inner();
        noted.sort_by_key(|(place, _)| (place.source, place.start));
        let mut errors = ConfigErrors::default();
        noted.into_iter().for_each(|(_, error)| errors.push(error));
        errors
    }
}
