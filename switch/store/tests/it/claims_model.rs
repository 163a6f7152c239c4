//! The table of claims against maps that a person can check by eye, for random records, right and wrong ones.

use lijian_domain::claims::{Claim, ClaimId, ClaimSpan, ClaimStage};
use lijian_domain::ids::{CampaignId, MerchantId, PackId, PersonKey, RulesVersion};
use lijian_domain::record::{ClaimChanged, Claimed, Drawn};
use lijian_domain::text::Text;
use lijian_domain::time::UnixMicros;
use lijian_store::claims::{ClaimError, Claims};
use proptest::prelude::{Strategy, any, prop_oneof, proptest};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

const SECOND_US: i64 = 1_000_000;
const QUARTER_US: i64 = 900 * SECOND_US;
const CLAIMS: u64 = 24;

#[derive(Clone, Debug)]
enum Told {
    Claimed(UnixMicros, Claimed),
    Changed(ClaimChanged),
    /// The number who entered is right, or off by so many.
    Drawn(Drawn, u32),
}

fn campaign(number: u8) -> CampaignId {
    CampaignId::new(["one", "two"][usize::from(number % 2)]).unwrap()
}

fn pack(number: u8) -> PackId {
    PackId::new(["phone", "fridge"][usize::from(number % 2)]).unwrap()
}

fn stages() -> impl Strategy<Value = ClaimStage> {
    (0..6_usize).prop_map(|number| ClaimStage::ALL[number])
}

/// None, some that are right, and some that no claim can have.
fn spans() -> impl Strategy<Value = ClaimSpan> {
    let span = |from, until| ClaimSpan { from: UnixMicros(from), until: UnixMicros(until) };
    (0..8_u8).prop_map(move |which| match which {
        0..=3 => ClaimSpan::default(),
        4 | 5 => span(5 * SECOND_US, 9 * SECOND_US),
        6 => span(SECOND_US, 4_294_967_295 * SECOND_US),
        _ => [span(9, 8), span(1, SECOND_US), span(SECOND_US, SECOND_US)][usize::from(which % 3)],
    })
}

fn tellings() -> impl Strategy<Value = Vec<Told>> {
    let claimed = (0..CLAIMS, any::<u8>(), any::<u8>(), 0..3_u8, stages(), spans(), 0..12_i64);
    let claimed = claimed.prop_map(|(claim, of, what, who, stage, span, quarter)| {
        let (claim, campaign, pack, person) = (ClaimId::new(claim), campaign(of), pack(what), PersonKey([who; 16]));
        // Most are as they should be.
        let stage = if of < 200 { ClaimStage::ALL[usize::from(of % 3)] } else { stage };
        let timed = stage == ClaimStage::Issued || (stage == ClaimStage::Unconfirmed && who == 1);
        let right = if timed { issued() } else { ClaimSpan::default() };
        let span = if what < 220 { right } else { span };
        let (rules, by) = (RulesVersion::default(), Text::EMPTY);
        let at = UnixMicros((quarter - 4) * QUARTER_US + 7);
        Told::Claimed(at, Claimed { claim, campaign, pack, person, stage, span, rules, by })
    });
    let changed = (0..CLAIMS, stages(), spans()).prop_map(|(claim, stage, span)| {
        let (merchant, by) = (MerchantId::default(), Text::EMPTY);
        Told::Changed(ClaimChanged { claim: ClaimId::new(claim), stage, span, merchant, by })
    });
    let drawn = (any::<u8>(), any::<u8>(), 0..4_u32, 0..8_u32, stages(), spans());
    let drawn = drawn.prop_map(|(of, seed, winners, off, stage, span)| {
        let stage = if of < 200 { ClaimStage::Issued } else { stage };
        let span = if of < 200 { issued() } else { span };
        let (maker, checker) = (Text::new("a").unwrap(), Text::new("b").unwrap());
        let drawn =
            Drawn { campaign: campaign(of), seed: [seed; 32], entered: 0, winners, stage, span, maker, checker };
        Told::Drawn(drawn, off.saturating_sub(6))
    });
    proptest::collection::vec(prop_oneof![6 => claimed, 6 => changed, 1 => drawn], 1..120)
}

fn issued() -> ClaimSpan {
    ClaimSpan { from: UnixMicros(2 * SECOND_US), until: UnixMicros(20 * SECOND_US) }
}

/// Claims by the order in which they were made; everything else is asked of all of them.
#[derive(Default)]
struct Model {
    claims: Vec<(UnixMicros, Claim)>,
    drawn: BTreeMap<CampaignId, ([u8; 32], u32, u32)>,
}

impl Model {
    fn find(&mut self, id: ClaimId) -> Option<&mut Claim> {
        self.claims.iter_mut().map(|(_, claim)| claim).find(|claim| claim.id == id)
    }

    fn entered(&self, of: CampaignId) -> Vec<ClaimId> {
        let entered = self.claims.iter().map(|(_, claim)| claim);
        entered.filter(|claim| claim.campaign == of && claim.stage == ClaimStage::Entered).map(|one| one.id).collect()
    }

    fn tell(&mut self, told: &Told) -> Result<(), ClaimError> {
        use ClaimStage::{Entered, HandedBack, Issued, NotDrawn, Unconfirmed, Withdrawn};
        match told {
            Told::Claimed(at, made) => {
                if self.find(made.claim).is_some() {
                    return Err(ClaimError::Taken);
                }
                if ![Entered, Unconfirmed, Issued].contains(&made.stage) {
                    return Err(ClaimError::Stage { from: None, to: made.stage });
                }
                fits(made.stage, made.span)?;
                let Claimed { claim: id, campaign, pack, person, stage, span, .. } = *made;
                self.claims.push((*at, Claim { id, campaign, pack, person, stage, span }));
            }
            Told::Changed(change) => {
                let claim = self.find(change.claim).ok_or(ClaimError::Unknown)?;
                let live = [Entered, Unconfirmed, Issued].contains(&claim.stage);
                match change.stage {
                    Issued if claim.stage == Unconfirmed => fits(Issued, change.span)?,
                    HandedBack | Withdrawn if live && change.span != claim.span => return Err(ClaimError::Span),
                    HandedBack | Withdrawn if live => {}
                    to => return Err(ClaimError::Stage { from: Some(claim.stage), to }),
                }
                (claim.stage, claim.span) = (change.stage, change.span);
            }
            Told::Drawn(draw, _) => {
                if ![Unconfirmed, Issued].contains(&draw.stage) {
                    return Err(ClaimError::Winners(draw.stage));
                }
                fits(draw.stage, draw.span)?;
                let entered = self.entered(draw.campaign);
                let expected = u32::try_from(entered.len()).unwrap();
                if expected != draw.entered {
                    return Err(ClaimError::Entered { expected, got: draw.entered });
                }
                let mut ranked: Vec<(Vec<u8>, ClaimId)> = entered
                    .iter()
                    .map(|id| {
                        (
                            Sha256::digest([&draw.seed[..], &Sha256::digest(id.get().to_be_bytes())].concat()).to_vec(),
                            *id,
                        )
                    })
                    .collect();
                ranked.sort();
                for (place, (_, id)) in ranked.iter().enumerate() {
                    let won = place < usize::try_from(draw.winners).unwrap();
                    let claim = self.find(*id).unwrap();
                    (claim.stage, claim.span) =
                        if won { (draw.stage, draw.span) } else { (NotDrawn, ClaimSpan::default()) };
                }
                self.drawn.insert(draw.campaign, (draw.seed, expected, draw.winners.min(expected)));
            }
        }
        Ok(())
    }
}

fn fits(stage: ClaimStage, span: ClaimSpan) -> Result<(), ClaimError> {
    let whole = |at: UnixMicros| at.0 % SECOND_US == 0 && (0..=4_294_967_295).contains(&(at.0 / SECOND_US));
    let (timed, none) = (whole(span.from) && whole(span.until) && span.from < span.until, span == ClaimSpan::default());
    let right = match stage {
        ClaimStage::Issued => timed,
        ClaimStage::Unconfirmed => timed || none,
        _ => none,
    };
    if right { Ok(()) } else { Err(ClaimError::Span) }
}

fn same(claims: &Claims, model: &Model) {
    assert!(claims.iter().eq(model.claims.iter().map(|(_, claim)| *claim)));
    assert_eq!((claims.len(), claims.is_empty()), (model.claims.len(), model.claims.is_empty()));
    for id in (0..CLAIMS).map(ClaimId::new) {
        let expected = model.claims.iter().map(|(_, claim)| *claim).find(|claim| claim.id == id);
        assert_eq!(claims.get(id), expected);
    }
    for of in [0, 1].map(campaign) {
        for (what, who) in [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)] {
            let (pack, person) = (pack(what), PersonKey([who; 16]));
            let is_it = |claim: &&Claim| (claim.campaign, claim.pack, claim.person) == (of, pack, person);
            let made: Vec<&Claim> = model.claims.iter().map(|(_, claim)| claim).filter(is_it).collect();
            let found = claims.made(&of, &pack, &person);
            assert_eq!(found.map_or(0, |made| made.count), u32::try_from(made.len()).unwrap());
            assert_eq!(found.map(|made| made.latest), made.last().map(|claim| **claim));
        }
        assert_eq!(claims.entered(&of), u32::try_from(model.entered(of).len()).unwrap());
        for (from, until) in [(-4, 8), (-1, 1), (0, 0), (3, 1), (2, 3)] {
            let span = ClaimSpan { from: UnixMicros(from * QUARTER_US), until: UnixMicros(until * QUARTER_US) };
            let taken = model.claims.iter().filter(|(at, claim)| claim.campaign == of && span.contains(*at)).count();
            assert_eq!(claims.taken(of, span), u64::try_from(taken).unwrap());
        }
        let last = claims.last_draw(&of).map(|draw| (draw.seed, draw.entered, draw.won));
        assert_eq!(last, model.drawn.get(&of).copied());
    }
}

fn run(tellings: Vec<Told>) {
    let (mut claims, mut model) = (Claims::new(), Model::default());
    for mut told in tellings {
        if let Told::Drawn(drawn, off) = &mut told {
            drawn.entered = u32::try_from(model.entered(drawn.campaign).len()).unwrap() + *off;
        }
        let expected = model.tell(&told);
        let got = match &told {
            Told::Claimed(at, claimed) => claims.claimed(*at, claimed),
            Told::Changed(changed) => claims.changed(changed),
            Told::Drawn(drawn, _) => claims.drawn(drawn).map(drop),
        };
        assert_eq!(got, expected, "{told:?}");
        same(&claims, &model);
    }
    let mut restored = Claims::of(claims.saved()).unwrap();
    claims.saved_rows().for_each(|row| restored.restore(&row).unwrap());
    same(&restored, &model);
    assert!(restored == claims);
    if let Some(row) = claims.saved_rows().next() {
        assert_eq!(restored.restore(&row), Err(ClaimError::Taken));
    }
}

proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 400, failure_persistence: None, ..Default::default() })]

    #[test]
    fn every_record_does_what_the_model_does(tellings in tellings()) {
        run(tellings);
    }
}
