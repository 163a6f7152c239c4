//! A data directory with a configuration of its own: two categories, two shops, one campaign.

use crate::settlement::commands::{EXAMPLE, lijian};
use lijian_config::switch::{self, Environment, Loaded};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

pub(super) struct Place(TempDir);

/// A campaign as a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terms {
    pub(super) phone_rate: u64,
    pub(super) phone_items: u32,
    pub(super) phone_budget: u64,
    pub(super) budget: u64,
    /// From this minute of 1 October on, counted from ten o'clock, stoves get nothing.
    pub(super) stoves_stop: Option<u32>,
    pub(super) split: &'static str,
}

/// The terms of the record.
pub(super) const TERMS: Terms = Terms {
    phone_rate: 1_000,
    phone_items: 1,
    phone_budget: 900_000,
    budget: 4_000_000,
    stoves_stop: None,
    split: "pro-rata",
};

impl Terms {
    fn text(&self) -> String {
        let Self { phone_rate, phone_items, phone_budget, budget, stoves_stop, split } = self;
        let stop = stoves_stop.map_or(String::new(), |minute| {
            format!("stopped_from = 2024-10-01T{:02}:{:02}:00\n", 10 + minute / 60, minute % 60)
        });
        format!(
            "id = \"city\"\nperiod = {{ first = 2024-09-06, last = 2024-12-31 }}\nsale_form = \"one-item\"\n\
             serial_numbers = \"ignored\"\nrounding = \"floor\"\n\
             [budget]\ncampaign_fen = {budget}\n[[sponsors]]\nid = \"bureau\"\n[refund]\nsplit = \"{split}\"\n\
             allowance = \"on-full-return\"\n[[categories]]\nids = [\"phone\"]\nrate_basis_points = {phone_rate}\n\
             cap_per_item_fen = 50_000\nitems_per_person = {phone_items}\nbudget_fen = {phone_budget}\n\
             [[categories]]\nids = [\"stove\"]\nrate_basis_points = 1_500\ncap_per_item_fen = 100_000\n\
             items_per_person = 2\n{stop}"
        )
    }
}

impl Place {
    pub(super) fn new() -> Self {
        let place = Self(TempDir::new().unwrap());
        place.write("old.toml", &TERMS.text());
        let header = "gtin,category,brand,model,name,grade,filed_price,valid_from,valid_to\n";
        let goods = "6962410800073,phone,A,B,C,,,,\n6901840100070,stove,A,B,C,,,,\n";
        place.write("goods.csv", &format!("{header}{goods}"));
        place
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(super) fn write(&self, name: &str, text: &str) -> PathBuf {
        fs::write(self.path(name), text).unwrap();
        self.path(name)
    }

    pub(super) fn load(&self) -> Loaded {
        switch::load(Path::new(EXAMPLE), &self.set(), Some(self.0.path()), Environment::default()).unwrap()
    }

    /// The command on the campaign of these terms.
    pub(super) fn whatif(&self, terms: &Terms, more: &[&str]) -> Command {
        let new = self.write("new.toml", &terms.text());
        let mut command = lijian("whatif");
        command.args(["--config", EXAMPLE, "--data"]).arg(self.0.path()).arg("--campaign").arg(new).args(more);
        for (key, value) in self.set() {
            command.args(["--set", &format!("{key}={value}")]);
        }
        command
    }

    fn set(&self) -> Vec<(String, String)> {
        let files = |key: &str, file: &str| (key.to_owned(), format!("[{:?}]", self.path(file)));
        vec![files("campaigns.files", "old.toml"), files("catalogue.files", "goods.csv")]
    }
}
