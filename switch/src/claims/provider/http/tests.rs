//! Against a real peer that answers, fails and recovers.

use super::*;
use crate::claims::people::PersonHasher;
use crate::keys::CardKey;
use jiff::civil::Date;
use lijian_domain::claims::identity::IdentityNumber;
use lijian_domain::claims::name::PersonName;
use lijian_domain::claims::phone::PhoneNumber;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// What the peer does with one connection.
#[derive(Clone, Copy, Debug)]
enum Act {
    Say(&'static str),
    Status(u16),
    Silence,
    Close,
    /// Closes in the middle of an answer.
    Half,
    /// An answer that never ends.
    Flood,
}

#[derive(Clone, Default)]
struct Script {
    acts: Arc<Mutex<VecDeque<Act>>>,
    seen: Arc<Mutex<Vec<String>>>,
    now_us: Arc<AtomicU64>,
}

impl Script {
    async fn serve(self, listener: TcpListener) {
        let mut silent = Vec::new();
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"}") {
                let mut bytes = [0; 4_096];
                let read = stream.read(&mut bytes).await.unwrap();
                request.extend_from_slice(&bytes[..read]);
            }
            self.seen.lock().unwrap().push(String::from_utf8(request).unwrap());
            let act = self.acts.lock().unwrap().pop_front().unwrap();
            let whole = |body: &str| format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
            match act {
                Act::Say(body) => stream.write_all(whole(body).as_bytes()).await.unwrap(),
                Act::Status(status) => {
                    let answer = format!("HTTP/1.1 {status} Odd\r\ncontent-length: 0\r\n\r\n");
                    stream.write_all(answer.as_bytes()).await.unwrap();
                }
                Act::Silence => silent.push(stream),
                Act::Close => {}
                Act::Half => stream.write_all(&whole(r#"{"result":"match"}"#).as_bytes()[..50]).await.unwrap(),
                Act::Flood => {
                    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
                    while stream.write_all(&[b'['; 4_096]).await.is_ok() {}
                }
            }
        }
    }
}

/// A provider of a peer that plays these acts, and the script.
async fn provider(acts: &[Act], retries_max: u32) -> (HttpProvider, Script) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let config = HttpProviderConfig {
        address: listener.local_addr().unwrap().to_string(),
        path: "/v1/identity".to_owned(),
        token_file: None,
        answer_max: Duration::from_millis(if acts.iter().any(|act| matches!(act, Act::Silence)) {
            100
        } else {
            10_000
        }),
        retries_max,
        in_flight_max: 1,
        failures_max: 3,
        rest: Duration::from_micros(1_000),
    };
    let script = Script { acts: Arc::new(Mutex::new(acts.iter().copied().collect())), ..Script::default() };
    tokio::spawn(script.clone().serve(listener));
    (HttpProvider::new(&config).unwrap(), script)
}

fn personal() -> Personal {
    let hasher = PersonHasher::new(&CardKey::of([7; 32]));
    let number = IdentityNumber::parse("11010519491231002X", Date::MAX).unwrap();
    let (phone, name) = (PhoneNumber::parse("13800001234").unwrap(), PersonName::parse("张三").unwrap());
    Personal { person: hasher.person(&number), phone_key: hasher.phone(&phone), number, phone, name }
}

impl HttpProvider {
    async fn at(&self, script: &Script) -> Verdict {
        self.verify(&personal(), || script.now_us.load(Ordering::Relaxed)).await
    }
}

const MATCH: Act = Act::Say(r#"{"result":"match","more":1}"#);

#[tokio::test]
async fn it_is_told_all_and_its_answers_are_understood() {
    let acts = [MATCH, Act::Say(r#"{"result":"no-match"}"#), Act::Say(r#"{"result":"unknown"}"#)];
    let (provider, script) = provider(&acts, 0).await;
    for expected in [Verdict::Match, Verdict::NoMatch, Verdict::Unknown(Why::NotKnown)] {
        assert_eq!(provider.at(&script).await, expected);
    }
    let seen = script.seen.lock().unwrap()[0].clone();
    let (head, body) = seen.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /v1/identity HTTP/1.1\r\n"), "{head}");
    let told: Value = serde_json::from_str(body).unwrap();
    let expected = json!({
        "name": "张三", "id_number": "11010519491231002X", "document": "resident-card", "phone": "13800001234",
    });
    assert_eq!(told, expected);
}

#[tokio::test]
async fn every_failure_is_unknown_and_never_a_match() {
    let check = async |act: Act, expected: Why| {
        let (provider, script) = provider(&[act], 0).await;
        assert_eq!(provider.at(&script).await, Verdict::Unknown(expected), "{act:?}");
    };
    check(Act::Status(500), Why::Status(500)).await;
    check(Act::Status(404), Why::Status(404)).await;
    check(Act::Close, Why::Connection).await;
    check(Act::Silence, Why::TimeOut).await;
    check(Act::Half, Why::Answer).await;
    check(Act::Flood, Why::Answer).await;
    for garbage in ["", "match", "{\"result\":true}", "[1]", "{\"result\":\"MATCH\"}"] {
        check(Act::Say(garbage), Why::Answer).await;
    }
    let (mut provider, script) = provider(&[], 0).await;
    provider.address = "127.0.0.1:1".to_owned();
    assert_eq!(provider.at(&script).await, Verdict::Unknown(Why::Connection), "nobody listens");
}

#[tokio::test]
async fn failures_are_tried_again_refusals_are_not() {
    let (provider, script) = provider(&[Act::Close, Act::Status(503), MATCH, Act::Status(400), MATCH], 2).await;
    assert_eq!(provider.at(&script).await, Verdict::Match);
    assert_eq!(script.seen.lock().unwrap().len(), 3);
    assert_eq!(provider.at(&script).await, Verdict::Unknown(Why::Status(400)));
    assert_eq!(script.seen.lock().unwrap().len(), 4, "a refused question is refused again");
}

#[tokio::test]
async fn one_that_fails_is_left_alone_and_found_well_again() {
    let acts = [Act::Status(500), Act::Silence, Act::Close, Act::Say("?"), MATCH, MATCH];
    let (provider, script) = provider(&acts, 0).await;
    for why in [Why::Status(500), Why::TimeOut, Why::Connection] {
        assert_eq!(provider.at(&script).await, Verdict::Unknown(why));
    }
    assert_eq!(provider.at(&script).await, Verdict::Unknown(Why::Resting));
    script.now_us.store(1_000, Ordering::Relaxed);
    assert_eq!(provider.at(&script).await, Verdict::Unknown(Why::Answer), "asked once, still ill");
    assert_eq!(provider.at(&script).await, Verdict::Unknown(Why::Resting));
    script.now_us.store(2_000, Ordering::Relaxed);
    assert_eq!(provider.at(&script).await, Verdict::Match);
    assert_eq!(provider.at(&script).await, Verdict::Match);
    assert_eq!(script.seen.lock().unwrap().len(), 6);
}

#[tokio::test]
async fn no_more_are_under_way_than_may_be() {
    let (provider, script) = provider(&[Act::Silence], 0).await;
    let personal = personal();
    let clock = || script.now_us.load(Ordering::Relaxed);
    let (first, second) = tokio::join!(provider.verify(&personal, clock), provider.verify(&personal, clock));
    assert_eq!((first, second), (Verdict::Unknown(Why::TimeOut), Verdict::Unknown(Why::Busy)));
}
