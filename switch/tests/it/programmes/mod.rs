//! Every shipped programme through the real daemon: each campaign file of `config/campaigns/` is started with goods and
//! shops made from its table of worked cases, each case is sold as an ISO 8583 message over TCP, and the answer, what the
//! issuer saw, the budget and the settled day are held against the table. Nothing here computes a discount.
//!
//! The tables are those of lijian-config's tests, which hold the decision against them without a daemon:
//! `config/tests/it/programmes/NAME.csv`, and `config/tests/it/shenzhen-2024.md`. A campaign that is shipped without a table,
//! and a column or word that this reader does not know, fail the test. Where a programme's qualifications are claimed, each is
//! claimed over the API first (`desk.rs`) and shown by its voucher code.

mod claim;
mod course;
mod desk;
mod person;
mod rules;
mod sale;
mod shenzhen_2024;
mod table;
mod till;
mod trial;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Programmes that are run at a time: most of a run is waiting for starts and syncs.
const AT_A_TIME: usize = 3;
/// Worked cases of all programmes together: a table that is cut short is noticed.
const CASES_MIN: usize = 518;

const CONFIG: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../config");

#[test]
fn every_programme_is_sold_over_the_wire_as_worked_out_by_hand() {
    let (names, next) = (programmes(), AtomicUsize::new(0));
    let worker = || {
        let (mut cases, mut wrong) = (0, Vec::new());
        while let Some(name) = names.get(next.fetch_add(1, Ordering::Relaxed)) {
            let folder = tempfile::tempdir().unwrap();
            let programme = if name == "shenzhen-2024" {
                shenzhen_2024::read(&campaign_file(name))
            } else {
                table::read(name, &campaign_file(name), folder.path())
            };
            cases += programme.cases;
            wrong.extend(course::run(&programme, folder.path()));
        }
        (cases, wrong)
    };
    let results: Vec<(usize, Vec<String>)> = thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_A_TIME).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).collect()
    });
    let cases: usize = results.iter().map(|(cases, _)| cases).sum();
    let wrong: Vec<&str> = results.iter().flat_map(|(_, wrong)| wrong).map(String::as_str).collect();
    assert!(wrong.is_empty(), "{} wrong of {cases} cases\n{}", wrong.len(), wrong.join("\n"));
    assert!(cases >= CASES_MIN, "{cases}");
}

/// The names of the campaign files that are run.
fn programmes() -> Vec<String> {
    let files = std::fs::read_dir(Path::new(CONFIG).join("campaigns")).unwrap().map(|file| file.unwrap().path());
    let name = |path: PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
    let mut names: Vec<String> = files.map(name).collect();
    names.sort_unstable();
    assert!(names.len() >= 11, "{names:?}");
    names
}

fn campaign_file(name: &str) -> PathBuf {
    Path::new(CONFIG).join("campaigns").join(format!("{name}.toml"))
}
