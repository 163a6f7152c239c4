//! The files of a set for people, for acquirers and for tables, and who signed it.

use super::journal::Bench;
use super::{KEY, MONDAY, PublicKey, Signed, Signer, TUESDAY, check_findings, settle_day, two_days, verify};
use std::fs;
use std::path::Path;

fn text(bench: &Bench, name: &str) -> String {
    fs::read_to_string(bench.path("out").join(name)).unwrap()
}

/// The lines after the header of a file for people.
fn lines_for_people(text: &str) -> Vec<&str> {
    let text = text.strip_prefix('\u{feff}').unwrap();
    text.split_terminator("\r\n").skip(1).collect()
}

#[test]
fn people_read_yuan_and_keep_all_digits() {
    let bench = two_days();
    settle_day(&bench, MONDAY, "out").unwrap();
    let sales = text(&bench, "sales-ledger.csv");
    let lines = lines_for_people(&sales);
    let first = "1,2024-09-30,销售,2024-09-30,2024-10-01 08:03:20,,,\"'=M1,\"\"x\"\"\",,\t440305,ascii,shenzhen-2024,phone,,,,\
                 \t4006381333931,,\tSN-1,1,1000.00,1000.00,0.00,0.00,1000.00,100.00,900.00,\t000000000042,\t000042,\
                 \t0001000000000001";
    assert_eq!((lines.len(), lines[0]), (2, first));
    // Nothing that a till sent is a formula.
    assert!(lines[1].contains(",'=cmd|' /C calc'!A0,"), "{}", lines[1]);

    let fund = text(&bench, "fund-ledger.csv");
    let lines = lines_for_people(&fund);
    assert!(
        lines[0]
            .starts_with("1,2024-09-30,2024-10-01 08:03:20,2-1,补贴支出,shenzhen-2024,bureau,\t440305,phone,ascii,")
    );
    assert!(lines[0].ends_with(",\t0001000000000001,100.00,0.00,100.00"), "{}", lines[0]);
    assert!(lines[1].ends_with(",200.00,0.00,300.00"), "{}", lines[1]);

    let claim = text(&bench, "bureau-claim.csv");
    let expected = ["1,2024-09-30,shenzhen-2024,bureau,\t440305,phone,,2,4000.00,300.00,0,0.00,300.00"];
    assert_eq!(lines_for_people(&claim), expected);
}

#[test]
fn what_goes_back_stands_below_zero() {
    let bench = two_days();
    settle_day(&bench, TUESDAY, "out").unwrap();
    let sales = text(&bench, "sales-ledger.csv");
    let lines = lines_for_people(&sales);
    assert!(lines[0].starts_with("1,2024-10-01,退货,2024-09-30,"), "{}", lines[0]);
    assert!(lines[0].contains(",1000.00,-1000.00,0.00,0.00,-1000.00,-100.00,-900.00,"), "{}", lines[0]);
    let fund = text(&bench, "fund-ledger.csv");
    assert!(lines_for_people(&fund)[0].ends_with(",0.00,100.00,-100.00"), "{fund}");
    let claim = text(&bench, "bureau-claim.csv");
    assert!(lines_for_people(&claim)[0].ends_with(",0,0.00,0.00,1,100.00,-100.00"), "{claim}");
    let merchants = text(&bench, "acquirer/ascii/merchants.csv");
    assert!(merchants.ends_with("\r\n\"'=M1,\"\"x\"\"\",0,0,1,10000,-10000\r\n"), "{merchants}");
}

#[test]
fn an_acquirer_is_told_what_its_merchants_are_due() {
    let bench = two_days();
    settle_day(&bench, MONDAY, "out").unwrap();
    let clearing = text(&bench, "acquirer/ascii/clearing.csv");
    let lines: Vec<_> = clearing.split_terminator("\r\n").collect();
    let first = "grant,2024-09-30,2024-09-30,2024-10-01T00:03:20.000002Z,0001000000000001,,\"'=M1,\"\"x\"\"\",,000042,\
                 000000000042,,100000,100000,90000,10000,10000";
    assert_eq!((lines.len(), lines[1]), (3, first));
    let merchants = text(&bench, "acquirer/ascii/merchants.csv");
    let expected =
        "merchant,granted_count,granted,returned_count,returned,due\r\n\"'=M1,\"\"x\"\"\",2,30000,0,0,30000\r\n";
    assert_eq!(merchants, expected);
}

#[test]
fn a_signature_is_checked_by_a_key_that_is_known() {
    let bench = two_days();
    settle_day(&bench, MONDAY, "out").unwrap();
    let out = bench.path("out");
    let known = PublicKey::parse(&Signer::new(&KEY).public_key()).unwrap();
    let verdict = verify(&out, Some(&known)).unwrap();
    assert!(verdict.findings.is_empty() && verdict.signed == Signed::ByKnownKey);
    assert_eq!(verify(&out, None).unwrap().signed, Signed::ByUnpinnedKey);
    let other = PublicKey::parse(&Signer::new(&[8; 32]).public_key()).unwrap();
    let verdict = verify(&out, Some(&other)).unwrap();
    assert_eq!((verdict.signed, verdict.findings.count()), (Signed::Not, 2), "{:?}", verdict.findings.lines());

    // Whoever changes a file and its hash in the manifest too has no signature for that.
    let path = out.join("manifest.json");
    let manifest = fs::read_to_string(&path).unwrap();
    fs::write(&path, manifest.replace("\"reversals_open\": 0", "\"reversals_open\": 1")).unwrap();
    check_findings(&out, &["the signature is not that of the key over these bytes"]);
}

#[test]
fn files_for_people_and_acquirers_come_to_the_same_money() {
    let bench = two_days();
    let check = |file: &str, from: &str, to: &str, expected: &str| {
        let out = bench.path("out");
        drop(fs::remove_dir_all(&out));
        settle_day(&bench, MONDAY, "out").unwrap();
        let changed = text(&bench, file).replacen(from, to, 1);
        assert_ne!(changed, text(&bench, file));
        fs::write(out.join(file), changed).unwrap();
        check_findings(&out, &[&format!("SHA-256 of {file:?}"), expected]);
    };
    check("sales-ledger.csv", ",100.00,900.00,", ",100.01,900.00,", "sales-ledger.csv: 补贴金额(元), in minor units");
    check(
        "fund-ledger.csv",
        ",100.00,0.00,100.00",
        ",100.00,1.00,100.00",
        "收回(元), in minor units, added up: 100 is",
    );
    check(
        "bureau-claim.csv",
        ",300.00\r\n",
        ",299.00\r\n",
        "申请金额(元), in minor units, added up: 29900 is written, 30000",
    );
    check("bureau-claim.csv", ",300.00\r\n", ",x\r\n", "row 2: 申请金额(元) is not an amount in yuan");
    check("acquirer/ascii/clearing.csv", ",10000\r\n", ",9999\r\n", "what is due to all acquirers");
    check("acquirer/ascii/clearing.csv", "kind,", "sort,", "the header is not that of this format");
}

#[test]
fn tables_and_workbook_are_whole_files() {
    let bench = two_days();
    let manifest = settle_day(&bench, MONDAY, "out").unwrap();
    let bytes = |name: &str| fs::read(bench.path("out").join(name)).unwrap();
    let parquet = bytes("detail.parquet");
    assert!(parquet.starts_with(b"PAR1") && parquet.ends_with(b"PAR1"));
    assert!(bytes("summary.xlsx").starts_with(b"PK\x03\x04"));
    let rows = |name: &str| manifest.files.iter().find(|entry| entry.name == name).unwrap().rows;
    assert_eq!((rows("detail.parquet"), rows("sales-ledger.csv"), rows("fund-ledger.csv")), (2, 2, 2));
}

/// What was made before there were more files: detail and totals alone, and no signature.
#[test]
fn sets_of_the_first_format_are_still_proven() {
    let bench = two_days();
    settle_day(&bench, MONDAY, "out").unwrap();
    let out = bench.path("out");
    let path = out.join("manifest.json");
    let mut manifest: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let members = manifest.as_object_mut().unwrap();
    members.insert("format".to_owned(), "lijian-settlement/1".into());
    members.remove("public_key");
    members.remove("signature");
    let files = members.get_mut("files").unwrap().as_array_mut().unwrap();
    let first = |name: &str| ["detail.csv", "totals.csv"].contains(&name);
    for file in files.iter().map(|file| file["name"].as_str().unwrap()).filter(|name| !first(name)) {
        fs::remove_file(out.join(file)).unwrap();
    }
    files.retain(|file| first(file["name"].as_str().unwrap()));
    fs::write(&path, serde_json::to_vec_pretty(&manifest).unwrap()).unwrap();
    let verdict = verify(&out, None).unwrap();
    assert!(verdict.findings.is_empty(), "{:?}", verdict.findings.lines());
    assert_eq!(verdict.signed, Signed::Not);
    let known = PublicKey::parse(&Signer::new(&KEY).public_key()).unwrap();
    assert_eq!(verify(&out, Some(&known)).unwrap().findings.count(), 1);
}

#[test]
fn an_acquirer_that_is_gone_leaves_no_file_behind() {
    let bench = two_days();
    settle_day(&bench, TUESDAY, "out").unwrap();
    let out = bench.path("out");
    // As a provisional set of another version of the journal could have left it.
    let old = out.join("acquirer/old/clearing.csv");
    fs::create_dir_all(old.parent().unwrap()).unwrap();
    fs::write(&old, "old").unwrap();
    let path = out.join("manifest.json");
    let text = fs::read_to_string(&path).unwrap();
    let entry =
        "\"files\": [\n    {\"name\": \"acquirer/old/clearing.csv\", \"rows\": 0, \"bytes\": 3, \"sha256\": \"\"},";
    fs::write(&path, text.replacen("\"files\": [", entry, 1)).unwrap();
    settle_day(&bench, TUESDAY, "out").unwrap();
    assert!(!old.exists());
    check_findings(&out, &[]);
    let climbing = text.replacen("\"files\": [", &entry.replace("acquirer/old", "acquirer/../../x"), 1);
    let outside = bench.path("x");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("clearing.csv"), "mine").unwrap();
    fs::write(&path, climbing).unwrap();
    settle_day(&bench, TUESDAY, "out").unwrap();
    assert!(Path::new(&outside.join("clearing.csv")).exists());
}
