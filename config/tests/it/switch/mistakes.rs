//! Each kind of mistake, with its line and key.

use super::{Folder, MERCHANTS, SWITCH};
use lijian_config::switch::render;

/// The one thing that is wrong once `from` is replaced by `to`.
pub(super) fn check(from: &str, to: &str, expected: &str) {
    let errors = Folder::changed(from, to).errors(&[]);
    assert!(errors.starts_with(&format!("switch.toml:{expected}")), "{to} gave\n{errors}\nnot\n{expected}");
    assert_eq!(errors.lines().count(), 1, "{errors}");
}

#[test]
fn keys_and_types() {
    check("path = \"data\"", "paths = \"data\"\npath = \"x\"", "2: store.paths: found an unknown key, expected one of");
    check("path = \"data\"", "path = 7", "2: store.path: found an integer, expected a string");
    check("path = \"data\"", "", "1: store.path: found no such key, expected path = ");
    check("[admin]\nlisten = \"127.0.0.1:8080\"\n", "", "1: admin.listen: found no such key, expected listen = ");
    check("files = [\"catalogue.csv\"]", "files = []", "6: catalogue.files: found an empty list, expected files = ");
    check(
        "path = \"data\"",
        "path = \"data\"\ndurability = \"fsync\"",
        "3: store.durability: found \"fsync\", expected one of fdatasync, operating-system",
    );
    check("[admin]\n", "[admin]\nport = 1\n", "10: admin.port: found an unknown key, expected one of apps, listen");
    check("[store]", "[[store]]", "1: store: found a list, expected a table");
}

#[test]
fn text_that_is_no_toml() {
    check("[admin]", "[admin", "9: found ");
    let folder = Folder::changed("[admin]", "[admin");
    folder.write("switch.toml", &format!("{}x = \n", SWITCH.replace("[admin]", "[admin")));
    assert_eq!(folder.errors(&[]).lines().count(), 2, "both are named, and nothing that only seems to be missing");
}

#[test]
fn addresses() {
    check(
        "127.0.0.1:8583",
        "localhost",
        "12: links.acquirers.ascii.listen: found \"localhost\", expected an address and a port",
    );
    check(
        "127.0.0.1:8583",
        "127.0.0.1:8080",
        "10: admin.listen: found \"127.0.0.1:8080\", expected another address or port: links.acquirers.ascii.listen has this one",
    );
    check(
        "127.0.0.1:8583",
        "0.0.0.0:8080",
        "10: admin.listen: found \"127.0.0.1:8080\", expected another address or port",
    );
    check("[\"127.0.0.1:9583\"]", "[]", "16: links.issuers.issuer.hosts: found an empty list");
    check(
        "127.0.0.1:9583",
        "bank.example",
        "16: links.issuers.issuer.hosts: found \"bank.example\", expected HOST:PORT",
    );
    check("127.0.0.1:9583", "127.0.0.1:0", "16: links.issuers.issuer.hosts: found \"127.0.0.1:0\", expected HOST:PORT");
    let hosts = "hosts = [\"127.0.0.1:9583\"]";
    let told = |presentation: &str, tag: &str, expected: &str| {
        let keys = format!("{hosts}\npresentation = \"{presentation}\"\ncoupon_info_tag = \"{tag}\"");
        check(hosts, &keys, &format!("18: links.issuers.issuer.coupon_info_tag: found \"{tag}\", expected {expected}"));
    };
    told("gross", "84", "two digits or letters in quotes");
    told("gross", "890", "two digits or letters in quotes");
    told("net", "89", "presentation = \"gross\"");
    check(
        "127.0.0.1:9583",
        "127.0.0.1:8583",
        "16: links.issuers.issuer.hosts: found \"127.0.0.1:8583\", expected another address: the switch itself",
    );
    check(
        "\"127.0.0.1:9583\"",
        "\"a:1\", \"a:1\"",
        "16: links.issuers.issuer.hosts: found \"a:1\", expected each host once",
    );
}

#[test]
fn links() {
    check(
        "issuer = \"issuer\"",
        "issuer = \"isuer\"",
        "14: links.acquirers.ascii.issuer: found \"isuer\", expected one of the issuer links issuer (did you mean issuer?)",
    );
    check("issuer = \"issuer\"", "", "11: links.acquirers.ascii.issuer: found no such key");
    check(
        "issuers.issuer]",
        "issuers.\"a name of over 24 letters\"]\nhosts = [\"a:1\"]\ndialect = \"cups\"\n[links.issuers.issuer]",
        "15: links.issuers.a name of over 24 letters: found \"a name of over 24 letters\", expected a name of at most 24",
    );
    check(
        "[links.issuers.issuer]",
        "[links.issuers.ascii]\nhosts = [\"a:1\"]\ndialect = \"cups\"\n[links.issuers.issuer]",
        "15: links.issuers.ascii: found \"ascii\", expected a name that no acquirer link has",
    );
    check(
        "issuer = \"issuer\"",
        "issuer = \"issuer\"\ntime_budget_ms = 5",
        "15: links.acquirers.ascii.time_budget_ms: found 5, expected an integer from 50 to 120000",
    );
    check(
        "issuer = \"issuer\"",
        "issuer = \"issuer\"\nframe = \"len3\"",
        "15: links.acquirers.ascii.frame: found \"len3\", expected one of len2, len4-ascii",
    );
    check(
        "issuer = \"issuer\"",
        "issuer = \"issuer\"\nframe = \"len2-bcd\"\nframe_bytes_max = 10000",
        "16: links.acquirers.ascii.frame_bytes_max: found 10000, expected at most 9999",
    );
    check(
        "issuer = \"issuer\"",
        "issuer = \"issuer\"\nours = [{ mti = \"0210\" }]",
        "15: links.acquirers.ascii.ours[0].mti: found \"0210\", expected a request type",
    );
    check(
        "issuer = \"issuer\"",
        "issuer = \"issuer\"\nours = [{ mti = \"0200\", processing = \"0\" }]",
        "15: links.acquirers.ascii.ours[0].processing: found \"0\", expected two digits",
    );
    check(
        "hosts = ",
        "reconnect_ms_min = 9000\nhosts = ",
        "16: links.issuers.issuer.reconnect_ms_min: found 9000, expected at most reconnect_ms_max, 5000",
    );
    check(
        "hosts = ",
        "sign_on = \"yes\"\nhosts = ",
        "16: links.issuers.issuer.sign_on: found a string, expected true or false",
    );
}

#[test]
fn addresses_of_envelopes() {
    check(
        "hosts = ",
        "source = \"1\"\nhosts = ",
        "16: links.issuers.issuer.source: found \"1\", expected no such key: messages of iso87-ascii carry no addresses",
    );
    let folder = Folder::changed("hosts = ", "dialect = \"unionpay-pos\"\nsource = \"0003\"\nhosts = ");
    folder.write(
        "switch.toml",
        &std::fs::read_to_string(folder.path("switch.toml"))
            .unwrap()
            .replace("9583\"]\ndialect = \"iso87-ascii\"", "9583\"]"),
    );
    let errors = folder.errors(&[]);
    assert!(
        errors.contains("links.issuers.issuer.destination: found \"\", expected an address for unionpay-pos"),
        "{errors}"
    );
    assert_eq!(errors.lines().count(), 1, "{errors}");
    let link = folder.load(&[("links.issuers.issuer.destination", "0012")]).unwrap().config.issuers.remove(0);
    assert_eq!((link.destination.as_str(), link.source.as_str()), ("0012", "0003"));
}

#[test]
fn time() {
    check(
        "[admin]",
        "[clock]\nzone = \"Asia/Shenzen\"\n[admin]",
        "10: clock.zone: found \"Asia/Shenzen\", expected a zone of the IANA database",
    );
    check(
        "[admin]",
        "[clock]\ncut_over = \"25:00\"\n[admin]",
        "10: clock.cut_over: found \"25:00\", expected a time of day",
    );
}

#[test]
fn the_files_that_it_names() {
    let folder = Folder::changed("catalogue.csv", "nowhere.csv");
    folder.write("merchants.csv", &MERCHANTS.replace("ascii", "asci"));
    folder.write("campaign.toml", "id = 7\n");
    let errors = folder.errors(&[]);
    assert!(errors.contains("campaign.toml:1: id: "), "{errors}");
    assert!(errors.contains("nowhere.csv: found "), "{errors}");
    let merchant = "merchants.csv:2: acquirer: found \"asci\" for merchant 103440358121001, expected one of the acquirer links ascii";
    assert!(errors.contains(merchant), "{errors}");
}

#[test]
fn all_of_it_is_said_at_once_and_drawn() {
    let folder = Folder::changed("path = \"data\"", "pth = \"data\"");
    let errors =
        folder.load(&[("admin.listen", "x"), ("links.issuers.issuer.frame", "y")]).expect_err("three mistakes");
    assert_eq!(errors.count(), 4, "{errors}");
    let report = render(&errors, false);
    assert!(report.contains("pth = \"data\"") && report.ends_with("4 errors in the configuration\n"), "{report}");
    assert!(!report.contains('\u{1b}'), "no colour unless a terminal shows it");
    assert!(render(&errors, true).contains('\u{1b}'));
    let missing = lijian_config::switch::load(&folder.path("none.toml"), &[], None, Default::default());
    assert!(missing.expect_err("no such file").to_string().contains("none.toml: found No such file"));
}
