//! Subsidy data that do not add up, or cannot be read: refused with their code, and no money moves.

use super::victim::Victim;
use crate::daemon::host::{PATIENCE, REFRIGERATOR, plain, request, tag};
use lijian_load::till::{Request, Till};

const AMOUNT: u64 = 800_000;

fn sale(till: &Till, stan: u32, run: &str) -> Request {
    request(till, &plain(stan, AMOUNT), "424242424242").with(48, run)
}

#[tokio::test]
async fn items_that_cannot_be_granted_are_refused_by_their_code() {
    let victim = Victim::start(&[]);
    let mut till = victim.till("iso87-ascii").await;
    let item = format!("01013{REFRIGERATOR}");
    let price = "03006800000";
    let mut stan = 0;
    let mut check = async |run: &str, code: &str, response_code: &str| {
        stan += 1;
        let answer = till.ask(&sale(&till, stan, run), PATIENCE).await.unwrap();
        assert_eq!((answer.text(39).as_str(), tag(&answer, "82").as_str()), (response_code, code), "{run}");
        assert_eq!((tag(&answer, "81"), tag(&answer, "84")), (String::new(), String::new()), "{run}");
    };
    check(&format!("010136901840100071{price}"), "N107", "30").await;
    check(&format!("01013690184010007X{price}"), "N107", "30").await;
    check(&format!("010076901840{price}"), "N107", "30").await;
    check(&format!("0101369018401100000{price}"), "N107", "30").await;
    check(&format!("01013{}{price}", "4006381333931"), "N102", "57").await;
    check(&format!("{item}020010{price}"), "N107", "30").await;
    check(&format!("{item}020012{price}"), "N107", "30").await;
    check(&format!("{item}020109999999999{price}"), "N107", "30").await;
    check(&format!("{item}02002-1{price}"), "N107", "30").await;
    check(&format!("{item}020018{}", "03006100000"), "N107", "30").await;
    check(&format!("{item}03006799999"), "N107", "30").await;
    check(&format!("{item}0302018446744073709551615"), "N107", "30").await;
    check(&format!("{item}020019{}", "0302018446744073709551615"), "N107", "30").await;
    check(&format!("{item}03007-800000"), "N107", "30").await;
    check(&format!("{item}03000"), "N107", "30").await;
    check(&item, "N107", "30").await;
    check(&format!("{item}03006400000{item}03006400000"), "N107", "30").await;
    check(&format!("{item}{price}{price}"), "N107", "30").await;
    check(&format!("{item}{price}XX"), "N107", "30").await;
    check(&format!("{item}{price}Z9999"), "N107", "30").await;
    check(&format!("{item}{price}Z90+1A"), "N107", "30").await;
    check(&format!("{item}{price}07006999999"), "N107", "30").await;
    check(&format!("{item}{price}84016000100000000000A"), "N115", "57").await;
    victim.unharmed("iso87-ascii").await;
}

#[tokio::test]
async fn an_amount_that_is_missing_or_nothing_is_refused() {
    let victim = Victim::start(&[]);
    let mut till = victim.till("iso87-ascii").await;
    let run = format!("01013{REFRIGERATOR}03006800000");
    let nothing = sale(&till, 1, &run).with(4, "000000000000");
    let answer = till.ask(&nothing, PATIENCE).await.unwrap();
    assert_eq!((answer.text(39).as_str(), tag(&answer, "82").as_str()), ("30", "N107"));
    let answer = till.ask(&sale(&till, 2, &run).without(4), PATIENCE).await.unwrap();
    assert_eq!((answer.text(39).as_str(), tag(&answer, "82").as_str()), ("30", "N107"));
    let free = sale(&till, 3, &format!("01013{REFRIGERATOR}030010")).with(4, "000000000000");
    let answer = till.ask(&free, PATIENCE).await.unwrap();
    assert_ne!((answer.text(39).as_str(), tag(&answer, "82").as_str()), ("00", "G000"));
    victim.unharmed("iso87-ascii").await;
}
