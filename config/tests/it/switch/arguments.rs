//! `--set` and `--data`.

use super::{Folder, SWITCH};
use lijian_config::switch::{Environment, load, override_argument};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

#[test]
fn the_keys_that_are_changed_most() {
    let folder = Folder::new();
    let campaign = folder.path("campaign.toml").display().to_string();
    let config = folder
        .load(&[
            ("store.path", "/tmp/elsewhere"),
            ("campaigns.files", &format!("[\"{campaign}\"]")),
            ("catalogue.files", &folder.path("catalogue.csv").display().to_string()),
            ("links.acquirers.ascii.listen", "127.0.0.1:7001"),
            ("links.issuers.issuer.hosts", "[\"127.0.0.1:7002\", \"bank.example:7003\"]"),
            ("admin.listen", "\"127.0.0.1:0\""),
            ("portal.listen", "[::1]:7005"),
            ("clock.now", "2024-10-01T10:00:00+08:00"),
            ("exchange.node", "7"),
            ("exchange.node", "0x8"),
        ])
        .unwrap_or_else(|errors| panic!("{errors}"))
        .config;
    assert_eq!(config.store.path, Path::new("/tmp/elsewhere"));
    assert_eq!(config.rule_files.campaigns, [Path::new(&campaign)]);
    assert_eq!(config.acquirers[0].listen.port(), 7001);
    assert_eq!(config.issuers[0].hosts, ["127.0.0.1:7002", "bank.example:7003"]);
    assert_eq!(config.admin_listen.port(), 0);
    assert_eq!(config.portal_listen.unwrap().to_string(), "[::1]:7005");
    assert_eq!(config.clock.rehearsal_start.unwrap().0, 1_727_748_000_000_000);
    assert_eq!(config.exchange.node, 8, "the later one counts");
}

#[test]
fn paths_of_arguments_are_relative_to_the_working_directory() {
    let folder = Folder::new();
    let config = folder.load(&[("store.path", "relative")]).unwrap().config;
    assert_eq!(config.store.path, Path::new("relative"));
    let sets = [("store.path".to_owned(), "one".to_owned())];
    let data = load(&folder.path("switch.toml"), &sets, Some(Path::new("other")), Environment::default());
    assert_eq!(data.unwrap().config.store.path, Path::new("other"), "--data goes before --set");
    let strange = Path::new(std::ffi::OsStr::from_bytes(b"data-\xff"));
    let refused = load(&folder.path("switch.toml"), &[], Some(strange), Environment::default());
    assert!(refused.expect_err("another directory would be taken").to_string().contains("expected a name in UTF-8"));
}

#[test]
fn a_whole_link_can_be_added() {
    let link = "{ listen = \"127.0.0.1:7009\", dialect = \"cups\", issuer = \"issuer\", refusal = \"full-price\" }";
    let config = Folder::new().load(&[("links.acquirers.second", link)]).unwrap().config;
    assert_eq!(config.acquirers[1].dialect.name(), "cups");
}

#[test]
fn mistakes_in_arguments() {
    let check = |key: &str, value: &str, expected: &str| {
        let errors = Folder::new().errors(&[(key, value)]);
        assert!(errors.starts_with(&format!("--set {key}={value}: {expected}")), "{key}={value} gave\n{errors}");
    };
    check(
        "store.pth",
        "x",
        "store.pth: found an unknown key, expected one of durability, index, path, segment_bytes, snapshot_records, space_bytes_min (did you mean path?)",
    );
    check("stor.path", "x", "stor: found an unknown key, expected one of admin, blacklist, campaigns, ");
    check(
        "links.acquirers.asci.listen",
        "127.0.0.1:1",
        "links.acquirers.asci.listen: found an unknown link \"asci\", expected one of the links ascii (did you mean ascii?)",
    );
    check("store.path.deeper", "x", "store.path.deeper: found a string, expected a key that exists");
    check("store..path", "x", "store..path: found an empty name");
    check("exchange.node", "65536", "exchange.node: found 65536, expected an integer from 0 to 65535");
    check("exchange.node", "one", "exchange.node: found a string, expected an integer from 0 to 65535");
    check(
        "clock.now",
        "2024-10-01T10:00:00",
        "clock.now: found \"2024-10-01T10:00:00\", expected RFC 3339 with an offset",
    );
}

#[test]
fn no_rehearsal_in_production() {
    let folder = Folder::new();
    let sets = [("clock.now".to_owned(), "2024-10-01T10:00:00+08:00".to_owned())];
    let result =
        load(&folder.path("switch.toml"), &sets, None, Environment { production: true, ..Environment::default() });
    let errors = result.expect_err("refused").to_string();
    assert!(errors.contains("clock.now: found a start for rehearsals, expected no such key in production"), "{errors}");
    let signed = Environment { production: true, unsigned_rules: true };
    assert!(load(&folder.path("switch.toml"), &[], None, signed).is_ok());
}

#[test]
fn key_and_value_of_an_argument() {
    assert_eq!(override_argument(" a.b =c=d"), Ok(("a.b".to_owned(), "c=d".to_owned())));
    assert_eq!(override_argument("a="), Ok(("a".to_owned(), String::new())));
    assert!(override_argument("=x").is_err() && override_argument("a.b").is_err());
    assert!(SWITCH.contains("path = \"data\""));
}

#[test]
fn every_shipped_campaign_can_be_named() {
    let folder = Folder::new();
    let mut found = 0;
    for entry in std::fs::read_dir(super::shipped("campaigns")).unwrap() {
        let path = entry.unwrap().path();
        let loaded = folder.load(&[("campaigns.files", &format!("[\"{}\"]", path.display()))]);
        let rules = loaded.unwrap_or_else(|errors| panic!("{errors}")).rules;
        assert_eq!(path.file_stem().unwrap().to_str(), Some(rules.campaigns[0].id.as_str()));
        found += 1;
    }
    assert!(found >= 7, "{found}");
}
