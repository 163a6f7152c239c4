//! Baskets of several categories, whose budgets stand by themselves, refunded in parts: what each budget has left, and a
//! settled day of it that proves itself.

use super::host::{PATIENCE, issuer, plain, request, tag};
use super::process::Daemon;
use crate::settlement::commands::{EXAMPLE, ended, lijian};
use lijian_codecs::dialect::Dialect;
use lijian_load::till::{Request, Sale, Till};
use std::path::Path;

/// Two categories at 10 % with budgets of their own; a person may have so much of each.
const CAMPAIGN: &str = r#"
id = "baskets"
period = { first = 2024-09-06, last = 2024-12-31 }
sale_form = "basket"
serial_numbers = "ignored"
rounding = "floor"
[budget]
campaign_fen = 1_000_000
[[sponsors]]
id = "bureau"
[[categories]]
ids = ["refrigerator"]
rate_basis_points = 1000
cap_per_item_fen = 200_000
money_per_person_fen = 100_000
budget_fen = 500_000
[[categories]]
ids = ["phone"]
rate_basis_points = 1000
cap_per_item_fen = 200_000
money_per_person_fen = 100_000
budget_fen = 300_000
[refund]
split = "pro-rata"
allowance = "same-day"
"#;
const REFRIGERATOR: &str = "6901840100070";
const PHONE: &str = "6962410800493";

/// A refrigerator of 1,000.00 and a phone of 500.00: 100.00 and 50.00 off.
fn basket(till: &Till, stan: u32, rrn: &str) -> Request {
    let items = [(*b"01", REFRIGERATOR), (*b"03", "100000"), (*b"01", PHONE), (*b"03", "50000")];
    let tags = items.map(|(tag, value)| (tag, value.to_owned())).to_vec();
    request(till, &Sale { tags, ..plain(stan, 150_000) }, rrn)
}

fn used(daemon: &Daemon) -> [u64; 3] {
    ["category:baskets:refrigerator", "category:baskets:phone", "campaign:baskets"].map(|id| {
        let (held, used, _) = daemon.budget(id);
        assert_eq!(held, 0, "{id}");
        used
    })
}

fn settle_and_verify(data: &Path) -> String {
    let out = data.join("settlement");
    let mut settle = lijian("settle");
    settle.args(["--config", EXAMPLE, "--date", "2024-10-01", "--data"]).arg(data).arg("--out").arg(&out);
    let mut verify = lijian("verify");
    verify.arg(&out);
    for command in [settle, verify] {
        let (code, output, errors) = ended(command);
        assert_eq!((code, errors.as_str()), (Some(0), ""), "{output}");
    }
    std::fs::read_to_string(out.join("totals.csv")).unwrap()
}

#[tokio::test]
async fn budgets_of_categories_get_back_what_the_lines_of_the_day_say() {
    let folder = tempfile::tempdir().unwrap();
    let (campaign, data) = (folder.path().join("baskets.toml"), folder.path().join("data"));
    std::fs::write(&campaign, CAMPAIGN).unwrap();
    let (address, _) = issuer(|_| {});
    let daemon = Daemon::start(&data, address, &[&format!("campaigns.files=[{campaign:?}]")]);
    daemon.until_issuer();
    let mut till = Till::connect(daemon.acquirer("ascii"), "iso87-ascii").await.unwrap();
    let dialect = Dialect::shipped("iso87-ascii").unwrap().unwrap();
    let sale = basket(&till, 1, "424242424242");
    let answer = till.ask(&sale, PATIENCE).await.unwrap();
    assert_eq!((tag(&answer, "82").as_str(), tag(&answer, "81").as_str()), ("G000", "15000"));
    assert_eq!(used(&daemon), [10_000, 5_000, 15_000]);

    // Of 1,350.00 that the card paid 675.00, 450.00 and then the rest: half of the discount, a third, a sixth. The
    // refrigerator comes back first.
    for (stan, net, left) in [(2, 67_500, [2_500, 5_000, 7_500]), (3, 45_000, [0, 2_500, 2_500]), (4, 22_500, [0; 3])] {
        let refund = sale.refund(&dialect, stan, net).with(37, format!("42424242425{stan}"));
        assert_eq!(till.ask(&refund, PATIENCE).await.unwrap().text(39), "00");
        assert_eq!(used(&daemon), left, "{net}");
        let totals = settle_and_verify(&data);
        for (category, given, left) in [("refrigerator", 10_000, left[0]), ("phone", 5_000, left[1])] {
            let line = format!("category,baskets,{category},{given},{},{left},", given - left);
            assert!(totals.contains(&line), "{line} is not in {totals}");
        }
    }
    // And the person's allowances are as they were: ten such baskets use up that of refrigerators.
    for stan in 10..20 {
        let answer = till.ask(&basket(&till, stan, &format!("4242424242{stan}")), PATIENCE).await.unwrap();
        assert_eq!(tag(&answer, "82"), "G000");
    }
    let answer = till.ask(&basket(&till, 20, "424242424220"), PATIENCE).await.unwrap();
    assert_eq!((tag(&answer, "82").as_str(), used(&daemon)), ("N105", [100_000, 50_000, 150_000]));
}
