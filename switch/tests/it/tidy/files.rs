//! What every member and every file keeps to.

use super::{files, members, read, root};

/// A file has one purpose; past this many lines it has several.
const LINES_MAX: usize = 400;

#[test]
fn every_member_inherits_the_lints() {
    for member in members() {
        let manifest = read(&root().join(&member).join("Cargo.toml"));
        assert!(
            manifest.contains("[lints]\nworkspace = true"),
            "{member}/Cargo.toml: [lints] workspace = true is missing"
        );
    }
}

#[test]
fn files_stay_small_and_say_what_they_are() {
    for path in files(root(), ".rs") {
        let text = read(&path);
        assert!(text.lines().count() <= LINES_MAX, "{}: over {LINES_MAX} lines", path.display());
        let fuzz = path.to_string_lossy().contains("/fuzz/");
        assert!(
            fuzz || text.starts_with("//!") || text.starts_with("#!"),
            "{}: begins with no //! line",
            path.display()
        );
    }
}

#[test]
fn nothing_is_left_unfinished() {
    let marks = [concat!("todo", "!("), concat!("unimplemented", "!("), concat!("FIX", "ME"), concat!("#[", "ignore")];
    for path in files(root(), ".rs") {
        let text = read(&path);
        for mark in marks {
            assert!(!text.contains(mark), "{}: {mark}", path.display());
        }
    }
}

#[test]
fn shipped_tables_and_campaigns_parse() {
    for path in files(&root().join("config/dialects"), ".toml") {
        let parsed = lijian_codecs::dialect::Dialect::from_toml(&read(&path), &path.display().to_string());
        assert!(parsed.is_ok(), "{}: {:?}", path.display(), parsed.err());
    }
    for path in files(&root().join("config/campaigns"), ".toml") {
        assert!(lijian_config::campaign::load(&path).is_ok(), "{}", path.display());
    }
}
