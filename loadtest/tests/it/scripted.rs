//! Declines, silence, lateness and delay. Silence and order are shown by what overtakes, never by the clock.

use crate::stage::{PATIENCE, Stage, answered, ask, echo, request, result, start};
use lijian_load::issuer::{Issuer, IssuerError, IssuerSettings, Outcome};
use lijian_load::till::{Request, Till};
use std::net::SocketAddr;
use std::sync::Arc;

#[tokio::test]
async fn declines_by_amount() {
    let stage = start("iso87-ascii", |settings| {
        settings.decline_amounts = [(6_660, *b"59"), (5_150, *b"51")].into();
    })
    .await;
    let mut till = stage.till().await;
    for (stan, amount_minor, code) in [(1, 6_660, "59"), (2, 5_150, "51"), (3, 5_151, "00")] {
        let request = request(&till, stan, amount_minor);
        let answer = ask(&mut till, &request).await;
        assert_eq!((result(&answer), answer.field(38).is_some()), (answered("0210", code), code == "00"));
    }
    let totals = stage.end().await;
    assert_eq!((totals.declined, totals.approved, totals.sums.paid_minor()), (2, 1, 5_151));
}

#[tokio::test]
async fn a_silent_amount_is_booked_never_answered_and_can_be_reversed() {
    let stage = start("iso87-ascii", |settings| settings.silent_amounts = [7_770].into()).await;
    let mut till = stage.till().await;
    let silent = request(&till, 1, 7_770);
    till.send(&silent).await.unwrap();
    till.send(&silent.repeat()).await.unwrap();
    assert_eq!(result(&ask(&mut till, &echo(2)).await), answered("0810", "00"));
    assert_eq!(till.unasked(), []);
    let totals = stage.observations.totals();
    assert_eq!((totals.silent, totals.repeats, totals.answered, totals.sums.paid_minor()), (1, 1, 1, 7_770));
    assert_eq!(stage.observations.seen()[0].answered, None);
    let reversal = silent.reversal(till.dialect(), 3);
    assert_eq!(result(&ask(&mut till, &reversal).await), answered("0410", "00"));
    assert_eq!(stage.end().await.sums.paid_minor(), 0);
}

/// Sends the requests with one write, so that they are handled together; the trace numbers of the answers as they come.
async fn order_of_answers(stage: &Stage, requests: impl Fn(&Till) -> [Request; 2]) -> [String; 2] {
    let mut till = stage.till().await;
    let mut bytes = Vec::new();
    for request in requests(&till) {
        till.frame_request(&request, &mut bytes).unwrap();
    }
    till.send_bytes(&bytes).await.unwrap();
    [till.receive(PATIENCE).await.unwrap().text(11), till.receive(PATIENCE).await.unwrap().text(11)]
}

#[tokio::test]
async fn a_late_amount_is_overtaken() {
    let stage = start("iso87-ascii", |settings| settings.late_amounts = [(8_880, 20)].into()).await;
    let order = order_of_answers(&stage, |till| [request(till, 1, 8_880), request(till, 2, 100)]).await;
    assert_eq!(order, ["000002", "000001"]);
    assert_eq!(stage.end().await.late, 1);
}

#[tokio::test]
async fn latency_holds_back_money_but_not_echo() {
    let stage = start("iso87-ascii", |settings| settings.latency_ms = 20).await;
    let order = order_of_answers(&stage, |till| [request(till, 1, 100), echo(2)]).await;
    assert_eq!(order, ["000002", "000001"]);
}

#[tokio::test]
async fn percentages_hit_the_same_requests_in_every_run() {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let stage = start("iso87-ascii", |settings| (settings.decline_percent, settings.seed) = (30, 9)).await;
        let mut till = stage.till().await;
        let requests: Vec<_> = (0..200).map(|stan| request(&till, stan, 100)).collect();
        let answers = till.pipeline(&requests, PATIENCE).await.unwrap();
        runs.push(answers.into_iter().map(|answer| answer.unwrap().text(39)).collect::<Vec<_>>());
        let declined = stage.observations.seen().iter().filter(|seen| seen.outcome == Outcome::Declined).count();
        assert!((30..90).contains(&declined), "{declined} of 200");
    }
    assert_eq!(runs[0], runs[1]);
}

#[tokio::test]
async fn percentages_over_a_hundred_are_refused() {
    let dialect = Arc::new(lijian_codecs::dialect::Dialect::shipped("iso87-ascii").unwrap().unwrap());
    let mut settings = IssuerSettings::new(SocketAddr::from(([127, 0, 0, 1], 0)), dialect);
    (settings.decline_percent, settings.silent_percent) = (60, 41);
    assert!(matches!(Issuer::bind(settings).await, Err(IssuerError::Percentages { .. })));
}
