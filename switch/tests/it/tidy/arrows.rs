//! Arrows between rooms: a crate is a wall that its manifest holds, a folder of the daemon one that this test holds.

use super::{files, members, read, root};
use std::collections::BTreeMap;

/// Which of our crates each crate may name.
const CRATES: [(&str, &[&str]); 9] = [
    ("codecs", &[]),
    ("switch/domain", &[]),
    ("switch/store", &["lijian-domain"]),
    ("config", &["lijian-codecs", "lijian-domain"]),
    ("loadtest", &["lijian-codecs"]),
    ("switch/exchange", &["lijian-codecs", "lijian-domain", "lijian-store"]),
    ("switch", &["lijian-codecs", "lijian-config", "lijian-domain", "lijian-exchange", "lijian-load", "lijian-store"]),
    ("switch/testkit", &["lijian-codecs", "lijian-config", "lijian-domain", "lijian-exchange", "lijian-store"]),
    ("benches", &["lijian", "lijian-codecs", "lijian-config", "lijian-domain", "lijian-exchange", "lijian-store"]),
];

/// Crates without input and output: nothing of this may stand in their manifests.
const SANS_IO: [&str; 3] = ["codecs", "switch/domain", "switch/exchange"];
const IO: [&str; 4] = ["tokio", "sled", "axum", "socket2"];

/// Rooms of the daemon that must not know these others. Only `app` and `commands` know all.
const ROOMS: [(&str, &[&str]); 8] = [
    ("library", &["app", "commands", "admin", "links", "ops", "settlement", "rules", "telemetry"]),
    ("admin", &["app", "commands", "links", "settlement", "lifecycle"]),
    ("claims", &["app", "commands", "admin", "links", "ops", "rules", "settlement", "telemetry"]),
    ("links", &["app", "commands", "admin", "settlement"]),
    ("ops", &["app", "commands", "admin", "links"]),
    ("rules", &["app", "commands", "admin", "links", "ops", "settlement", "telemetry"]),
    ("settlement", &["app", "commands", "admin", "links", "ops", "telemetry"]),
    ("telemetry", &["app", "commands", "admin", "links", "settlement"]),
];

#[test]
fn crates_know_only_those_they_may() {
    assert_eq!(members().len(), CRATES.len(), "a new member needs its line here");
    for (member, allowed) in CRATES {
        let manifest = read(&root().join(member).join("Cargo.toml"));
        for name in dependencies(&manifest) {
            let ours = name.starts_with("lijian");
            assert!(!ours || allowed.contains(&name), "{member} must not know {name}");
            assert!(!SANS_IO.contains(&member) || !IO.contains(&name), "{member} must not name {name}");
        }
    }
}

/// Mistakes made on purpose are for the simulation: nothing that ships, nor what it is made of, may switch them on.
#[test]
fn mistakes_are_made_in_the_simulation_alone() {
    let named = |path: &str| read(&root().join(path)).contains("mutations");
    assert!(!named("Cargo.toml"), "the workspace must not enable mutations");
    for (member, _) in CRATES {
        let expected = ["switch/exchange", "switch/testkit"].contains(&member);
        assert_eq!(named(&format!("{member}/Cargo.toml")), expected, "{member} and the feature mutations");
    }
    let exchange = read(&root().join("switch/exchange/Cargo.toml"));
    assert!(exchange.contains("\nmutations = []\n"), "the feature stands alone");
    assert!(!exchange.contains("default ="), "it is off by default");
}

#[test]
fn rooms_of_the_daemon_know_only_those_they_may() {
    for (room, forbidden) in ROOMS {
        let source = root().join("switch/src");
        let mut sources = Vec::new();
        if source.join(room).is_dir() {
            sources.append(&mut files(&source.join(room), ".rs"));
        } else {
            sources.push(source.join(format!("{room}.rs")));
        }
        for (path, text) in sources.iter().map(|path| (path, read(path))) {
            for other in forbidden {
                assert!(!text.contains(&format!("crate::{other}")), "{}: {room} must not know {other}", path.display());
            }
        }
    }
}

#[test]
fn only_the_demo_uses_the_load_tester() {
    for path in files(&root().join("switch/src"), ".rs") {
        let in_demo = path.to_string_lossy().contains("commands/demo");
        assert!(in_demo || !read(&path).contains("lijian_load"), "{}", path.display());
    }
}

/// Names under `[dependencies]`, with the section's own end.
fn dependencies(manifest: &str) -> Vec<&str> {
    let mut section = "";
    let mut names = BTreeMap::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            section = line;
        } else if section == "[dependencies]"
            && let Some((name, _)) = line.split_once(['.', ' ', '='])
        {
            names.insert(name, ());
        }
    }
    names.into_keys().collect()
}
