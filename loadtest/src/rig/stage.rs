//! A directory with what the switch reads: the example's rules, goods and shops, with a budget that no run uses up.

use super::error::RigError;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const SWITCH: &str = include_str!("../../../config/examples/shenzhen-2024/switch.toml");
const CAMPAIGN: &str = include_str!("../../../config/campaigns/shenzhen-2024.toml");
const CATALOGUE: &str = include_str!("../../../config/examples/shenzhen-2024/catalogue.csv");
const MERCHANTS: &str = include_str!("../../../config/examples/shenzhen-2024/merchants.csv");

/// How the line of the budget begins.
const BUDGET_KEY: &str = "campaign_fen =";
/// Ten million million yuan.
const BUDGET: &str = "campaign_fen = 1_000_000_000_000_000";

/// See the file. Removed when it is dropped.
#[derive(Debug)]
pub(crate) struct Stage {
    root: TempDir,
}

impl Stage {
    pub(crate) fn set_up(folder: &Path) -> Result<Self, RigError> {
        let failed = |path: &Path, source| RigError::File { path: path.to_owned(), source };
        let root = tempfile::Builder::new().prefix("lijian-load-").tempdir_in(folder);
        let stage = Self { root: root.map_err(|source| failed(folder, source))? };
        let campaign: Vec<_> =
            CAMPAIGN.lines().map(|line| if line.starts_with(BUDGET_KEY) { BUDGET } else { line }).collect();
        let files = [
            ("config/campaigns/shenzhen-2024.toml", campaign.join("\n")),
            ("config/examples/shenzhen-2024/switch.toml", SWITCH.to_owned()),
            ("config/examples/shenzhen-2024/catalogue.csv", CATALOGUE.to_owned()),
            ("config/examples/shenzhen-2024/merchants.csv", MERCHANTS.to_owned()),
        ];
        for (name, text) in files {
            let path = stage.root.path().join(name);
            let written = fs::create_dir_all(path.parent().unwrap_or(folder)).and_then(|()| fs::write(&path, text));
            written.map_err(|source| failed(&path, source))?;
        }
        Ok(stage)
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.root.path().join("config/examples/shenzhen-2024/switch.toml")
    }

    /// The relay's file of records.
    pub(crate) fn records(&self) -> PathBuf {
        self.root.path().join("relay.records")
    }

    /// What tills were told.
    pub(crate) fn told(&self) -> PathBuf {
        self.root.path().join("told.csv")
    }

    /// A data directory that nobody has used, for its owner alone.
    pub(crate) fn data(&self) -> Result<TempDir, RigError> {
        let data = tempfile::Builder::new().prefix("data-").tempdir_in(self.root.path());
        data.map_err(|source| RigError::File { path: self.root.path().to_owned(), source })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budget_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let stage = Stage::set_up(folder.path()).unwrap();
        let campaign = fs::read_to_string(stage.root.path().join("config/campaigns/shenzhen-2024.toml")).unwrap();
        assert_eq!(campaign.matches(BUDGET_KEY).count(), 1);
        assert!(campaign.contains(BUDGET) && stage.config().exists() && stage.data().unwrap().path().is_dir());
    }
}
