//! The sealed data of all persons: registering, finding again, erasing.

use super::hasher::PhoneKey;
use super::log::{BATCH_ROWS_MAX, Log, Place};
use super::row::{Registered, Row};
use super::seal::{self, Clear, Nonces};
use super::slots::{OwnKey, Slots};
use crate::keys::{CardKey, KeyError};
use jiff::civil::Date;
use lijian_domain::claims::identity::{DocumentKind, IdentityNumber};
use lijian_domain::claims::name::PersonName;
use lijian_domain::claims::phone::PhoneNumber;
use lijian_domain::ids::PersonKey;
use lijian_store::storage::{Storage, StorageFile};
use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::io;

/// What is known of a person. `Debug` prints it masked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Personal {
    /// Whose: the keyed hash of the number.
    pub person: PersonKey,
    /// The keyed hash of the phone.
    pub phone_key: PhoneKey,
    /// The document.
    pub number: IdentityNumber,
    /// The phone.
    pub phone: PhoneNumber,
    /// The name.
    pub name: PersonName,
}

/// What staff may see of a person.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Masked {
    /// Which document.
    pub document: DocumentKind,
    /// Its number, masked.
    pub number: String,
    /// The phone, masked.
    pub phone: String,
    /// The name, masked.
    pub name: String,
}

/// Why personal data cannot be kept, found or erased. Nothing of it stands in any of these.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    /// A file.
    #[error("{file} cannot be {action}: {source}")]
    Io {
        /// Which, in the data directory.
        file: &'static str,
        /// What was tried.
        action: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// A key file.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// A row that was promised cannot be read.
    #[error("claims/people.log is damaged at byte {offset}: put it back from its backup; nothing was changed")]
    Damaged {
        /// Where.
        offset: u64,
    },
    /// A seal does not open.
    #[error("personal data cannot be unsealed: master.key, slots and people.log must be those of one installation")]
    Seal,
    /// Too many others are registered with the phone.
    #[error("phone: too many persons are registered with it")]
    PhoneShared,
    /// More than the files can address.
    #[error("claims/people.log or keys/people/slots is full")]
    Full,
    /// A write or sync failed before.
    #[error("personal data is not written any more since a write failed: mend the disk and start again")]
    Poisoned,
}

impl PeopleError {
    pub(super) fn io(file: &'static str, action: &'static str) -> impl Fn(io::Error) -> Self {
        move |source| Self::Io { file, action, source }
    }
}

/// The sealed data of all persons. One owner at a time, who holds the data directory.
pub struct Vault {
    log: Log,
    slots: Slots,
    nonces: Nonces,
    persons: HashMap<PersonKey, Place>,
    /// How many persons have a phone, by half its hash.
    phones: HashMap<[u8; 8], u16>,
    random: fn(&mut [u8]) -> io::Result<()>,
    poisoned: bool,
}

impl Vault {
    /// Opens the log in `claims` and the slots in `keys`, making what is not there. Gives the vault and the bytes of the log
    /// that were torn and cut.
    ///
    /// # Errors
    /// See [`PeopleError`].
    pub fn open(
        claims: &dyn Storage,
        keys: &dyn Storage,
        master: CardKey,
        random: fn(&mut [u8]) -> io::Result<()>,
    ) -> Result<(Self, u64), PeopleError> {
        let (slots, found) = Slots::open(file(keys, "slots", "keys/people/slots")?, master)?;
        let (mut persons, mut phones) = (HashMap::new(), HashMap::new());
        let mut incarnation = found.incarnation;
        let file = file(claims, "people.log", "claims/people.log")?;
        let (mut log, cut) = Log::open(file, |bytes, place, row| {
            match row {
                Row::Opened(opened) => incarnation = incarnation.max(opened),
                Row::Registered(registered) if found.is_live(registered.slot) => {
                    let before = persons.insert(registered.person, place);
                    let before = before.map(|place| bytes.registered(place)).transpose()?;
                    count(&mut phones, before.map(|before| before.phone), Some(registered.phone));
                }
                _ => {}
            }
            Ok(())
        })?;
        let incarnation = incarnation.checked_add(1).ok_or(PeopleError::Full)?;
        log.append(&[Row::Opened(incarnation)])?;
        let nonces = Nonces::new(incarnation);
        Ok((Self { log, slots, nonces, persons, phones, random, poisoned: false }, cut))
    }

    /// Registers persons: all of them are on the medium when it returns. One who is known already, with the same phone and
    /// name, takes no row.
    ///
    /// # Errors
    /// Nobody can be told that any of them is registered.
    pub fn register(&mut self, all: &[Personal]) -> Result<(), PeopleError> {
        let mut rest = all;
        while !rest.is_empty() {
            // Nobody twice in one batch: what is compared must be in the log.
            let mut seen = BTreeSet::new();
            let fits = rest.iter().take(BATCH_ROWS_MAX).take_while(|personal| seen.insert(personal.person)).count();
            let (batch, later) = rest.split_at(fits);
            self.writing(|vault| vault.register_batch(batch))?;
            rest = later;
        }
        Ok(())
    }

    /// What staff may see of a person; none where nobody is registered, or was erased.
    ///
    /// # Errors
    /// The data cannot be read.
    pub fn look_up(&self, person: PersonKey) -> Result<Option<Masked>, PeopleError> {
        let Some(personal) = self.unseal(person)? else { return Ok(None) };
        let Personal { number, phone, name, .. } = personal;
        let (document, number) = (number.kind(), number.to_string());
        Ok(Some(Masked { document, number, phone: phone.to_string(), name: name.to_string() }))
    }

    /// Whether exactly this is registered: the person, with this phone and this name.
    ///
    /// # Errors
    /// The data cannot be read.
    pub fn is_registered(&self, personal: &Personal) -> Result<bool, PeopleError> {
        Ok(self.known(personal.person)?.is_some_and(|(_, _, old)| old.0 == clear(personal).0))
    }

    /// How many persons are registered with a phone.
    pub fn persons_of(&self, phone: PhoneKey) -> u16 {
        self.phones.get(&half(phone)).copied().unwrap_or_default()
    }

    /// Whether a person is registered with this phone.
    ///
    /// # Errors
    /// The log cannot be read.
    pub fn has_phone(&self, person: PersonKey, phone: PhoneKey) -> Result<bool, PeopleError> {
        let place = self.persons.get(&person);
        Ok(place.map(|place| self.log.registered(*place)).transpose()?.is_some_and(|row| row.phone == phone))
    }

    /// Erases a person: when it returns, nobody can read what was sealed any more. Whether there was one.
    ///
    /// # Errors
    /// The person may not be erased: say so, and try again.
    pub fn erase(&mut self, person: PersonKey) -> Result<bool, PeopleError> {
        let Some(place) = self.persons.get(&person).copied() else { return Ok(false) };
        self.writing(|vault| {
            let row = vault.log.registered(place)?;
            vault.slots.erase(row.slot)?;
            vault.persons.remove(&person);
            count(&mut vault.phones, Some(row.phone), None);
            Ok(true)
        })
    }

    /// Persons registered.
    pub fn len(&self) -> usize {
        self.persons.len()
    }

    /// Whether nobody is registered.
    pub fn is_empty(&self) -> bool {
        self.persons.is_empty()
    }

    fn register_batch(&mut self, batch: &[Personal]) -> Result<(), PeopleError> {
        let (mut rows, mut before) = (Vec::new(), Vec::new());
        let mut slot_added = false;
        for personal in batch {
            let known = self.known(personal.person)?;
            let clear = clear(personal);
            let (slot, key, phone) = match known {
                Some((_, _, old)) if old.0 == clear.0 => continue,
                Some((row, key, _)) => (row.slot, key, Some(row.phone)),
                None => {
                    let mut key = OwnKey([0; 32]);
                    (self.random)(&mut key.0).map_err(PeopleError::io("a person's key", "made"))?;
                    slot_added = true;
                    (self.slots.add(&key, &mut self.nonces)?, key, None)
                }
            };
            let (person, nonce) = (personal.person, self.nonces.next());
            let sealed = seal::seal(&key.0, &nonce, &bound(slot, person, personal.phone_key), &clear.0)?;
            rows.push(Row::Registered(Registered { slot, person, phone: personal.phone_key, nonce, sealed }));
            before.push((person, phone, personal.phone_key));
        }
        if rows.is_empty() {
            return Ok(());
        }
        if slot_added {
            self.slots.sync()?;
        }
        let places = self.log.append(&rows)?;
        for (place, (person, old, new)) in places.into_iter().zip(before) {
            self.persons.insert(person, place);
            count(&mut self.phones, old, Some(new));
        }
        Ok(())
    }

    /// A person's row, key, and what it seals.
    fn known(&self, person: PersonKey) -> Result<Option<(Registered, OwnKey, Clear)>, PeopleError> {
        let Some(place) = self.persons.get(&person) else { return Ok(None) };
        let row = self.log.registered(*place)?;
        let Some(key) = self.slots.key(row.slot)? else { return Ok(None) };
        let clear = seal::open(&key.0, &row.nonce, &bound(row.slot, row.person, row.phone), &row.sealed)?;
        Ok(Some((row, key, clear)))
    }

    fn unseal(&self, person: PersonKey) -> Result<Option<Personal>, PeopleError> {
        let Some((row, _, clear)) = self.known(person)? else { return Ok(None) };
        read(&row, &clear.0).map(Some).ok_or(PeopleError::Seal)
    }

    /// After a failed write nobody knows what the medium holds.
    fn writing<T>(&mut self, write: impl FnOnce(&mut Self) -> Result<T, PeopleError>) -> Result<T, PeopleError> {
        if self.poisoned {
            return Err(PeopleError::Poisoned);
        }
        let written = write(self);
        self.poisoned = written.is_err();
        written
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Vault({} persons)", self.persons.len())
    }
}

fn file(storage: &dyn Storage, name: &str, shown: &'static str) -> Result<Box<dyn StorageFile>, PeopleError> {
    let names = storage.list().map_err(PeopleError::io(shown, "listed"))?;
    if names.iter().any(|there| there == name) {
        storage.open(name).map_err(PeopleError::io(shown, "opened"))
    } else {
        storage.create(name, 0).map_err(PeopleError::io(shown, "made"))
    }
}

fn half(phone: PhoneKey) -> [u8; 8] {
    phone.0.first_chunk().copied().unwrap_or_default()
}

/// A person changes from one phone to another.
fn count(phones: &mut HashMap<[u8; 8], u16>, old: Option<PhoneKey>, new: Option<PhoneKey>) {
    if let Some(new) = new {
        let count = phones.entry(half(new)).or_default();
        *count = count.saturating_add(1);
    }
    if let Some(old) = old {
        let left = phones.get_mut(&half(old)).map_or(0, |count| {
            *count = count.saturating_sub(1);
            *count
        });
        if left == 0 {
            phones.remove(&half(old));
        }
    }
}

/// What a seal is bound to: nobody can put one person's row in another's place.
fn bound(slot: u32, person: PersonKey, phone: PhoneKey) -> Vec<u8> {
    [slot.to_le_bytes().as_slice(), &person.0, &phone.0].concat()
}

/// Number, phone and name, each with its length in front.
fn clear(personal: &Personal) -> Clear {
    let mut clear = Clear(Vec::with_capacity(3 + u8::MAX as usize));
    for part in [personal.number.reveal(), personal.phone.reveal(), personal.name.reveal()] {
        // The longest, a name, has 240 bytes.
        clear.0.push(u8::try_from(part.len()).unwrap_or_default());
        clear.0.extend_from_slice(part.as_bytes());
    }
    clear
}

fn read(row: &Registered, clear: &[u8]) -> Option<Personal> {
    let mut rest = clear;
    let mut part = || {
        let (length, behind) = rest.split_first()?;
        let (part, behind) = behind.split_at_checked(usize::from(*length))?;
        rest = behind;
        std::str::from_utf8(part).ok()
    };
    let number = IdentityNumber::parse(part()?, Date::MAX).ok()?;
    let phone = PhoneNumber::parse(part()?).ok()?;
    let name = PersonName::parse(part()?).ok()?;
    Some(Personal { person: row.person, phone_key: row.phone, number, phone, name })
}

#[cfg(test)]
mod tests;
