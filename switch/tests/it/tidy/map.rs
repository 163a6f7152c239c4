//! The README's code map names folders that exist, and leaves no member out.

use super::{members, read, root};

#[test]
fn the_code_map_is_true() {
    let readme = read(&root().join("README.md"));
    let (_, map) = readme.split_once("## Code map").unwrap();
    let map = map.split("\n## ").next().unwrap();
    let folders: Vec<&str> = map.split('`').skip(1).step_by(2).filter(|name| name.ends_with('/')).collect();
    assert!(folders.len() > 10, "{folders:?}");
    for folder in &folders {
        assert!(root().join(folder).is_dir(), "README.md names {folder}, which is not there");
    }
    for member in members() {
        let folder = format!("{member}/");
        assert!(folders.contains(&folder.as_str()), "README.md's code map does not name {folder}");
    }
}
