//! Voids and refunds over real sockets, over a restart, and in everything that tells of them afterwards.

use super::host::{PATIENCE, REFRIGERATOR, issuer, plain, refrigerator, request};
use super::process::Daemon;
use crate::settlement::commands::{EXAMPLE, ended, lijian};
use lijian_codecs::dialect::Dialect;
use lijian_load::issuer::Observations;
use lijian_load::till::{Request, Sale, Till};
use std::path::Path;

const BUDGET: &str = "campaign:shenzhen-2024";
/// Of the sale, which the terminal's refunds and voids name.
const RRN: &str = "424242424242";
/// A refrigerator of 8,000.00: 20 % of it, and what is left to pay.
const DISCOUNT: u64 = 160_000;
const NET: u64 = 640_000;

/// A till, and the two sides on which its money shows.
struct Counter<'d> {
    till: Till,
    daemon: &'d Daemon,
    issuer: &'d Observations,
    opening: u64,
}

impl Counter<'_> {
    /// Field 39 of the answer; then the budget has used so much, and the card has paid so much on the whole.
    async fn check(&mut self, request: &Request, code: &str, used: u64, paid: i128) {
        let answer = self.till.ask(request, PATIENCE).await.unwrap();
        assert_eq!((answer.mti, answer.text(39).as_str()), (request.mti.response(), code), "{request:?}");
        assert_eq!(self.daemon.budget(BUDGET), (0, used, self.opening - used), "{request:?}");
        assert_eq!(self.issuer.totals().sums.paid_minor(), paid, "{request:?}");
    }

    /// Message type and amount of what the issuer was asked last.
    fn asked(&self) -> (String, Option<u64>) {
        let seen = self.issuer.seen();
        let seen = seen.last().unwrap();
        (seen.mti.to_string(), seen.amount_minor)
    }
}

/// What a command says that ends well.
fn told(name: &str, arguments: &[&str], data: &Path) -> String {
    let mut command = lijian(name);
    command.args(arguments).arg("--data").arg(data);
    let (code, output, errors) = ended(command);
    assert_eq!((code, errors.as_str()), (Some(0), ""), "{name}: {output}");
    output
}

/// Settles the day and gives the lines of its returns. The reversal of the void grants a second time.
fn day_is_right(data: &Path) -> Vec<String> {
    // The void, its reversal, and two refunds.
    let proven = told("ledger", &["verify", "--config", EXAMPLE], data);
    assert!(proven.contains("  return-asked: 4\n") && proven.contains("  returned: 4\n"), "{proven}");
    let out = data.join("settlement");
    let out_text = out.display().to_string();
    told("settle", &["--config", EXAMPLE, "--date", "2024-10-01", "--out", &out_text], data);
    let mut verify = lijian("verify");
    verify.arg(&out);
    let (code, output, errors) = ended(verify);
    assert_eq!((code, errors.as_str()), (Some(0), ""), "{output}");
    assert!(output.contains("granted 320000 - returned 320000 = net 0 minor units"), "{output}");
    let detail = std::fs::read_to_string(out.join("detail.csv")).unwrap();
    detail.lines().filter(|line| line.starts_with("return,2024-10-01,")).map(str::to_owned).collect()
}

/// The campaign gives the subsidy back first: the first part brings all of it, the last part the person's allowance.
#[tokio::test]
async fn a_void_its_reversal_and_a_refund_in_two_parts_over_a_restart() {
    let data = tempfile::tempdir().unwrap();
    let (address, observations) = issuer(|_| {});
    let daemon = Daemon::start(data.path(), address, &[]);
    daemon.until_issuer();
    let (_, _, opening) = daemon.budget(BUDGET);
    let till = Till::connect(daemon.acquirer("ascii"), "iso87-ascii").await.unwrap();
    let mut counter = Counter { till, daemon: &daemon, issuer: &observations, opening };
    let sale = request(&counter.till, &refrigerator(1, 800_000), RRN);
    let dialect = Dialect::shipped("iso87-ascii").unwrap().unwrap();
    counter.check(&sale, "00", DISCOUNT, 640_000).await;

    // While the void itself can be reversed its money is not given to others.
    let void = sale.void(&dialect, 2).with(37, "424242424243");
    counter.check(&void, "00", DISCOUNT, 0).await;
    assert_eq!(counter.asked(), ("0200".to_owned(), Some(NET)));
    counter.check(&void.repeat(), "00", DISCOUNT, 0).await;
    counter.check(&sale.refund(&dialect, 3, 1), "22", DISCOUNT, 0).await;
    let undone = void.reversal(&dialect, 4).with(37, "424242424244");
    counter.check(&undone, "00", DISCOUNT, 640_000).await;
    assert_eq!(counter.asked(), ("0400".to_owned(), Some(NET)));

    let first = sale.refund(&dialect, 5, 300_000).with(37, "424242424245");
    counter.check(&first, "00", 0, 340_000).await;
    assert_eq!(counter.asked(), ("0220".to_owned(), Some(300_000)));
    counter.check(&first.repeat(), "00", 0, 340_000).await;
    counter.check(&sale.refund(&dialect, 6, 340_001), "64", 0, 340_000).await;
    let again = request(&counter.till, &refrigerator(7, 800_000), "424242424246");
    counter.check(&again, "65", 0, 340_000).await;
    daemon.kill();

    let daemon = Daemon::start(data.path(), address, &[]);
    daemon.until_issuer();
    daemon.until(|daemon| daemon.metric("lijian_index_applied_lsn") == daemon.metric("lijian_journal_durable_lsn"));
    let till = Till::connect(daemon.acquirer("ascii"), "iso87-ascii").await.unwrap();
    let mut counter = Counter { till, daemon: &daemon, issuer: &observations, opening };
    // By the number of the sale alone.
    let last = sale.refund(&dialect, 8, 340_000).without(90).with(37, RRN);
    counter.check(&last.clone().with(4, "000000340001"), "64", 0, 340_000).await;
    counter.check(&last.with(11, "000009"), "00", 0, 0).await;
    counter.check(&first.repeat(), "00", 0, 0).await;
    counter.check(&void.repeat(), "22", 0, 0).await;

    daemon.until(|daemon| daemon.metric("lijian_index_applied_lsn") == daemon.metric("lijian_journal_durable_lsn"));
    let found = daemon.json(&format!("/api/v1/transactions/{RRN}"));
    let records = found["transactions"][0]["records"].as_array().unwrap();
    let count = |kind: &str| records.iter().filter(|record| record["kind"] == kind).count();
    assert_eq!((count("returned"), count("gave-back")), (4, 2), "{found}");
    let story = told("explain", &[RRN, "--json"], data.path());
    let story: serde_json::Value = serde_json::from_str(&story).unwrap();
    assert_eq!(story["transactions"][0]["state"], "returned", "{story}");
    assert_eq!(found["transactions"][0]["state"], "returned", "the page and the command say the same: {found}");
    // The void, then the two parts: gross, subsidy, paid.
    let returned = day_is_right(data.path());
    let [void, first, last] = returned.as_slice() else { panic!("{returned:?}") };
    assert!(void.contains(",800000,160000,640000,"), "{void}");
    assert!(first.contains(",460000,160000,300000,"), "{first}");
    assert!(last.contains(",340000,0,340000,"), "{last}");
}

/// The same of a terminal, which names its originals by batch, trace number and date, and says the full price.
#[tokio::test]
async fn a_terminal_voids_and_refunds_through_an_issuer_of_another_dialect() {
    let data = tempfile::tempdir().unwrap();
    let (address, observations) = issuer(|_| {});
    let daemon = Daemon::start(data.path(), address, &["links.acquirers.pos.refund_amount=gross"]);
    daemon.until_issuer();
    let (_, _, opening) = daemon.budget(BUDGET);
    let till = Till::connect(daemon.acquirer("pos"), "unionpay-pos").await.unwrap();
    let mut counter = Counter { till, daemon: &daemon, issuer: &observations, opening };
    let dialect = Dialect::shipped("unionpay-pos").unwrap().unwrap();
    let tags = vec![(*b"01", REFRIGERATOR.to_owned()), (*b"03", "800000".to_owned())];
    let sale = Sale { merchant: "999584057220002".to_owned(), tags, ..plain(1, 800_000) };
    let sale = sale.request(&dialect).unwrap();
    counter.check(&sale, "00", DISCOUNT, 640_000).await;

    let void = sale.void(&dialect, 2);
    counter.check(&void, "00", DISCOUNT, 0).await;
    assert_eq!(counter.asked(), ("0200".to_owned(), Some(NET)));
    counter.check(&void.reversal(&dialect, 2), "00", DISCOUNT, 640_000).await;
    assert_eq!(counter.asked(), ("0400".to_owned(), Some(NET)));

    // 1,000.00 of the price are the sponsors' alone: the issuer is not asked. Of the rest 600.00 are.
    counter.check(&sale.refund(&dialect, 3, 100_000), "00", 60_000, 640_000).await;
    assert_eq!(counter.asked().0, "0400");
    counter.check(&sale.refund(&dialect, 4, 700_000), "00", 0, 0).await;
    assert_eq!(counter.asked(), ("0220".to_owned(), Some(NET)));
    counter.check(&sale.refund(&dialect, 5, 1), "64", 0, 0).await;
    // The void, then the two parts: gross, subsidy, paid.
    let returned = day_is_right(data.path());
    let [void, first, last] = returned.as_slice() else { panic!("{returned:?}") };
    assert!(void.contains(",800000,160000,640000,"), "{void}");
    assert!(first.contains(",100000,100000,0,"), "{first}");
    assert!(last.contains(",700000,60000,640000,"), "{last}");
}
