//! Money's order on the disk and on the wire: the intent synced before the issuer is asked, the outcome before the
//! acquirer is answered.

use super::trace::{Line, Traced, is_permitted};
use crate::daemon::host::{ask, issuer, refrigerator, tag};
use lijian_codecs::dialect::Dialect;
use lijian_codecs::frame::FrameFormat;
use lijian_codecs::message::{FieldIndex, parse};
use lijian_domain::ids::Lsn;
use lijian_domain::record::{Entry, Record};
use lijian_load::till::Till;
use std::collections::{BTreeSet, HashMap, HashSet};

const SALES: u32 = 5;
/// Bytes before the records of a batch.
const BATCH_HEADER_BYTES: usize = 64;

/// What a trace says about sales. A call that a signal cuts may be written down twice: each finding counts once.
#[derive(Default, Debug)]
struct Findings {
    /// Trace numbers of sales that were asked of the issuer with their intent on disk.
    asked: BTreeSet<String>,
    /// Trace numbers of sales that were answered with their outcome on disk.
    answered: BTreeSet<String>,
    violations: BTreeSet<String>,
}

/// Reads a trace from its first line to its last.
struct Reading {
    dialect: Dialect,
    /// Written and not synced, by thread.
    written: HashMap<String, Vec<Entry>>,
    /// Intents on disk, by trace number.
    intents: HashMap<String, Lsn>,
    /// The intents of the grants on disk.
    granted: HashSet<Lsn>,
    findings: Findings,
}

fn findings(lines: &[String]) -> Findings {
    let mut reading = Reading {
        dialect: Dialect::shipped("iso87-ascii").unwrap().unwrap(),
        written: HashMap::new(),
        intents: HashMap::new(),
        granted: HashSet::new(),
        findings: Findings::default(),
    };
    lines.iter().filter_map(|line| Line::read(line)).for_each(|line| reading.take(&line));
    reading.findings
}

impl Reading {
    fn take(&mut self, line: &Line<'_>) {
        match line.call {
            // What is on disk is on disk when the sync has returned. Writes of one thread follow each other.
            "fdatasync" if line.succeeded() => {
                for entry in self.written.remove(line.thread).unwrap_or_default() {
                    match entry.record {
                        Record::Intent(intent) => drop(self.intents.insert(intent.origin.stan.to_string(), entry.lsn)),
                        Record::Granted(outcome) => drop(self.granted.insert(outcome.intent)),
                        _ => {}
                    }
                }
            }
            "pwrite64" if !line.resumed => {
                let entries = records(&line.bytes());
                self.written.entry(line.thread.to_owned()).or_default().extend(entries);
            }
            // What is sent is sent when the call begins.
            "write" | "sendto" | "sendmsg" | "writev" if !line.resumed => self.sent(&line.bytes()),
            _ => {}
        }
    }

    fn sent(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while let Ok(Some(frame)) = FrameFormat::default().next(rest) {
            rest = &rest[frame.consumed..];
            let mut index = FieldIndex::new();
            let Ok(view) = parse(&self.dialect, frame.payload, &mut index) else { continue };
            let mut buffer = [0; 16];
            let Some(stan) = view.text(11, &mut buffer).map(|stan| String::from_utf8_lossy(stan).into_owned()) else {
                continue;
            };
            let intent = self.intents.get(&stan);
            let Findings { asked, answered, violations } = &mut self.findings;
            match &view.mti().as_digits() {
                b"0200" if intent.is_some() => asked.insert(stan),
                b"0200" => violations.insert(format!("issuer asked for {stan} before its intent was on disk")),
                b"0210" if intent.is_some_and(|intent| self.granted.contains(intent)) => answered.insert(stan),
                b"0210" => violations.insert(format!("acquirer answered for {stan} before its outcome was on disk")),
                _ => false,
            };
        }
    }
}

/// The records of a batch; none if it is none.
fn records(bytes: &[u8]) -> Vec<Entry> {
    let mut entries = Vec::new();
    if !bytes.starts_with(b"LJBATCH1") {
        return entries;
    }
    let mut rest = &bytes[BATCH_HEADER_BYTES..];
    while let [a, b, c, d, ..] = rest {
        let length = usize::try_from(u32::from_le_bytes([*a, *b, *c, *d])).unwrap();
        let (record, behind) = rest.split_at(length);
        entries.push(lijian_store::format::decode(record).unwrap());
        rest = behind;
    }
    entries
}

/// Some sales, one after the other, and what the trace of them says.
async fn sales(set: &[&str]) -> Findings {
    let data = tempfile::tempdir().unwrap();
    let (address, _) = issuer(|_| {});
    let options = ["-e", "trace=write,writev,sendto,sendmsg,pwrite64,fdatasync", "-xx", "-s", "8192"];
    let traced = Traced::start(data.path(), address, &options, set);
    traced.daemon.until_issuer();
    let mut till = Till::connect(traced.daemon.acquirer("ascii"), "iso87-ascii").await.unwrap();
    for stan in 1..=SALES {
        let mut sale = refrigerator(stan, 800_000);
        sale.card = format!("62220212345678{stan:02}");
        let answer = ask(&mut till, &sale, "424242424242").await;
        assert_eq!(tag(&answer, "82"), "G000");
    }
    findings(&traced.into_lines())
}

#[tokio::test]
async fn intents_are_synced_before_the_issuer_is_asked_and_outcomes_before_the_acquirer_is_answered() {
    if !is_permitted() {
        return;
    }
    let findings = sales(&[]).await;
    let all: BTreeSet<_> = (1..=SALES).map(|stan| format!("{stan:06}")).collect();
    assert_eq!((&findings.asked, &findings.answered), (&all, &all), "{findings:?}");
    assert!(findings.violations.is_empty(), "{findings:?}");
}

/// The same check, of a daemon that does not sync: it must find every message too early.
#[tokio::test]
async fn without_syncs_the_same_check_finds_every_message_too_early() {
    if !is_permitted() {
        return;
    }
    let findings = sales(&["store.durability=operating-system"]).await;
    assert_eq!(findings.violations.len(), 2 * SALES as usize, "{findings:?}");
    assert!(findings.asked.is_empty() && findings.answered.is_empty(), "{findings:?}");
}
