//! The house keeps its own rules: which crate may know which, what every member inherits, what the README promises.

mod arrows;
mod files;
mod map;

use std::path::{Path, PathBuf};

/// The root of the workspace.
fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// The members of the workspace, as the root's manifest lists them.
fn members() -> Vec<String> {
    let manifest = read(&root().join("Cargo.toml"));
    let list = manifest.lines().find_map(|line| line.strip_prefix("members = [")).unwrap();
    list.trim_end_matches(']').split(',').map(|member| member.trim().trim_matches('"').to_owned()).collect()
}

/// All files below `folder` with this ending, build output and hidden folders left out.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let (path, name) = (entry.path(), entry.file_name().into_string().unwrap());
        if path.is_dir() {
            if name != "target" && !name.starts_with('.') {
                found.append(&mut files(&path, ending));
            }
        } else if name.ends_with(ending) {
            found.push(path);
        }
    }
    found
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}
