//! Claims over HTTP and at the till, of a running daemon: issued, confirmed, redeemed, handed back, drawn, erased, listed.

mod changes;
mod pages;
mod repeats;

use crate::daemon::host::{ask, issuer, refrigerator, tag};
use crate::daemon::process::{Daemon, command};
use lijian_domain::claims::voucher::VoucherCode;
use lijian_load::till::{Sale, Till};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// 4,999.00, of which 20 % are given.
const PRICE_FEN: u64 = 499_900;
const APP: Option<&str> = Some("app");
/// Of thirty-two zeros, as sha256sum prints it.
const ZEROS_SHA256: &str = "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925";
const QUALIFICATION: &str = r#"
[qualification]
validity = { calendar_days = 8 }
claims_max = 2
confirmed_by_staff = true
packs = [{ id = "refrigerators", redeemable = 1, members = [{ categories = ["refrigerator"] }] }]
"#;

/// A daemon with the Shenzhen 2024 campaign as one that is claimed, in a folder of its own.
struct Bench {
    data: TempDir,
    issuer: std::net::SocketAddr,
}

impl Bench {
    fn new(change: impl FnOnce(&str) -> String) -> Self {
        let data = tempfile::tempdir().unwrap();
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/campaigns/shenzhen-2024.toml");
        let campaign = format!("{}{}", fs::read_to_string(shipped).unwrap(), change(QUALIFICATION));
        fs::write(data.path().join("claimed.toml"), campaign).unwrap();
        let people = "name,id_number,phone\n张三,11010519491231002X,13800001234\n李四,H12345678,13900005678\n";
        fs::write(data.path().join("people.csv"), people).unwrap();
        Self { data, issuer: issuer(|_| {}).0 }
    }

    fn start(&self) -> Daemon {
        let daemon = Daemon::spawn(self.command());
        daemon.until_issuer();
        daemon
    }

    fn command(&self) -> Command {
        let path = |name: &str| self.data.path().join(name).display().to_string();
        let fence = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/geofences/shenzhen.geojson");
        // printf app | sha256sum; printf shop; printf one | sha256sum; printf two | sha256sum
        let set = [
            format!("campaigns.files=[\"{}\"]", path("claimed.toml")),
            format!("claims.geofence={}", fence.display()),
            "claims.provider.kind=file".to_owned(),
            format!("claims.provider.file={}", path("people.csv")),
            "admin.apps=[\
                {name=\"city-app\",token_sha256=\"a172cedcae47474b615c54d510a5d84a8dea3032e958587430b413538be3f333\",\
                 may=[\"claim\",\"confirm\",\"erase\",\"list\"]},\
                {name=\"shop\",token_sha256=\"8d9001d32c6a703d95921a77115050f33dd823d3f1730bd35215dcbecad6dc20\",\
                 may=[\"confirm\"]}]"
                .to_owned(),
            "admin.people=[\
                {name=\"li\",token_sha256=\"7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed\"},\
                {name=\"wang\",token_sha256=\"3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3\"}]"
                .to_owned(),
        ];
        let set: Vec<&str> = set.iter().map(String::as_str).collect();
        command(&self.data.path().join("data"), self.issuer, &set)
    }
}

/// The request of somebody in the Civic Centre.
fn applicant(request: &str, name: &str, id_number: &str, phone: &str) -> Value {
    json!({
        "request_id": request, "campaign": "shenzhen-2024", "pack": "refrigerators",
        "name": name, "id_number": id_number, "phone": phone,
        "place": { "longitude": 114.0579, "latitude": 22.5431, "accuracy_metres": 25.5, "at": "2024-10-01T10:00:00+08:00" },
    })
}

fn zhang(request: &str) -> Value {
    applicant(request, "张三", "11010519491231002x", "+86 138 0000 1234")
}

fn read((status, body): (u16, String), expected: u16) -> Value {
    assert_eq!(status, expected, "{body}");
    serde_json::from_str(&body).unwrap()
}

fn issue(daemon: &Daemon, applicant: &Value, expected: u16) -> Value {
    read(daemon.post("/api/v1/claims", APP, &applicant.to_string()), expected)
}

fn code(claim: &Value) -> String {
    claim["codes"][0]["code"].as_str().unwrap().to_owned()
}

/// What the application asks of a claim.
fn by_code(daemon: &Daemon, what: &str, code: &str) -> (u16, String) {
    daemon.post(&format!("/api/v1/claims/{what}"), APP, &json!({ "code": code }).to_string())
}

fn look(daemon: &Daemon, code: &str) -> Value {
    read(by_code(daemon, "look", code), 200)
}

fn hand_back(daemon: &Daemon, code: &str) -> (u16, String) {
    by_code(daemon, "hand-back", code)
}

/// The journal, as `lijian ledger export` prints it.
fn export(data: &Path, more: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lijian"));
    command.args(["ledger", "export", "--config", crate::daemon::process::EXAMPLE, "--data"]).arg(data).args(more);
    String::from_utf8(command.output().unwrap().stdout).unwrap()
}

async fn buy(daemon: &Daemon, stan: u32, code: &str) -> String {
    let mut till = Till::connect(daemon.acquirer("ascii"), "iso87-ascii").await.unwrap();
    let mut sale: Sale = refrigerator(stan, PRICE_FEN);
    sale.tags.push((*b"05", code.to_owned()));
    tag(&ask(&mut till, &sale, "424242424242").await, "82")
}

#[tokio::test]
async fn a_claim_from_the_phone_to_the_till() {
    let bench = Bench::new(str::to_owned);
    let daemon = bench.start();
    let body = zhang("1").to_string();
    assert_eq!(daemon.post("/api/v1/claims", None, &body).0, 401);
    assert_eq!(daemon.post("/api/v1/claims", Some("one"), &body).0, 401, "people are no applications");
    let issued = issue(&daemon, &zhang("1"), 201);
    assert_eq!(
        (issued["stage"].as_str(), issued["personal"]["phone"].as_str()),
        (Some("unconfirmed"), Some("138****1234"))
    );
    assert_eq!(issued["personal"]["id_number"], "110***********002X");
    assert_eq!(issue(&daemon, &zhang("1"), 201), issued, "the same request");
    assert_eq!(issue(&daemon, &zhang("2"), 409)["status"], 409, "one at a time");
    let code = code(&issued);
    assert_eq!(buy(&daemon, 1, &code).await, "N108", "not confirmed");

    let typed = code.to_lowercase();
    let staff =
        |merchant: &str| json!({ "code": typed, "merchant": merchant, "terminal": "T0000001", "staff": "chen" });
    assert_eq!(daemon.post("/api/v1/claims/confirm", APP, &staff("999999999999999").to_string()).0, 404);
    let confirmed = read(daemon.post("/api/v1/claims/confirm", APP, &staff("999584057220001").to_string()), 200);
    assert_eq!(confirmed["stage"], "issued");
    assert_eq!(confirmed["until"], "2024-10-08T16:00:00Z", "eight calendar days, today counted");
    assert_eq!(buy(&daemon, 2, &code).await, "G000");
    assert_eq!(buy(&daemon, 3, &code).await, "N108", "used");
    assert_eq!(hand_back(&daemon, &typed).0, 409, "redeemed");
    let looked = look(&daemon, &typed);
    assert_eq!((looked["used"].as_u64(), looked["held"].as_u64()), (Some(1), Some(0)));
    let person = issued["person"].as_str().unwrap().to_owned();
    daemon.kill();
    // Whoever reads the journal without keys learns no code with which somebody could buy.
    let claim = VoucherCode::parse(&code).unwrap().claim().get();
    let secrets = [code.replace('-', ""), format!("{claim:015x}")];
    let tells = |more: &[&str]| {
        let text = export(&bench.data.path().join("data"), more).replace('-', "");
        secrets.each_ref().map(|secret| text.contains(secret.as_str()))
    };
    assert_eq!((tells(&[]), tells(&["--with-keys"])), ([false; 2], [true; 2]));

    let daemon = bench.start();
    assert_eq!(read(daemon.send("GET", "/api/v1/claims", APP, ""), 200)["claims"], 1);
    assert_eq!(look(&daemon, &typed)["personal"]["name"], "张*");
    let person = format!("/api/v1/people/{person}");
    assert_eq!(daemon.send("DELETE", &person, None, "").0, 401);
    assert_eq!(daemon.send("DELETE", &person, APP, "").0, 204);
    assert_eq!(daemon.send("DELETE", &person, APP, "").0, 404);
    let erased = look(&daemon, &typed);
    assert_eq!((&erased["personal"], &erased["used"]), (&Value::Null, &json!(1)));
    for entry in fs::read_dir(bench.data.path().join("data/journal")).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        for secret in ["11010519491231002X", "13800001234", "张三"] {
            assert!(!bytes.windows(secret.len()).any(|part| part == secret.as_bytes()), "{secret}");
        }
    }
}

#[test]
fn an_application_does_what_it_may() {
    let bench = Bench::new(str::to_owned);
    let daemon = bench.start();
    let shop = Some("shop");
    let refused = read(daemon.post("/api/v1/claims", shop, &zhang("1").to_string()), 403);
    assert!(refused["detail"].as_str().unwrap().contains("shop: this application may not claim"), "{refused}");
    let issued = issue(&daemon, &zhang("1"), 201);
    let by_code = |what: &str| {
        let body =
            json!({ "code": code(&issued), "merchant": "999584057220001", "terminal": "T0000001", "staff": "chen" });
        daemon.post(&format!("/api/v1/claims/{what}"), shop, &body.to_string()).0
    };
    assert_eq!(["look", "hand-back", "confirm"].map(by_code), [403, 403, 200]);
    let person = format!("/api/v1/people/{}", issued["person"].as_str().unwrap());
    assert_eq!(daemon.send("DELETE", &person, shop, "").0, 403);
    assert_eq!(daemon.send("GET", &format!("{person}/claims"), shop, "").0, 403);
    assert_eq!(daemon.send("GET", "/api/v1/claims", shop, "").0, 403);
    for app in [shop, APP] {
        assert_eq!(daemon.post("/api/v1/products/proposals", app, "{}").0, 403);
    }
}

#[test]
fn a_request_sent_again_gets_its_claim_and_who_gets_none_leaves_nothing() {
    let bench = Bench::new(|terms| format!("{terms}released_per_day = 1\n"));
    let people = "name,id_number,phone\n张三,11010519491231002X,13800001234\n李四,H12345678,13900005678\n王五,H11111111,13900005678\n";
    fs::write(bench.data.path().join("people.csv"), people).unwrap();
    let mut command = bench.command();
    command.args(["--set", "claims.persons_per_phone_max=1"]);
    let daemon = Daemon::spawn(command);
    let issued = issue(&daemon, &zhang("1"), 201);
    let mut away = zhang("1");
    away["place"]["latitude"] = json!(22.3);
    assert_eq!(issue(&daemon, &away, 201), issued, "the place counts when it is claimed");
    away["request_id"] = json!("2");
    issue(&daemon, &away, 422);
    // No claim is left today. The phone of the first who gets none is free for the next.
    for (name, number) in [("李四", "H12345678"), ("王五", "H11111111"), ("李四", "H12345678")] {
        let refused = issue(&daemon, &applicant("1", name, number, "13900005678"), 409);
        assert!(refused["detail"].as_str().unwrap().contains("all-taken-today"), "{refused}");
    }
    assert_eq!(look(&daemon, &code(&issued))["personal"]["name"], "张*");
}

#[tokio::test]
async fn who_is_refused_is_told_every_reason() {
    let daemon = Bench::new(str::to_owned).start();
    let mut wrong = applicant("1", "3", "11010519491231002", "1380000");
    wrong["place"] = Value::Null;
    let refused = issue(&daemon, &wrong, 422);
    let reasons: Vec<_> =
        refused["reasons"].as_array().unwrap().iter().map(|each| each["reason"].as_str().unwrap()).collect();
    assert_eq!(reasons, ["id-number", "phone", "name", "place-missing"]);
    assert!(!refused.to_string().contains("1101051949"), "{refused}");
    assert_eq!(
        issue(&daemon, &applicant("2", "李四", "11010519491231002X", "13800001234"), 422)["reasons"][0]["reason"],
        "identity-mismatch"
    );
    let mut away = zhang("3");
    away["place"]["latitude"] = json!(22.3);
    assert_eq!(issue(&daemon, &away, 422)["reasons"][0]["reason"], "place-outside");
    let mut unknown = zhang("4");
    unknown["pack"] = json!("televisions");
    assert_eq!(issue(&daemon, &unknown, 404)["status"], 404);
    for body in ["", "[]", "{}", "{\"request_id\":7}"] {
        assert_eq!(daemon.post("/api/v1/claims", APP, body).0, 400, "{body}");
    }
    assert_eq!(by_code(&daemon, "look", "0000-0000-0001-1X").0, 404, "mistyped");
    assert_eq!(by_code(&daemon, "look", "0000-0000-0001-1V").0, 404, "nobody's");
}

#[tokio::test]
async fn two_people_draw_what_was_published() {
    let lottery = |text: &str| {
        let with = format!(
            "lottery = {{ draw_from = 10:00:00, winners = 1, seed_sha256 = \"{ZEROS_SHA256}\" }}\nconfirmed_by_staff = false"
        );
        text.replace("confirmed_by_staff = true", &with)
    };
    let daemon = Bench::new(lottery).start();
    let claims =
        [issue(&daemon, &zhang("1"), 201), issue(&daemon, &applicant("1", "李四", "H12345678", "13900005678"), 201)];
    assert!(claims.iter().all(|claim| claim["stage"] == "entered"));
    let (draw, confirm) = ("/api/v1/campaigns/shenzhen-2024/draw", "/api/v1/campaigns/shenzhen-2024/draw/confirm");
    let (seed, commitment) = ("00".repeat(32), ZEROS_SHA256);
    let proposal = json!({ "seed": seed, "commitment": commitment }).to_string();
    let agreement = json!({ "commitment": commitment }).to_string();
    assert_eq!(daemon.post(draw, APP, &proposal).0, 401, "an application draws nothing");
    assert_eq!(daemon.post("/api/v1/campaigns/another/draw", Some("one"), &proposal).0, 404);
    assert_eq!(daemon.post(confirm, Some("two"), &agreement).0, 409, "nothing is proposed");
    let other = json!({ "seed": "11".repeat(32), "commitment": commitment }).to_string();
    assert_eq!(daemon.post(draw, Some("one"), &other).0, 422);
    // A seed of which nothing was published in the rules draws nothing.
    let unpublished = lijian_domain::claims::lottery::commitment(&[0x11; 32]);
    let unpublished: String = unpublished.iter().map(|byte| format!("{byte:02x}")).collect();
    let other = json!({ "seed": "11".repeat(32), "commitment": unpublished }).to_string();
    assert_eq!(daemon.post(draw, Some("one"), &other).0, 202);
    assert_eq!(daemon.post(confirm, Some("two"), &json!({ "commitment": unpublished }).to_string()).0, 409);
    assert_eq!(daemon.post(draw, Some("one"), &proposal).0, 202);
    assert_eq!(daemon.post(confirm, Some("one"), &agreement).0, 403);
    let drawn = read(daemon.post(confirm, Some("two"), &agreement), 200);
    assert_eq!((drawn["entered"].as_u64(), drawn["won"].as_u64()), (Some(2), Some(1)));
    let stage = |claim: &Value| look(&daemon, &code(claim))["stage"].clone();
    let mut stages = claims.each_ref().map(stage).map(|stage| stage.as_str().unwrap().to_owned());
    stages.sort_unstable();
    assert_eq!(stages, ["issued", "not-drawn"]);
}
