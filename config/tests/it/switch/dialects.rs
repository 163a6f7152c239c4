//! Dialect tables of the operator's own.

use super::{Folder, SWITCH};
use std::fs;

const TABLE: &str = "name = \"bank\"\nextends = \"iso87-ascii\"\n[fields]\n60.name = \"Own\"\n";

fn folder_with(tables: &[(&str, &str)], dialect: &str) -> Folder {
    let folder = Folder::new();
    let switch = SWITCH.replacen("dialect = \"iso87-ascii\"", &format!("dialect = \"{dialect}\""), 1);
    folder.write("switch.toml", &format!("{switch}[dialects]\nfolder = \"tables\"\n"));
    fs::create_dir(folder.path("tables")).unwrap();
    tables.iter().for_each(|(name, text)| folder.write(&format!("tables/{name}"), text));
    folder
}

#[test]
fn a_table_dropped_in_is_found() {
    let folder = folder_with(&[("bank.toml", TABLE), ("notes.txt", "no table")], "bank");
    let config = folder.load(&[]).unwrap_or_else(|errors| panic!("{errors}")).config;
    assert_eq!(config.acquirers[0].dialect.name(), "bank");
}

#[test]
fn every_wrong_table_is_named() {
    let taken = TABLE.replace("bank", "cups");
    let wrong = TABLE.replace("extends", "extend");
    let folder = folder_with(&[("a.toml", &wrong), ("b.toml", &taken), ("c.toml", TABLE), ("d.toml", TABLE)], "bank");
    let errors = folder.errors(&[]);
    assert!(errors.contains("tables/a.toml:2"), "{errors}");
    assert!(errors.contains("tables/b.toml:1: name: found \"cups\", which is the name of another dialect"), "{errors}");
    assert!(errors.contains("tables/d.toml:1: name: found \"bank\""), "{errors}");
}

#[test]
fn a_dialect_that_nobody_knows() {
    let folder = folder_with(&[("bank.toml", TABLE)], "bnak");
    let errors = folder.errors(&[]);
    assert!(
        errors.starts_with("switch.toml:13: links.acquirers.ascii.dialect: found \"bnak\", expected one of bank, cups")
    );
    assert!(errors.contains("(did you mean bank?)"), "{errors}");
    let missing = Folder::new().errors(&[("dialects.folder", "nowhere")]);
    assert!(missing.starts_with("--set dialects.folder=nowhere: dialects.folder: found nowhere: "), "{missing}");
}
