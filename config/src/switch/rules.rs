//! The rules: campaigns, catalogue, merchants, terminals and black list, as the files say that the configuration names, and
//! the changes in the data directory's library.

use super::config::RuleFiles;
use super::section::did_you_mean;
use crate::digest::FileDigest;
use crate::error::{ConfigError, ConfigErrors};
use crate::library::{Library, Register, Sources};
use crate::signatures::version;
use crate::{black_list, campaign, catalogue, merchants, terminals};
use lijian_domain::ids::{LinkName, MerchantId};
use lijian_domain::rules::Rules;
use std::path::{Path, PathBuf};

/// The rules that these files make, whatever links there are.
///
/// # Errors
/// Everything that is wrong with them.
pub fn rules(files: &RuleFiles) -> Result<Rules, ConfigErrors> {
    let mut errors = ConfigErrors::default();
    let library = Library::of_files(&files.library)?;
    let rules = load(files, &library, None, &mut errors).map(|(rules, _)| rules);
    errors.or(rules)
}

/// Loads all of it, with what the library changes; what is wrong is added to `errors`. Every merchant must be connected by
/// one of `acquirers`, where those are given.
pub(super) fn load(
    files: &RuleFiles,
    library: &Library,
    acquirers: Option<&[String]>,
    errors: &mut ConfigErrors,
) -> Option<(Rules, FileDigest)> {
    let sources = |register| Sources { register, files: files.of(register), library };
    let campaigns = errors.take(campaign::load_all(&files.campaigns));
    let catalogue = errors.take(catalogue::load_from(sources(Register::Products)));
    let mut merchants = errors.take(merchants::load_from(sources(Register::Merchants)));
    let lists = merchants.as_mut().map(|(merchants, _)| {
        let terminals = errors.take(terminals::load_into(merchants, sources(Register::Terminals)));
        let black_list = errors.take(black_list::load_into(merchants, sources(Register::BlackList)));
        Some((terminals?, black_list?))
    });
    if let (Some((merchants, _)), Some(acquirers)) = (&merchants, acquirers) {
        let strangers =
            merchants.iter().filter(|merchant| !acquirers.iter().any(|name| *name == merchant.link.as_str()));
        let mut strangers: Vec<(LinkName, MerchantId)> =
            strangers.map(|merchant| (merchant.link, merchant.id)).collect();
        strangers.sort_unstable();
        strangers.dedup_by_key(|(link, _)| *link);
        let mut said: Vec<PathBuf> = library.imports(Register::Merchants).rev().collect();
        said.extend(files.merchants.iter().cloned());
        strangers.into_iter().for_each(|stranger| errors.push(unknown_link(stranger, &said, acquirers)));
    }
    let campaigns = campaigns?;
    let ((catalogue, goods), (merchants, shops), (terminals, black_list)) = (catalogue?, merchants?, lists??);
    let of = |kind: &'static str, digests: Vec<FileDigest>| digests.into_iter().map(move |digest| (kind, digest));
    let digest = RuleFiles::digest(
        of("campaigns", campaigns.iter().map(|campaign| campaign.digest).collect())
            .chain(of("catalogue", goods))
            .chain(of("merchants", shops))
            .chain(of("terminals", terminals))
            .chain(of("blacklist", black_list))
            .chain(of("library", library.digests().to_vec())),
    );
    let campaigns = campaigns.into_iter().map(|campaign| campaign.value).collect();
    Some((Rules::new(version(digest), campaigns, catalogue, merchants), digest))
}

/// One error for each link that does not exist, at the first of its merchants.
fn unknown_link((link, id): (LinkName, MerchantId), files: &[PathBuf], acquirers: &[String]) -> ConfigError {
    let names: Vec<&str> = acquirers.iter().map(String::as_str).collect();
    let expected = format!("one of the acquirer links {}{}", names.join(", "), did_you_mean(link.as_str(), &names));
    let (file, line) = place_of(link, id, files).unwrap_or((Path::new(""), None));
    let error = ConfigError::of_file(file, format_args!("\"{link}\" for merchant {id}"), expected).at_key("acquirer");
    line.map_or(error.clone(), |line| error.at_line(line))
}

/// The row that says so. The registry keeps no line numbers, so the files are read once more.
fn place_of(link: LinkName, id: MerchantId, files: &[PathBuf]) -> Option<(&Path, Option<u64>)> {
    let column = |name: &str| merchants::COLUMNS.iter().position(|column| *column == name);
    let (id_column, link_column) = (column("merchant_id")?, column("acquirer")?);
    let is = |row: &csv::ByteRecord, column: usize, text: &str| {
        row.get(column).is_some_and(|found| found.trim_ascii() == text.as_bytes())
    };
    files.iter().find_map(|file| {
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(file).ok()?;
        let row = reader
            .byte_records()
            .map_while(Result::ok)
            .find(|row| is(row, id_column, id.as_str()) && is(row, link_column, link.as_str()))?;
        Some((file.as_path(), row.position().map(csv::Position::line)))
    })
}
