//! The claims of a programme, made over the API as the institution's own application makes them: with documents, phones and
//! places that the switch checks, staff who confirm, and two people who draw.

use super::CONFIG;
use super::claim::{Claim, Stage};
use super::course::in_minute;
use super::person::{id_number, name, phone};
use super::sale::Programme;
use crate::daemon::process::Daemon;
use jiff::civil::DateTime;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// Tokens of the application and of two people, with their SHA-256 as `printf app | sha256sum` prints it.
const APP: Option<&str> = Some("app");
const APPS: &str = "admin.apps=[\
    {name=\"city-app\",token_sha256=\"a172cedcae47474b615c54d510a5d84a8dea3032e958587430b413538be3f333\",may=[\"claim\",\"confirm\",\"list\"]}]";
const PEOPLE: &str = "admin.people=[\
    {name=\"li\",token_sha256=\"7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed\"},\
    {name=\"wang\",token_sha256=\"3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3\"}]";
/// Where the phones of each programme are, by the front of its name; Shenzhen has the shipped fence.
const PLACES: [Place; 3] = [
    Place { of: "guangdong", south_west: (112, 22), phone: (113.2644, 23.1291) },
    Place { of: "shanghai", south_west: (120, 30), phone: (121.4737, 31.2304) },
    Place { of: "sichuan", south_west: (103, 29), phone: (104.0665, 30.5728) },
];
const SHENZHEN: (f64, f64) = (114.0579, 22.5431);
/// The first seed of the shipped lottery, whose SHA-256 its file publishes.
const SEED: [u8; 32] = [0; 32];
/// A number of a claim is random, and so is its rank: whoever has another one than the table wants hands back and claims again.
const LOSES_FROM: u8 = 0xc0;
const TRIES_MAX: usize = 200;
/// The characters of voucher codes, five bits each.
const ALPHABET: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A square of two degrees around a capital, by its corner, and a point in it.
struct Place {
    of: &'static str,
    south_west: (u32, u32),
    phone: (f64, f64),
}

/// The voucher codes of each claim, by its place among the claims of the programme.
pub(super) type Codes = BTreeMap<usize, Vec<String>>;

/// The moment was over before everything was done.
pub(super) struct Late;

/// Writes what the switch checks persons with; the settings that name it.
pub(super) fn settings(programme: &Programme, folder: &Path) -> Vec<String> {
    if programme.claims.is_empty() {
        return Vec::new();
    }
    let mut people = "name,id_number,phone\n".to_owned();
    let last = programme.claims.iter().map(|claim| claim.person).max().unwrap_or_default();
    for person in 0..=last {
        writeln!(people, "{},{},{}", name(person), id_number(person), phone(person)).unwrap();
    }
    let (file, fence) = (folder.join("people.csv"), folder.join("fence.geojson"));
    fs::write(&file, people).unwrap();
    let fence = match place_of(programme) {
        Some(Place { south_west: (west, south), .. }) => {
            let (east, north) = (west + 2, south + 2);
            let ring = json!([[[west, south], [east, south], [east, north], [west, north], [west, south]]]);
            fs::write(&fence, json!({ "type": "Polygon", "coordinates": ring }).to_string()).unwrap();
            fence
        }
        None => Path::new(CONFIG).join("geofences/shenzhen.geojson"),
    };
    vec![
        format!("claims.geofence={}", fence.display()),
        "claims.provider.kind=file".to_owned(),
        format!("claims.provider.file={}", file.display()),
        APPS.to_owned(),
        PEOPLE.to_owned(),
    ]
}

/// Makes all claims of a moment, draws if the lottery is due, and holds each of them to its stage.
pub(super) fn issue(programme: &Programme, daemon: &Daemon, at: DateTime, codes: &mut Codes) -> Result<(), Late> {
    let of_moment = || programme.claims.iter().enumerate().filter(|(_, claim)| claim.at == at);
    let after_draw = |claim: &Claim| claim.stage == Stage::Entered;
    for (place, claim) in of_moment().filter(|(_, claim)| !after_draw(claim)) {
        make(programme, daemon, (place, claim), codes)?;
    }
    if programme.draw_at == Some(at) {
        draw(programme, daemon, codes)?;
    }
    for (place, claim) in of_moment().filter(|(_, claim)| after_draw(claim)) {
        make(programme, daemon, (place, claim), codes)?;
    }
    Ok(())
}

/// Every claim is on record, over all starts, and no other; where lots are drawn, more are made.
pub(super) fn check_count(programme: &Programme, daemon: &Daemon) {
    if programme.claims.is_empty() || programme.draw_at.is_some() {
        return;
    }
    let made = programme.claims.iter().filter(|claim| claim.stage != Stage::Refused).count();
    let (status, body) = daemon.send("GET", "/api/v1/claims", APP, "");
    let page: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((status, &page["claims"]), (200, &json!(made)), "{}", programme.name);
}

fn place_of(programme: &Programme) -> Option<&'static Place> {
    PLACES.iter().find(|place| programme.name.starts_with(place.of))
}

fn make(
    programme: &Programme,
    daemon: &Daemon,
    (place, claim): (usize, &Claim),
    codes: &mut Codes,
) -> Result<(), Late> {
    let mut tries = 0..TRIES_MAX;
    let (mut stands, code) = loop {
        let number = tries.next().unwrap();
        let (status, body) = daemon.post("/api/v1/claims", APP, &request(programme, claim, (place, number)));
        if status == 409 && body.contains("outside-hours") {
            return Err(Late);
        }
        if claim.stage == Stage::Refused {
            assert!(status == 409 && body.contains("redeemed"), "{}: {status} {body}", claim.name);
            return Ok(());
        }
        let stands = read(claim, (status, body), 201);
        let code = codes_of(&stands).swap_remove(0);
        if programme.draw_at.is_none() || is_drawn_as_said(claim, &code) {
            break (stands, code);
        }
        read(claim, daemon.post("/api/v1/claims/hand-back", APP, &json!({ "code": code }).to_string()), 200);
    };
    if stands["stage"] == "unconfirmed" && claim.stage != Stage::Unconfirmed {
        let staff =
            json!({ "code": code, "merchant": claim.district, "terminal": "00000001", "staff": "chen" }).to_string();
        stands = read(claim, daemon.post("/api/v1/claims/confirm", APP, &staff), 200);
    }
    if claim.stage == Stage::HandedBack {
        stands = read(claim, daemon.post("/api/v1/claims/hand-back", APP, &json!({ "code": code }).to_string()), 200);
    }
    if claim.stage == Stage::Withdrawn {
        stands = {
            let body = json!({ "code": code, "reason": "forged" }).to_string();
            read(claim, daemon.post("/api/v1/claims/withdraw", Some("one"), &body), 200)
        };
    }
    let expected = match claim.stage {
        Stage::Issued | Stage::NotDrawn if programme.draw_at.is_some() => "entered",
        Stage::Entered => "entered",
        Stage::Unconfirmed => "unconfirmed",
        Stage::HandedBack => "handed-back",
        Stage::Withdrawn => "withdrawn",
        Stage::Issued | Stage::Elsewhere | Stage::NotDrawn | Stage::Refused => "issued",
    };
    assert_eq!(stands["stage"], expected, "{}", claim.name);
    codes.insert(place, codes_of(&stands));
    in_time(&stands, claim.at)
}

/// What somebody's phone sends.
fn request(programme: &Programme, claim: &Claim, (place, number): (usize, usize)) -> String {
    let (longitude, latitude) = place_of(programme).map_or(SHENZHEN, |place| place.phone);
    let campaign = if claim.stage == Stage::Elsewhere { "elsewhere" } else { &programme.name };
    let request = json!({
        "request_id": format!("{place}.{number} {}", claim.name), "campaign": campaign, "pack": claim.pack,
        "name": name(claim.person), "id_number": id_number(claim.person), "phone": phone(claim.person),
        "place": {
            "longitude": longitude, "latitude": latitude, "accuracy_metres": 25.5,
            "at": format!("{}+08:00", claim.at.strftime("%Y-%m-%dT%H:%M:%S")),
        },
    });
    request.to_string()
}

/// Whether a claim will come to the end that the table says, by the first byte of its rank: the lowest ranks win.
fn is_drawn_as_said(claim: &Claim, code: &str) -> bool {
    let loses = rank(code)[0] >= LOSES_FROM;
    match claim.stage {
        Stage::Issued => !loses,
        Stage::NotDrawn => loses,
        _ => true,
    }
}

/// Draws: they win of whom the table says so, and nobody else.
fn draw(programme: &Programme, daemon: &Daemon, codes: &Codes) -> Result<(), Late> {
    let at = programme.draw_at.unwrap();
    let (draw, commitment) = (format!("/api/v1/campaigns/{}/draw", programme.name), hex(&Sha256::digest(SEED)));
    let proposal = json!({ "seed": hex(&SEED), "commitment": commitment }).to_string();
    let (status, body) = daemon.post(&draw, Some("one"), &proposal);
    assert_eq!(status, 202, "{body}");
    let agreement = json!({ "commitment": commitment }).to_string();
    let (status, body) = daemon.post(&format!("{draw}/confirm"), Some("two"), &agreement);
    assert_eq!(status, 200, "{body}");
    for (place, claim) in programme.claims.iter().enumerate().filter(|(_, claim)| claim.stage != Stage::Entered) {
        let body = json!({ "code": codes[&place][0] }).to_string();
        let stands = read(claim, daemon.post("/api/v1/claims/look", APP, &body), 200);
        let expected = if claim.stage == Stage::Issued { "issued" } else { "not-drawn" };
        assert_eq!(stands["stage"], expected, "{}", claim.name);
        in_time(&stands, at)?;
    }
    Ok(())
}

fn read(claim: &Claim, (status, body): (u16, String), expected: u16) -> Value {
    assert_eq!(status, expected, "{}: {body}", claim.name);
    serde_json::from_str(&body).unwrap()
}

fn codes_of(claim: &Value) -> Vec<String> {
    claim["codes"].as_array().unwrap().iter().map(|each| each["code"].as_str().unwrap().to_owned()).collect()
}

/// What is issued says since when.
fn in_time(claim: &Value, at: DateTime) -> Result<(), Late> {
    let from = claim["from"].as_str().map(|from| from.parse().unwrap());
    if from.is_none_or(|from| in_minute(from, at)) { Ok(()) } else { Err(Late) }
}

/// The rank of a claim in a draw, whose number is the first twelve characters of its codes.
fn rank(code: &str) -> Vec<u8> {
    let digits = code.chars().filter(|character| *character != '-').take(12);
    let number = digits.fold(0, |number, digit| number << 5 | ALPHABET.find(digit).unwrap());
    let number = u64::try_from(number).unwrap();
    Sha256::new().chain_update(SEED).chain_update(Sha256::digest(number.to_be_bytes())).finalize().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
