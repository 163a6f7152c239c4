//! `[claims]` and `[[admin.apps]]`: what is right, and each wrong key with its line.

use super::mistakes::check;
use super::{Folder, shipped};
use lijian_config::switch::AppRole;
use lijian_config::switch::{Environment, ProviderConfig, load};
use lijian_domain::claims::place::Point;
use std::time::Duration;

const FILE: &str = "[claims]\nprovider = { kind = \"file\", file = \"people.csv\" }\n[admin]";

/// The one thing that is wrong with a table `[claims]` from line 9 on.
fn wrong(lines: &str, expected: &str) {
    check("[admin]", &format!("[claims]\n{lines}\n[admin]"), expected);
}

#[test]
fn claims_as_they_are_meant() {
    assert!(Folder::new().load(&[]).unwrap().config.claims.is_none(), "nobody can claim");
    let claims = Folder::changed("[admin]", FILE).load(&[]).unwrap().config.claims.unwrap();
    assert!(claims.place.is_none() && claims.persons_per_phone_max == 3);
    assert!(
        matches!(claims.provider, ProviderConfig::File(path) if path.ends_with("people.csv") && path.is_absolute())
    );

    let fence = shipped("geofences/shenzhen.geojson");
    let text = format!(
        "[claims]\ngeofence = \"{}\"\naccuracy_metres_max = 200\nage_seconds_max = 60\npersons_per_phone_max = 5\n\
         [claims.provider]\nkind = \"http\"\nurl = \"http://127.0.0.1:9090/v1/identity\"\nrest_ms = 500\n[admin]",
        fence.display()
    );
    let claims = Folder::changed("[admin]", &text).load(&[]).unwrap().config.claims.unwrap();
    let place = claims.place.unwrap();
    assert_eq!((place.accuracy_metres_max, place.age_seconds_max, claims.persons_per_phone_max), (200, 60, 5));
    assert!(place.fence.contains(Point::new(1_140_579_000, 225_431_000).unwrap()));
    let ProviderConfig::Http(http) = claims.provider else { panic!("{:?}", claims.provider) };
    assert_eq!((http.address.as_str(), http.path.as_str()), ("127.0.0.1:9090", "/v1/identity"));
    assert_eq!((http.rest, http.answer_max), (Duration::from_millis(500), Duration::from_secs(3)));
    assert_eq!((http.retries_max, http.in_flight_max, http.failures_max, http.token_file), (1, 64, 5, None));
}

#[test]
fn mistakes_in_claims() {
    let provider = "provider = { kind = \"file\", file = \"p\" }";
    wrong(&format!("{provider}\nage = 3"), "11: claims.age: found an unknown key, expected one of ");
    wrong("", "9: claims.provider.kind: found no such key, expected kind = \"http\", or \"file\" in a trial");
    wrong(
        &format!("{provider}\naccuracy_metres_max = 5_001"),
        "11: claims.accuracy_metres_max: found 5001, expected an integer from 1 to 5000",
    );
    wrong("provider = { kind = \"htpp\" }", "10: claims.provider.kind: found \"htpp\", expected one of file, http");
    wrong("provider = { kind = \"file\" }", "10: claims.provider.file: found no such key, expected file = ");
    for url in ["https://127.0.0.1:1/", "http://identity.example/"] {
        wrong(
            &format!("provider = {{ kind = \"http\", url = \"{url}\" }}"),
            "10: claims.provider.url: found another URL, expected http:// with an address of this machine and a port",
        );
    }
}

#[test]
fn a_fence_that_crosses_itself_is_named_with_its_file() {
    let folder = Folder::changed("[admin]", &FILE.replace("[claims]", "[claims]\ngeofence = \"city.geojson\""));
    folder.write("city.geojson", r#"{"type":"Polygon","coordinates":[[[0,0],[1,1],[1,0],[0,1],[0,0]]]}"#);
    let expected = "city.geojson: coordinates: found edge 0 of ring 0 (0 0 to 1 1) crosses or touches edge 2 of ring 0 \
                    (1 0 to 0 1), expected closed rings that neither cross nor touch, holes inside";
    assert_eq!(folder.errors(&[]), expected);
    std::fs::remove_file(folder.path("city.geojson")).unwrap();
    assert!(folder.errors(&[]).ends_with("expected a readable file"));
}

#[test]
fn a_file_of_people_is_for_trials() {
    let folder = Folder::changed("[admin]", FILE);
    let errors =
        load(&folder.path("switch.toml"), &[], None, Environment { production: true, ..Environment::default() })
            .unwrap_err()
            .to_string();
    assert!(errors.contains(":10: claims.provider.kind: found \"file\", expected \"http\" in production"), "{errors}");
}

/// SHA-256 of `one` and `two`.
const ONE: &str = "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed";
const TWO: &str = "3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3";

#[test]
fn applications_are_none_of_the_people() {
    let listen = "listen = \"127.0.0.1:8080\"\n";
    let holder = |kind: &str, name: &str, token: &str| {
        let may = if kind == "apps" { "may = [\"claim\", \"list\"]\n" } else { "" };
        format!("[[admin.{kind}]]\nname = \"{name}\"\ntoken_sha256 = \"{token}\"\n{may}")
    };
    let with = |app: &str| format!("{listen}{}{app}", holder("people", "li", ONE));
    let config = Folder::changed(listen, &with(&holder("apps", "city-app", TWO))).load(&[]).unwrap().config;
    assert_eq!((config.people.len(), config.apps.len(), config.apps[0].holder.name.as_str()), (1, 1, "city-app"));
    assert_eq!(config.apps[0].may, [AppRole::Claim, AppRole::List]);
    check(
        listen,
        &with(&holder("apps", "li", TWO)),
        "15: admin.apps[0].name: found \"li\", expected 1 to 32 bytes, each name once",
    );
    check(
        listen,
        &with(&holder("apps", "city-app", ONE)),
        "16: admin.apps[0].token_sha256: found another text, expected 64 hexadecimal digits, each token once",
    );
    let may = |may: &str| with(&holder("apps", "city-app", TWO).replace("may = [\"claim\", \"list\"]\n", may));
    check(
        listen,
        &may("may = [\"everything\"]\n"),
        "17: admin.apps[0].may: found \"everything\", expected one of claim, confirm, erase, list, propose",
    );
    check(
        listen,
        &may("may = []\n"),
        "17: admin.apps[0].may: found an empty list, expected may = [\"claim\"]: what this application may do",
    );
    check(
        listen,
        &may(""),
        "14: admin.apps[0].may: found no such key, expected may = [\"claim\"]: what this application may do",
    );
}
