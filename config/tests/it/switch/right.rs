//! What a right configuration says.

use super::{Folder, shipped};
use lijian_codecs::dialect::Dialect;
use lijian_config::campaign;
use lijian_config::switch::{Durability, Environment, IndexStore, Presentation, RefusalPolicy, limits, load};
use lijian_domain::ids::RulesVersion;
use std::path::Path;
use std::time::Duration;

#[test]
fn what_is_not_said_has_its_default() {
    let folder = Folder::new();
    let loaded = folder.load(&[]).unwrap();
    let config = loaded.config;
    assert_eq!(config.store.path, folder.path("data"), "relative to the file");
    assert_eq!(config.store.durability, Durability::Fdatasync);
    assert_eq!(config.store.index, IndexStore::Runs);
    assert_eq!(config.store.segment_bytes, limits::SEGMENT_BYTES.default);
    assert_eq!((config.exchange.node, config.exchange.answers_days, config.exchange.in_flight_max), (0, 2, 16_384));
    assert_eq!(config.clock.calendar.zone().iana_name(), Some("Asia/Shanghai"));
    assert_eq!(config.clock.rehearsal_start, None);
    assert_eq!(config.portal_listen, None);
    let acquirer = &config.acquirers[0];
    assert_eq!((acquirer.name.as_str(), acquirer.issuer, acquirer.ours.len()), ("ascii", 0, 2));
    assert_eq!((acquirer.time_budget, acquirer.refusal), (Duration::from_secs(15), RefusalPolicy::Decline));
    assert_eq!((acquirer.quotes.rules.len(), acquirer.quotes.rules[0].mti), (1, *b"0100"));
    assert_eq!((acquirer.quotes.lifetime, acquirer.quotes.of_terminal_max), (Duration::from_secs(180), 8));
    let issuer = &config.issuers[0];
    assert_eq!((issuer.presentation, issuer.sign_on), (Presentation::Net, false));
    assert_eq!(issuer.echo_after, Some(Duration::from_secs(60)));
    assert!(std::sync::Arc::ptr_eq(&acquirer.dialect, &issuer.dialect), "links of one dialect share it");
    assert_eq!((loaded.rules.campaigns.len(), loaded.rules.catalogue.len(), loaded.rules.merchants.len()), (1, 1, 1));
}

#[test]
fn the_version_is_that_of_the_contents() {
    let version = |folder: &Folder| folder.load(&[]).unwrap().rules.version;
    let folder = Folder::new();
    let first = version(&folder);
    assert_ne!(first, RulesVersion::default());
    assert_eq!(version(&Folder::new()), first, "wherever the files stand");
    folder.write("catalogue.csv", &super::CATALOGUE.replace('\n', "\r\n"));
    assert_eq!(version(&folder), first, "however lines end");
    folder.write("catalogue.csv", &super::CATALOGUE.replace("500000", "500001"));
    assert_ne!(version(&folder), first);
}

#[test]
fn every_file_that_is_shipped_can_be_read() {
    let check = |folder: &str, read: &dyn Fn(&Path) -> Result<(), String>| {
        let mut count = 0;
        for entry in std::fs::read_dir(shipped(folder)).unwrap() {
            let file = entry.unwrap().path();
            if file.extension().is_some_and(|extension| extension == "toml") {
                read(&file).unwrap_or_else(|error| panic!("{error}"));
                count += 1;
            }
        }
        assert!(count > 0, "{folder}");
    };
    check("dialects", &|file| {
        let table = std::fs::read_to_string(file).unwrap();
        Dialect::from_toml(&table, &file.display().to_string()).map(drop).map_err(|error| error.to_string())
    });
    check("campaigns", &|file| campaign::load(file).map(drop).map_err(|errors| errors.to_string()));
    check("examples/shenzhen-2024", &|file| {
        load(file, &[], None, Environment::default()).map(drop).map_err(|errors| errors.to_string())
    });
}

#[test]
fn the_example_is_right_and_says_every_default() {
    let file = shipped("examples/shenzhen-2024/switch.toml");
    let loaded = load(&file, &[], None, Environment { production: true, unsigned_rules: true })
        .unwrap_or_else(|errors| panic!("{errors}"));
    let config = loaded.config;
    let acquirers: Vec<_> = config.acquirers.iter().map(|link| (link.name.as_str(), link.listen.to_string())).collect();
    assert_eq!(acquirers, [("ascii", "127.0.0.1:8583".to_owned()), ("pos", "127.0.0.1:8584".to_owned())]);
    assert_eq!(config.issuers[0].hosts, ["127.0.0.1:9583"]);
    assert_eq!(config.admin_listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.portal_listen.map(|address| address.to_string()).as_deref(), Some("127.0.0.1:8081"));
    // The example promises that what it shows is what holds without it: "ascii" shows all, "pos" nothing.
    let (shown, silent) = (&config.acquirers[0], &config.acquirers[1]);
    assert_eq!(format!("{:?}", (shown.frame, shown.time_budget)), format!("{:?}", (silent.frame, silent.time_budget)));
    assert_eq!((shown.in_flight_max, shown.connections_max), (silent.in_flight_max, silent.connections_max));
    assert_eq!(
        (shown.unsent_bytes_max, &shown.ours, shown.refusal),
        (silent.unsent_bytes_max, &silent.ours, silent.refusal)
    );
    assert_eq!(shown.quotes, silent.quotes);
    let mut plain = Folder::new().load(&[]).unwrap().config;
    plain.store.path.clone_from(&config.store.path);
    assert_eq!((&config.store, config.exchange), (&plain.store, plain.exchange));
    let issuers = [&config.issuers[0], &plain.issuers[0]];
    assert_eq!(format!("{:?}", issuers[0]), format!("{:?}", issuers[1]));
}
