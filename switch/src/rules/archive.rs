//! Every version of the rules that was ever in force, kept as it was read: `rules/files/DIGEST` holds a file's content once,
//! `rules/versions/VERSION.json` names the files of a version and says when and by whom it was first agreed to.
//!
//! A version is kept, synced, before anything is decided by it, and never changed. What is read back makes the same version
//! or is refused.

use super::difference::{Difference, Keys};
use lijian_config::campaign;
use lijian_config::digest::{self, FileDigest};
use lijian_config::switch::{self, RuleFiles};
use lijian_domain::campaign::{Campaign, RefundPolicy};
use lijian_domain::ids::{CampaignId, RulesVersion};
use lijian_domain::rules::Rules;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};

/// The archive of a data directory.
#[derive(Clone, Debug)]
pub struct Archive {
    directory: PathBuf,
}

/// A version as the archive keeps it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Sixteen hexadecimal digits.
    pub version: String,
    /// When it was first kept, RFC 3339.
    pub kept: String,
    /// The person who asked for it; empty where nobody is named.
    pub maker: String,
    /// The person who agreed; empty where nobody had to.
    pub checker: String,
    /// Its files, in their order.
    pub files: Vec<KeptFile>,
}

impl Manifest {
    /// The digest of all that decides: what signatures are over. None where it names a file by something else than a digest.
    pub fn digest(&self) -> Option<FileDigest> {
        let digests = self.files.iter().map(|file| Some((file.kind.as_str(), FileDigest::parse(&file.digest)?)));
        Some(RuleFiles::digest(digests.collect::<Option<Vec<_>>>()?))
    }

    /// Whether both name the same contents in the same order; files may have been renamed since.
    fn same_files(&self, other: &Self) -> bool {
        let contents = |manifest: &Self| -> Vec<(String, String)> {
            manifest.files.iter().map(|file| (file.kind.clone(), file.digest.clone())).collect()
        };
        self.version == other.version && contents(self) == contents(other)
    }
}

/// A file of a version.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeptFile {
    /// What it tells: `campaigns`, `catalogue`, `merchants`, ...
    pub kind: String,
    /// Its name when it was read, without its folder.
    pub name: String,
    /// Digest of its text, hexadecimal.
    pub digest: String,
}

/// Why a version could not be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// A file or folder.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The files are not those that were checked.
    #[error("a file of the rules was changed while it was being read: load the rules again")]
    Changed,
    /// It was never in force here.
    #[error("version {version} is not in the archive of this data directory, `rules`")]
    Unknown {
        /// Which.
        version: RulesVersion,
    },
    /// What the archive keeps does not make the version.
    #[error("version {version} cannot be made from the archive: {why}; put its files back from a backup")]
    Damaged {
        /// Which.
        version: RulesVersion,
        /// What is wrong.
        why: String,
    },
}

impl Archive {
    /// That of a data directory.
    pub fn of(data: &Path) -> Self {
        Self { directory: data.join("rules") }
    }

    /// Keeps the contents of the files that a version was made of.
    ///
    /// # Errors
    /// They cannot be copied, or are others by now.
    pub fn take_in(&self, version: RulesVersion, files: &RuleFiles) -> Result<Vec<KeptFile>, ArchiveError> {
        let contents = self.directory.join("files");
        fs::create_dir_all(&contents).map_err(failed(&contents))?;
        let mut taken = Vec::new();
        for (kind, paths) in files.kinds() {
            for path in paths {
                let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                taken.push((kind, name, take_in_file(path, &contents)?));
            }
        }
        if RuleFiles::version(taken.iter().map(|(kind, _, digest)| (*kind, *digest))) != version {
            return Err(ArchiveError::Changed);
        }
        let kept = |(kind, name, digest): (&str, String, FileDigest)| KeptFile {
            kind: kind.to_owned(),
            name,
            digest: digest.to_string(),
        };
        Ok(taken.into_iter().map(kept).collect())
    }

    /// Keeps a version whose files were taken in, synced; one that is kept already stays as it is, unless it was damaged.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn keep(&self, manifest: &Manifest) -> Result<(), ArchiveError> {
        let versions = self.directory.join("versions");
        let (unfinished, target) = (versions.join("unfinished"), versions.join(format!("{}.json", manifest.version)));
        let version = RulesVersion::parse(&manifest.version);
        if version.is_some_and(|version| self.manifest(version).is_ok_and(|kept| kept.same_files(manifest))) {
            return Ok(());
        }
        let write = || -> io::Result<()> {
            fs::create_dir_all(&versions)?;
            let mut file = File::create(&unfinished)?;
            file.write_all(serde_json::to_string_pretty(manifest)?.as_bytes())?;
            file.write_all(b"\n")?;
            file.sync_all()?;
            fs::rename(&unfinished, &target)?;
            let folders = [&self.directory.join("files"), &versions, &self.directory];
            folders.into_iter().try_for_each(|folder| File::open(folder)?.sync_all())
        };
        write().map_err(failed(&target))
    }

    /// The rules of a version, made anew.
    ///
    /// # Errors
    /// It is not there, or what is there does not make it.
    pub fn rules(&self, version: RulesVersion) -> Result<Rules, ArchiveError> {
        let damaged = |why: String| ArchiveError::Damaged { version, why };
        let manifest = self.manifest(version)?;
        let kinds =
            manifest.files.iter().map(|file| (file.kind.as_str(), self.directory.join("files").join(&file.digest)));
        let files =
            RuleFiles::of_kinds(kinds).map_err(|kind| damaged(format!("a kind of file unknown here, {kind:?}")))?;
        let rules = switch::rules(&files)
            .map_err(|errors| damaged(errors.errors().first().map(ToString::to_string).unwrap_or_default()))?;
        if rules.version == version { Ok(rules) } else { Err(damaged("its files make another version".to_owned())) }
    }

    /// The digest of all that decides by a version that is kept: what signatures are over.
    ///
    /// # Errors
    /// It is not kept, or its list of files is damaged.
    pub fn digest(&self, version: RulesVersion) -> Result<FileDigest, ArchiveError> {
        let damaged = || ArchiveError::Damaged { version, why: "a digest is no 64 hexadecimal digits".to_owned() };
        self.manifest(version)?.digest().ok_or_else(damaged)
    }

    /// What differs between rules that are kept and others whose files were taken in, also key by key. Takes its time.
    pub fn difference(&self, old: &Rules, new: &Rules, new_files: &[KeptFile]) -> Difference {
        let old_keys = self.manifest(old.version).and_then(|manifest| self.campaign_keys(&manifest.files));
        let keys = old_keys.and_then(|old| Ok(Keys::between([&old, &self.campaign_keys(new_files)?])));
        if let Err(error) = &keys {
            tracing::warn!(%error, "which keys of the rules change cannot be told");
        }
        Difference { keys: keys.ok(), ..Difference::between(old, new) }
    }

    fn campaign_keys(&self, files: &[KeptFile]) -> Result<BTreeMap<String, String>, ArchiveError> {
        let mut keys = BTreeMap::new();
        for file in files.iter().filter(|file| file.kind == "campaigns") {
            let path = self.directory.join("files").join(&file.digest);
            let read = campaign::keys(&path).map_err(|error| failed(&path)(io::Error::other(error.to_string())))?;
            keys.extend(read);
        }
        Ok(keys)
    }

    /// The campaigns of a version that is kept.
    ///
    /// # Errors
    /// It is not kept, or one cannot be read any more.
    pub fn campaigns(&self, version: RulesVersion) -> Result<Vec<Campaign>, ArchiveError> {
        let manifest = self.manifest(version)?;
        let files = manifest.files.iter().filter(|file| file.kind == "campaigns");
        let paths: Vec<PathBuf> = files.map(|file| self.directory.join("files").join(&file.digest)).collect();
        let read = campaign::load_all(&paths).map_err(|errors| ArchiveError::Damaged {
            version,
            why: errors.errors().first().map(ToString::to_string).unwrap_or_default(),
        })?;
        Ok(read.into_iter().map(|campaign| campaign.value).collect())
    }

    /// What every version says of each campaign's refunds, the earliest first. A campaign file that cannot be read any more is
    /// told and left out.
    ///
    /// # Errors
    /// The versions cannot be listed.
    pub fn refund_policies(&self) -> Result<Vec<(RulesVersion, CampaignId, RefundPolicy)>, ArchiveError> {
        let mut read: BTreeMap<String, Option<(CampaignId, RefundPolicy)>> = BTreeMap::new();
        let mut policies = Vec::new();
        let manifests = self.versions()?.into_iter().filter_map(|version| {
            let read = self.manifest(version);
            read.inspect_err(|error| tracing::warn!(%error, "refunds go by what is known beside it")).ok()
        });
        let mut manifests: Vec<Manifest> = manifests.collect();
        manifests.sort_by(|one, other| one.kept.cmp(&other.kept));
        for manifest in manifests {
            let Some(version) = RulesVersion::parse(&manifest.version) else { continue };
            for file in manifest.files.iter().filter(|file| file.kind == "campaigns") {
                let campaign = read.entry(file.digest.clone()).or_insert_with(|| {
                    let path = self.directory.join("files").join(&file.digest);
                    let found = campaign::load(&path).map(|loaded| (loaded.value.id, loaded.value.refund));
                    found.inspect_err(|errors| tracing::warn!(%errors, "refunds go by what is known beside it")).ok()
                });
                policies.extend(campaign.map(|(id, refund)| (version, id, refund)));
            }
        }
        Ok(policies)
    }

    /// What is kept of a version.
    ///
    /// # Errors
    /// It is not there, or cannot be read.
    pub fn manifest(&self, version: RulesVersion) -> Result<Manifest, ArchiveError> {
        let path = self.manifest_path(version);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(ArchiveError::Unknown { version });
            }
            Err(source) => return Err(ArchiveError::Io { path, source }),
        };
        serde_json::from_str(&text).map_err(|error| ArchiveError::Damaged { version, why: error.to_string() })
    }

    /// All versions, in the order in which they were kept.
    ///
    /// # Errors
    /// One cannot be read.
    pub fn manifests(&self) -> Result<Vec<Manifest>, ArchiveError> {
        let read = self.versions()?.into_iter().map(|version| self.manifest(version));
        let mut manifests = read.collect::<Result<Vec<_>, _>>()?;
        manifests.sort_by(|one, other| one.kept.cmp(&other.kept).then_with(|| one.version.cmp(&other.version)));
        Ok(manifests)
    }

    fn versions(&self) -> Result<Vec<RulesVersion>, ArchiveError> {
        let versions = self.directory.join("versions");
        let entries = match fs::read_dir(&versions) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(ArchiveError::Io { path: versions, source }),
        };
        let mut found = Vec::new();
        for entry in entries {
            let name = entry.map_err(failed(&versions))?.file_name();
            found.extend(name.to_str().and_then(|name| RulesVersion::parse(name.strip_suffix(".json")?)));
        }
        Ok(found)
    }

    fn manifest_path(&self, version: RulesVersion) -> PathBuf {
        self.directory.join("versions").join(format!("{version}.json"))
    }
}

/// Copies a file to the name of its digest. One process writes an archive: whoever holds the data directory.
fn take_in_file(path: &Path, contents: &Path) -> Result<FileDigest, ArchiveError> {
    let unfinished = contents.join("unfinished");
    let mut source = BufReader::new(File::open(path).map_err(failed(path))?);
    let mut copy = BufWriter::new(File::create(&unfinished).map_err(failed(&unfinished))?);
    let digest = digest::copy(&mut source, &mut copy).map_err(failed(path))?;
    let target = contents.join(digest.to_string());
    let finish = || -> io::Result<()> {
        copy.into_inner()?.sync_all()?;
        // Also over one that is there: a medium may have damaged it, and this one is known to be whole.
        fs::rename(&unfinished, &target)
    };
    finish().map_err(failed(&target))?;
    Ok(digest)
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> ArchiveError {
    let path = path.to_owned();
    move |source| ArchiveError::Io { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> RuleFiles {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config");
        let files = [
            ("campaigns", root.join("campaigns/shenzhen-2024.toml")),
            ("catalogue", root.join("examples/shenzhen-2024/catalogue.csv")),
            ("merchants", root.join("examples/shenzhen-2024/merchants.csv")),
        ];
        RuleFiles::of_kinds(files).unwrap()
    }

    #[test]
    fn a_version_is_made_anew_or_refused() {
        let data = tempfile::tempdir().unwrap();
        let archive = Archive::of(data.path());
        let rules = switch::rules(&example()).unwrap();
        let version = rules.version;
        assert!(matches!(archive.rules(version), Err(ArchiveError::Unknown { .. })));
        assert!(archive.manifests().unwrap().is_empty());
        let another = RulesVersion([1; 8]);
        assert!(matches!(archive.take_in(another, &example()), Err(ArchiveError::Changed)));

        let files = archive.take_in(version, &example()).unwrap();
        let text = |text: &str| text.to_owned();
        let manifest =
            Manifest { version: version.to_string(), kept: text("t"), maker: text("m"), checker: text("c"), files };
        archive.keep(&manifest).unwrap();
        archive.keep(&Manifest { maker: text("later"), ..manifest.clone() }).unwrap();
        assert_eq!(archive.manifests().unwrap(), std::slice::from_ref(&manifest));
        let of_campaign = (version, rules.campaigns[0].id, rules.campaigns[0].refund);
        assert_eq!(archive.refund_policies().unwrap(), [of_campaign]);
        let again = archive.rules(version).unwrap();
        assert_eq!((again.version, &again.campaigns), (version, &rules.campaigns));
        assert_eq!((again.catalogue.len(), again.merchants.len()), (rules.catalogue.len(), rules.merchants.len()));

        let merchants = data.path().join("rules/files").join(&manifest.files[2].digest);
        let whole = fs::read(&merchants).unwrap();
        let end = whole.iter().rposition(|byte| *byte == b'9').unwrap();
        fs::write(&merchants, &whole[..end]).unwrap();
        assert!(matches!(archive.rules(version), Err(ArchiveError::Damaged { .. })));

        // The files that are loaded once more mend what a medium lost, the list of them too.
        let versions = data.path().join(format!("rules/versions/{version}.json"));
        fs::write(&versions, "{").unwrap();
        archive.take_in(version, &example()).unwrap();
        archive.keep(&manifest).unwrap();
        assert_eq!(archive.manifest(version).unwrap(), manifest);
        assert_eq!(archive.rules(version).unwrap().version, version);
    }
}
