//! The version that two people agreed to for a later moment: `rules/scheduled.json`, there until it is in force or withdrawn.

use super::archive::ArchiveError;
use crate::clock::rfc3339;
use lijian_domain::ids::RulesVersion;
use lijian_domain::time::UnixMicros;
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// A version whose time is to come.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Scheduled {
    /// Which.
    pub version: RulesVersion,
    /// In force when it was agreed to, and until then.
    pub before: RulesVersion,
    /// From when on.
    pub effective_from: UnixMicros,
    /// Who prepared it.
    pub maker: String,
    /// Who agreed; empty where nobody had to.
    pub checker: String,
}

/// Where it is kept.
#[derive(Clone, Debug)]
pub struct Schedule {
    path: PathBuf,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    version: String,
    before: String,
    effective_from: String,
    maker: String,
    checker: String,
}

impl Schedule {
    /// That of a data directory.
    pub fn of(data: &Path) -> Self {
        Self { path: data.join("rules").join("scheduled.json") }
    }

    /// What is scheduled.
    ///
    /// # Errors
    /// It cannot be read, or does not say what it must.
    pub fn read(&self) -> Result<Option<Scheduled>, ArchiveError> {
        let text = match fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(self.failed(source)),
        };
        let damaged =
            || self.failed(io::Error::new(io::ErrorKind::InvalidData, "is damaged: move it aside and agree anew"));
        let kept: Kept = serde_json::from_str(&text).map_err(|_| damaged())?;
        let version = |text: &str| RulesVersion::parse(text).ok_or_else(damaged);
        let at: jiff::Timestamp = kept.effective_from.parse().map_err(|_| damaged())?;
        Ok(Some(Scheduled {
            version: version(&kept.version)?,
            before: version(&kept.before)?,
            effective_from: UnixMicros(at.as_microsecond()),
            maker: kept.maker,
            checker: kept.checker,
        }))
    }

    /// Keeps it, synced, in the place of another.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn put(&self, scheduled: &Scheduled) -> Result<(), ArchiveError> {
        let kept = Kept {
            version: scheduled.version.to_string(),
            before: scheduled.before.to_string(),
            effective_from: rfc3339(scheduled.effective_from),
            maker: scheduled.maker.clone(),
            checker: scheduled.checker.clone(),
        };
        let write = || -> io::Result<()> {
            let unfinished = self.path.with_extension("unfinished");
            let mut file = File::create(&unfinished)?;
            file.write_all(serde_json::to_string_pretty(&kept)?.as_bytes())?;
            file.write_all(b"\n")?;
            file.sync_all()?;
            fs::rename(&unfinished, &self.path)?;
            self.sync_folder()
        };
        write().map_err(|source| self.failed(source))
    }

    /// Nothing is scheduled any more.
    ///
    /// # Errors
    /// It cannot be removed.
    pub fn clear(&self) -> Result<(), ArchiveError> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed.and_then(|()| self.sync_folder()).map_err(|source| self.failed(source)),
        }
    }

    fn sync_folder(&self) -> io::Result<()> {
        self.path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
    }

    fn failed(&self, source: io::Error) -> ArchiveError {
        ArchiveError::Io { path: self.path.clone(), source }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_is_read_until_it_is_cleared() {
        let data = tempfile::tempdir().unwrap();
        fs::create_dir(data.path().join("rules")).unwrap();
        let schedule = Schedule::of(data.path());
        assert_eq!(schedule.read().unwrap(), None);
        let scheduled = Scheduled {
            version: RulesVersion([1; 8]),
            before: RulesVersion([2; 8]),
            effective_from: UnixMicros(1_728_000_000_000_001),
            maker: "wang".to_owned(),
            checker: "李".to_owned(),
        };
        schedule.put(&scheduled).unwrap();
        schedule.put(&scheduled).unwrap();
        assert_eq!(schedule.read().unwrap(), Some(scheduled));
        let whole = fs::read_to_string(&schedule.path).unwrap();
        for wrong in
            ["", "{", &whole.replace("01010101", "0101"), &whole.replace("2024-", "2024"), &whole[..whole.len() - 3]]
        {
            fs::write(&schedule.path, wrong).unwrap();
            assert!(schedule.read().unwrap_err().to_string().contains("scheduled.json: is damaged"), "{wrong}");
        }
        schedule.clear().unwrap();
        schedule.clear().unwrap();
        assert_eq!(schedule.read().unwrap(), None);
    }
}
