//! The throw-away directory, with the example's files as they ship; only the budget of the campaign is a small copy.

use super::error::DemoError;
use super::script::OPENING_FEN;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const CAMPAIGN: &str = include_str!("../../../../config/campaigns/shenzhen-2024.toml");
const SWITCH: &str = include_str!("../../../../config/examples/shenzhen-2024/switch.toml");
const MERCHANTS: &str = include_str!("../../../../config/examples/shenzhen-2024/merchants.csv");
/// The product library of the example.
pub(super) const CATALOGUE: &str = include_str!("../../../../config/examples/shenzhen-2024/catalogue.csv");

/// How the line of the budget begins.
const BUDGET_KEY: &str = "campaign_fen";

/// A directory that is removed when this is dropped.
pub(super) struct Directory {
    root: TempDir,
}

impl Directory {
    /// Makes the directory and writes the configuration into it, in the layout that its relative paths want.
    pub(super) fn make() -> Result<Self, DemoError> {
        let mut builder = tempfile::Builder::new();
        // Its owner's alone, as a data directory should be.
        let builder = builder.prefix("lijian-demo-").permissions(Permissions::from_mode(0o700));
        let root = builder.tempdir().map_err(DemoError::System)?;
        let directory = Self { root };
        let files = [
            (directory.path().join("config/campaigns/shenzhen-2024.toml"), &*small_copy(CAMPAIGN)?),
            (directory.config(), SWITCH),
            (directory.config().with_file_name("merchants.csv"), MERCHANTS),
            (directory.config().with_file_name("catalogue.csv"), CATALOGUE),
        ];
        for (path, text) in files {
            let parent = path.parent().unwrap_or(directory.path());
            let written = std::fs::create_dir_all(parent).and_then(|()| std::fs::write(&path, text));
            written.map_err(|source| DemoError::Directory { path, source })?;
        }
        Ok(directory)
    }

    /// The directory.
    pub(super) fn path(&self) -> &Path {
        self.root.path()
    }

    /// The configuration file of the switch.
    pub(super) fn config(&self) -> PathBuf {
        self.path().join("config/examples/shenzhen-2024/switch.toml")
    }

    /// The data directory of the switch.
    pub(super) fn data(&self) -> PathBuf {
        self.path().join("data")
    }

    /// Where the switch's log is kept.
    pub(super) fn log(&self) -> PathBuf {
        self.path().join("switch.log")
    }

    /// Where a day is settled to.
    pub(super) fn settlement(&self, date: &str) -> PathBuf {
        self.path().join("settlement").join(date)
    }

    /// Leaves the directory where it is.
    pub(super) fn keep(self) -> PathBuf {
        self.root.keep()
    }
}

/// The campaign with the demo's budget.
fn small_copy(campaign: &str) -> Result<String, DemoError> {
    let is_budget = |line: &&str| line.starts_with(BUDGET_KEY);
    if campaign.lines().filter(is_budget).count() != 1 {
        return Err(DemoError::Example(format!("expected one line {BUDGET_KEY} in the campaign")));
    }
    let lines = campaign.lines().map(|line| match is_budget(&line) {
        true => format!("# A small copy for the demo, so that the day can use it up.\n{BUDGET_KEY} = {OPENING_FEN}\n"),
        false => format!("{line}\n"),
    });
    Ok(lines.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_budget_of_the_shipped_campaign_changes() {
        let copy = small_copy(CAMPAIGN).unwrap();
        let small = "# A small copy for the demo, so that the day can use it up.\ncampaign_fen = 450000\n";
        let shipped = CAMPAIGN.lines().find(|line| line.starts_with(BUDGET_KEY)).unwrap();
        assert_eq!(copy.replace(small, &format!("{shipped}\n")), CAMPAIGN);
        assert_ne!(copy, CAMPAIGN);
    }

    #[test]
    fn a_campaign_without_its_budget_is_refused() {
        assert!(small_copy("id = \"shenzhen-2024\"\n").is_err());
    }

    #[test]
    fn it_is_its_owners_alone_and_gone_afterwards() {
        let directory = Directory::make().unwrap();
        let path = directory.path().to_owned();
        assert!(directory.config().is_file());
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        drop(directory);
        assert!(!path.exists());
    }
}
