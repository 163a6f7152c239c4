//! A programme's days in a journal: of a hundred requests 90 are granted (one of them reversed later), 5 declined, 5 refused.

use crate::sale;
use arrayvec::ArrayVec;
use lijian_domain::cap::CapKey;
use lijian_domain::code::DecisionCode;
use lijian_domain::ids::{
    AuthorisationCode, DuplicateKey, GrantId, Lsn, MerchantId, PersonKey, Rrn, RulesVersion, SerialNumber, Stan,
};
use lijian_domain::record::{
    Answer, Intent, Opened, Outcome, Record, Refused, ReversalAsked, ReversalOutcome, recorded_take,
};
use lijian_domain::text::Text;
use lijian_domain::time::{BusinessDate, UnixMicros};
use lijian_store::format::RecordBuffer;
use lijian_store::journal::{Durability, Journal, JournalOptions};
use lijian_store::storage::Storage;
use std::collections::VecDeque;
use std::sync::Arc;

/// Records of one batch, as under load.
const BATCH_RECORDS: u32 = 128;
/// Sales between intent and outcome.
const IN_FLIGHT: usize = 256;
const DAY_US: i64 = 86_400_000_000;

/// Writes `records` records, `day_records` of each business day.
pub(crate) fn write(storage: Arc<dyn Storage>, records: u64, day_records: u64) {
    let options = JournalOptions { durability: Durability::OperatingSystem, ..JournalOptions::default() };
    let opened = Journal::open(storage, options).unwrap();
    let mut till =
        Till { buffer: RecordBuffer::new(opened.next_lsn()), day_records, intent: sale::intent(), number: 0 };
    let journal = opened.start(|_| {}).unwrap();
    till.push(&Record::Opened(Opened {
        incarnation: 1,
        node: 1,
        rules: RulesVersion([3; 8]),
        software: Text::new("bench").unwrap(),
    }));
    let mut in_flight: VecDeque<(u64, Lsn)> = VecDeque::new();
    while till.buffer.next_lsn().0 <= records {
        till.number += 1;
        let number = till.number;
        if number % 20 == 19 {
            till.refuse();
        } else {
            in_flight.push_back((number, till.intend()));
        }
        if in_flight.len() > IN_FLIGHT {
            let (number, intent) = in_flight.pop_front().unwrap();
            till.end(number, intent);
        }
        if till.buffer.count() >= BATCH_RECORDS {
            journal.append(&mut till.buffer).unwrap();
            // Else the next ones would gather into batches far larger than any turn's.
            while journal.durable() < till.buffer.last_lsn() {
                std::thread::yield_now();
            }
        }
    }
    journal.append(&mut till.buffer).unwrap();
    journal.close().unwrap();
}

struct Till {
    buffer: RecordBuffer,
    day_records: u64,
    intent: Intent,
    number: u64,
}

impl Till {
    fn push(&mut self, record: &Record) -> Lsn {
        let (at, date) = self.time();
        self.buffer.push(at, date, record)
    }

    fn time(&self) -> (UnixMicros, BusinessDate) {
        let lsn = i64::try_from(self.buffer.next_lsn().0).unwrap();
        let day_records = i64::try_from(self.day_records).unwrap();
        let at = 1_725_588_000_000_000 + lsn * (DAY_US / day_records);
        (UnixMicros(at), BusinessDate(i32::try_from(at / DAY_US).unwrap()))
    }

    /// Another person, item, shop and terminal each time.
    fn intend(&mut self) -> Lsn {
        let number = self.number;
        let (at, date) = self.time();
        let intent = &mut self.intent;
        let merchant = MerchantId::new(&format!("8984403531{:05}", number % 3_000)).unwrap();
        let serial = SerialNumber::new(&format!("35{number:013}")).unwrap();
        let person = PersonKey(spread(number));
        intent.grant = GrantId::new(1, self.buffer.next_lsn());
        intent.person = person;
        (intent.origin.key, intent.origin.merchant) = (DuplicateKey(spread(!number)), merchant);
        (intent.origin.stan, intent.origin.card.0) = (Stan(u32::try_from(number % 1_000_000).unwrap()), person.0);
        intent.origin.rrn = Rrn::new(&format!("{number:012}")).unwrap();
        let Intent { award, .. } = intent;
        award.items[0].item.serial_number = serial;
        let (campaign, category, discount) = (award.campaign, award.items[0].category, award.discount);
        let keys = [
            CapKey::SerialNumber(serial),
            CapKey::PersonCategory(campaign, person, category),
            CapKey::Merchant(campaign, merchant),
            CapKey::Category(campaign, category),
            CapKey::Day(campaign, date),
            CapKey::Campaign(campaign),
        ];
        award.caps = keys.into_iter().map(|key| recorded_take(key, discount, 1)).collect();
        self.buffer.push_intent(at, date, &self.intent)
    }

    fn refuse(&mut self) {
        let intent = &self.intent;
        let origin = lijian_domain::record::Origin { key: DuplicateKey(spread(!self.number)), ..intent.origin };
        let refused = Refused {
            origin,
            campaign: intent.award.campaign,
            rules: intent.award.rules,
            amount: intent.award.gross,
            items: [intent.award.items[0].item].into_iter().collect(),
            answer: answer(DecisionCode::AllowanceUsed, "65"),
            bound: Text::new("person-category:shenzhen-2024:phone").unwrap(),
            bound_cap: None,
            asked: None,
        };
        self.push(&Record::Refused(refused));
    }

    fn end(&mut self, number: u64, intent: Lsn) {
        if number % 20 == 7 {
            let answer = answer(DecisionCode::IssuerDeclined, "51");
            self.push(&Record::Declined(Outcome { intent, answer }));
            return;
        }
        self.push(&Record::Granted(Outcome { intent, answer: answer(DecisionCode::Granted, "00") }));
        if number % 100 == 50 {
            let origin =
                lijian_domain::record::Origin { key: DuplicateKey(spread(number ^ 1 << 63)), ..self.intent.origin };
            let amount = self.intent.award.net;
            let asked = self.push(&Record::ReversalAsked(ReversalAsked { origin, intent, amount }));
            let answer = answer(DecisionCode::Granted, "00");
            self.push(&Record::Reversed(ReversalOutcome { asked, intent, answer }));
        }
    }
}

fn answer(code: DecisionCode, response_code: &str) -> Answer {
    let mut issuer_fields = ArrayVec::new();
    issuer_fields.try_extend_from_slice(&[44, 0, 2, b'O', b'K']).unwrap();
    Answer {
        code,
        response_code: Text::new(response_code).unwrap(),
        rrn: Rrn::new("425000000123").unwrap(),
        authorisation: AuthorisationCode::new("A1B2C3").unwrap(),
        issuer_fields,
    }
}

/// Sixteen bytes that look like a digest (SplitMix64, twice).
fn spread(number: u64) -> [u8; 16] {
    let mix = |seed: u64| {
        let mut mixed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    };
    let (first, second) = (mix(number), mix(!number));
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&first.to_le_bytes());
    bytes[8..].copy_from_slice(&second.to_le_bytes());
    bytes
}
