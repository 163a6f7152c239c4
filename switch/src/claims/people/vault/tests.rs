//! The vault on a memory that fails on demand.

use super::*;
use crate::claims::people::PersonHasher;
use jiff::civil::date;
use lijian_store::storage::faulty::{Effect, Fault, MemoryStorage, Operation};
use std::sync::atomic::{AtomicU8, Ordering};

/// A key that was never given before.
fn random(bytes: &mut [u8]) -> io::Result<()> {
    static NEXT: AtomicU8 = AtomicU8::new(1);
    bytes.fill(NEXT.fetch_add(1, Ordering::Relaxed));
    Ok(())
}

#[derive(Default)]
struct Disk {
    claims: MemoryStorage,
    keys: MemoryStorage,
}

impl Disk {
    fn open(&self) -> Vault {
        self.try_open().unwrap().0
    }

    fn try_open(&self) -> Result<(Vault, u64), PeopleError> {
        Vault::open(&self.claims, &self.keys, CardKey::of([9; 32]), random)
    }

    fn power_cut(&self) {
        self.claims.power_cut();
        self.keys.power_cut();
    }
}

/// Person number `n`, with this phone.
fn person(n: u32, phone: &str) -> Personal {
    let hasher = PersonHasher::new(&CardKey::of([7; 32]));
    let number = IdentityNumber::parse(&format!("H{n:08}"), date(2024, 10, 1)).unwrap();
    let (phone, name) = (PhoneNumber::parse(phone).unwrap(), PersonName::parse("张三丰").unwrap());
    Personal { person: hasher.person(&number), phone_key: hasher.phone(&phone), number, phone, name }
}

const ONE: &str = "13800001234";
const OTHER: &str = "13900005678";

#[test]
fn who_is_registered_is_found_masked_also_by_the_next_start() {
    let disk = Disk::default();
    let mut vault = disk.open();
    vault.register(&[person(1, ONE), person(2, ONE), person(1, ONE)]).unwrap();
    for vault in [vault, disk.open(), disk.open()] {
        let masked = vault.look_up(person(1, ONE).person).unwrap().unwrap();
        let shown = (masked.number.as_str(), masked.phone.as_str(), masked.name.as_str());
        assert_eq!(shown, ("H******01", "138****1234", "张**"));
        assert_eq!((vault.len(), vault.persons_of(person(1, ONE).phone_key)), (2, 2));
        assert_eq!(vault.look_up(person(3, ONE).person).unwrap(), None);
    }
}

#[test]
fn a_new_phone_takes_the_place_of_the_old_one() {
    let disk = Disk::default();
    let mut vault = disk.open();
    vault.register(&[person(1, ONE)]).unwrap();
    vault.register(&[person(1, OTHER), person(2, OTHER)]).unwrap();
    for vault in [vault, disk.open()] {
        let count = |phone: &str| vault.persons_of(person(1, phone).phone_key);
        assert_eq!((count(ONE), count(OTHER), vault.len()), (0, 2, 2));
        assert!(vault.has_phone(person(1, OTHER).person, person(1, OTHER).phone_key).unwrap());
        assert!(!vault.has_phone(person(1, OTHER).person, person(1, ONE).phone_key).unwrap());
    }
}

#[test]
fn nothing_in_the_files_is_readable() {
    let disk = Disk::default();
    disk.open().register(&[person(12_345_678, ONE)]).unwrap();
    for (storage, name) in [(&disk.claims, "people.log"), (&disk.keys, "slots")] {
        let file = storage.open(name).unwrap();
        let mut bytes = vec![0; usize::try_from(file.byte_length().unwrap()).unwrap()];
        file.read_at(&mut bytes, 0).unwrap();
        for secret in ["12345678", ONE, "张三丰"] {
            assert!(!bytes.windows(secret.len()).any(|part| part == secret.as_bytes()), "{name}");
        }
    }
}

#[test]
fn who_is_erased_is_gone_for_ever_and_can_come_again() {
    let disk = Disk::default();
    let mut vault = disk.open();
    vault.register(&[person(1, ONE), person(2, ONE)]).unwrap();
    let slots = disk.keys.image();
    assert!(vault.erase(person(1, ONE).person).unwrap());
    assert!(!vault.erase(person(1, ONE).person).unwrap());
    disk.power_cut();
    let mut vault = disk.open();
    assert_eq!(vault.look_up(person(1, ONE).person).unwrap(), None);
    assert!(vault.look_up(person(2, ONE).person).unwrap().is_some());
    assert_eq!((vault.len(), vault.persons_of(person(1, ONE).phone_key)), (1, 1));
    // The log still holds the row: only with the slots of before the erasure could it be read.
    let old = Disk { claims: disk.claims.image(), keys: slots };
    assert!(old.open().look_up(person(1, ONE).person).unwrap().is_some());
    vault.register(&[person(1, ONE)]).unwrap();
    assert_eq!(disk.open().len(), 2);
}

#[test]
fn a_torn_end_is_cut_and_damage_before_whole_batches_is_refused() {
    let disk = Disk::default();
    let mut vault = disk.open();
    (1..=3).for_each(|n| vault.register(&[person(n, ONE)]).unwrap());
    let whole = disk.claims.open("people.log").unwrap().byte_length().unwrap();
    disk.claims.damage("people.log", |bytes| bytes.truncate(bytes.len() - 20));
    let (vault, cut) = disk.try_open().unwrap();
    assert_eq!(vault.len(), 2);
    assert!(cut > 0 && cut < whole / 3, "{cut}");
    disk.claims.damage("people.log", |bytes| bytes[100] ^= 1);
    let error = disk.try_open().unwrap_err();
    assert!(matches!(error, PeopleError::Damaged { offset: 48 }), "{error}");
    disk.claims.damage("people.log", |bytes| bytes[100] ^= 1);
    assert_eq!(disk.open().len(), 2, "as it was");
}

/// Every write and sync fails once, torn or not: who was told registered is there after the power went, and nobody else is
/// counted; after a failure nothing is written any more.
#[test]
fn whoever_was_told_registered_survives_any_failure() {
    let mut struck = 0;
    for after in 0..14 {
        for (operation, effect) in
            [(Operation::Write, Effect::Fail), (Operation::Write, Effect::Torn(30)), (Operation::Sync, Effect::Fail)]
        {
            for on_keys in [false, true] {
                let disk = Disk::default();
                let mut vault = disk.open();
                let storage = if on_keys { &disk.keys } else { &disk.claims };
                storage.plan(Fault { operation, after, effect });
                let mut told = 0;
                for n in 1..=8 {
                    match vault.register(&[person(n, ONE)]) {
                        Ok(()) => told = n,
                        Err(_) => {
                            struck += 1;
                            assert!(matches!(vault.register(&[person(n, ONE)]), Err(PeopleError::Poisoned)));
                            break;
                        }
                    }
                }
                disk.power_cut();
                // What never struck must not strike the next start.
                let disk = Disk { claims: disk.claims.image(), keys: disk.keys.image() };
                let vault = disk.open();
                for n in 1..=told {
                    assert!(vault.look_up(person(n, ONE).person).unwrap().is_some(), "{operation:?} {after} {n}");
                }
                assert!(u32::try_from(vault.len()).unwrap() <= told + 1);
            }
        }
    }
    assert!(struck > 30, "{struck}");
}

#[test]
fn many_batches_are_read_back() {
    let disk = Disk::default();
    let all: Vec<_> = (0..3_000).map(|n| person(n, &format!("138{:08}", n / 3))).collect();
    disk.open().register(&all).unwrap();
    let vault = disk.open();
    assert_eq!((vault.len(), vault.persons_of(all[9].phone_key)), (3_000, 3));
    assert!(vault.look_up(all[2_999].person).unwrap().is_some());
}

#[test]
fn slots_of_another_installation_do_not_open() {
    let disk = Disk::default();
    disk.open().register(&[person(1, ONE)]).unwrap();
    let (vault, _) = Vault::open(&disk.claims, &disk.keys, CardKey::of([8; 32]), random).unwrap();
    assert!(matches!(vault.look_up(person(1, ONE).person), Err(PeopleError::Seal)));
}
