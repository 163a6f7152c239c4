//! Many tills at once, each with so many sales in flight: what is answered makes room for the next.

use crate::daemon::host::{refrigerator, request};
use lijian_load::till::Till;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

const CATALOGUE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../config/examples/shenzhen-2024/catalogue.csv");
/// Stands in a frame wherever the trace number goes, which is also the end of the card number.
const STAN: u32 = 918_273;

/// A crowd's size.
pub(super) struct Crowd {
    pub(super) links: u32,
    pub(super) in_flight_each: u32,
    pub(super) sales_each: u32,
}

impl Crowd {
    /// Starts it; the receiver is told how many sales were granted with each read of a till, and is closed at the end.
    pub(super) async fn start(self, acquirer: SocketAddr) -> Receiver<u64> {
        let (tell, told) = channel();
        for link in 0..self.links {
            let till = Till::connect(acquirer, "iso87-ascii").await.unwrap();
            let mut template = Vec::new();
            let mut sale = refrigerator(STAN, 100_000);
            sale.card = format!("6222020000{STAN}");
            sale.tags[0].1 = product(link);
            till.frame_request(&request(&till, &sale, "424242424242"), &mut template).unwrap();
            let stans = link * self.sales_each..(link + 1) * self.sales_each;
            let frames: Vec<_> = stans.map(|stan| numbered(&template, stan)).collect();
            let (in_flight, tell) = (self.in_flight_each, tell.clone());
            thread::spawn(move || sell(acquirer, frames, in_flight, &tell));
        }
        told
    }
}

/// A product of the first grade, another one for each link.
fn product(link: u32) -> String {
    let catalogue = std::fs::read_to_string(CATALOGUE).unwrap();
    let first_grade = |line: &&str| line.split(',').nth(5) == Some("1");
    let line = catalogue.lines().filter(first_grade).nth(usize::try_from(link).unwrap()).unwrap();
    line.split(',').next().unwrap().to_owned()
}

fn numbered(template: &[u8], stan: u32) -> Vec<u8> {
    let (from, to) = (STAN.to_string().into_bytes(), format!("{stan:06}").into_bytes());
    let mut frame = template.to_vec();
    for at in 0..=frame.len() - from.len() {
        if template[at..].starts_with(&from) {
            frame[at..at + to.len()].copy_from_slice(&to);
        }
    }
    frame
}

/// One till. Ends with its last sale; one that is not granted ends it before, and with it the test.
fn sell(acquirer: SocketAddr, frames: Vec<Vec<u8>>, in_flight: u32, tell: &Sender<u64>) {
    let mut stream = TcpStream::connect(acquirer).unwrap();
    stream.set_nodelay(true).unwrap();
    let mut frames = frames.into_iter();
    let mut next = |count: usize| -> (usize, Vec<u8>) {
        let next: Vec<_> = frames.by_ref().take(count).collect();
        (next.len(), next.concat())
    };
    let (mut waiting, first) = next(usize::try_from(in_flight).unwrap());
    stream.write_all(&first).unwrap();
    let (mut input, mut chunk) = (Vec::new(), vec![0; 65_536]);
    while waiting > 0 {
        let read = stream.read(&mut chunk).unwrap();
        assert_ne!(read, 0, "the switch closed the connection");
        input.extend_from_slice(&chunk[..read]);
        let granted = take_answers(&mut input);
        let (sent, bytes) = next(granted);
        stream.write_all(&bytes).unwrap();
        waiting = waiting - granted + sent;
        if tell.send(u64::try_from(granted).unwrap()).is_err() {
            return;
        }
    }
}

/// Takes whole frames off the input and counts them; each must be a grant.
fn take_answers(input: &mut Vec<u8>) -> usize {
    let (mut at, mut count) = (0, 0);
    while let [high, low, behind @ ..] = &input[at..] {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let Some(payload) = behind.get(..length) else { break };
        let granted = payload.windows(9).any(|window| window == b"82004G000");
        assert!(granted, "not granted: {}", String::from_utf8_lossy(payload));
        at += 2 + length;
        count += 1;
    }
    input.drain(..at);
    count
}
