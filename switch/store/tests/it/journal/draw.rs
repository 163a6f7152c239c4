//! Records of every kind, drawn from a seed.

use arrayvec::ArrayVec;
use lijian_domain::cap::{CapBalance, CapKey, CapLimit, CapTake, TAKES_MAX};
use lijian_domain::claims::{ClaimId, ClaimSpan, ClaimStage};
use lijian_domain::code::DecisionCode;
use lijian_domain::funding::{AdvancedBy, Coupon, CouponKind, Funding};
use lijian_domain::ids::{
    CampaignId, DistrictCode, DuplicateKey, GrantId, Gtin, Lsn, MerchantId, PackId, PersonKey, QualificationCode,
    RulesVersion, Stan,
};
use lijian_domain::money::MinorUnits;
use lijian_domain::record::{
    Answer, AskedTerms, BoundCap, ClaimChanged, Claimed, DoubtCause, Drawn, GaveBack, InDoubt, Intent, Opened, Origin,
    Outcome, QueueOrder, QueueOrdered, Quoted, Recall, Record, Refused, ReleaseCause, Released, ReturnAsked,
    ReturnOutcome, ReturnWay, ReversalAsked, ReversalOutcome, RulesCause, RulesChanged, SealedCard, Tombstone,
    recorded_take,
};
use lijian_domain::sale::{Award, AwardedItem, ITEMS_MAX, ItemRequest, SponsorShare};
use lijian_domain::text::Text;
use lijian_domain::time::{BusinessDate, UnixMicros};

/// How many kinds of records there are.
pub(crate) const KINDS: u64 = 22;

/// A source of values; `full` makes every text and list as long as it can be.
pub(crate) struct Draw {
    pub(crate) state: u64,
    pub(crate) full: bool,
}

impl Draw {
    /// SplitMix64.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn small(&mut self) -> u32 {
        u32::try_from(self.next() >> 32).unwrap()
    }

    fn money(&mut self) -> MinorUnits {
        MinorUnits::new(self.next())
    }

    fn lsn(&mut self) -> Lsn {
        Lsn(self.next())
    }

    fn digest<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.next().to_le_bytes()[0])
    }

    fn text<const N: usize>(&mut self) -> Text<N> {
        let characters = ['A', '9', ' ', '-', '\0', 'é', '减', '𝄞'];
        let length = if self.full { N as u64 } else { self.below(N as u64 + 1) };
        let mut text = String::new();
        for _ in 0..length {
            let one = if self.full { 'Z' } else { characters[usize::try_from(self.below(8)).unwrap()] };
            if text.len() + one.len_utf8() <= N {
                text.push(one);
            }
        }
        Text::new(&text).unwrap()
    }

    fn list<T, const N: usize>(&mut self, mut one: impl FnMut(&mut Self) -> T) -> ArrayVec<T, N> {
        let length = if self.full { N as u64 } else { self.below(N as u64 + 1) };
        (0..length).map(|_| one(self)).collect()
    }

    fn awarded(&mut self) -> AwardedItem {
        AwardedItem {
            item: self.item(),
            category: lijian_domain::ids::CategoryId(self.text()),
            grade: (self.full || self.below(2) == 0).then(|| self.next().to_le_bytes()[0]),
            discount: self.money(),
        }
    }

    fn item(&mut self) -> ItemRequest {
        ItemRequest {
            gtin: Gtin(self.next()),
            quantity: self.small(),
            unit_price: self.money(),
            serial_number: lijian_domain::ids::SerialNumber(self.text()),
        }
    }

    fn cap(&mut self) -> CapTake {
        CapTake { limit: self.limit(), ..self.plain_cap() }
    }

    /// A cap without its limit, as a return names it.
    fn plain_cap(&mut self) -> CapTake {
        use lijian_domain::ids::{CampaignId, CategoryId, DistrictCode, MerchantId, PersonKey, TerminalId};
        let campaign = CampaignId(self.text());
        let kind = if self.full { 2 } else { self.below(13) };
        let key = match kind {
            0 => CapKey::SerialNumber(lijian_domain::ids::SerialNumber(self.text())),
            1 => CapKey::Qualification(campaign, QualificationCode(self.text())),
            2 => CapKey::PersonCategory(campaign, PersonKey(self.digest()), CategoryId(self.text())),
            3 => CapKey::Terminal(campaign, MerchantId(self.text()), TerminalId(self.text())),
            4 => CapKey::Merchant(campaign, MerchantId(self.text())),
            5 => CapKey::District(campaign, DistrictCode(self.text())),
            6 => CapKey::Category(campaign, CategoryId(self.text())),
            7 => CapKey::Day(campaign, BusinessDate(i32::from_le_bytes(self.digest()))),
            8 => CapKey::Tranche(campaign, u16::from_le_bytes(self.digest())),
            9 => CapKey::Campaign(campaign),
            10 => {
                CapKey::PersonWeek(campaign, PersonKey(self.digest()), BusinessDate(i32::from_le_bytes(self.digest())))
            }
            11 => CapKey::PersonYear(campaign, PersonKey(self.digest()), u16::from_le_bytes(self.digest())),
            _ => CapKey::PersonCampaign(campaign, PersonKey(self.digest())),
        };
        recorded_take(key, self.money(), self.small())
    }

    fn origin(&mut self) -> Origin {
        use lijian_domain::ids::{
            AcquirerId, CardFingerprint, ContentDigest, DuplicateKey, LinkName, MerchantId, Rrn, TerminalId,
            TransmissionTime,
        };
        Origin {
            link: LinkName(self.text()),
            key: DuplicateKey(self.digest()),
            content: ContentDigest(self.digest()),
            terminal: TerminalId(self.text()),
            merchant: MerchantId(self.text()),
            stan: Stan(self.small()),
            rrn: Rrn(self.text()),
            transmission: TransmissionTime(self.text()),
            acquirer: AcquirerId(self.text()),
            card: CardFingerprint(self.digest()),
        }
    }

    fn award(&mut self) -> Award {
        use lijian_domain::ids::{CampaignId, DistrictCode, RulesVersion, SponsorId};
        Award {
            campaign: CampaignId(self.text()),
            rules: RulesVersion(self.digest()),
            gross: self.money(),
            discount: self.money(),
            net: self.money(),
            district: DistrictCode(self.text()),
            items: self.list::<_, ITEMS_MAX>(Self::awarded).into_iter().collect(),
            sponsors: self.list(|draw| SponsorShare { sponsor: SponsorId(draw.text()), amount: draw.money() }),
            funding: self.funding(),
            caps: self.list::<_, { TAKES_MAX }>(Self::cap).into_iter().collect(),
        }
    }

    pub(crate) fn intent(&mut self) -> Intent {
        use lijian_domain::ids::{PersonKey, QualificationCode};
        Intent {
            origin: self.origin(),
            grant: GrantId(self.next()),
            person: PersonKey(self.digest()),
            qualification: QualificationCode(self.text()),
            trade_in: self.money(),
            bank_promotion: self.money(),
            place: DistrictCode(self.text()),
            currency: self.currency(),
            award: self.award(),
            quote: (self.full || self.below(2) == 0).then(|| self.lsn()),
            recall: self.recall(),
        }
    }

    fn limit(&mut self) -> CapLimit {
        let amount = (self.full || self.below(2) == 0).then(|| self.money());
        CapLimit { amount, count: (self.full || self.below(2) == 0).then(|| self.small()) }
    }

    fn recall(&mut self) -> Recall {
        let card = (self.full || self.below(2) == 0).then(|| SealedCard {
            day: BusinessDate(i32::from_le_bytes(self.digest())),
            nonce: self.digest(),
            bytes: self.list(|draw| draw.next().to_le_bytes()[0]),
        });
        Recall { fields: self.list(|draw| draw.next().to_le_bytes()[0]), card }
    }

    fn returned(&mut self) -> ReturnAsked {
        let ways = [ReturnWay::Void, ReturnWay::Refund, ReturnWay::VoidReversal];
        ReturnAsked {
            origin: self.origin(),
            intent: self.lsn(),
            of: (self.full || self.below(2) == 0).then(|| self.lsn()),
            way: ways[usize::try_from(self.below(3)).unwrap()],
            amount: self.money(),
            gross: self.money(),
            discount: self.money(),
            net: self.money(),
            sponsors: self.list(|draw| SponsorShare {
                sponsor: lijian_domain::ids::SponsorId(draw.text()),
                amount: draw.money(),
            }),
            takes: self.list::<_, { TAKES_MAX }>(Self::plain_cap).into_iter().collect(),
            recall: self.recall(),
        }
    }

    fn answer(&mut self) -> Answer {
        let code = DecisionCode::ALL[usize::try_from(self.below(DecisionCode::ALL.len() as u64)).unwrap()];
        Answer {
            code,
            response_code: self.text(),
            rrn: lijian_domain::ids::Rrn(self.text()),
            authorisation: lijian_domain::ids::AuthorisationCode(self.text()),
            issuer_fields: self.list(|draw| draw.next().to_le_bytes()[0]),
        }
    }

    fn outcome(&mut self) -> Outcome {
        Outcome { intent: self.lsn(), answer: self.answer() }
    }

    fn refused(&mut self) -> Refused {
        use lijian_domain::ids::{CampaignId, RulesVersion};
        Refused {
            origin: self.origin(),
            campaign: CampaignId(self.text()),
            rules: RulesVersion(self.digest()),
            amount: self.money(),
            items: self.list(Self::item),
            answer: self.answer(),
            bound: self.text(),
            bound_cap: (self.full || self.below(2) == 0).then(|| BoundCap {
                key: self.cap().key,
                limit: self.limit(),
                balance: CapBalance {
                    held: self.money(),
                    used: self.money(),
                    held_count: self.small(),
                    used_count: self.small(),
                },
            }),
            asked: (self.full || self.below(2) == 0).then(|| AskedTerms {
                person: PersonKey(self.digest()),
                qualification: QualificationCode(self.text()),
                place: DistrictCode(self.text()),
                currency: self.currency(),
                trade_in: self.money(),
                bank_promotion: self.money(),
            }),
        }
    }

    /// A record of one kind.
    pub(crate) fn record(&mut self, kind: u64) -> Record {
        let reversal =
            |draw: &mut Self| ReversalOutcome { asked: draw.lsn(), intent: draw.lsn(), answer: draw.answer() };
        match kind {
            0 => Record::Opened(Opened {
                incarnation: self.small(),
                node: u16::from_le_bytes(self.digest()),
                rules: RulesVersion(self.digest()),
                software: self.text(),
            }),
            1 => Record::Intent(self.intent()),
            2 => Record::Granted(self.outcome()),
            3 => Record::Declined(self.outcome()),
            4 => Record::Refused(self.refused()),
            5 => Record::FullPrice(self.outcome()),
            6 => {
                let causes = [DoubtCause::TimeOut, DoubtCause::LinkLost, DoubtCause::Restart, DoubtCause::OtherAmount];
                Record::InDoubt(InDoubt { intent: self.lsn(), cause: causes[usize::try_from(self.below(4)).unwrap()] })
            }
            7 => {
                let causes = [
                    ReleaseCause::ReversalConfirmed,
                    ReleaseCause::LateDecline,
                    ReleaseCause::NeverSent,
                    ReleaseCause::QuoteExpired,
                    ReleaseCause::QuoteWithdrawn,
                    ReleaseCause::Ordered,
                ];
                Record::Released(Released {
                    intent: self.lsn(),
                    cause: causes[usize::try_from(self.below(6)).unwrap()],
                })
            }
            8 => {
                Record::ReversalAsked(ReversalAsked { origin: self.origin(), intent: self.lsn(), amount: self.money() })
            }
            9 => Record::Reversed(reversal(self)),
            10 => Record::ReversalRefused(reversal(self)),
            11 => Record::Tombstone(Tombstone { origin: self.origin(), original: DuplicateKey([7; 16]) }),
            12 => {
                Record::Quoted(Quoted { sale: self.intent(), expires: UnixMicros(i64::from_le_bytes(self.digest())) })
            }
            13 => Record::ReturnAsked(self.returned()),
            14 | 15 => {
                let outcome = ReturnOutcome { asked: self.lsn(), intent: self.lsn(), answer: self.answer() };
                if kind == 14 { Record::Returned(outcome) } else { Record::ReturnRefused(outcome) }
            }
            16 => Record::GaveBack(GaveBack {
                asked: self.lsn(),
                intent: self.lsn(),
                takes: self.list::<_, { TAKES_MAX }>(Self::plain_cap).into_iter().collect(),
            }),
            17 => Record::QueueOrdered(QueueOrdered {
                target: self.lsn(),
                order: [QueueOrder::Send, QueueOrder::Confirmed, QueueOrder::Drop]
                    [usize::try_from(self.below(3)).unwrap()],
                maker: self.text(),
                checker: self.text(),
            }),
            18 => Record::RulesChanged(RulesChanged {
                rules: RulesVersion(self.digest()),
                cause: [RulesCause::Signal, RulesCause::Request, RulesCause::Due]
                    [usize::try_from(self.below(3)).unwrap()],
                maker: self.text(),
                checker: self.text(),
            }),
            19 => Record::Claimed(Claimed {
                claim: ClaimId::new(self.next()),
                campaign: CampaignId(self.text()),
                pack: PackId(self.text()),
                person: PersonKey(self.digest()),
                stage: self.stage(),
                span: self.span(),
                rules: RulesVersion(self.digest()),
                by: self.text(),
            }),
            20 => Record::ClaimChanged(ClaimChanged {
                claim: ClaimId::new(self.next()),
                stage: self.stage(),
                span: self.span(),
                merchant: MerchantId(self.text()),
                by: self.text(),
            }),
            _ => Record::Drawn(Drawn {
                campaign: CampaignId(self.text()),
                seed: self.digest(),
                entered: self.small(),
                winners: self.small(),
                stage: self.stage(),
                span: self.span(),
                maker: self.text(),
                checker: self.text(),
            }),
        }
    }

    fn stage(&mut self) -> ClaimStage {
        ClaimStage::ALL[usize::try_from(self.below(6)).unwrap()]
    }

    fn span(&mut self) -> ClaimSpan {
        let mut moment = || UnixMicros(i64::from_le_bytes(self.digest()));
        ClaimSpan { from: moment(), until: moment() }
    }

    fn funding(&mut self) -> Funding {
        let kinds = [CouponKind::Random, CouponKind::Unclaimed, CouponKind::Claimed];
        let coupon = |draw: &mut Self| Coupon {
            kind: kinds[usize::try_from(draw.below(3)).unwrap()],
            sponsor: draw.text(),
            id: draw.text(),
        };
        let advanced_by = [AdvancedBy::Operator, AdvancedBy::Merchant][usize::try_from(self.below(2)).unwrap()];
        Funding { advanced_by, coupons: self.list(coupon) }
    }

    fn currency(&mut self) -> Option<u16> {
        (self.full || self.below(2) == 0).then(|| u16::from_le_bytes(self.digest()))
    }
}
