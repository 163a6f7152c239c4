//! The rules that a programme is run by: its shipped file, and what its claims need beside that.

use super::claim::{Claim, Stage};
use jiff::civil::DateTime;
use std::path::{Path, PathBuf};

/// When the lottery is drawn, if there is one: when all who won were issued their claims. Whoever is still to be drawn entered
/// behind it.
pub(super) fn draw_at(rules: &str, claims: &mut [Claim]) -> Option<DateTime> {
    rules.lines().find(|line| line.starts_with("lottery = "))?;
    let at = claims.iter().filter(|claim| claim.stage == Stage::Issued).map(|claim| claim.at).max();
    let waiting = claims.iter_mut().filter(|claim| claim.stage == Stage::Entered);
    waiting.for_each(|claim| claim.at = at.unwrap());
    at
}

/// The files of rules: the shipped one, with a lottery as small as the table; and a campaign for the claims that are
/// another's, which gives nothing here and is closed again before anything is bought.
pub(super) fn campaigns(shipped: &Path, rules: &str, claims: &[Claim], folder: &Path) -> Vec<PathBuf> {
    let count = |stage: Stage| claims.iter().filter(|claim| claim.stage == stage).count();
    let changed = |name: &str, changes: &[(&str, &str)]| {
        let mut text = rules.to_owned();
        for (from, to) in changes {
            assert_eq!(text.matches(from).count(), 1, "{from} in {}", shipped.display());
            text = text.replace(from, to);
        }
        let file = folder.join(name);
        std::fs::write(&file, text).unwrap();
        file
    };
    if count(Stage::NotDrawn) > 0 {
        let winners = format!("winners = {}", count(Stage::Issued));
        return vec![changed("campaign.toml", &[("winners = 5_000", &winners)])];
    }
    let mut files = vec![shipped.to_owned()];
    if count(Stage::Elsewhere) > 0 {
        let id = format!("id = \"{}\"", shipped.file_stem().unwrap().to_str().unwrap());
        let hours = "daily_window = { from = 10:00:00, until = ";
        let (long, short) = (format!("{hours}23"), format!("{hours}11"));
        let elsewhere = [(id.as_str(), "id = \"elsewhere\""), (&long, &short), ("\"440300\"", "\"650000\"")];
        files.push(changed("elsewhere.toml", &elsewhere));
    }
    files
}
