//! Days worked out by hand.

mod mixed;
mod parts;
mod pieces;
mod walks;

use super::*;
use crate::cap::{CapKey, Takes};
use crate::code::DecisionCode;
use crate::ids::GrantId;
use crate::ids::{CampaignId, CategoryId, Gtin, LinkName, MerchantId, PersonKey, SponsorId};
use crate::record::{Answer, DoubtCause, InDoubt, Recall, ReleaseCause, Released, ReversalAsked, recorded_take};
use crate::sale::{Award, AwardedItem, ItemRequest, SponsorShare};
use crate::text::Text;
use arrayvec::ArrayVec;

const MONDAY: BusinessDate = BusinessDate(20_000);
const TUESDAY: BusinessDate = BusinessDate(20_001);

/// A journal in memory, numbered from 1.
#[derive(Default)]
struct Journal(Vec<Entry>);

impl Journal {
    fn append(&mut self, date: BusinessDate, record: Record) -> Lsn {
        let lsn = Lsn(self.0.len() as u64 + 1);
        self.0.push(Entry { lsn, at: UnixMicros(lsn.0.cast_signed()), business_date: date, record });
        lsn
    }

    fn intent(&mut self, date: BusinessDate, intent: Intent) -> Lsn {
        let lsn = Lsn(self.0.len() as u64 + 1);
        self.append(date, Record::Intent(Intent { grant: GrantId::new(1, lsn), ..intent }))
    }

    fn granted(&mut self, date: BusinessDate, intent: Lsn) -> Lsn {
        self.append(date, Record::Granted(Outcome { intent, answer: answer("RRN-ISSUER") }))
    }

    fn reversed(&mut self, date: BusinessDate, intent: Lsn) -> Lsn {
        let origin = Origin { stan: Stan(777), ..origin() };
        let amount = MinorUnits::new(1);
        let asked = self.append(date, Record::ReversalAsked(ReversalAsked { origin, intent, amount }));
        self.append(date, Record::Reversed(ReversalOutcome { asked, intent, answer: answer("") }))
    }

    fn settle(&self, date: BusinessDate) -> Result<(Vec<Row>, Day), SettlementError> {
        let mut settlement = Settlement::new(date);
        let mut rows = Rows::new();
        let mut detail = Vec::new();
        for entry in &self.0 {
            match settlement.apply(entry.clone(), &mut rows)? {
                Step::Applied => {}
                Step::Return(wanted) => {
                    let original = self.0.iter().find(|entry| entry.lsn == wanted.original).unwrap();
                    settlement.apply_return(wanted, original, &mut rows)?;
                }
                Step::DayIsOver => break,
            }
            detail.extend(rows.iter().cloned());
        }
        Ok((detail, settlement.finish()?))
    }
}

fn origin() -> Origin {
    Origin {
        link: LinkName::new("ascii").unwrap(),
        key: Default::default(),
        content: Default::default(),
        terminal: Default::default(),
        merchant: MerchantId::new("M1").unwrap(),
        stan: Stan(42),
        rrn: Rrn::new("RRN-TILL").unwrap(),
        transmission: Default::default(),
        acquirer: Default::default(),
        card: Default::default(),
    }
}

fn answer(rrn: &str) -> Answer {
    Answer {
        code: DecisionCode::Granted,
        response_code: Text::new("00").unwrap(),
        rrn: Rrn::new(rrn).unwrap(),
        authorisation: Default::default(),
        issuer_fields: ArrayVec::new(),
    }
}

fn campaign() -> CampaignId {
    CampaignId::new("shenzhen-2024").unwrap()
}

/// Items as (category, unit price, quantity, discount), the sponsors' parts, trade-in and bank promotion.
fn basket(items: &[(&str, u64, u32, u64)], sponsors: &[u64], trade_in: u64, bank_promotion: u64) -> Intent {
    let total: u64 = items.iter().map(|(_, price, quantity, _)| price * u64::from(*quantity)).sum();
    let discount: u64 = items.iter().map(|item| item.3).sum();
    let gross = total - trade_in - bank_promotion;
    let awarded = |(category, price, quantity, discount): &(&str, u64, u32, u64)| AwardedItem {
        item: ItemRequest {
            gtin: Gtin(4_006_381_333_931),
            quantity: *quantity,
            unit_price: MinorUnits::new(*price),
            serial_number: Default::default(),
        },
        category: CategoryId::new(category).unwrap(),
        grade: Some(1),
        discount: MinorUnits::new(*discount),
    };
    let share = |(place, amount): (usize, &u64)| SponsorShare {
        sponsor: SponsorId::new(["bureau", "bank", "maker"][place]).unwrap(),
        amount: MinorUnits::new(*amount),
    };
    let first = CategoryId::new(items[0].0).unwrap();
    let takes = [CapKey::PersonCategory(campaign(), PersonKey([7; 16]), first), CapKey::Campaign(campaign())];
    let caps: Takes = takes.into_iter().map(|key| recorded_take(key, MinorUnits::new(discount), 1)).collect();
    Intent {
        origin: origin(),
        grant: GrantId::default(),
        person: PersonKey([7; 16]),
        qualification: Default::default(),
        trade_in: MinorUnits::new(trade_in),
        bank_promotion: MinorUnits::new(bank_promotion),
        place: Default::default(),
        currency: None,
        quote: None,
        recall: Recall::default(),
        award: Award {
            campaign: campaign(),
            rules: Default::default(),
            gross: MinorUnits::new(gross),
            discount: MinorUnits::new(discount),
            net: MinorUnits::new(gross - discount),
            district: Default::default(),
            items: items.iter().map(awarded).collect(),
            sponsors: sponsors.iter().enumerate().map(share).collect(),
            funding: Default::default(),
            caps,
        },
    }
}

fn one(price: u64, discount: u64) -> Intent {
    basket(&[("phone", price, 1, discount)], &[discount], 0, 0)
}

#[test]
fn a_day_with_a_grant_a_decline_a_doubt_and_a_return_the_next_day() {
    let mut journal = Journal::default();
    let granted = journal.intent(MONDAY, one(100_000, 10_000));
    let declined = journal.intent(MONDAY, one(50_000, 5_000));
    let doubted = journal.intent(MONDAY, one(30_000, 3_000));
    journal.granted(MONDAY, granted);
    journal.append(MONDAY, Record::Declined(Outcome { intent: declined, answer: answer("") }));
    journal.append(MONDAY, Record::InDoubt(InDoubt { intent: doubted, cause: DoubtCause::TimeOut }));
    let open = journal.intent(MONDAY, one(20_000, 2_000));
    journal.reversed(TUESDAY, granted);
    journal.append(TUESDAY, Record::Released(Released { intent: doubted, cause: ReleaseCause::LateDecline }));
    journal.granted(TUESDAY, open);

    let (rows, day) = journal.settle(MONDAY).unwrap();
    assert_eq!((rows.len(), rows[0].kind, rows[0].lsn, rows[0].stan), (1, Kind::Grant, Lsn(4), Stan(42)));
    assert_eq!((rows[0].rrn.as_str(), rows[0].gross.get(), rows[0].paid.get()), ("RRN-ISSUER", 100_000, 90_000));
    assert_eq!((day.is_over, day.range, day.cut, day.records), (true, Some((Lsn(1), Lsn(7))), Lsn(7), 7));
    assert_eq!((day.totals.all.granted.get(), day.totals.all.returned.get(), day.totals.grants), (10_000, 0, 1));
    assert_eq!(day.held, Holds { count: 2, amount: MinorUnits::new(5_000) });
    assert_eq!(day.in_doubt, Holds { count: 1, amount: MinorUnits::new(3_000) });

    let (rows, day) = journal.settle(TUESDAY).unwrap();
    assert_eq!(
        rows.iter().map(|row| (row.kind, row.sale_date)).collect::<Vec<_>>(),
        [(Kind::Return, MONDAY), (Kind::Grant, MONDAY)]
    );
    assert_eq!((rows[0].grant.lsn(), rows[0].stan, rows[0].rrn.as_str()), (granted, Stan(777), "RRN-TILL"));
    assert_eq!((day.is_over, day.held.count, day.totals.all.net()), (false, 0, -8_000));
    let caps: Vec<_> = day.totals.caps().into_iter().map(|(key, cap)| (key.to_string(), cap.net())).collect();
    assert_eq!(caps, [("campaign:shenzhen-2024".to_owned(), -8_000)]);
}

#[test]
fn a_basket_is_split_to_the_last_unit() {
    // Left to pay: 80,000 and 20,000; the trade-in of 50,001 takes 40,000 and 10,001; of the rest, 40,000 and 9,999, the
    // bank promotion of 100 takes 80 and 20. Of 20,000 discount on the first item the bureau's 15,000 of 25,000 fund 12,000.
    let items = [("phone", 50_000, 2, 20_000), ("tablet", 25_000, 1, 5_000)];
    let mut journal = Journal::default();
    let intent = journal.intent(MONDAY, basket(&items, &[15_000, 10_000], 50_001, 100));
    journal.granted(MONDAY, intent);
    let (rows, day) = journal.settle(MONDAY).unwrap();
    let amounts = |row: &Row| {
        [row.original_amount, row.trade_in, row.bank_promotion, row.gross, row.subsidy, row.paid].map(MinorUnits::get)
    };
    assert_eq!(amounts(&rows[0]), [100_000, 40_000, 80, 59_920, 20_000, 39_920]);
    assert_eq!(amounts(&rows[1]), [25_000, 10_001, 20, 14_979, 5_000, 9_979]);
    let parts = |row: &Row| row.sponsors.iter().map(|share| share.amount.get()).collect::<Vec<_>>();
    assert_eq!((parts(&rows[0]), parts(&rows[1])), (vec![12_000, 8_000], vec![3_000, 2_000]));
    assert_eq!((day.totals.grants, day.totals.all.granted_rows), (1, 2));
    let lines: Vec<_> = day.totals.lines().into_iter().map(|(key, figures)| (key, figures.granted.get())).collect();
    assert_eq!(
        lines.iter().map(|(key, granted)| (key.dimension(), key.key(), *granted)).collect::<Vec<_>>(),
        [
            ("campaign", "shenzhen-2024", 25_000),
            ("category", "phone", 20_000),
            ("category", "tablet", 5_000),
            ("district", "", 25_000),
            ("merchant", "M1", 25_000),
            ("sponsor", "bank", 10_000),
            ("sponsor", "bureau", 15_000),
            ("acquirer_link", "ascii", 25_000),
        ]
    );
}

#[test]
fn a_clock_set_back_reopens_no_day() {
    let mut journal = Journal::default();
    let early = journal.intent(MONDAY, one(1_000, 100));
    journal.granted(TUESDAY, early);
    let late = journal.intent(MONDAY, one(2_000, 200));
    journal.granted(MONDAY, late);
    let (rows, monday) = journal.settle(MONDAY).unwrap();
    assert_eq!((rows.len(), monday.is_over, monday.cut), (0, true, Lsn(1)));
    let (rows, tuesday) = journal.settle(TUESDAY).unwrap();
    assert_eq!((rows.len(), tuesday.late_records, tuesday.totals.all.granted.get()), (2, 2, 300));
}

#[test]
fn an_empty_day_and_an_empty_journal() {
    let (rows, day) = Journal::default().settle(MONDAY).unwrap();
    assert_eq!((rows.len(), day.range, day.cut, day.is_over), (0, None, Lsn::NONE, false));
    let mut journal = Journal::default();
    journal.intent(TUESDAY, one(1_000, 100));
    let (rows, day) = journal.settle(MONDAY).unwrap();
    assert_eq!((rows.len(), day.range, day.is_over, day.held.count), (0, None, true, 0));
}

#[test]
fn a_journal_that_contradicts_itself_is_an_error() {
    let check = |build: &dyn Fn(&mut Journal), expected: SettlementError| {
        let mut journal = Journal::default();
        build(&mut journal);
        assert_eq!(journal.settle(MONDAY).map(|_| ()), Err(expected));
    };
    check(
        &|journal| {
            let intent = journal.intent(MONDAY, one(1_000, 100));
            journal.granted(MONDAY, intent);
            journal.granted(MONDAY, intent);
        },
        SettlementError::NothingHeld { lsn: Lsn(3), intent: Lsn(1) },
    );
    check(
        &|journal| {
            let intent = journal.intent(MONDAY, one(1_000, 100));
            journal.reversed(MONDAY, intent);
        },
        SettlementError::NothingToReturn { lsn: Lsn(3), intent: Lsn(1) },
    );
    check(
        &|journal| {
            let intent = journal.intent(MONDAY, one(1_000, 100));
            journal.granted(MONDAY, intent);
            journal.reversed(MONDAY, intent);
            journal.reversed(MONDAY, intent);
        },
        SettlementError::ReturnedTwice { lsn: Lsn(6), intent: Lsn(1), first: Lsn(4) },
    );
    check(
        &|journal| {
            let refused = journal.append(MONDAY, Record::Declined(Outcome { intent: Lsn(9), answer: answer("") }));
            journal.reversed(MONDAY, refused);
        },
        SettlementError::NotAnIntent { lsn: Lsn(3), intent: Lsn(1) },
    );
    check(
        &|journal| {
            let mut intent = one(1_000, 100);
            intent.award.net = MinorUnits::new(901);
            let intent = journal.intent(MONDAY, intent);
            journal.granted(MONDAY, intent);
        },
        SettlementError::AmountsOff { lsn: Lsn(2), grant: GrantId::new(1, Lsn(1)), sum: "gross = paid + discount" },
    );
}
