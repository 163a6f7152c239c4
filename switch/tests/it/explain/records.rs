//! Records of a till day, made by hand. Nothing of a card or a person in them may ever be printed.

use lijian_domain::cap::{CapBalance, CapKey, CapLimit, CapTake, Takes};
use lijian_domain::code::DecisionCode;
use lijian_domain::ids::{
    AcquirerId, AuthorisationCode, CampaignId, CardFingerprint, CategoryId, DistrictCode, DuplicateKey, GrantId, Gtin,
    LinkName, Lsn, MerchantId, PersonKey, QualificationCode, Rrn, SerialNumber, SponsorId, Stan, TerminalId,
    TransmissionTime,
};
use lijian_domain::money::MinorUnits;
use lijian_domain::record::{
    Answer, BoundCap, Intent, Origin, Recall, Record, Refused, ReturnAsked, ReturnOutcome, ReturnWay, SealedCard,
};
use lijian_domain::sale::{Award, AwardedItem, ItemRequest, SponsorShare};
use lijian_domain::text::Text;
use lijian_domain::time::BusinessDate;

pub(super) const SERIAL_NUMBER: &str = "356938035643809";
pub(super) const QUALIFICATION: &str = "QUAL-2024-778899";
/// What a sealed card number could be taken for.
pub(super) const CARD: &[u8] = b"6222021234567890";
pub(super) const PERSON: PersonKey = PersonKey([0xAB; 16]);
/// The campaign's whole budget: what two refrigerators take, and a little that is not enough for a third.
pub(super) const BUDGET: MinorUnits = MinorUnits::new(25_000);

pub(super) fn campaign() -> CampaignId {
    CampaignId::new("shenzhen-2024").unwrap()
}

pub(super) fn category() -> CategoryId {
    CategoryId::new("phone").unwrap()
}

pub(super) fn origin(stan: u32, rrn: &str) -> Origin {
    Origin {
        link: LinkName::new("ascii").unwrap(),
        key: key(stan),
        content: Default::default(),
        terminal: TerminalId::new("T0000001").unwrap(),
        merchant: MerchantId::new("999584057220001").unwrap(),
        stan: Stan(stan),
        rrn: Rrn::new(rrn).unwrap(),
        transmission: TransmissionTime::new("1001000320").unwrap(),
        acquirer: AcquirerId::new("48025840").unwrap(),
        card: CardFingerprint([0xCD; 16]),
    }
}

/// The identity of the request with this trace number.
pub(super) fn key(stan: u32) -> DuplicateKey {
    let mut key = [0xEF; 16];
    key[..4].copy_from_slice(&stan.to_be_bytes());
    DuplicateKey(key)
}

fn recall() -> Recall {
    let card = SealedCard { day: BusinessDate(20_000), nonce: [7; 12], bytes: CARD.iter().copied().collect() };
    Recall { fields: CARD.iter().copied().collect(), card: Some(card) }
}

/// A sale at 1,000 yuan with 100 yuan off, of a person of whom one item a category is subsidised.
pub(super) fn intent(lsn: Lsn, stan: u32, rrn: &str, person: PersonKey) -> Intent {
    let [gross, discount, net] = [100_000, 10_000, 90_000].map(MinorUnits::new);
    let item = item();
    let take = |key, limit| CapTake { key, amount: discount, count: 1, limit };
    let bureau = SponsorShare { sponsor: SponsorId::new("bureau").unwrap(), amount: MinorUnits::new(9_000) };
    let merchant = SponsorShare { sponsor: SponsorId::new("merchant").unwrap(), amount: MinorUnits::new(1_000) };
    Intent {
        origin: origin(stan, rrn),
        grant: GrantId::new(1, lsn),
        person,
        qualification: QualificationCode::new(QUALIFICATION).unwrap(),
        trade_in: MinorUnits::new(5_000),
        bank_promotion: MinorUnits::ZERO,
        place: Default::default(),
        currency: None,
        quote: None,
        recall: recall(),
        award: Award {
            campaign: campaign(),
            rules: Default::default(),
            gross,
            discount,
            net,
            district: DistrictCode::new("440305").unwrap(),
            items: [AwardedItem { item, category: category(), grade: Some(1), discount }].into_iter().collect(),
            sponsors: [bureau, merchant].into_iter().collect(),
            funding: Default::default(),
            caps: [
                take(CapKey::PersonCategory(campaign(), person, category()), CapLimit::of_count(1)),
                take(CapKey::Campaign(campaign()), CapLimit::of_amount(BUDGET)),
            ]
            .into_iter()
            .collect(),
        },
    }
}

fn item() -> ItemRequest {
    ItemRequest {
        gtin: Gtin(4_006_381_333_931),
        quantity: 1,
        unit_price: MinorUnits::new(105_000),
        serial_number: SerialNumber::new(SERIAL_NUMBER).unwrap(),
    }
}

pub(super) fn answer(code: DecisionCode, response_code: &str, rrn: &str) -> Answer {
    Answer {
        code,
        response_code: Text::new(response_code).unwrap(),
        rrn: Rrn::new(rrn).unwrap(),
        authorisation: AuthorisationCode::new("A1B2C3").unwrap(),
        issuer_fields: CARD.iter().copied().collect(),
    }
}

/// A refusal, by a cap where there is one: key, limit, held and used (money), held and used (items).
pub(super) fn refused(
    stan: u32,
    rrn: &str,
    code: DecisionCode,
    bound: Option<(CapKey, CapLimit, [u64; 2], [u32; 2])>,
) -> Record {
    let bound_cap = bound.map(|(key, limit, [held, used], [held_count, used_count])| {
        let [held, used] = [held, used].map(MinorUnits::new);
        BoundCap { key, limit, balance: CapBalance { held, used, held_count, used_count } }
    });
    Record::Refused(Refused {
        origin: origin(stan, rrn),
        campaign: campaign(),
        rules: Default::default(),
        amount: MinorUnits::new(100_000),
        items: [item()].into_iter().collect(),
        answer: Answer::bare(code, Text::new(code.response_code()).unwrap()),
        bound: bound_cap.map_or(Text::EMPTY, |bound| Text::printed(&bound.key)),
        bound_cap,
        asked: None,
    })
}

/// A return of a part of the sale: minor units of the order, of the subsidy; items that go back to the allowance.
pub(super) fn return_asked(
    intent: Lsn,
    stan: u32,
    rrn: &str,
    way: ReturnWay,
    parts: [u64; 2],
    items: u32,
) -> ReturnAsked {
    let [gross, discount] = parts.map(MinorUnits::new);
    let net = gross.checked_sub(discount).unwrap();
    ReturnAsked {
        origin: origin(stan, rrn),
        intent,
        of: None,
        way,
        amount: net,
        gross,
        discount,
        net,
        sponsors: [SponsorShare { sponsor: SponsorId::new("bureau").unwrap(), amount: discount }].into_iter().collect(),
        takes: back(discount.get(), items),
        recall: recall(),
    }
}

/// What goes back to the campaign.
pub(super) fn back(discount: u64, items: u32) -> Takes {
    let amount = MinorUnits::new(discount);
    let take = |key| CapTake { key, amount, count: items, limit: CapLimit::default() };
    [take(CapKey::Campaign(campaign()))].into_iter().collect()
}

pub(super) fn returned(asked: Lsn, intent: Lsn) -> ReturnOutcome {
    ReturnOutcome { asked, intent, answer: answer(DecisionCode::Granted, "00", "") }
}
