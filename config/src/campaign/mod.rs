//! Campaign files: one TOML file a campaign.
//!
//! This room maps the file onto [`lijian_domain::campaign::CampaignSettings`], whose names are those of the file's keys; what
//! a campaign must keep is checked there, and what is wrong comes back with file, line and key.

mod condition;
mod keys;
mod raw;

pub use keys::keys;

use crate::digest::{FileDigest, Loaded};
use crate::error::{ConfigError, ConfigErrors};
use crate::toml_file::TomlFile;
use lijian_domain::campaign::{Campaign, CampaignSettings, Overlap};
use std::path::Path;

/// A checked campaign and the digest of its canonical text.
pub type CampaignDefinition = Loaded<Campaign>;

/// The campaign in a file.
pub fn load(path: &Path) -> Result<CampaignDefinition, ConfigErrors> {
    checked(&TomlFile::open(path)?)
}

/// The campaign in a text; `origin` is the name that errors give it.
pub fn parse(origin: &Path, text: &str) -> Result<CampaignDefinition, ConfigErrors> {
    checked(&TomlFile::new(origin, text))
}

/// The campaigns in several files, in their order; no two of the same id, and none that could both give for one sale unless
/// a `priority` says which is tried first.
pub fn load_all<P: AsRef<Path>>(paths: &[P]) -> Result<Vec<CampaignDefinition>, ConfigErrors> {
    let mut errors = ConfigErrors::default();
    let mut campaigns: Vec<CampaignDefinition> = Vec::new();
    for path in paths.iter().map(AsRef::as_ref) {
        let Some(campaign) = errors.take(load(path)) else { continue };
        let id = campaign.value.id;
        if campaigns.iter().any(|known| known.value.id == id) {
            let found = format!("campaign {id:?} a second time");
            errors.push(at(path, "id", &found, "another id than the files before it"));
            continue;
        }
        for known in &campaigns {
            overlap(path, &campaign.value, &known.value).into_iter().for_each(|error| errors.push(error));
        }
        campaigns.push(campaign);
    }
    errors.or(Some(campaigns))
}

/// One error for two campaigns, at the first category of both.
fn overlap(path: &Path, campaign: &Campaign, known: &Campaign) -> Option<ConfigError> {
    let Overlap { category, from, to } = campaign.overlap(known)?;
    let found = format!("{category} from {from} to {to}, which campaign \"{}\" can subsidise as well", known.id);
    Some(at(
        path,
        "categories",
        &found,
        "different values of `priority` in the two files: the higher one is tried first",
    ))
}

fn at(path: &Path, key: &str, found: &str, expected: &str) -> ConfigError {
    match TomlFile::open(path) {
        Ok(file) => file.error(key, found, expected),
        Err(_) => ConfigError::of_file(path, found, expected).at_key(key),
    }
}

fn checked(file: &TomlFile) -> Result<CampaignDefinition, ConfigErrors> {
    let raw: raw::RawCampaign = file.read()?;
    let mut errors = ConfigErrors::default();
    let condition = raw.condition.as_deref().map(condition::compile).transpose();
    let condition = condition.map_err(|mistake| file.error("condition", mistake.found, mistake.expected).into());
    let condition = errors.take(condition).flatten();
    let settings = CampaignSettings { condition, ..CampaignSettings::from(raw) };
    let campaign = settings.check().map_err(|breaches| {
        let breaches = breaches.into_iter().map(|breach| file.error(&breach.key, breach.found, breach.expected));
        breaches.for_each(|error| errors.push(error));
    });
    let value = errors.or(campaign.ok())?;
    Ok(Loaded { value, digest: FileDigest::of_text(file.text()) })
}
