//! `switch.toml`: what is right, what is wrong and where, what arguments change.
#![expect(clippy::expect_used, reason = "a test that cannot be set up has failed")]

mod arguments;
mod claims;
mod dialects;
mod mistakes;
mod queue;
mod right;
mod signing;

use lijian_config::error::ConfigErrors;
use lijian_config::switch::{Environment, Loaded, load};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A configuration in a folder of its own, right until a test changes it.
struct Folder(TempDir);

const SWITCH: &str = r#"[store]
path = "data"
[campaigns]
files = ["campaign.toml"]
[catalogue]
files = ["catalogue.csv"]
[merchants]
files = ["merchants.csv"]
[admin]
listen = "127.0.0.1:8080"
[links.acquirers.ascii]
listen = "127.0.0.1:8583"
dialect = "iso87-ascii"
issuer = "issuer"
[links.issuers.issuer]
hosts = ["127.0.0.1:9583"]
dialect = "iso87-ascii"
"#;

const CATALOGUE: &str = "gtin,category,brand,model,name,grade,filed_price,valid_from,valid_to\n\
    4006381333931,television,Brand,M1,Television 55,1,500000,,\n";

const MERCHANTS: &str = "merchant_id,credit_code,name,district,acquirer,categories,valid_from,valid_to\n\
    103440358121001,91350100M000100Y43,Shop,440305,ascii,,,\n";

impl Folder {
    fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.write("switch.toml", SWITCH);
        folder.write("catalogue.csv", CATALOGUE);
        folder.write("merchants.csv", MERCHANTS);
        let campaign = fs::read(shipped("campaigns/shenzhen-2024.toml")).unwrap();
        fs::write(folder.path("campaign.toml"), campaign).unwrap();
        folder
    }

    /// The configuration with `from` replaced by `to`.
    fn changed(from: &str, to: &str) -> Self {
        assert!(SWITCH.contains(from), "{from}");
        let folder = Self::new();
        folder.write("switch.toml", &SWITCH.replace(from, to));
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn load(&self, sets: &[(&str, &str)]) -> Result<Loaded, ConfigErrors> {
        let sets: Vec<_> = sets.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        load(&self.path("switch.toml"), &sets, None, Environment::default())
    }

    /// What is wrong, one line each, without the folder's name.
    fn errors(&self, sets: &[(&str, &str)]) -> String {
        let folder = format!("{}/", self.0.path().display());
        self.load(sets).expect_err("something is wrong here").to_string().replace(&folder, "")
    }
}

/// A file of this package.
fn shipped(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}
