//! The keys that card numbers are sealed with: one for each business date, made for today and the next date, destroyed once
//! nobody may need them any more. From then on nobody reads what they sealed.
//!
//! Files of `keys/`, named `seal-YYYY-MM-DD`. To be called by whoever holds the data directory.

use crate::keys::{self, KeyError};
use lijian_domain::time::BusinessDate;
use lijian_exchange::SealingKey;
use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

const PREFIX: &str = "seal-";
/// What a key's file is overwritten with, whole.
const NOTHING: [u8; 32] = [0; 32];

/// The sealing keys of a data directory.
#[derive(Debug)]
pub struct SealingKeys {
    data: PathBuf,
    folder: PathBuf,
    /// Those that the exchange was given.
    handed: BTreeSet<BusinessDate>,
    random: fn(&mut [u8]) -> io::Result<()>,
}

impl SealingKeys {
    /// Of this data directory, whose folder of keys is there.
    pub fn new(data: &Path, random: fn(&mut [u8]) -> io::Result<()>) -> Self {
        Self { data: data.to_owned(), folder: keys::folder(data), handed: BTreeSet::new(), random }
    }

    /// Keys that were not handed out yet: all that are there, those of `today` and of the next date made if need be.
    ///
    /// # Errors
    /// A key can neither be read nor made.
    pub fn news(&mut self, today: BusinessDate) -> Result<Vec<SealingKey>, KeyError> {
        let mut wanted = self.days()?;
        wanted.extend([today, BusinessDate(today.0.saturating_add(1))]);
        let mut keys = Vec::new();
        for day in wanted {
            if !self.handed.contains(&day) {
                let path = self.path(day);
                let unfinished = self.folder.join("seal.new");
                let key = keys::read_or_make(&self.data, &self.folder, &path, &unfinished, self.random)?;
                keys.push(SealingKey::new(day, key.reveal()));
                self.handed.insert(day);
            }
        }
        Ok(keys)
    }

    /// The days whose keys are due to be destroyed: more than `kept_days` before `today`, and before `needed`, the first
    /// date that something open was sealed on.
    pub fn due(&self, today: BusinessDate, kept_days: u16, needed: Option<BusinessDate>) -> Vec<BusinessDate> {
        let first_kept = BusinessDate(today.0.saturating_sub(i32::from(kept_days)));
        let first_kept = needed.map_or(first_kept, |needed| first_kept.min(needed));
        self.handed.range(..first_kept).copied().collect()
    }

    /// Destroys a key: overwritten, unlinked, and the folder on the medium.
    ///
    /// # Errors
    /// Something of that could not be done; the next call tries again.
    pub fn destroy(&mut self, day: BusinessDate) -> Result<(), KeyError> {
        let path = self.path(day);
        let destroyed = (|| {
            let mut file = OpenOptions::new().write(true).open(&path)?;
            file.write_all(&NOTHING)?;
            file.sync_all()?;
            fs::remove_file(&path)?;
            File::open(&self.folder)?.sync_all()
        })();
        match destroyed {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                Err(KeyError::Io { path, action: "destroyed", source })
            }
            _ => {
                self.handed.remove(&day);
                Ok(())
            }
        }
    }

    fn path(&self, day: BusinessDate) -> PathBuf {
        self.folder.join(format!("{PREFIX}{day}"))
    }

    fn days(&self) -> Result<BTreeSet<BusinessDate>, KeyError> {
        let failed = |source| KeyError::Io { path: self.folder.clone(), action: "listed", source };
        let mut days = BTreeSet::new();
        for entry in fs::read_dir(&self.folder).map_err(failed)? {
            let name = entry.map_err(failed)?.file_name();
            let day = name.to_str().and_then(|name| BusinessDate::parse(name.strip_prefix(PREFIX)?));
            days.extend(day);
        }
        Ok(days)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    fn sevens(bytes: &mut [u8]) -> io::Result<()> {
        bytes.fill(7);
        Ok(())
    }

    fn eights(bytes: &mut [u8]) -> io::Result<()> {
        bytes.fill(8);
        Ok(())
    }

    fn days(keys: &[SealingKey]) -> Vec<String> {
        keys.iter().map(|key| key.day.to_string()).collect()
    }

    #[test]
    fn two_days_have_keys_and_each_is_handed_out_once() {
        let data = tempfile::tempdir().unwrap();
        keys::card_key(data.path(), sevens).unwrap();
        let today = BusinessDate::parse("2024-10-01").unwrap();
        let mut keys = SealingKeys::new(data.path(), sevens);
        assert_eq!(days(&keys.news(today).unwrap()), ["2024-10-01", "2024-10-02"]);
        assert!(keys.news(today).unwrap().is_empty());
        assert_eq!(days(&keys.news(BusinessDate(today.0 + 1)).unwrap()), ["2024-10-03"]);
        let file = data.path().join("keys/seal-2024-10-01");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        let mut again = SealingKeys::new(data.path(), eights);
        assert_eq!(again.news(today).unwrap().len(), 3, "another start finds them");
        assert_eq!(fs::read(&file).unwrap(), [7; 32]);
        assert_eq!(again.due(BusinessDate(today.0 + 7), 7, None), []);
        assert_eq!(again.due(BusinessDate(today.0 + 8), 7, None), [today]);
        assert_eq!(again.due(BusinessDate(today.0 + 8), 7, Some(today)), [], "something of that day is open");
        again.destroy(today).unwrap();
        assert!(!file.exists());
        assert_eq!(again.due(BusinessDate(today.0 + 8), 7, None), []);
        again.destroy(today).unwrap();
    }
}
