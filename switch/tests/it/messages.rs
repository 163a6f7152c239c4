//! `lijian decode` and `lijian encode`.

use std::io::Write as _;
use std::process::{Command, Stdio};

const SALE: &str = r#"{"mti":"0200","fields":{"2":"6225880137706868","3":"000000","4":"000000050000","11":"000123","35":"6225880137706868=30121010000012300000","41":"TERM0001","48":"0101340063813339310200110308000050000","52":"0123456789ABCDEF"}}"#;

fn run(arguments: &[&str], input: &str) -> (Option<i32>, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_lijian"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that wants no input may be gone already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().trim_end().to_owned();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn encoded(dialect: &str, json: &str) -> String {
    let (code, hex, errors) = run(&["encode", "--dialect", dialect], json);
    assert_eq!((code, errors.as_str()), (Some(0), ""), "{dialect}");
    hex
}

#[test]
fn what_is_encoded_is_decoded() {
    for dialect in ["iso87-ascii", "iso87-ascii-binary-bitmap", "iso87-binary"] {
        let hex = encoded(dialect, SALE);
        let argument = run(&["decode", "--dialect", dialect, "--reveal", &hex], "");
        assert_eq!(argument, (Some(0), SALE.to_owned(), String::new()), "{dialect}");
        let lines = format!("{}\n{}\n", &hex[..20], hex[20..].to_lowercase());
        assert_eq!(run(&["decode", "--dialect", dialect, "--reveal"], &lines), argument, "{dialect}");
    }
    // Written out by hand: type, two bitmaps of 16 characters (1 and 11; 70), then the two fields.
    let echo = encoded("iso87-ascii", r#"{"mti":"0800","fields":{"70":"301","11":"000001"}}"#);
    let text = concat!("0800", "8020000000000000", "0400000000000000", "000001", "301");
    assert_eq!(echo, text.bytes().map(|byte| format!("{byte:02X}")).collect::<String>());
}

#[test]
fn card_data_is_masked_unless_revealed() {
    let (code, json, _) = run(&["decode", "--dialect", "iso87-ascii", &encoded("iso87-ascii", SALE)], "");
    assert_eq!(code, Some(0));
    assert!(!json.contains("37706868") && !json.contains("30121010") && !json.contains("0123456789ABCDEF"), "{json}");
    assert!(json.contains(r#""2":"622588******6868""#) && json.contains(r#""4":"000000050000""#), "{json}");
}

#[test]
fn what_stands_before_the_type_is_shown_and_taken() {
    // A frame of a terminal, without its length: TPDU, header, then 0800 with field 11 and 41.
    let frame = "60000300006031003100000800002000000080000000012354455354303030 31".replace(' ', "");
    let (code, json, errors) = run(&["decode", "--dialect", "unionpay-pos", &frame], "");
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    let expected = r#"{"mti":"0800","envelope":"6000030000603100310000","fields":{"11":"000123","41":"TEST0001"}}"#;
    assert_eq!(json, expected);
    assert_eq!(encoded("unionpay-pos", &json), frame);
    let made = encoded("cups", r#"{"mti":"0800","fields":{"11":"000123"}}"#);
    assert!(made.starts_with("2E02") && made.len() > 92, "{made}");
    let wrong = json.replace("6000030000", "60000300");
    let (code, _, errors) = run(&["encode", "--dialect", "unionpay-pos"], &wrong);
    assert_eq!(
        (code, errors.as_str()),
        (Some(1), "lijian encode: envelope: expected the 11 bytes that the dialect begins with")
    );
}

#[test]
fn of_a_broken_message_what_was_read_is_shown() {
    let hex = encoded("iso87-ascii", SALE);
    let cut = &hex[..hex.len() - 60];
    let (code, json, errors) = run(&["decode", "--dialect", "iso87-ascii", cut], "");
    assert_eq!(code, Some(1));
    assert!(
        json.starts_with(r#"{"mti":"0200","fields":{"2":"622588******6868","#) && !json.contains("\"52\""),
        "{json}"
    );
    assert!(errors.starts_with("lijian decode: field 48 at offset "), "{errors}");
    let (code, json, errors) = run(&["decode", "--dialect", "iso87-ascii", "30"], "");
    assert_eq!((code, json.as_str()), (Some(1), r#"{"mti":null,"fields":{}}"#));
    assert!(errors.contains("message type at offset 0"), "{errors}");
}

#[test]
fn a_table_of_ones_own_needs_no_rebuild() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("own.toml");
    std::fs::write(&file, "name = \"own\"\nextends = \"iso87-ascii\"\n[bitmap]\nencoding = \"hex-ebcdic\"\n[mti]\nencoding = \"ebcdic\"\n")
        .unwrap();
    let file = file.display().to_string();
    let hex = encoded(&file, r#"{"mti":"0800","fields":{"11":"000001"}}"#);
    assert!(hex.starts_with("F0F8F0F0F0F0F2F0"), "{hex}");
    assert_eq!(run(&["decode", "--dialect", &file, &hex], "").1, r#"{"mti":"0800","fields":{"11":"000001"}}"#);
    std::fs::write(folder.path().join("own.toml"), "name = \"own\"\nextends = \"iso87\"\n").unwrap();
    let (code, _, errors) = run(&["decode", "--dialect", &file, &hex], "");
    assert_eq!(code, Some(64));
    assert!(errors.contains("own.toml:2: extends"), "{errors}");
}

#[test]
fn bad_input_is_named_and_not_shown() {
    let check = |arguments: &[&str], input: &str, code: i32, expected: &str| {
        let (got, output, errors) = run(arguments, input);
        assert_eq!((got, output.as_str()), (Some(code), ""), "{errors}");
        assert!(errors.contains(expected), "{errors} does not say {expected}");
        assert!(!errors.contains("6225880137706868"), "{errors}");
    };
    let decode = ["decode", "--dialect", "iso87-ascii"];
    check(&decode, "0", 64, "expected a message in hexadecimal");
    check(&decode, "", 64, "expected a message in hexadecimal");
    check(&decode, "6225880137706868x", 64, "got 17 characters");
    check(&["decode", "--dialect", "iso99"], "30", 64, "\"iso99\" is no dialect of the program (iso87-ascii, ");
    let encode = ["encode", "--dialect", "iso87-ascii"];
    check(&encode, "", 64, "line 1 column 0: expected {\"mti\"");
    check(&encode, r#"{"mti":"0200","fields":{"2":6225880137706868}}"#, 64, "every value a string");
    check(&encode, r#"{"mti":"0200","fields":{},"6225880137706868":""}"#, 64, "line 1 column");
    check(&encode, r#"{"mti":"020","fields":{}}"#, 1, "mti: expected four digits");
    check(&encode, r#"{"mti":"0200","fields":{"1":"0"}}"#, 1, "numbers from 2 to 192");
    check(&encode, r#"{"mti":"0200","fields":{"4":"6225880137706868"}}"#, 1, "field 4");
    check(&encode, r#"{"mti":"0200","fields":{"3":"000000","3":"000000"}}"#, 1, "field 3: named twice");
    check(&encode, r#"{"mti":"0200","fields":{"52":"XY"}}"#, 1, "field 52: expected an even number of hexadecimal");
}
