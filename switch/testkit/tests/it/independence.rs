//! The auditor makes no mistake of ours: it uses nothing of ours.

use std::fs;
use std::path::Path;

#[test]
fn the_auditor_names_no_crate_and_no_room_of_ours() {
    let room = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src/auditor"));
    let mut files = 0;
    for entry in fs::read_dir(room).unwrap().map(Result::unwrap) {
        let text = fs::read_to_string(entry.path()).unwrap();
        for name in ["lijian_", "lijian-", "crate::simulation", "super::super"] {
            assert!(!text.contains(name), "{}: the auditor must not know {name}", entry.path().display());
        }
        files += 1;
    }
    assert!(files > 8, "the auditor's files are not where they were");
}
