//! Requests that are sent again, by somebody else too, and requests that nobody waits for.

use super::*;
use std::io::Write as _;
use std::net::{SocketAddr, TcpStream};

/// Somebody's number, and a request that is easily guessed, are not enough.
#[test]
fn a_claim_is_told_to_nobody_who_guesses_a_request() {
    let daemon = Bench::new(str::to_owned).start();
    let issued = issue(&daemon, &zhang("1"), 201);
    for (name, phone) in [("李四", "13800001234"), ("张三", "13900005678"), ("李四", "13900005678")] {
        let refused = issue(&daemon, &applicant("1", name, "11010519491231002X", phone), 422);
        assert_eq!(refused["reasons"][0]["reason"], "identity-mismatch", "{name} {phone}");
        assert!(!refused.to_string().contains(&code(&issued)));
    }
    issue(&daemon, &applicant("1", "", "11010519491231002X", ""), 422);
    assert_eq!(issue(&daemon, &zhang("1"), 201), issued);
    // Erased, the person proves again who asks, and stays erased.
    let person = format!("/api/v1/people/{}", issued["person"].as_str().unwrap());
    assert_eq!(daemon.send("DELETE", &person, APP, "").0, 204);
    issue(&daemon, &applicant("1", "张三", "11010519491231002X", "13900005678"), 422);
    let again = issue(&daemon, &zhang("1"), 201);
    assert_eq!((&again["codes"], &again["personal"]), (&issued["codes"], &Value::Null));
    assert_eq!(daemon.send("DELETE", &person, APP, "").0, 404);
}

/// Sends a request and waits for nothing.
fn hang_up(admin: SocketAddr, body: &str) {
    let mut stream = TcpStream::connect(admin).unwrap();
    let head = format!("Host: localhost\r\nAuthorization: Bearer app\r\nContent-Length: {}", body.len());
    write!(stream, "POST /api/v1/claims HTTP/1.1\r\n{head}\r\n\r\n{body}").unwrap();
}

#[test]
fn nobody_stays_registered_without_a_claim_for_having_hung_up() {
    const PERSONS: u32 = 40;
    let bench = Bench::new(|terms| format!("{terms}released_per_day = 20\n"));
    let person = |number: u32| (format!("H{number:08}"), format!("138{number:08}"));
    let mut people = "name,id_number,phone\n".to_owned();
    for (id_number, phone) in (1..=PERSONS).map(person) {
        people.push_str(&format!("张三,{id_number},{phone}\n"));
    }
    fs::write(bench.data.path().join("people.csv"), people).unwrap();
    let daemon = bench.start();
    for (id_number, phone) in (1..=PERSONS).map(person) {
        hang_up(daemon.admin(), &applicant("1", "张三", &id_number, &phone).to_string());
    }
    // A slot is all zeros once its person is erased.
    let kept = || {
        let slots = fs::read(bench.data.path().join("data/keys/people/slots")).unwrap();
        slots.chunks(64).filter(|slot| slot.iter().any(|byte| *byte != 0)).count()
    };
    let mut looks = Vec::new();
    for _ in 0..200 {
        // What goes on for those who hung up tells nobody when it is done: looked at until it stays as it is.
        std::thread::sleep(std::time::Duration::from_millis(50));
        let claims = read(daemon.send("GET", "/api/v1/claims", APP, ""), 200)["claims"].as_u64().unwrap();
        looks.push((claims, kept()));
        if looks.len() > 20 && claims > 0 && looks.iter().rev().take(10).all(|look| *look == (claims, kept())) {
            break;
        }
    }
    let (claims, persons) = looks.pop().unwrap();
    assert!(claims > 0 && usize::try_from(claims) == Ok(persons), "{claims} claims of {persons} persons");
}
