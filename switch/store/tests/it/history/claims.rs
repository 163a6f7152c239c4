//! Claims and changes of rules, as the exchange would write them.

use super::Day;
use lijian_domain::claims::{Claim, ClaimId, ClaimSpan, ClaimStage, lottery};
use lijian_domain::ids::{CampaignId, MerchantId, PackId, PersonKey, RulesVersion};
use lijian_domain::record::{ClaimChanged, Claimed, Drawn, Record, RulesCause, RulesChanged};
use lijian_domain::text::Text;
use lijian_domain::time::UnixMicros;

impl Day {
    pub(super) fn act_on_claims(&mut self, what: u8, pick: usize) {
        match what {
            20 | 21 => self.claim(pick),
            22 => self.change(pick),
            23 => self.draw(pick),
            _ => {
                let (maker, checker) = (Text::new("a").unwrap(), Text::EMPTY);
                let (rules, cause) = (RulesVersion([small(pick, 9); 8]), RulesCause::Signal);
                self.journal.append(Record::RulesChanged(RulesChanged { rules, cause, maker, checker }));
            }
        }
    }

    fn claim(&mut self, pick: usize) {
        let number = self.journal.last().0.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let stage = [ClaimStage::Entered, ClaimStage::Unconfirmed, ClaimStage::Issued, ClaimStage::Entered][pick % 4];
        let claim = Claim {
            id: ClaimId::new(number),
            campaign: campaign(pick / 4),
            pack: PackId::new(["phone", "fridge"][pick / 8 % 2]).unwrap(),
            person: PersonKey([small(pick / 16, 3); 16]),
            stage,
            span: if stage == ClaimStage::Issued { span(pick) } else { ClaimSpan::default() },
        };
        let Claim { id, campaign, pack, person, stage, span } = claim;
        let (rules, by) = (RulesVersion([4; 8]), Text::new("app").unwrap());
        self.journal.append(Record::Claimed(Claimed { claim: id, campaign, pack, person, stage, span, rules, by }));
        self.claims.insert(id, claim);
    }

    fn change(&mut self, pick: usize) {
        let live = [ClaimStage::Entered, ClaimStage::Unconfirmed, ClaimStage::Issued];
        let mut live: Vec<&mut Claim> = self.claims.values_mut().filter(|claim| live.contains(&claim.stage)).collect();
        let many = live.len().max(1);
        let Some(claim) = live.get_mut(pick % many) else { return };
        let confirmed = claim.stage == ClaimStage::Unconfirmed && !pick.is_multiple_of(3);
        if confirmed {
            (claim.stage, claim.span) = (ClaimStage::Issued, span(pick));
        } else {
            claim.stage = [ClaimStage::HandedBack, ClaimStage::Withdrawn][pick / 3 % 2];
        }
        let merchant = MerchantId::new(if confirmed { "M1" } else { "" }).unwrap();
        let by = Text::new("app").unwrap();
        let change = ClaimChanged { claim: claim.id, stage: claim.stage, span: claim.span, merchant, by };
        self.journal.append(Record::ClaimChanged(change));
    }

    fn draw(&mut self, pick: usize) {
        let (campaign, seed) = (campaign(pick), [small(pick, 250); 32]);
        let waits = |claim: &&Claim| claim.campaign == campaign && claim.stage == ClaimStage::Entered;
        let entered: Vec<ClaimId> = self.claims.values().filter(waits).map(|claim| claim.id).collect();
        if entered.is_empty() {
            return;
        }
        let winners = u32::from(small(pick / 2, 4));
        let stage = [ClaimStage::Unconfirmed, ClaimStage::Issued][pick / 8 % 2];
        let span = if stage == ClaimStage::Issued { span(pick) } else { ClaimSpan::default() };
        let won = lottery::winners(&seed, entered.iter().copied(), usize::try_from(winners).unwrap());
        for id in &entered {
            let end = if won.contains(id) { (stage, span) } else { (ClaimStage::NotDrawn, ClaimSpan::default()) };
            let claim = self.claims.get_mut(id).unwrap();
            (claim.stage, claim.span) = end;
        }
        let (maker, checker) = (Text::new("a").unwrap(), Text::new("b").unwrap());
        let entered = u32::try_from(entered.len()).unwrap();
        self.journal.append(Record::Drawn(Drawn { campaign, seed, entered, winners, stage, span, maker, checker }));
    }
}

fn campaign(pick: usize) -> CampaignId {
    CampaignId::new(["c", "d"][pick % 2]).unwrap()
}

fn small(pick: usize, modulus: usize) -> u8 {
    u8::try_from(pick % modulus).unwrap()
}

fn span(pick: usize) -> ClaimSpan {
    let second = |number: u8| UnixMicros(i64::from(number) * 1_000_000);
    ClaimSpan { from: second(small(pick, 50)), until: second(50 + small(pick, 200)) }
}
