//! What a change of the rules is about, told before somebody agrees and at any time after: key by key and row by row.

use super::host::issuer;
use super::process::{Daemon, EXAMPLE};
use super::reload::{CAMPAIGN, version};
use serde_json::{Value, json};
use std::fs;
use std::process::{Command, Output};

const CATALOGUE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../config/examples/shenzhen-2024/catalogue.csv");
const MERCHANTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../config/examples/shenzhen-2024/merchants.csv");
const TERMINALS: &str = "merchant_id,acquirer,terminal_id,type,store,trained_on,valid_from,valid_to\n\
                         999584057220001,ascii,T0000001,pos,a,2024-09-01,,\n\
                         999584057220001,ascii,T0000002,pos,a,2024-09-01,,\n";
const BLACK_LIST: &str = "merchant_id,acquirer,credit_code,terminal_id,from,until,reason\n\
                          999584057220002,pos,,,2024-11-01T00:00:00,,fraud\n";

fn key(path: &str, before: Option<&str>, after: Option<&str>) -> Value {
    json!({ "path": format!("shenzhen-2024.{path}"), "before": before, "after": after })
}

#[test]
fn a_change_is_told_key_by_key_and_row_by_row() {
    let data = tempfile::tempdir().unwrap();
    let path = |name: &str| data.path().join(name);
    let text = |path: &str| fs::read_to_string(path).unwrap();
    let files = [
        ("campaigns", text(CAMPAIGN)),
        ("catalogue", text(CATALOGUE)),
        ("merchants", text(MERCHANTS)),
        ("terminals", TERMINALS.to_owned()),
        ("blacklist", BLACK_LIST.to_owned()),
    ];
    files.iter().for_each(|(name, text)| fs::write(path(name), text).unwrap());
    let arguments = files.map(|(name, _)| format!("{name}.files=[\"{}\"]", path(name).display()));
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let daemon = Daemon::start(data.path(), issuer(|_| {}).0, &arguments);
    let first = version(&daemon);
    let change = |name: &str, from: &str, to: &str| {
        let text = fs::read_to_string(path(name)).unwrap();
        assert!(text.contains(from), "{from}");
        fs::write(path(name), text.replacen(from, to, 1)).unwrap();
    };
    let reload = || {
        let (status, body) = daemon.post("/api/v1/config/reload", None, "");
        assert_eq!(status, 200, "{body}");
        let told: Value = serde_json::from_str(&body).unwrap();
        told["difference"].clone()
    };
    let same = json!({ "count": 0, "first": [] });
    assert_eq!(reload()["keys"], same, "nothing was changed yet");

    change("campaigns", "1 = 2000, 2 = 1500", "1 = 1900");
    change("campaigns", "[\"tablet\", \"wearable\"]", "[\"tablet\"]");
    change("catalogue", "6901840100070,refrigerator,青砚", "6901840100070,refrigerator,砚青");
    let gone = text(CATALOGUE).lines().nth(2).unwrap().to_owned();
    change("catalogue", &format!("{gone}\n"), "");
    change("merchants", ",440303,pos,", ",440304,pos,");
    change("terminals", "T0000002,pos,a,2024-09-01,,", "T0000003,pos,a,2024-09-01,,");
    change("blacklist", "fraud", "closed");
    let told = reload();
    let mut expected = Vec::new();
    let graded =
        ["air-conditioner", "range-hood", "refrigerator", "stove", "television", "washing-machine", "water-heater"];
    for category in graded {
        let rates = format!("categories.{category}.rate_basis_points_by_grade");
        expected.push(key(&format!("{rates}.1"), Some("2000"), Some("1900")));
        expected.push(key(&format!("{rates}.2"), Some("1500"), None));
    }
    let wearable = [
        ("cap_per_item_fen", "200000"),
        ("items_per_person", "1"),
        ("rate_basis_points", "1500"),
        ("stopped_from", "2024-11-08T00:00:00"),
    ];
    expected.extend(wearable.map(|(name, value)| key(&format!("categories.wearable.{name}"), Some(value), None)));
    assert_eq!((&told["keys"]["count"], &told["keys"]["first"]), (&json!(expected.len()), &json!(expected)));
    let rows = |before, after, [added, removed, changed]: [u32; 3], first: &[(&str, &str)]| {
        let first: Vec<Value> = first.iter().map(|(id, change)| json!({ "id": id, "change": change })).collect();
        json!({ "before": before, "after": after, "added": added, "removed": removed, "changed": changed, "first": first })
    };
    let products = text(CATALOGUE).lines().count() - 1;
    let goods = [("6901840100070", "changed"), ("6932770200073", "removed")];
    assert_eq!(told["products"], rows(products, products - 1, [0, 1, 1], &goods));
    assert_eq!(told["merchants"], rows(20, 20, [0, 0, 1], &[("pos 999584057220002", "changed")]));
    let terminal = |id| format!("ascii 999584057220001 {id}");
    let (old, new) = (terminal("T0000002"), terminal("T0000003"));
    assert_eq!(told["terminals"], rows(2, 2, [1, 1, 0], &[(&old, "removed"), (&new, "added")]));
    let barred = "pos 999584057220002 from 2024-11-01T00:00:00";
    assert_eq!(told["black_list"], rows(1, 1, [0, 0, 1], &[(barred, "changed")]));

    let second = version(&daemon);
    let diff = |one: &str, other: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lijian"));
        command.args(["rules", "diff", one, other, "--config", EXAMPLE, "--data"]).arg(data.path());
        let Output { status, stdout, .. } = command.output().unwrap();
        (status.code(), String::from_utf8(stdout).unwrap())
    };
    let (code, told) = diff(&second, &first);
    assert_eq!(code, Some(0));
    for line in [
        "campaign shenzhen-2024: changed",
        "  shenzhen-2024.categories.wearable.rate_basis_points: (nothing) -> 1500",
        "  shenzhen-2024.categories.stove.rate_basis_points_by_grade.1: 1900 -> 2000",
        "terminals: 2 -> 2; 1 added, 1 removed, 0 changed",
        "  6932770200073: added",
    ] {
        assert!(told.lines().any(|told| told == line), "{line}\n{told}");
    }
    assert_eq!(diff(&first, &first), (Some(0), "nothing differs\n".to_owned()));
    assert_eq!(diff(&first, "0000000000000000").0, Some(1));
}
