//! The key store of the data directory: `keys/`, which only its owner can read, with a file for each key.
//!
//! The first start makes what is not there. Keys are never printed. Randomness is handed in.

use std::fmt;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// Bytes of a card key (HMAC-SHA256).
const KEY_BYTES: usize = 32;
const FOLDER: &str = "keys";
const FOLDER_MODE: u32 = 0o700;
const CARD_KEY: &str = "card.key";
const SETTLEMENT_KEY: &str = "settlement.key";
const KEY_MODE: u32 = 0o600;
/// Where a key is written before it takes its name.
const UNFINISHED: &str = "card.key.new";
/// What group and others may do: nothing.
const OPEN_TO_OTHERS: u32 = 0o077;

/// The key of the card fingerprints. Allowances hang on it: with another key, everybody is a new person.
#[derive(Clone, PartialEq, Eq)]
pub struct CardKey([u8; KEY_BYTES]);

impl CardKey {
    /// The key of these bytes.
    #[cfg(test)]
    pub(crate) const fn of(bytes: [u8; KEY_BYTES]) -> Self {
        Self(bytes)
    }

    /// The key itself, for the exchange only.
    pub const fn reveal(&self) -> [u8; KEY_BYTES] {
        self.0
    }
}

impl fmt::Debug for CardKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("CardKey(..)")
    }
}

impl Drop for CardKey {
    fn drop(&mut self) {
        self.0.fill(0);
        std::hint::black_box(&mut self.0);
    }
}

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Something could not be done with a file or folder.
    #[error("{path} cannot be {action}: {source}", path = path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What was tried.
        action: &'static str,
        /// Why not.
        source: io::Error,
    },
    /// Others may read it.
    #[error("{path} has mode {mode:04o}, others can reach it: expected {expected:04o}; if nobody has read it, run chmod {expected:o} {path}", path = path.display())]
    TooOpen {
        /// The file or folder.
        path: PathBuf,
        /// Its mode.
        mode: u32,
        /// What it should be.
        expected: u32,
    },
    /// It is no key.
    #[error("{path} is no file of {KEY_BYTES} bytes: put the right key back from its backup", path = path.display())]
    NotAKey {
        /// The file.
        path: PathBuf,
    },
    /// Persons are registered, and not the keys that they were registered with.
    #[error("{path} is missing, but persons are registered in claims/people.log: put it back from its backup", path = path.display())]
    LostPersons {
        /// The file.
        path: PathBuf,
    },
    /// There is a journal, and not the key that its records were made with.
    #[error(
        "{path} is missing, but there is a journal: put the key back from its backup. With a new key all allowances would \
         begin anew",
        path = path.display()
    )]
    Lost {
        /// The file.
        path: PathBuf,
    },
}

/// The card key of the data directory; made with `random`, which fills a buffer from the operating system, where the
/// directory is new. To be called before the journal is opened, by whoever holds the directory's lock.
///
/// # Errors
/// See [`KeyError`]; nothing is changed then, except that an empty folder may be there.
pub fn card_key(data: &Path, random: impl FnOnce(&mut [u8]) -> io::Result<()>) -> Result<CardKey, KeyError> {
    let folder = folder(data);
    let path = folder.join(CARD_KEY);
    make_folder(&folder)?;
    if !path.exists() && has_journal(data) {
        return Err(KeyError::Lost { path });
    }
    read_or_make(data, &folder, &path, &folder.join(UNFINISHED), random)
}

/// The keys of personal data.
pub struct PeopleKeys {
    /// Where the persons' own keys are.
    pub folder: PathBuf,
    /// What wraps them.
    pub master: CardKey,
    /// That of the keyed hashes by which persons are found.
    pub person: CardKey,
}

/// The keys of personal data; made where nobody is registered yet. To be called by whoever holds the directory's lock.
///
/// # Errors
/// See [`KeyError`].
pub fn people(data: &Path, random: fn(&mut [u8]) -> io::Result<()>) -> Result<PeopleKeys, KeyError> {
    let keys = folder(data);
    let own = keys.join("people");
    make_folder(&keys)?;
    make_folder(&own)?;
    let registered = data.join("claims/people.log").exists();
    let key = |folder: &Path, name: &str| {
        let path = folder.join(name);
        if registered && !path.exists() {
            return Err(KeyError::LostPersons { path });
        }
        read_or_make(data, folder, &path, &folder.join(format!("{name}.new")), random)
    };
    let (person, master) = (key(&keys, "person.key")?, key(&own, "master.key")?);
    if registered && !own.join("slots").exists() {
        return Err(KeyError::LostPersons { path: own.join("slots") });
    }
    Ok(PeopleKeys { folder: own, master, person })
}

/// The key that settlements are signed with; made where there is none. Beside a running daemon too: of two who make it at once,
/// both get the one that was there first.
///
/// # Errors
/// See [`KeyError`].
pub fn settlement(data: &Path, random: impl FnOnce(&mut [u8]) -> io::Result<()>) -> Result<CardKey, KeyError> {
    let folder = folder(data);
    make_folder(&folder)?;
    let unfinished = folder.join(format!("{SETTLEMENT_KEY}.{}.new", std::process::id()));
    read_or_make(data, &folder, &folder.join(SETTLEMENT_KEY), &unfinished, random)
}

/// Where keys are kept.
pub(crate) fn folder(data: &Path) -> PathBuf {
    data.join(FOLDER)
}

/// The key in this file; made where there is none.
pub(crate) fn read_or_make(
    data: &Path,
    folder: &Path,
    path: &Path,
    unfinished: &Path,
    random: impl FnOnce(&mut [u8]) -> io::Result<()>,
) -> Result<CardKey, KeyError> {
    match File::open(path) {
        Ok(file) => read(file, path.to_owned()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => make(data, folder, path, unfinished, random),
        Err(source) => Err(KeyError::Io { path: path.to_owned(), action: "opened", source }),
    }
}

fn make_folder(folder: &Path) -> Result<(), KeyError> {
    let failed = |action| move |source| KeyError::Io { path: folder.to_owned(), action, source };
    DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(folder).map_err(failed("made"))?;
    let mode = fs::metadata(folder).map_err(failed("examined"))?.permissions().mode();
    refuse_open(folder, mode, FOLDER_MODE)
}

fn refuse_open(path: &Path, mode: u32, expected: u32) -> Result<(), KeyError> {
    if mode & OPEN_TO_OTHERS == 0 {
        return Ok(());
    }
    Err(KeyError::TooOpen { path: path.to_owned(), mode: mode & 0o7777, expected })
}

fn read(file: File, path: PathBuf) -> Result<CardKey, KeyError> {
    let failed = |action| {
        let path = path.clone();
        move |source| KeyError::Io { path, action, source }
    };
    let metadata = file.metadata().map_err(failed("examined"))?;
    refuse_open(&path, metadata.permissions().mode(), KEY_MODE)?;
    let mut key = CardKey([0; KEY_BYTES]);
    if !metadata.is_file() || usize::try_from(metadata.len()) != Ok(KEY_BYTES) {
        return Err(KeyError::NotAKey { path });
    }
    (&file).read_exact(&mut key.0).map_err(failed("read"))?;
    Ok(key)
}

fn has_journal(data: &Path) -> bool {
    fs::read_dir(data.join("journal")).is_ok_and(|mut entries| entries.next().is_some())
}

/// The key has its name only once it is whole and on the medium.
fn make(
    data: &Path,
    folder: &Path,
    path: &Path,
    unfinished: &Path,
    random: impl FnOnce(&mut [u8]) -> io::Result<()>,
) -> Result<CardKey, KeyError> {
    let mut key = CardKey([0; KEY_BYTES]);
    let written = (|| {
        random(&mut key.0)?;
        match fs::remove_file(unfinished) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(KEY_MODE).open(unfinished)?;
        file.write_all(&key.0)?;
        file.sync_all()?;
        let placed = fs::hard_link(unfinished, path);
        fs::remove_file(unfinished)?;
        placed?;
        File::open(folder)?.sync_all()?;
        File::open(data)?.sync_all()
    })();
    let failed = |action| move |source| KeyError::Io { path: path.to_owned(), action, source };
    match written {
        Ok(()) => Ok(key),
        // Somebody else was first: a key that has its name is never replaced.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            read(File::open(path).map_err(failed("opened"))?, path.to_owned())
        }
        Err(source) => Err(failed("made")(source)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sevens(bytes: &mut [u8]) -> io::Result<()> {
        bytes.fill(7);
        Ok(())
    }

    fn nobody(_: &mut [u8]) -> io::Result<()> {
        panic!("a key is there, none is to be made")
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn the_first_start_makes_it_and_later_ones_find_it() {
        let data = tempfile::tempdir().unwrap();
        let data = data.path().join("new");
        let first = card_key(&data, sevens).unwrap();
        assert_eq!(first.reveal(), [7; 32]);
        assert_eq!((mode(&data.join("keys")), mode(&data.join("keys/card.key"))), (0o700, 0o600));
        assert_eq!(card_key(&data, nobody).unwrap(), first);
        assert_eq!(format!("{first:?}"), "CardKey(..)");
        assert!(!data.join("keys/card.key.new").exists());
    }

    #[test]
    fn a_start_that_died_in_the_middle_leaves_nothing_that_counts() {
        let data = tempfile::tempdir().unwrap();
        make_folder(&data.path().join("keys")).unwrap();
        fs::write(data.path().join("keys/card.key.new"), b"half").unwrap();
        assert_eq!(card_key(data.path(), sevens).unwrap().reveal(), [7; 32]);
        let no_randomness = card_key(&data.path().join("other"), |_| Err(io::Error::other("none")));
        assert!(no_randomness.unwrap_err().to_string().contains("card.key cannot be made: none"));
        assert!(!data.path().join("other/keys/card.key").exists());
    }

    #[test]
    fn two_who_make_a_key_at_once_have_the_same() {
        let data = tempfile::tempdir().unwrap();
        let first = |bytes: &mut [u8]| {
            // Meanwhile somebody else is done.
            assert_eq!(settlement(data.path(), sevens).unwrap().reveal(), [7; 32]);
            bytes.fill(8);
            Ok(())
        };
        let folder = data.path().join("keys");
        make_folder(&folder).unwrap();
        let (path, mine) = (folder.join("settlement.key"), folder.join("mine.new"));
        assert_eq!(read_or_make(data.path(), &folder, &path, &mine, first).unwrap().reveal(), [7; 32]);
        assert_eq!((mine.exists(), mode(&path)), (false, 0o600));
    }

    #[test]
    fn what_others_can_read_is_refused() {
        let data = tempfile::tempdir().unwrap();
        card_key(data.path(), sevens).unwrap();
        set_mode(&data.path().join("keys/card.key"), 0o640);
        let error = card_key(data.path(), nobody).unwrap_err().to_string();
        assert!(error.contains("card.key has mode 0640") && error.contains("expected 0600"), "{error}");
        set_mode(&data.path().join("keys/card.key"), 0o600);
        set_mode(&data.path().join("keys"), 0o755);
        let error = card_key(data.path(), nobody).unwrap_err().to_string();
        assert!(error.contains("keys has mode 0755") && error.contains("chmod 700"), "{error}");
    }

    #[test]
    fn what_is_no_key_is_refused_and_not_replaced() {
        let data = tempfile::tempdir().unwrap();
        card_key(data.path(), sevens).unwrap();
        let path = data.path().join("keys/card.key");
        fs::write(&path, [7; 31]).unwrap();
        assert!(matches!(card_key(data.path(), nobody), Err(KeyError::NotAKey { .. })));
        fs::remove_file(&path).unwrap();
        fs::create_dir(data.path().join("journal")).unwrap();
        fs::write(data.path().join("journal/0"), b"records").unwrap();
        assert!(matches!(card_key(data.path(), nobody), Err(KeyError::Lost { .. })));
    }
}
