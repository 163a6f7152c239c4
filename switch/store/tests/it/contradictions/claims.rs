//! Claims that cannot have gone on like that, after any history.

use super::stops;
use crate::history::histories;
use lijian_domain::claims::{ClaimId, ClaimSpan, ClaimStage};
use lijian_domain::ids::{CampaignId, MerchantId, PackId, PersonKey, RulesVersion};
use lijian_domain::record::{ClaimChanged, Claimed, Drawn, Entry, Record};
use lijian_domain::text::Text;
use lijian_domain::time::UnixMicros;
use lijian_store::claims::ClaimError;
use lijian_store::recovery::Contradiction;
use proptest::prelude::{ProptestConfig, proptest};

/// No history draws it: its numbers are multiples of another one.
const CLAIM: ClaimId = ClaimId::new(7);
const NONE: ClaimSpan = ClaimSpan { from: UnixMicros(0), until: UnixMicros(0) };
const SPAN: ClaimSpan = ClaimSpan { from: UnixMicros(3_000_000), until: UnixMicros(4_000_000) };
const SPLIT: ClaimSpan = ClaimSpan { from: UnixMicros(3_000_000), until: UnixMicros(4_000_001) };

fn elsewhere() -> CampaignId {
    CampaignId::new("elsewhere").unwrap()
}

fn claimed(stage: ClaimStage, span: ClaimSpan) -> Record {
    let (pack, person) = (PackId::new("phone").unwrap(), PersonKey([9; 16]));
    let (rules, by) = (RulesVersion::default(), Text::EMPTY);
    Record::Claimed(Claimed { claim: CLAIM, campaign: elsewhere(), pack, person, stage, span, rules, by })
}

fn changed(stage: ClaimStage, span: ClaimSpan) -> Record {
    Record::ClaimChanged(ClaimChanged { claim: CLAIM, stage, span, merchant: MerchantId::default(), by: Text::EMPTY })
}

fn drawn(entered: u32, stage: ClaimStage, span: ClaimSpan) -> Record {
    let (maker, checker) = (Text::EMPTY, Text::EMPTY);
    let (campaign, seed) = (elsewhere(), [1; 32]);
    Record::Drawn(Drawn { campaign, seed, entered, winners: 1, stage, span, maker, checker })
}

fn cannot_follow(history: &[Entry]) {
    use ClaimStage::{Entered, HandedBack, Issued, NotDrawn, Unconfirmed, Withdrawn};
    let check = |before: &[Record], record: Record, source: ClaimError| {
        stops(history, |tail| {
            for record in before {
                tail.append(record.clone());
            }
            let step = record.kind();
            Contradiction::Claims { at: tail.append(record), step, source }
        });
    };
    let stage = |from, to| ClaimError::Stage { from, to };
    check(&[claimed(Issued, SPAN)], claimed(Issued, SPAN), ClaimError::Taken);
    for (to, span) in [(HandedBack, SPAN), (NotDrawn, NONE), (Withdrawn, SPAN)] {
        check(&[], claimed(to, span), stage(None, to));
    }
    for record in [claimed(Issued, NONE), claimed(Entered, SPAN), claimed(Unconfirmed, SPLIT), claimed(Issued, SPLIT)] {
        check(&[], record, ClaimError::Span);
    }
    check(&[], changed(HandedBack, NONE), ClaimError::Unknown);
    check(&[claimed(Issued, SPAN)], changed(Issued, SPAN), stage(Some(Issued), Issued));
    check(&[claimed(Entered, NONE)], changed(Issued, SPAN), stage(Some(Entered), Issued));
    check(&[claimed(Unconfirmed, NONE)], changed(NotDrawn, NONE), stage(Some(Unconfirmed), NotDrawn));
    check(&[claimed(Unconfirmed, NONE)], changed(Issued, SPLIT), ClaimError::Span);
    check(&[claimed(Issued, SPAN)], changed(HandedBack, NONE), ClaimError::Span);
    check(&[claimed(Unconfirmed, SPAN)], changed(Withdrawn, NONE), ClaimError::Span);
    let given = [claimed(Issued, SPAN), changed(HandedBack, SPAN)];
    check(&given, changed(Withdrawn, SPAN), stage(Some(HandedBack), Withdrawn));
    check(&[], drawn(1, Issued, SPAN), ClaimError::Entered { expected: 0, got: 1 });
    check(&[claimed(Entered, NONE)], drawn(0, Issued, SPAN), ClaimError::Entered { expected: 1, got: 0 });
    check(&[claimed(Entered, NONE)], drawn(1, NotDrawn, NONE), ClaimError::Winners(NotDrawn));
    check(&[claimed(Entered, NONE)], drawn(1, Unconfirmed, SPLIT), ClaimError::Span);
    let over = [claimed(Entered, NONE), drawn(1, Issued, SPAN)];
    check(&over, drawn(1, Issued, SPAN), ClaimError::Entered { expected: 0, got: 1 });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..Default::default() })]

    #[test]
    fn claims_that_cannot_follow_stop_the_start(history in histories()) {
        cannot_follow(&history);
    }
}
