//! Sealing keys over days: what waits can be sent while its key is there, and is unreadable for ever once it is destroyed.

use crate::daemon::host::{ask, issuer, refrigerator};
use crate::daemon::process::Daemon;
use aes_gcm::aead::{AeadInOut as _, KeyInit as _};
use aes_gcm::{Aes256Gcm, Nonce};
use lijian_domain::ids::Lsn;
use lijian_domain::record::Record;
use lijian_load::issuer::Observations;
use lijian_load::till::{Sale, Till};
use lijian_store::journal::JournalReader;
use lijian_store::storage::FileStorage;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const BUDGET: &str = "campaign:shenzhen-2024";
/// 4,999.00 less 20 %: the amount that the issuer does not answer.
const SILENT_FEN: u64 = 399_920;
const CARDS: [&str; 3] = ["6222021234567890", "6217001234567894", "6228481234567893"];
/// printf one | sha256sum; printf two | sha256sum
const PEOPLE: &str = "admin.people=[\
    {name=\"li\",token_sha256=\"7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed\"},\
    {name=\"wang\",token_sha256=\"3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3\"}]";

/// One data directory over days.
struct Shop {
    data: tempfile::TempDir,
    /// An issuer that answers neither the sale nor its reversal, and one that answers everything.
    deaf: SocketAddr,
    issuer: SocketAddr,
    seen: Observations,
}

impl Shop {
    fn new() -> Self {
        let (deaf, _) = issuer(|settings| {
            settings.silent_amounts.insert(SILENT_FEN);
            settings.silent_reversals = u64::MAX;
        });
        let (there, seen) = issuer(|_| {});
        Self { data: tempfile::tempdir().unwrap(), deaf, issuer: there, seen }
    }

    /// The daemon at ten in the morning of a day; keys are kept for one day beyond their own.
    fn day(&self, day: &str, issuer: SocketAddr) -> Daemon {
        let now = format!("clock.now={day}T10:00:00+08:00");
        let set = [now.as_str(), "links.acquirers.ascii.time_budget_ms=200", "keys.sealed_days=1", PEOPLE];
        let daemon = Daemon::start(self.data.path(), issuer, &set);
        daemon.until_issuer();
        daemon
    }

    /// A sale of one of the cards; field 39 of its answer.
    async fn sell(&self, daemon: &Daemon, card: usize, stan: u32, amount: u64) -> String {
        let mut till = Till::connect(daemon.acquirer("ascii"), "iso87-ascii").await.unwrap();
        let sale = Sale { card: CARDS[card].to_owned(), ..refrigerator(stan, amount) };
        ask(&mut till, &sale, &format!("42424242424{stan}")).await.text(39)
    }

    /// The message had the card number and the net amount, from the journal alone.
    fn was_asked_to_reverse(&self, masked: &str) {
        let seen = self.seen.seen();
        let last = seen.last().unwrap();
        assert!(last.mti.is_reversal(), "{last:?}");
        assert_eq!((last.masked_pan.as_str(), last.amount_minor), (masked, Some(SILENT_FEN)));
    }

    fn key(&self, day: &str) -> PathBuf {
        self.data.path().join(format!("keys/seal-{day}"))
    }

    fn keys(&self) -> Vec<String> {
        let names = fs::read_dir(self.data.path().join("keys")).unwrap().map(|file| file.unwrap().file_name());
        let names = names.filter_map(|name| name.to_str().unwrap().strip_prefix("seal-").map(str::to_owned));
        let mut days: Vec<_> = names.collect();
        days.sort();
        days
    }

    /// What the seals of the journal say, opened with every key that is there and without the switch's code.
    fn readable(&self) -> Vec<String> {
        let keys: Vec<_> = self.keys().iter().map(|day| fs::read(self.key(day)).unwrap()).collect();
        let storage = FileStorage::open_existing(&self.data.path().join("journal")).unwrap();
        let mut reader = JournalReader::open(Arc::new(storage)).unwrap();
        let mut readable = Vec::new();
        for entry in reader.entries(Lsn(1)) {
            let Record::Intent(intent) = entry.unwrap().record else { continue };
            let sealed = intent.recall.card.as_ref().unwrap();
            for key in &keys {
                let cipher = Aes256Gcm::new_from_slice(key).unwrap();
                let (digits, code) = sealed.bytes.split_at(sealed.bytes.len() - 16);
                let (mut digits, code): (Vec<u8>, [u8; 16]) = (digits.to_vec(), code.try_into().unwrap());
                let nonce = Nonce::from(sealed.nonce);
                let buffer = digits.as_mut_slice().into();
                if cipher.decrypt_inout_detached(&nonce, &intent.origin.key.0, buffer, &code.into()).is_ok() {
                    readable.push(String::from_utf8(digits).unwrap());
                }
            }
        }
        readable
    }
}

/// No file of the data directory holds a card number, in characters or packed.
fn names_no_card(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            names_no_card(&path);
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        for card in CARDS {
            let pairs = card.as_bytes().chunks(2);
            let packed = pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap());
            let packed: Vec<u8> = packed.collect();
            for form in [card.as_bytes(), &packed] {
                let found = bytes.windows(form.len()).any(|part| part == form);
                assert!(!found, "{} holds a card number", path.display());
            }
        }
    }
}

/// Two people have the one message that waits sent, whatever its day.
fn order(daemon: &Daemon) {
    let queue = daemon.json("/api/v1/queue");
    let message = &queue["messages"][0];
    assert_eq!(message["state"], "parked-day-over", "{queue}");
    let orders = format!("/api/v1/queue/{}/orders", message["lsn"]);
    let order = r#"{"order":"send","reason":"it was away"}"#;
    assert_eq!(daemon.post(&orders, Some("one"), order).0, 202);
    assert_eq!(daemon.post(&format!("{orders}/confirm"), Some("two"), order).0, 202);
    daemon.until(|daemon| daemon.json("/api/v1/queue")["messages"].as_array().unwrap().is_empty());
}

/// Waits until a key is destroyed: each look is a round trip through the daemon.
fn until_destroyed(daemon: &Daemon, key: &Path) {
    daemon.until(|daemon| {
        let _ = daemon.json("/api/v1/budgets");
        !key.exists()
    });
}

#[tokio::test]
async fn a_key_is_destroyed_after_its_days_unless_something_waits_and_nobody_reads_its_cards_again() {
    let shop = Shop::new();
    let daemon = shop.day("2024-09-30", shop.issuer);
    assert_eq!(shop.sell(&daemon, 0, 1, 800_000).await, "00");
    assert_eq!(shop.readable(), [CARDS[0]]);
    daemon.kill();

    // In doubt, and nobody confirms it on its day.
    let daemon = shop.day("2024-10-01", shop.deaf);
    assert_eq!(shop.sell(&daemon, 1, 2, 499_900).await, "98");
    daemon.kill();

    let daemon = shop.day("2024-10-02", shop.issuer);
    until_destroyed(&daemon, &shop.key("2024-09-30"));
    assert_eq!(shop.keys(), ["2024-10-01", "2024-10-02", "2024-10-03"]);
    assert_eq!(shop.readable(), [CARDS[1]], "the first card is gone, the second is needed");
    assert_eq!(daemon.budget(BUDGET).0, 99_980);
    order(&daemon);
    assert_eq!(daemon.budget(BUDGET).0, 0, "confirmed on the next day");
    shop.was_asked_to_reverse("621700******7894");
    daemon.kill();

    // A day further the key of the second card has done its time; the third card's sale is in doubt.
    let daemon = shop.day("2024-10-03", shop.deaf);
    assert_eq!(shop.sell(&daemon, 2, 3, 499_900).await, "98");
    until_destroyed(&daemon, &shop.key("2024-10-01"));
    assert_eq!(shop.readable(), [CARDS[2]]);
    daemon.kill();

    // Weeks later all other keys are gone, and that one is there as long as it is needed.
    let daemon = shop.day("2024-10-20", shop.issuer);
    until_destroyed(&daemon, &shop.key("2024-10-02"));
    assert_eq!(shop.keys(), ["2024-10-03", "2024-10-04", "2024-10-20", "2024-10-21"]);
    assert_eq!(shop.readable(), [CARDS[2]]);
    order(&daemon);
    until_destroyed(&daemon, &shop.key("2024-10-03"));
    shop.was_asked_to_reverse("622848******7893");
    let (held, used, _) = daemon.budget(BUDGET);
    assert_eq!((held, used), (0, 160_000));
    daemon.kill();
    assert_eq!(shop.readable(), Vec::<String>::new(), "for ever");
    names_no_card(shop.data.path());
}
