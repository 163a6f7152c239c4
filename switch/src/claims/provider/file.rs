//! A provider for trials: a CSV file of `name,id_number,phone`. Only keyed hashes of it stay in memory.

use super::{Verdict, Why};
use crate::claims::people::{PersonHasher, Personal};
use jiff::civil::Date;
use lijian_domain::claims::identity::IdentityNumber;
use lijian_domain::claims::name::PersonName;
use lijian_domain::claims::phone::PhoneNumber;
use lijian_domain::ids::PersonKey;
use std::collections::HashMap;
use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// Trials have thousands of people, not millions.
const FILE_BYTES_MAX: u64 = 64 << 20;
const HEADING: [&str; 3] = ["name", "id_number", "phone"];

/// The people of a file.
pub struct FileProvider {
    hasher: PersonHasher,
    people: HashMap<PersonKey, [u8; 16]>,
}

/// Why a file cannot be taken. Nothing of its content is shown.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It cannot be read.
    #[error("claims.provider.file: {path} cannot be read: {source}", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Too long.
    #[error("claims.provider.file: {path} is too long: at most {FILE_BYTES_MAX} bytes", path = path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
    },
    /// A line.
    #[error("claims.provider.file: {path}:{line}: {column}: expected {expected}", path = path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// The column.
        column: &'static str,
        /// What would be right.
        expected: &'static str,
    },
}

impl FileProvider {
    /// Reads a file; nobody is taken of one with a wrong line.
    ///
    /// # Errors
    /// See [`FileError`].
    pub fn open(path: &Path, hasher: &PersonHasher) -> Result<Self, FileError> {
        let failed = |source| FileError::Io { path: path.to_owned(), source };
        let mut text = Vec::new();
        File::open(path).and_then(|file| file.take(FILE_BYTES_MAX + 1).read_to_end(&mut text)).map_err(failed)?;
        if text.len() as u64 > FILE_BYTES_MAX {
            return Err(FileError::TooLong { path: path.to_owned() });
        }
        Self::read(path, &text, hasher)
    }

    /// Whether a person is in the file, with this name and phone.
    pub fn verify(&self, personal: &Personal) -> Verdict {
        match self.people.get(&personal.person) {
            None => Verdict::Unknown(Why::NotKnown),
            Some(known) if *known == self.hasher.known(&personal.number, &personal.name, &personal.phone) => {
                Verdict::Match
            }
            Some(_) => Verdict::NoMatch,
        }
    }

    fn read(path: &Path, text: &[u8], hasher: &PersonHasher) -> Result<Self, FileError> {
        let wrong = |line, column, expected| FileError::Line { path: path.to_owned(), line, column, expected };
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text);
        let mut people = HashMap::new();
        for (place, row) in reader.records().enumerate() {
            let row = row.map_err(|error| {
                let line = error.position().map_or(0, csv::Position::line);
                wrong(line, "", "UTF-8, quotes closed")
            })?;
            let line = row.position().map_or(0, csv::Position::line);
            if place == 0 {
                if row.iter().ne(HEADING) {
                    return Err(wrong(line, "", "the heading name,id_number,phone"));
                }
                continue;
            }
            if row.len() != HEADING.len() {
                return Err(wrong(line, "", "three fields"));
            }
            let field = |column: usize| row.get(column).unwrap_or_default();
            let name = PersonName::parse(field(0)).map_err(|_| wrong(line, "name", "a name"))?;
            let number = IdentityNumber::parse(field(1), Date::MAX);
            let number = number.map_err(|_| wrong(line, "id_number", "the number of an identity document"))?;
            let phone = PhoneNumber::parse(field(2)).map_err(|_| wrong(line, "phone", "a mobile number"))?;
            let known = hasher.known(&number, &name, &phone);
            if people.insert(hasher.person(&number), known).is_some() {
                return Err(wrong(line, "id_number", "each number once"));
            }
        }
        Ok(Self { hasher: hasher.clone(), people })
    }
}

impl fmt::Debug for FileProvider {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "FileProvider({} people)", self.people.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::CardKey;

    fn read(text: &str) -> Result<FileProvider, FileError> {
        FileProvider::read(Path::new("people.csv"), text.as_bytes(), &PersonHasher::new(&CardKey::of([7; 32])))
    }

    fn personal(number: &str, name: &str, phone: &str) -> Personal {
        let hasher = PersonHasher::new(&CardKey::of([7; 32]));
        let number = IdentityNumber::parse(number, Date::MAX).unwrap();
        let (phone, name) = (PhoneNumber::parse(phone).unwrap(), PersonName::parse(name).unwrap());
        Personal { person: hasher.person(&number), phone_key: hasher.phone(&phone), number, phone, name }
    }

    #[test]
    fn people_are_known_by_all_three() {
        let file = read("\u{feff}name,id_number,phone\r\n张三,11010519491231002x,+86 13800001234\r\n").unwrap();
        let check = |number: &str, name: &str, phone: &str, expected: Verdict| {
            assert_eq!(file.verify(&personal(number, name, phone)), expected);
        };
        check("11010519491231002X", "张三", "13800001234", Verdict::Match);
        check("11010519491231002X", "李四", "13800001234", Verdict::NoMatch);
        check("11010519491231002X", "张三", "13800001235", Verdict::NoMatch);
        check("440524188001010014", "张三", "13800001234", Verdict::Unknown(Why::NotKnown));
    }

    #[test]
    fn what_is_wrong_is_named_and_not_shown() {
        let check = |text: &str, expected: &str| assert_eq!(read(text).unwrap_err().to_string(), expected);
        let at = "claims.provider.file: people.csv";
        check("name,phone\n", &format!("{at}:1: : expected the heading name,id_number,phone"));
        let row = |row: &str| format!("name,id_number,phone\n{row}\n");
        check(&row("张三,11010519491231002X,1380000123"), &format!("{at}:2: phone: expected a mobile number"));
        check(
            &row("张三,110105194912310021,1"),
            &format!("{at}:2: id_number: expected the number of an identity document"),
        );
        check(&row("张三"), &format!("{at}:2: : expected three fields"));
        let twice = "张三,11010519491231002X,13800001234\n李四,11010519491231002X,13800001234";
        check(&row(twice), &format!("{at}:3: id_number: expected each number once"));
    }
}
