//! Sales, repeats and reversals: what comes back, and what the books hold afterwards.

use crate::stage::{PATIENCE, Stage, answered, ask, echo, request, result, sale};
use lijian_codecs::Mti;
use lijian_load::issuer::Outcome;

#[tokio::test]
async fn a_sale_is_approved_and_echoed() {
    let stage = Stage::plain().await;
    let mut till = stage.till().await;
    let mut tagged = sale(4_711, 123_456);
    tagged.tags = vec![(*b"01", "6901234567892".to_owned()), (*b"03", "123456".to_owned())];
    let request = tagged.request(till.dialect()).unwrap().with(54, "0000156C000000150000");
    let answer = ask(&mut till, &request).await;
    assert_eq!(result(&answer), answered("0210", "00"));
    for field in [2, 3, 4, 7, 11, 12, 13, 25, 32, 41, 42, 49] {
        assert_eq!(answer.field(field), request.fields.get(&field).map(Vec::as_slice), "field {field}");
    }
    assert_eq!((answer.text(37), answer.text(38)), ("000000000001".to_owned(), "000001".to_owned()));
    assert_eq!((answer.field(48), answer.field(54), answer.amount_minor()), (None, None, Some(123_456)));

    let seen = stage.last_seen();
    assert_eq!((seen.mti.to_string(), seen.outcome), ("0200".to_owned(), Outcome::Approved));
    assert_eq!((seen.amount_minor, seen.stan.as_str(), seen.terminal.as_str()), (Some(123_456), "004711", "TERM0001"));
    assert_eq!((seen.masked_pan.as_str(), seen.processing_code.as_str()), ("622202******7890", "000000"));
    assert_eq!(seen.field48.as_deref(), Some(&b"01013690123456789203006123456"[..]));
    assert_eq!(seen.field54.as_deref(), Some(&b"0000156C000000150000"[..]));
    assert_eq!((seen.answered.as_deref(), seen.rrn.as_deref()), (Some("00"), Some("000000000001")));
    assert_eq!((seen.field(2), seen.field(42)), (None, Some(&b"MERCHANT0000001"[..])));
    assert_eq!(stage.end().await.sums.paid_minor(), 123_456);
}

#[tokio::test]
async fn a_reference_that_the_request_brings_is_kept() {
    let stage = Stage::plain().await;
    let mut till = stage.till().await;
    let request = request(&till, 1, 100).with(37, "424242424242");
    assert_eq!(ask(&mut till, &request).await.text(37), "424242424242");
    assert_eq!(stage.last_seen().rrn.as_deref(), Some("424242424242"));
}

#[tokio::test]
async fn a_repeat_gets_the_first_answer_and_is_booked_once() {
    let stage = Stage::plain().await;
    let mut till = stage.till().await;
    let request = request(&till, 1, 5_000);
    let first = ask(&mut till, &request).await;
    let same = ask(&mut till, &request).await;
    let mut other_connection = stage.till().await;
    let repeat = ask(&mut other_connection, &request.repeat()).await;
    assert_eq!(result(&repeat), answered("0210", "00"));
    assert_eq!((first.fields == same.fields, first.fields == repeat.fields), (true, true));
    let other_amount = request.with(4, "000000005001");
    assert_eq!(result(&ask(&mut till, &other_amount).await), answered("0210", "94"));
    let totals = stage.end().await;
    assert_eq!((totals.approved, totals.repeats, totals.conflicts), (1, 2, 1));
    assert_eq!(totals.sums.paid_minor(), 5_000);
}

#[tokio::test]
async fn a_reversal_finds_its_original_and_gives_back_once() {
    let stage = Stage::plain().await;
    let mut till = stage.till().await;
    let first = request(&till, 1, 5_000);
    let second = request(&till, 2, 300);
    till.pipeline(&[first.clone(), second.clone()], PATIENCE).await.unwrap();

    let by_data = first.reversal(till.dialect(), 900);
    assert_eq!(by_data.fields[&90], b"020000000109101430050004802584000000000000");
    assert_eq!(result(&ask(&mut till, &by_data).await), answered("0410", "00"));
    assert_eq!(result(&ask(&mut till, &by_data.repeat()).await), answered("0410", "00"));
    assert_eq!(result(&ask(&mut till, &by_data.with(11, "000901")).await), answered("0410", "00"));
    let by_trace_number = second.reversal(till.dialect(), 2).without(90);
    assert_eq!(result(&ask(&mut till, &by_trace_number).await), answered("0410", "00"));

    let totals = stage.observations.totals();
    assert_eq!((totals.reversed, totals.reversals_repeated), (2, 2));
    assert_eq!(
        (totals.sums.debited_minor, totals.sums.debits_reversed_minor, totals.sums.paid_minor()),
        (5_300, 5_300, 0)
    );
    let accounts = stage.observations.accounts();
    assert_eq!((accounts.len(), accounts[0].0.to_string()), (1, "622202******7890".to_owned()));
    assert_eq!((accounts[0].1.debits_reversed_minor, accounts[0].1.paid_minor()), (5_300, 0));
}

#[tokio::test]
async fn reversals_that_fit_nothing() {
    let stage = Stage::plain().await;
    let mut till = stage.till().await;
    let original = request(&till, 1, 5_000);
    ask(&mut till, &original).await;
    let never_sent = request(&till, 7, 5_000).reversal(till.dialect(), 900);
    assert_eq!(result(&ask(&mut till, &never_sent).await), answered("0410", "25"));
    let another_day = original.clone().with(7, "0909143005").reversal(till.dialect(), 901);
    assert_eq!(result(&ask(&mut till, &another_day).await), answered("0410", "25"));
    let another_amount = original.reversal(till.dialect(), 902).with(4, "000000004999");
    assert_eq!(result(&ask(&mut till, &another_amount).await), answered("0410", "64"));
    let totals = stage.end().await;
    assert_eq!((totals.reversals_unknown, totals.reversals_wrong_amount, totals.reversed), (2, 1, 0));
    assert_eq!(totals.sums.paid_minor(), 5_000);
}

#[tokio::test]
async fn every_kind_of_request_has_its_answer() {
    let stage = Stage::plain().await;
    let mut till = stage.till().await;
    let plain = request(&till, 1, 100);
    let kinds = [
        ("0100", "0110", "00"),
        ("0120", "0130", "00"),
        ("0200", "0210", "00"),
        ("0220", "0230", "00"),
        ("0400", "0410", "25"),
        ("0420", "0430", "25"),
        ("0800", "0810", "00"),
        ("0820", "0830", "00"),
        ("0600", "0610", "40"),
    ];
    for (at, (mti, response, code)) in (1_000_u32..).zip(kinds) {
        let mut request = plain.clone().with(11, format!("{at:06}"));
        request.mti = Mti::parse(mti).unwrap();
        assert_eq!(result(&ask(&mut till, &request).await), answered(response, code), "{mti}");
    }
}

#[tokio::test]
async fn sign_on_and_echo() {
    let stage = Stage::plain().await;
    let mut till = stage.till().await;
    for code in ["001", "002", "301"] {
        let answer = ask(&mut till, &echo(1).with(70, code)).await;
        assert_eq!((result(&answer), answer.text(70)), (answered("0810", "00"), code.to_owned()));
        assert_eq!((answer.field(37), answer.field(38)), (None, None));
    }
    assert_eq!(stage.end().await.network, 3);
}

#[tokio::test]
async fn nothing_prints_a_card_number() {
    let stage = Stage::plain().await;
    let mut till = stage.till().await;
    let request = request(&till, 1, 100).with(35, "6222021234567890=30122010000012345678");
    let answer = ask(&mut till, &request).await;
    let (seen, accounts) = (stage.observations.seen(), stage.observations.accounts());
    let printed = format!("{request:?} {answer:?} {seen:?} {accounts:?} {:?} {:?}", sale(1, 100), stage.observations);
    assert!(printed.contains("622202******7890"));
    assert!(!printed.contains("6222021234567890") && !printed.contains("3012"), "{printed}");
}
