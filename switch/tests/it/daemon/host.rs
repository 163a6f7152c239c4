//! The issuer simulator, and the messages of a till.

use lijian_codecs::dialect::Dialect;
use lijian_load::issuer::{Issuer, IssuerSettings, Observations};
use lijian_load::till::{Answer, Request, Sale, Till};
use std::net::SocketAddr;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

/// Only a test that fails waits so long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
/// A refrigerator of grade 1: 20 %, at most 2,000 yuan.
pub(crate) const REFRIGERATOR: &str = "6901840100070";

/// Starts an issuer on a thread of its own, for the life of the process: a test that waits for a page does not stop it.
pub(crate) fn issuer(change: impl FnOnce(&mut IssuerSettings)) -> (SocketAddr, Observations) {
    let dialect = Arc::new(Dialect::shipped("iso87-ascii").unwrap().unwrap());
    let mut settings = IssuerSettings::new(SocketAddr::from(([127, 0, 0, 1], 0)), dialect);
    change(&mut settings);
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let issuer = Issuer::bind(settings).await.unwrap();
            tell.send((issuer.local_addr(), issuer.observe())).unwrap();
            issuer.run(std::future::pending()).await
        })
    });
    told.recv().unwrap()
}

/// A plain sale at an admitted merchant.
pub(crate) fn plain(stan: u32, amount_minor: u64) -> Sale {
    Sale {
        card: "6222021234567890".to_owned(),
        amount_minor,
        stan,
        terminal: "T0000001".to_owned(),
        merchant: "999584057220001".to_owned(),
        acquirer: "48025840".to_owned(),
        local_time: "241001100001".to_owned(),
        batch: 1,
        tags: Vec::new(),
    }
}

/// A sale of one refrigerator.
pub(crate) fn refrigerator(stan: u32, amount_minor: u64) -> Sale {
    let tags = vec![(*b"01", REFRIGERATOR.to_owned()), (*b"03", amount_minor.to_string())];
    Sale { tags, ..plain(stan, amount_minor) }
}

pub(crate) fn request(till: &Till, sale: &Sale, rrn: &str) -> Request {
    sale.request(till.dialect()).unwrap().with(37, rrn)
}

pub(crate) async fn ask(till: &mut Till, sale: &Sale, rrn: &str) -> Answer {
    let request = request(till, sale, rrn);
    till.ask(&request, PATIENCE).await.unwrap()
}

/// A tag of the subsidy field, read without the switch's code; empty if it is not there.
pub(crate) fn tag(answer: &Answer, wanted: &str) -> String {
    let field = answer.text(48);
    let mut rest = field.as_str();
    while rest.len() >= 5 {
        let length: usize = rest[2..5].parse().unwrap();
        if &rest[..2] == wanted {
            return rest[5..5 + length].to_owned();
        }
        rest = &rest[5 + length..];
    }
    String::new()
}
