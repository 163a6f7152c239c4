//! Rules that somebody has to vouch for.

use super::{Folder, SWITCH};
use lijian_config::signatures::SecretKey;
use lijian_config::switch::{Environment, load};
use std::path::Path;

const PRODUCTION: Environment = Environment { production: true, unsigned_rules: false };
const REHEARSAL: Environment = Environment { production: false, unsigned_rules: false };
const SIGNING: Environment = Environment { production: true, unsigned_rules: true };

fn keys() -> [SecretKey; 2] {
    [SecretKey::new(&[1; 32]), SecretKey::new(&[2; 32])]
}

/// A configuration with two signers, and `more` in its table of rules.
fn folder(more: &str) -> Folder {
    let [wang, li] = keys().map(|key| key.public_key());
    let folder = Folder::new();
    let rules = format!(
        "\n[rules]\nsignatures = \"rules.signatures\"\n{more}\n[[rules.signers]]\nname = \"wang\"\npublic_key = \"{wang}\"\n\
         [[rules.signers]]\nname = \"li\"\npublic_key = \"{li}\"\n"
    );
    folder.write("switch.toml", &format!("{SWITCH}{rules}"));
    folder
}

fn errors(file: &Path, environment: Environment) -> String {
    match load(file, &[], None, environment) {
        Ok(loaded) => loaded.unsigned().map(|error| error.to_string()).unwrap_or_default(),
        Err(errors) => errors.to_string(),
    }
}

#[test]
fn in_production_two_people_vouch_for_the_very_rules() {
    let folder = folder("");
    let file = folder.path("switch.toml");
    let loaded = load(&file, &[], None, SIGNING).unwrap();
    let (version, digest) = (loaded.rules.version, loaded.rules_digest);
    assert_eq!(errors(&file, REHEARSAL), "", "elsewhere nobody has to");
    let nobody =
        format!("rules.signatures: found rules of version {version} that nobody signed, expected signatures of 2");
    assert!(errors(&file, PRODUCTION).contains(&nobody), "{}", errors(&file, PRODUCTION));
    let [wang, li] = keys();
    folder.write("rules.signatures", &wang.line("wang", digest));
    let one = format!("rules of version {version} signed by wang only");
    assert!(errors(&file, PRODUCTION).contains(&one), "{}", errors(&file, PRODUCTION));
    folder.write("rules.signatures", &(wang.line("wang", digest) + &wang.line("li", digest)));
    assert!(errors(&file, PRODUCTION).contains(&one), "another's key");
    folder.write("rules.signatures", &(wang.line("wang", digest) + &li.line("li", digest)));
    assert_eq!(errors(&file, PRODUCTION), "");

    let merchants = std::fs::read_to_string(folder.path("merchants.csv")).unwrap();
    folder.write("merchants.csv", merchants.strip_suffix('\n').unwrap().rsplit_once('\n').unwrap().0);
    assert!(errors(&file, PRODUCTION).contains("that nobody signed"), "a shop less is other rules");
}

#[test]
fn what_is_wrong_with_the_table_is_told() {
    let check = |more: &str, environment, expected: &str| {
        let folder = folder(more);
        let errors = errors(&folder.path("switch.toml"), environment);
        assert!(errors.contains(expected), "{errors}");
    };
    check("signatures_min = 0", PRODUCTION, "rules.signatures_min: found 0, expected an integer from 1 to 16");
    check("signatures_min = 3", REHEARSAL, "rules.signers: found 2 signers, expected at least 3 [[rules.signers]]");
    check("signatures_min = 1", REHEARSAL, "that nobody signed, expected signatures of 1 of the signers");
    let zero = "0".repeat(64);
    let key = |name: &str, key: &str| format!("[[rules.signers]]\nname = \"{name}\"\npublic_key = \"{key}\"");
    check(&key("zhao", &zero), REHEARSAL, "public_key: found no such key, expected 64 hexadecimal digits");
    check(&key("zhao", &keys()[0].public_key()), REHEARSAL, "public_key: found no such key");
    check(&key("li", &SecretKey::new(&[3; 32]).public_key()), REHEARSAL, "name: found \"li\", expected 1 to 32 bytes");
    let folder = Folder::new();
    let told = errors(&folder.path("switch.toml"), PRODUCTION);
    assert!(told.contains("rules.signers: found 0 signers, expected at least 2"), "{told}");
}
