//! Lists of claims, and what a person has.

use super::*;

/// With a second pack.
fn two_packs(text: &str) -> String {
    let second = ", { id = \"washing\", redeemable = 1, members = [{ categories = [\"washing-machine\"] }] }]\n";
    text.replace("confirmed_by_staff = true", "confirmed_by_staff = false").trim_end().trim_end_matches(']').to_owned()
        + second
}

fn li(request: &str, pack: &str) -> Value {
    let mut li = applicant(request, "李四", "H12345678", "13900005678");
    li["pack"] = json!(pack);
    li
}

fn list(daemon: &Daemon, query: &str) -> Value {
    read(daemon.send("GET", &format!("/api/v1/claims{query}"), APP, ""), 200)
}

/// Pack and stage of each row.
fn rows(page: &Value) -> Vec<(String, String)> {
    let text = |row: &Value, key: &str| row[key].as_str().unwrap().to_owned();
    page["list"].as_array().unwrap().iter().map(|row| (text(row, "pack"), text(row, "stage"))).collect()
}

fn expected(rows: &[(&str, &str)]) -> Vec<(String, String)> {
    rows.iter().map(|(pack, stage)| ((*pack).to_owned(), (*stage).to_owned())).collect()
}

#[tokio::test]
async fn claims_are_listed_by_campaign_pack_and_stage_a_page_at_a_time() {
    let bench = Bench::new(two_packs);
    let daemon = bench.start();
    assert_eq!(rows(&list(&daemon, "")), []);
    let first = issue(&daemon, &zhang("1"), 201);
    assert_eq!(hand_back(&daemon, &code(&first)).0, 200);
    let second = issue(&daemon, &li("1", "washing"), 201);
    let third = issue(&daemon, &zhang("2"), 201);
    assert_eq!(buy(&daemon, 1, &code(&third)).await, "G000");

    let all = [("refrigerators", "handed-back"), ("washing", "issued"), ("refrigerators", "issued")];
    let whole = list(&daemon, "");
    assert_eq!((rows(&whole), &whole["claims"], &whole["next"]), (expected(&all), &json!(3), &Value::Null));
    let row = &whole["list"][2];
    assert_eq!((row["used"].as_u64(), row["held"].as_u64()), (Some(1), Some(0)));
    assert_eq!(row["claimed_at"].as_str().unwrap().get(..10), Some("2024-10-01"));
    assert_eq!((&row["person"], &row["until"]), (&third["person"], &third["until"]));
    let text = whole.to_string().replace('-', "");
    for claim in [&first, &second, &third] {
        assert!(!text.contains(&code(claim).replace('-', "")), "whoever reads a list must not be able to redeem");
    }
    assert!(!text.contains("13800001234") && !text.contains("138****1234"), "a list names nobody");

    let check =
        |query: &str, wanted: &[(&str, &str)]| assert_eq!(rows(&list(&daemon, query)), expected(wanted), "{query}");
    check("?pack=washing", &all[1..2]);
    check("?state=handed-back", &all[..1]);
    check("?state=issued&pack=refrigerators", &all[2..]);
    check("?state=expired", &[]);
    check("?campaign=shenzhen-2024", &all);
    check("?campaign=another", &[]);

    // Page by page, also over a restart: the end is told.
    let page = list(&daemon, "?limit=2");
    assert_eq!(rows(&page), expected(&all[..2]));
    let next = page["next"].as_str().unwrap().to_owned();
    daemon.kill();
    let daemon = bench.start();
    let rest = list(&daemon, &format!("?limit=2&cursor={next}"));
    assert_eq!((rows(&rest), &rest["next"]), (expected(&all[2..]), &Value::Null));
    // A filter on the stage takes rows out of pages; the cursor goes on behind them.
    let page = list(&daemon, "?limit=1&state=issued");
    assert_eq!((rows(&page), page["next"].is_string()), (vec![], true));

    for query in
        ["?state=lost", "?limit=0", "?limit=101", "?limit=x", "?cursor=1", "?cursor=zzzzzzzzzzzzzzzz", "?codes=yes"]
    {
        let (status, body) = daemon.send("GET", &format!("/api/v1/claims{query}"), APP, "");
        assert_eq!(status, 400, "{query}: {body}");
    }
    assert_eq!(rows(&list(&daemon, "?cursor=ffffffffffffffff")), []);
    assert_eq!(daemon.send("GET", "/api/v1/claims", None, "").0, 401);
    assert_eq!(daemon.send("GET", "/api/v1/claims", Some("one"), "").0, 401, "people are no applications");
}

#[tokio::test]
async fn a_person_has_vouchers_and_may_claim_so_many_more() {
    let daemon = Bench::new(two_packs).start();
    let first = issue(&daemon, &zhang("1"), 201);
    let page = format!("/api/v1/people/{}/claims", first["person"].as_str().unwrap());
    let mine = || read(daemon.send("GET", &page, APP, ""), 200);
    let of_first = mine();
    assert_eq!((&of_first["person"], of_first["claims"].as_array().unwrap().len()), (&first["person"], 1));
    let claim = &of_first["claims"][0];
    for key in ["campaign", "pack", "stage", "from", "until", "held", "used", "codes"] {
        assert_eq!(claim[key], first[key], "{key}");
    }
    assert_eq!((&claim["claims_made"], &claim["claims_left"]), (&json!(1), &json!(1)));
    assert!(claim.get("personal").is_none(), "the application knows who asks");

    assert_eq!(hand_back(&daemon, &code(&first)).0, 200);
    let second = issue(&daemon, &zhang("2"), 201);
    let mut washing = zhang("3");
    washing["pack"] = json!("washing");
    issue(&daemon, &washing, 201);
    issue(&daemon, &li("1", "washing"), 201);
    let both = mine();
    let made: Vec<_> = both["claims"].as_array().unwrap().iter().map(|claim| &claim["claims_made"]).collect();
    assert_eq!(made, [2, 1], "the latest of each pack, and nobody else's");
    assert_eq!((&both["claims"][0]["codes"], &both["claims"][0]["claims_left"]), (&second["codes"], &json!(0)));
    assert_eq!(both["claims"][1]["claims_left"], 1);
    let washer = both["claims"][1]["codes"][0]["code"].as_str().unwrap().to_owned();
    assert_eq!(buy(&daemon, 1, &washer).await, "N108", "a refrigerator by the code for a washing machine");
    assert_eq!(buy(&daemon, 2, &code(&second)).await, "G000");
    assert_eq!(mine()["claims"][0]["used"], 1);

    // Who has redeemed all of a pack may make no other claim of it, however many are left.
    let redeemed = issue(&daemon, &li("2", "refrigerators"), 201);
    assert_eq!(buy(&daemon, 3, &code(&redeemed)).await, "G000");
    let page_of_li = format!("/api/v1/people/{}/claims", redeemed["person"].as_str().unwrap());
    let of_li = &read(daemon.send("GET", &page_of_li, APP, ""), 200)["claims"][0];
    assert_eq!((&of_li["claims_made"], &of_li["claims_left"]), (&json!(1), &json!(0)));
    assert_eq!(issue(&daemon, &li("3", "refrigerators"), 409)["status"], 409);

    let nobody = format!("/api/v1/people/{}/claims", "0".repeat(32));
    assert_eq!(read(daemon.send("GET", &nobody, APP, ""), 200)["claims"], json!([]));
    for wrong in ["11010519491231002X", "", "x"] {
        assert_eq!(daemon.send("GET", &format!("/api/v1/people/{wrong}/claims"), APP, "").0, 404, "{wrong}");
    }
    assert_eq!(daemon.send("GET", &page, None, "").0, 401);
}
