//! Every kind of wrong file under a switch that sells: each is refused by name, and the old rules stay.

use super::host::{ask, issuer, refrigerator, tag};
use super::process::{Daemon, EXAMPLE, command_of};
use super::reload::{CAMPAIGN, version};
use lijian_load::till::{Sale, Till};
use std::fs;
use std::path::Path;

/// What is done to a file of the rules, and what the refusal must say; a file that is not named yet is empty before.
struct Wrong {
    file: &'static str,
    from: &'static str,
    to: &'static str,
    told: &'static [&'static str],
}

const fn wrong(file: &'static str, from: &'static str, to: &'static str, told: &'static [&'static str]) -> Wrong {
    Wrong { file, from, to, told }
}

const TERMINALS: &str = "merchant_id,acquirer,terminal_id,type,store,trained_on,valid_from,valid_to\n";
const SQUARE: &str = "[[114,22],[115,22],[115,23],[114,23],[114,22]]";

const WRONG: [Wrong; 14] = [
    wrong("campaign.toml", "1 = 2000", "1 = 10001", &["10001", "10000"]),
    wrong("campaign.toml", "cap_per_item_fen = 200_000", "cap_per_item_fen = -1", &["-1"]),
    wrong("campaign.toml", "rounding =", "roundign =", &["roundign", "rounding"]),
    wrong("campaign.toml", "last = 2024-12-31", "last = 2025-02-29", &["campaign.toml:8: period.last", "28"]),
    wrong("campaign.toml", "from = 10:00:00", "from = 25:00:00", &["daily_window"]),
    wrong(
        "other.toml",
        "first = 2023-09-06, last = 2023-12-31",
        "first = 2024-09-06, last = 2024-12-31",
        &["other.toml:", "shenzhen-2024", "priority"],
    ),
    wrong("catalogue.csv", ",青砚,", ",=1+1,", &["catalogue.csv:2", "=1+1"]),
    wrong("catalogue.csv", "\n6901840100070", "\r\n6901840100071", &["catalogue.csv:2", "check digit"]),
    wrong("catalogue.csv", ",refrigerator,", ",\"refrigerator,", &["catalogue.csv:2", "quote"]),
    wrong("merchants.csv", "91440300MA5310071A", "91440300MA5310071B", &["merchants.csv:2"]),
    wrong(
        "terminals.csv",
        "",
        "999584057220001,ascii,00000001,pos,a,2024-09-01,,\n999584057220001,ascii,00000001,pos,a,2024-09-01,,\n",
        &["terminals.csv:3"],
    ),
    wrong("fence.json", SQUARE, "[[114,22],[115,23],[115,22],[114,23],[114,22]]", &["fence.json", "cross"]),
    wrong("switch.toml", "[catalogue]\nfiles = [", "[catalogue]\nfiles = [\"absent.csv\", ", &["absent.csv"]),
    wrong("switch.toml", "[store]", "[stores]", &["stores"]),
];

fn write_files(folder: &Path) {
    let example = Path::new(EXAMPLE).parent().unwrap();
    let copy = |from: &Path, to: &str| assert!(fs::copy(from, folder.join(to)).is_ok(), "{to}");
    copy(Path::new(CAMPAIGN), "campaign.toml");
    copy(&example.join("catalogue.csv"), "catalogue.csv");
    copy(&example.join("merchants.csv"), "merchants.csv");
    fs::write(folder.join("terminals.csv"), TERMINALS).unwrap();
    // A campaign that never meets the first, until it is made to.
    let other = fs::read_to_string(CAMPAIGN).unwrap();
    fs::write(folder.join("other.toml"), other.replace("shenzhen-2024", "yesteryear").replace("2024-", "2023-"))
        .unwrap();
    fs::write(folder.join("fence.json"), format!("{{\"type\":\"Polygon\",\"coordinates\":[{SQUARE}]}}")).unwrap();
    fs::write(folder.join("people.csv"), "name,id_number,phone\n").unwrap();
    fs::write(folder.join("switch.toml"), SWITCH).unwrap();
}

const SWITCH: &str = r#"
[store]
path = "data"
[campaigns]
files = ["campaign.toml", "other.toml"]
[catalogue]
files = ["catalogue.csv"]
[merchants]
files = ["merchants.csv"]
[terminals]
files = ["terminals.csv"]
[links.acquirers.ascii]
listen = "127.0.0.1:8583"
dialect = "iso87-ascii"
issuer = "issuer"
[links.acquirers.pos]
listen = "127.0.0.1:8584"
dialect = "unionpay-pos"
issuer = "issuer"
[links.issuers.issuer]
hosts = ["127.0.0.1:9583"]
dialect = "iso87-ascii"
[claims]
geofence = "fence.json"
provider = { kind = "file", file = "people.csv" }
[admin]
listen = "127.0.0.1:8080"
[portal]
listen = "127.0.0.1:8081"
"#;

#[tokio::test]
async fn wrong_files_of_every_kind_are_named_and_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    write_files(folder.path());
    let (address, _) = issuer(|_| {});
    let daemon = Daemon::spawn(command_of(&path("switch.toml"), &path("data"), address, &[]));
    let first = version(&daemon);
    let refused = |told: &[&str]| {
        let (status, body) = daemon.post("/api/v1/config/reload", None, "");
        assert_eq!(status, 422, "{told:?}: {body}");
        assert!(told.iter().all(|told| body.contains(told)), "{told:?}: {body}");
        let page = daemon.json("/api/v1/campaigns");
        assert_eq!(page["version"], first.as_str());
        assert!(page["last_failure"]["errors"][0].is_string(), "{page}");
    };
    for Wrong { file, from, to, told } in &WRONG {
        let right = fs::read_to_string(path(file)).unwrap();
        assert!(right.contains(from), "{file}: {from}");
        fs::write(path(file), if from.is_empty() { format!("{right}{to}") } else { right.replacen(from, to, 1) })
            .unwrap();
        refused(told);
        fs::write(path(file), right).unwrap();
    }
    // Five gigabytes are refused by their length.
    let right = fs::read(path("catalogue.csv")).unwrap();
    fs::File::options().write(true).open(path("catalogue.csv")).unwrap().set_len(5 << 30).unwrap();
    refused(&["catalogue.csv", "5368709120", "1073741824"]);
    fs::write(path("catalogue.csv"), right).unwrap();

    let mut till = Till::connect(daemon.acquirer("ascii"), "iso87-ascii").await.unwrap();
    let answer =
        ask(&mut till, &Sale { terminal: "00000001".to_owned(), ..refrigerator(1, 800_000) }, "424242424241").await;
    assert_eq!((tag(&answer, "82").as_str(), tag(&answer, "81").as_str()), ("G000", "160000"));
    let (status, body) = daemon.post("/api/v1/config/reload", None, "");
    assert!(status == 200 && daemon.json("/api/v1/campaigns")["last_failure"].is_null(), "{body}");
}
