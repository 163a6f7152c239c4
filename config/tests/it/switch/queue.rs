//! `[queue]`, `[keys]` and `[[admin.people]]`: each wrong key with its line, what stands there and what would be right.

use super::mistakes::check;
use super::{Folder, SWITCH};

/// A key of a table of its own, in line 10.
fn in_table(table: &str, line: &str, expected: &str) {
    check("[admin]", &format!("[{table}]\n{line}\n[admin]"), &format!("10: {table}.{expected}"));
}

/// SHA-256 of `one` and `two`.
const ONE: &str = "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed";
const TWO: &str = "3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3";

/// Two people, in lines 12 to 14 and 15 to 17, and the one thing that is wrong with them.
fn people(first: &str, second: &str, expected: &str) {
    let listen = "listen = \"127.0.0.1:8080\"\n";
    let to = format!("{listen}# Who may decide.\n[[admin.people]]\n{first}\n[[admin.people]]\n{second}\n");
    check(listen, &to, expected);
}

fn person(name: &str, token: &str) -> String {
    format!("name = \"{name}\"\ntoken_sha256 = \"{token}\"")
}

#[test]
fn numbers_of_the_queue() {
    let check = |key: &str, least: u64, most: u64, default: u64| {
        let expected = |found: &str| {
            format!(
                "{key}: found {found}, expected an integer from {least} to {most} (without this key it is {default})"
            )
        };
        for wrong in [least - 1, most + 1] {
            in_table("queue", &format!("{key} = {wrong}"), &expected(&wrong.to_string()));
        }
        in_table("queue", &format!("{key} = -1"), &expected("-1"));
        in_table(
            "queue",
            &format!("{key} = \"5 s\""),
            &format!("{key}: found a string, expected an integer from {least} to {most}"),
        );
    };
    check("answer_ms_max", 50, 120_000, 15_000);
    check("retry_ms_min", 10, 3_600_000, 5_000);
    check("retry_ms_max", 10, 86_400_000, 300_000);
    check("in_flight_max", 1, 4_096, 32);
    check("original_lifetime_ms", 1_000, 604_800_000, 3_600_000);
}

#[test]
fn the_rest_of_the_queue() {
    let most = "retry_ms_max: found 4000 ms, expected at least retry_ms_min";
    in_table("queue", "retry_ms_max = 4000", most);
    let unknown = "retry_ms: found an unknown key, expected one of answer_ms_max, in_flight_max, original_lifetime_ms, \
                   retry_ms_max, retry_ms_min (did you mean retry_ms_m";
    in_table("queue", "retry_ms = 5000", unknown);
    check("[admin]", "[[queue]]\n[admin]", "9: queue: found a list, expected a table");
    in_table("keys", "sealed_days = 0", "sealed_days: found 0, expected an integer from 1 to 400");
    in_table("keys", "sealed_days = 401", "sealed_days: found 401, expected an integer from 1 to 400");
    in_table("keys", "sealed_day = 7", "sealed_day: found an unknown key, expected one of sealed_days");
}

#[test]
fn people_who_decide() {
    let li = person("li", ONE);
    let long = "x".repeat(33);
    for name in ["", long.as_str(), "li"] {
        let expected = format!("16: admin.people[1].name: found \"{name}\", expected 1 to 32 bytes, each name once");
        people(&li, &person(name, TWO), &expected);
    }
    for token in ["", "two", &TWO[1..], &format!("{}x", &TWO[1..]), &format!("{TWO}0"), ONE, &ONE.to_uppercase()] {
        let expected =
            "17: admin.people[1].token_sha256: found another text, expected 64 hexadecimal digits, each token once";
        people(&li, &person("wang", token), expected);
    }
}

/// Each of the keys, as a whole.
#[test]
fn keys_of_a_person() {
    let (li, wang) = (person("li", ONE), person("wang", TWO));
    let nameless = format!("token_sha256 = \"{TWO}\"");
    people(&li, &nameless, "15: admin.people[1].name: found no such key, expected name = \"li\"");
    people("name = \"li\"", &wang, "12: admin.people[0].token_sha256: found no such key, expected the SHA-256 of");
    people(&li.replace("\"li\"", "7"), &wang, "13: admin.people[0].name: found an integer, expected a string");
    people(
        &li,
        &format!("{wang}\ntoken = \"two\""),
        "18: admin.people[1].token: found an unknown key, expected one of name, token_sha256",
    );
    check(
        "listen = \"127.0.0.1:8080\"\n",
        "listen = \"127.0.0.1:8080\"\npeople = \"li\"\n",
        "11: admin.people: found a string, expected a list of tables",
    );
    check(
        "listen = \"127.0.0.1:8080\"\n",
        "listen = \"127.0.0.1:8080\"\npeople = [\"li\"]\n",
        "11: admin.people[0]: found a string, expected a table",
    );
}

/// A token, or its digest, is nothing to be shown; nor is the line that it stands in.
#[test]
fn no_token_is_shown() {
    let listen = "listen = \"127.0.0.1:8080\"\n";
    let folder = Folder::new();
    let text = format!("{listen}[[admin.people]]\n{}\n", person("li", "opensesame"));
    folder.write("switch.toml", &SWITCH.replace(listen, &text));
    let errors = folder.load(&[]).expect_err("no digest");
    let report = lijian_config::switch::render(&errors, false);
    assert!(!errors.to_string().contains("opensesame"), "{errors}");
    assert!(!report.contains("opensesame"), "{report}");
}

/// A card number has no place in a configuration: where one stands it is not shown, whatever its length.
#[test]
fn card_numbers_of_every_length_are_masked() {
    let check = |number: &str, masked: &str| {
        let line = format!("durability = \"{number}\"");
        let folder = Folder::changed("path = \"data\"", &format!("path = \"data\"\n{line}"));
        let errors = folder.load(&[]).expect_err("no durability");
        let report = lijian_config::switch::render(&errors, false);
        let said = format!("3: store.durability: found \"{masked}\", expected one of fdatasync");
        assert!(errors.to_string().contains(&said), "{errors}\nnot {said}");
        assert!(report.contains(masked) && !report.contains(number), "{report}");
        let argument = Folder::new().load(&[("store.durability", number)]).expect_err("no durability");
        assert!(!argument.to_string().contains(number), "{argument}");
        assert!(!lijian_config::switch::render(&argument, false).contains(number), "{argument}");
        let list = Folder::new().load(&[("catalogue.files", &format!("[\"{number}\"]"))]).expect_err("no such file");
        assert!(!list.to_string().contains(number), "{list}");
        // As a name of a key, and as a number.
        let folder = Folder::changed("path = \"data\"", &format!("path = \"data\"\n{number} = {number}"));
        assert!(!folder.errors(&[]).contains(number), "{}", folder.errors(&[]));
        let folder = Folder::changed("path = \"data\"", &format!("path = \"data\"\nsegment_bytes = {number}"));
        let report = lijian_config::switch::render(&folder.load(&[]).expect_err("too much"), false);
        assert!(!report.contains(number) && !folder.errors(&[]).contains(number), "{report}");
    };
    check("123456789015", "********9015");
    check("4222222222222", "*********2222");
    check("36227206271667", "**********1667");
    check("378282246310005", "378282*****0005");
    check("4761739001010119", "476173******0119");
    check("62170000123456786", "621700*******6786");
    check("621700001234567893", "621700********7893");
    check("6217000012345678907", "621700*********8907");
}
