//! The dialects that links can name: those shipped with the program, and the tables of the folder `dialects.folder`.

use super::context::Context;
use super::section::{Found, Section, did_you_mean};
use super::tree::Place;
use crate::error::ConfigError;
use crate::toml_file::TomlFile;
use lijian_codecs::dialect::{Dialect, DialectError, SHIPPED};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Compiled dialects by name. A shipped one is compiled when it is first asked for; links with one dialect share it.
pub(super) struct Dialects {
    known: RefCell<BTreeMap<String, Arc<Dialect>>>,
}

impl Dialects {
    /// Reads `[dialects]`, and every table of its folder.
    pub(super) fn load(section: Section<'_>) -> Self {
        let dialects = Self { known: RefCell::default() };
        if let Some(text) = section.text("folder") {
            dialects.load_folder(section.context, &section.path_of(text));
        }
        section.finish();
        dialects
    }

    /// The dialect of this name; notes what is wrong where there is none.
    pub(super) fn find(&self, context: &Context, name: &Found<String>) -> Option<Arc<Dialect>> {
        if let Some(known) = self.known.borrow().get(&name.value) {
            return Some(Arc::clone(known));
        }
        match Dialect::shipped(&name.value) {
            Some(Ok(dialect)) => {
                let dialect = Arc::new(dialect);
                self.known.borrow_mut().insert(name.value.clone(), Arc::clone(&dialect));
                Some(dialect)
            }
            Some(Err(error)) => {
                context.wrong_elsewhere(name.place, of_table(error));
                None
            }
            None => {
                self.unknown(context, name);
                None
            }
        }
    }

    fn unknown(&self, context: &Context, name: &Found<String>) {
        let known = self.known.borrow();
        let mut names: Vec<&str> =
            SHIPPED.iter().map(|(name, _)| *name).chain(known.keys().map(String::as_str)).collect();
        names.sort_unstable();
        names.dedup();
        let nearest = did_you_mean(&name.value, &names);
        let expected = format!("one of {}{nearest}, or a table in the folder dialects.folder", names.join(", "));
        context.wrong(name.place, &name.key, format_args!("\"{}\"", name.value), expected);
    }

    fn load_folder(&self, context: &Context, folder: &Found<PathBuf>) {
        let files = match tables_of(&folder.value) {
            Ok(files) => files,
            Err(error) => {
                let found = format!("{}: {error}", folder.value.display());
                return context.wrong(folder.place, &folder.key, found, "a folder of dialect tables, or no such key");
            }
        };
        for file in files {
            self.load_file(context, folder.place, &file);
        }
    }

    fn load_file(&self, context: &Context, place: Place, file: &Path) {
        let text = match TomlFile::open(file) {
            Ok(text) => text,
            Err(error) => return context.wrong_elsewhere(place, error),
        };
        match Dialect::from_toml(text.text(), &file.display().to_string()) {
            Ok(dialect) if self.is_taken(dialect.name()) => {
                let found = format!("\"{}\", which is the name of another dialect", dialect.name());
                context.wrong_elsewhere(place, text.error("name", found, "a name of its own"));
            }
            Ok(dialect) => {
                self.known.borrow_mut().insert(dialect.name().to_owned(), Arc::new(dialect));
            }
            Err(error) => context.wrong_elsewhere(place, of_table(error)),
        }
    }

    fn is_taken(&self, name: &str) -> bool {
        self.known.borrow().contains_key(name) || SHIPPED.iter().any(|(shipped, _)| *shipped == name)
    }
}

/// The `*.toml` of a folder, in the order of their names.
fn tables_of(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let file = entry?.path();
        if file.extension().is_some_and(|extension| extension == "toml") {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}

fn of_table(error: DialectError) -> ConfigError {
    let shown =
        ConfigError::of_file(Path::new(&error.origin), error.problem, "a table as docs and shipped dialects show it");
    let shown = shown.at_key(error.key);
    u64::try_from(error.line).ok().filter(|line| *line > 0).map_or(shown.clone(), |line| shown.at_line(line))
}
