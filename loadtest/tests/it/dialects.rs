//! Every shipped dialect: a sale with subsidy data, its repeat, its reversal.

use crate::stage::{ask, sale, start};
use lijian_codecs::dialect::SHIPPED;
use lijian_load::issuer::Outcome;
use lijian_load::till::Till;

#[tokio::test]
async fn sale_repeat_and_reversal_in_every_dialect() {
    for (name, _) in SHIPPED {
        let stage = start(name, |_| {}).await;
        let mut till = Till::connect(stage.address, name).await.unwrap();
        let mut tagged = sale(4_711, 123_456);
        tagged.tags = vec![(*b"01", "6901234567892".to_owned()), (*b"02", "1".to_owned())];
        let request = tagged.request(till.dialect()).unwrap();
        let approved = if till.dialect().mti_version() == 1 { "000" } else { "00" };
        let answer = ask(&mut till, &request).await;
        assert_eq!((answer.text(39), answer.mti), (approved.to_owned(), request.mti.response()), "{name}");
        assert_eq!((answer.text(11), answer.amount_minor()), ("004711".to_owned(), Some(123_456)), "{name}");
        assert_eq!(ask(&mut till, &request.repeat()).await.text(37), answer.text(37), "{name}");
        let reversal = request.reversal(till.dialect(), 4_712);
        let taken_back = ask(&mut till, &reversal).await;
        assert_eq!((taken_back.text(39), taken_back.mti), (approved.to_owned(), reversal.mti.response()), "{name}");
        let outcomes: Vec<_> = stage.observations.seen().iter().map(|seen| seen.outcome).collect();
        assert_eq!(outcomes, [Outcome::Approved, Outcome::Repeat, Outcome::Reversed], "{name}");
        let seen = stage.observations.seen().swap_remove(0);
        let place = till.dialect().semantics().subsidy.field;
        assert_eq!(seen.field(place), request.fields.get(&place).map(Vec::as_slice), "{name}");
        assert_eq!((seen.amount_minor, seen.masked_pan.as_str()), (Some(123_456), "622202******7890"), "{name}");
        assert_eq!(stage.end().await.sums.paid_minor(), 0, "{name}");
    }
}
