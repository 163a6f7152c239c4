//! A dialect of one's own, all in EBCDIC, dropped into a folder.

use crate::daemon::host::{PATIENCE, issuer, refrigerator};
use crate::daemon::process::Daemon;
use lijian_codecs::dialect::Dialect;
use lijian_codecs::frame::FrameFormat;
use lijian_load::till::Till;
use std::process::Command;
use std::sync::Arc;

const TABLE: &str = r#"
name = "mainframe"
description = "ISO 8583:1987 as a mainframe writes it"
extends = "iso87-ascii"

[mti]
encoding = "ebcdic"

[bitmap]
encoding = "hex-ebcdic"

[encoding]
numbers = "ebcdic"
tracks = "ebcdic"
text = "ebcdic"
characters = "ebcdic"
bytes = "hex-ebcdic"
lengths = "ebcdic"
"#;

#[tokio::test]
async fn a_table_dropped_into_a_folder_is_decoded_and_served() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mainframe.toml");
    std::fs::write(&file, TABLE).unwrap();
    let data = tempfile::tempdir().unwrap();
    let (address, observations) = issuer(|_| {});
    let folder_key = format!("dialects.folder={}", folder.path().display());
    let daemon = Daemon::start(data.path(), address, &[&folder_key, "links.acquirers.ascii.dialect=mainframe"]);
    daemon.until_issuer();
    let dialect = Arc::new(Dialect::from_toml(TABLE, "mainframe.toml").unwrap());
    let ascii = daemon.acquirer("ascii");
    let mut till = Till::connect_with(ascii, Arc::clone(&dialect), FrameFormat::default()).await.unwrap();

    let request = refrigerator(1, 800_000).request(&dialect).unwrap().with(37, "424242424242");
    let answer = till.ask(&request, PATIENCE).await.unwrap();
    // "0210" in EBCDIC.
    assert_eq!(answer.payload[..4], [0xf0, 0xf2, 0xf1, 0xf0]);
    assert_eq!((answer.text(39).as_str(), answer.amount_minor()), ("00", Some(640_000)), "{answer:?}");
    assert_eq!((answer.tag(*b"82").as_deref(), answer.tag(*b"81").as_deref()), (Some("G000"), Some("160000")));
    assert_eq!(observations.seen().last().unwrap().amount_minor, Some(640_000));

    let hex: String = answer.payload.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut decode = Command::new(env!("CARGO_BIN_EXE_lijian"));
    let output = decode.args(["decode", "--dialect"]).arg(&file).arg(hex).output().unwrap();
    let decoded: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&decoded["mti"], &decoded["fields"]["4"]), (&"0210".into(), &"000000640000".into()), "{decoded}");
    assert!(decoded["fields"]["48"].as_str().unwrap().contains("82004G000"), "{decoded}");
}
