//! The switch's own configuration: `switch.toml`, what the command line changes in it, and every file that it names.
//!
//! [`load`] is the one door: it reads the file, applies the overrides, checks every key, loads dialects, campaigns,
//! catalogue and merchants with the changes in the data directory's library, and gives either all of it or all that is wrong with it. Invariants: a [`SwitchConfig`] that
//! exists has been checked, so nothing that uses it checks again; every number that is not in the file comes from
//! [`limits`]; an error names file, line, key, what was found and what would be right. No environment variable and no
//! clock is read here. May call: the crate's rooms of campaigns, catalogue, merchants and the library, the domain's types, the codecs'
//! dialects.

mod check;
mod claims;
mod config;
mod context;
mod dialects;
pub mod limits;
mod links;
mod overrides;
mod queue;
mod report;
mod rules;
mod section;
mod signing;
mod tree;

pub use claims::{ClaimsConfig, HttpProviderConfig, ProviderConfig};
pub use config::{
    AcquirerLink, App, AppRole, ClockConfig, Durability, ExchangeConfig, IndexStore, IssuerLink, OursRule, Person,
    Presentation, QueueConfig, QuoteRules, RefusalPolicy, RuleFiles, StoreConfig, SwitchConfig,
};
pub use overrides::override_argument;
pub use report::render;
pub use rules::rules;
pub use signing::SigningConfig;

use crate::digest::FileDigest;
use crate::error::{ConfigError, ConfigErrors};
use crate::library::Library;
use crate::toml_file::TomlFile;
use context::Context;
use lijian_domain::rules::Rules;
use std::collections::BTreeMap;
use std::path::Path;
use toml::de::DeTable;
use tree::{Place, Table};

/// What the process was told by its environment; handed in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Environment {
    /// Whether `LIJIAN_PRODUCTION` is set: rehearsals are refused, and so are rules that too few people signed.
    pub production: bool,
    /// Whether fewer signers may be named than must sign all the same: for the command that signs.
    pub unsigned_rules: bool,
}

/// Everything that the daemon needs from files.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The configuration itself; each link with its dialect.
    pub config: SwitchConfig,
    /// Campaigns, catalogue and merchants, with the version that their files and the library make.
    pub rules: Rules,
    /// Each key that is set, by its dotted path, and what it says, overrides applied.
    pub keys: BTreeMap<String, String>,
    /// SHA-256 of everything that decides: the version is its first bytes, signatures are over the whole.
    pub rules_digest: FileDigest,
    /// The changes of the data directory's library, all of which the rules hold.
    pub library: Library,
}

impl Loaded {
    /// Told where fewer people vouch for these rules than must for any that decide. Whoever only reads what was decided does
    /// not mind.
    pub fn unsigned(&self) -> Option<ConfigError> {
        let (found, expected) = self.config.signing.lacks(self.rules_digest)?;
        Some(ConfigError::of_file(&self.config.file, found, expected).at_key("rules.signatures"))
    }
}

/// Loads `file` as changed by `overrides` (key and value of each `--set`, the later one counts) and `data` (`--data`, which
/// goes before them all), and every file that it names. Paths in a file are relative to that file, those of arguments to
/// the working directory.
///
/// # Errors
/// Everything that is wrong, in the order of the files and their lines.
pub fn load(
    file: &Path,
    overrides: &[(String, String)],
    data: Option<&Path>,
    environment: Environment,
) -> Result<Loaded, ConfigErrors> {
    let source = TomlFile::open(file)?;
    let mut context = Context::new();
    let Some(mut root) = parse(&mut context, &source) else { return Err(context.into_errors()) };
    for (key, value) in overrides {
        overrides::apply(&mut context, &mut root, key, value);
    }
    if let Some(directory) = data {
        let text = directory
            .to_str()
            .ok_or_else(|| ConfigError::of_file(directory, "a name that is not UTF-8", "a name in UTF-8"))?;
        overrides::apply_data(&mut context, &mut root, text);
    }
    let checked = check::check(&context, &root, file, environment);
    let mut errors = context.into_errors();
    let library = checked.config.as_ref().map_or(Ok(Library::default()), |config| Library::read(&config.store.path));
    let library = errors.take(library).unwrap_or_default();
    let rules = rules::load(&checked.files, &library, Some(&checked.acquirers), &mut errors);
    let loaded = checked.config.zip(rules).map(|(mut config, (rules, rules_digest))| {
        config.rule_files.library = library.files();
        Loaded { config, rules, keys: tree::leaves(&root), rules_digest, library }
    });
    errors.or(loaded)
}

/// The file's tree; `None` where it is no TOML, since what would be missing then is not what is wrong.
fn parse(context: &mut Context, file: &TomlFile) -> Option<Table> {
    let source = context.add_file(file.path(), file.text());
    let (root, errors) = DeTable::parse_recoverable(file.text());
    for error in &errors {
        let place = Place::new(source, 0, error.span().unwrap_or_default());
        let (found, expected) = error.message().split_once(", expected ").unwrap_or((error.message(), "valid TOML"));
        context.wrong(place, "", found.replace('\n', " "), expected);
    }
    errors.is_empty().then(|| tree::grow_table(root.get_ref(), source, 0))
}
