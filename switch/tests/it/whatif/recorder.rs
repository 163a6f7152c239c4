//! Writes the journal that a switch under a campaign would have written of a list of events.

use super::events::{Ask, End, Event, SHOPS};
use super::place::Place;
use crate::settlement::journal::once_free;
use lijian_domain::cap::{CapTake, Takes};
use lijian_domain::code::DecisionCode;
use lijian_domain::decide::decide;
use lijian_domain::ids::{GrantId, Gtin, LinkName, Lsn, MerchantId, PersonKey, Rrn, Stan, TerminalId};
use lijian_domain::money::MinorUnits;
use lijian_domain::record::{
    Answer, AskedTerms, BoundCap, DoubtCause, GaveBack, InDoubt, Intent, Origin, Outcome, Quoted, Recall, Record,
    Refused, ReleaseCause, Released, ReturnAsked, ReturnOutcome, ReturnWay, ReversalAsked, ReversalOutcome,
};
use lijian_domain::returns::{Base, Folded, Part, ReturnLog, Share, Standing, Way, When};
use lijian_domain::rules::Rules;
use lijian_domain::sale::{Award, Decision, ItemRequest, SaleRequest};
use lijian_domain::text::Text;
use lijian_domain::time::{BusinessDate, Calendar, UnixMicros};
use lijian_store::format::RecordBuffer;
use lijian_store::journal::{Journal, JournalError, JournalOptions, SEGMENT_BYTES_MIN};
use lijian_store::quota::Quota;
use lijian_store::storage::FileStorage;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Ten in the morning of 1 October 2024 in Shenzhen.
const MORNING_US: i64 = 1_727_748_000_000_000;
const DAY_US: i64 = 86_400_000_000;

pub(super) struct Recorder {
    rules: Rules,
    calendar: Calendar,
    quota: Quota,
    buffer: RecordBuffer,
    at: UnixMicros,
    granted: BTreeMap<usize, (Lsn, Award, ReturnLog<Lsn>)>,
    /// What goes back on the next day.
    due: Vec<(Lsn, Lsn, Takes)>,
}

/// Records all of it under the campaign of `place`.
pub(super) fn record(place: &Place, events: &[Event]) {
    let loaded = place.load();
    let (rules, calendar) = (loaded.rules, loaded.config.clock.calendar);
    let buffer = RecordBuffer::new(Lsn(1));
    let (quota, at) = (Quota::new(), UnixMicros(MORNING_US));
    let mut recorder = Recorder { rules, calendar, quota, buffer, at, granted: BTreeMap::new(), due: Vec::new() };
    for (id, event) in events.iter().enumerate() {
        recorder.at.0 += 60_000_000;
        recorder.event(id, event);
    }
    let storage = Arc::new(FileStorage::open(&place.path("journal")).unwrap());
    let options = JournalOptions { segment_bytes: SEGMENT_BYTES_MIN, free_bytes_min: 0, ..JournalOptions::default() };
    let open = || Journal::open(storage.clone(), options);
    let journal = once_free(open, |error| matches!(error, JournalError::Locked { .. })).unwrap();
    let journal = journal.start(|_| {}).unwrap();
    journal.append(&mut recorder.buffer).unwrap();
    journal.close().unwrap();
}

impl Recorder {
    fn event(&mut self, id: usize, event: &Event) {
        match event {
            Event::Ask(ask) => self.ask(id, ask),
            Event::NextDay => {
                self.at = UnixMicros(self.at.0 - (self.at.0 - MORNING_US) % DAY_US + DAY_US);
                for (asked, intent, takes) in std::mem::take(&mut self.due) {
                    self.give_back(asked, intent, takes);
                }
            }
            Event::Reverse(sale) => {
                let whole = self.granted.get(sale).is_some_and(|(_, _, log)| *log.standing() == Standing::default());
                if !whole {
                    return;
                }
                let Some((intent, award, _)) = self.granted.remove(sale) else { return };
                let origin = origin(id, 0);
                let asked = self.push(&Record::ReversalAsked(ReversalAsked { origin, intent, amount: award.gross }));
                let outcome = ReversalOutcome { asked, intent, answer: answer(DecisionCode::Granted) };
                self.push(&Record::Reversed(outcome));
                self.quota.give_back(&award.caps);
            }
            Event::Void(sale, undone) => {
                let Some(gross) = self.granted.get(sale).map(|(_, award, _)| award.gross) else { return };
                let Some((intent, void, share)) = self.back(id, *sale, Way::Void, gross) else { return };
                if !undone {
                    self.due.push((void, intent, share.part.takes));
                    return;
                }
                let (_, award, log) = self.granted.get_mut(sale).unwrap();
                assert_eq!(log.take_out(void, &share.part), Folded::New);
                let none = Share { part: Part { takes: Takes::new(), ..share.part }, ..share };
                let mut undo = return_asked(id, intent, ReturnWay::VoidReversal, award.gross, &none);
                undo.of = Some(void);
                let asked = self.push(&Record::ReturnAsked(undo));
                self.push(&Record::Returned(ReturnOutcome { asked, intent, answer: answer(DecisionCode::Granted) }));
            }
            Event::Refund(sale, gross) => {
                let Some((intent, asked, share)) = self.back(id, *sale, Way::Refund, MinorUnits::new(*gross)) else {
                    return;
                };
                let (now, later) = (share.takes_due(When::Now), share.takes_due(When::NextDay));
                self.give_back(asked, intent, now);
                self.due.push((asked, intent, later));
            }
        }
    }

    fn ask(&mut self, id: usize, ask: &Ask) {
        let request = request(ask, id);
        let moment = self.calendar.moment(self.at);
        let held = match decide(&self.rules, &request, None, &moment) {
            Decision::Grant(award) => self.quota.hold(&award.caps).map(|()| award.clone()).map_err(|bound| {
                let limit = award.caps.iter().find(|take| take.key == bound.key).unwrap().limit;
                let cap = BoundCap { key: bound.key, limit, balance: self.quota.balance(&bound.key) };
                (bound.key.kind().refusal(), Some(cap))
            }),
            Decision::Refuse(refusal) => Err((refusal.code, None)),
        };
        match held {
            Ok(award) => self.grant(id, ask, &request, award),
            Err((code, bound_cap)) => {
                let asked = AskedTerms {
                    person: request.person,
                    qualification: request.qualification,
                    place: request.district,
                    currency: request.currency,
                    trade_in: request.trade_in,
                    bank_promotion: request.bank_promotion,
                };
                self.push(&Record::Refused(Refused {
                    origin: origin(id, ask.person),
                    campaign: self.rules.campaigns[0].id,
                    rules: self.rules.version,
                    amount: request.amount,
                    items: request.items,
                    answer: Answer::bare(code, Text::new(code.response_code()).unwrap()),
                    bound: bound_cap.map_or(Text::EMPTY, |cap| Text::printed(&cap.key)),
                    bound_cap,
                    asked: ask.kept.then_some(asked),
                }));
            }
        }
    }

    fn grant(&mut self, id: usize, ask: &Ask, request: &SaleRequest, award: Award) {
        let intent = |lsn, quote| Intent {
            origin: origin(id, ask.person),
            grant: GrantId::new(0, lsn),
            person: request.person,
            qualification: request.qualification,
            trade_in: request.trade_in,
            bank_promotion: request.bank_promotion,
            place: request.district,
            currency: request.currency,
            award: award.clone(),
            quote,
            recall: Recall::default(),
        };
        let quote = ask.quoted.then(|| {
            let lsn = self.buffer.next_lsn();
            let expires = UnixMicros(self.at.0 + 180_000_000);
            self.push(&Record::Quoted(Quoted { sale: intent(lsn, None), expires }))
        });
        if ask.end == End::Unused {
            self.quota.release(&award.caps);
            let (intent, cause) = (quote.unwrap(), ReleaseCause::QuoteExpired);
            self.push(&Record::Released(Released { intent, cause }));
            return;
        }
        let lsn = self.buffer.next_lsn();
        self.push(&Record::Intent(intent(lsn, quote)));
        match ask.end {
            End::Approved => {
                self.push(&Record::Granted(Outcome { intent: lsn, answer: answer(DecisionCode::Granted) }));
                self.quota.grant(&award.caps);
                self.granted.insert(id, (lsn, award, ReturnLog::default()));
            }
            End::Declined => {
                let told = answer(DecisionCode::IssuerDeclined);
                self.push(&Record::Declined(Outcome { intent: lsn, answer: told }));
                self.quota.release(&award.caps);
            }
            End::Doubt | End::Unused => {
                self.push(&Record::InDoubt(InDoubt { intent: lsn, cause: DoubtCause::TimeOut }));
                self.push(&Record::Released(Released { intent: lsn, cause: ReleaseCause::ReversalConfirmed }));
                self.quota.release(&award.caps);
            }
        }
    }

    /// A void or refund, accepted and confirmed.
    fn back(&mut self, id: usize, sale: usize, way: Way, amount: MinorUnits) -> Option<(Lsn, Lsn, Share)> {
        let policy = self.rules.campaigns[0].refund;
        let (intent, award, log) = self.granted.get_mut(&sale)?;
        let ask = lijian_domain::returns::Ask { way, amount, base: Base::Gross, same_batch: true };
        let share = log.share(award, &policy, &ask).ok()?;
        let lsn = self.buffer.next_lsn();
        log.accept(lsn, award, &share.part);
        log.confirm(lsn);
        let (intent, way) = (*intent, if way == Way::Void { ReturnWay::Void } else { ReturnWay::Refund });
        let asked = self.push(&Record::ReturnAsked(return_asked(id, intent, way, amount, &share)));
        self.push(&Record::Returned(ReturnOutcome { asked, intent, answer: answer(DecisionCode::Granted) }));
        Some((intent, asked, share))
    }

    fn give_back(&mut self, asked: Lsn, intent: Lsn, takes: Takes) {
        if !takes.is_empty() {
            self.quota.give_back(&takes);
            self.push(&Record::GaveBack(GaveBack { asked, intent, takes }));
        }
    }

    fn push(&mut self, record: &Record) -> Lsn {
        let date = self.calendar.moment(self.at).business_date;
        assert!(date >= BusinessDate::parse("2024-10-01").unwrap());
        self.buffer.push(self.at, date, record)
    }
}

fn return_asked(id: usize, intent: Lsn, way: ReturnWay, amount: MinorUnits, share: &Share) -> ReturnAsked {
    let plain = |take: &CapTake| CapTake { limit: Default::default(), ..*take };
    ReturnAsked {
        origin: origin(id, 0),
        intent,
        of: None,
        way,
        amount,
        gross: share.part.gross(),
        discount: share.part.discount,
        net: share.part.net,
        sponsors: share.part.sponsors.clone(),
        takes: share.part.takes.iter().map(plain).collect(),
        recall: Recall::default(),
    }
}

fn request(ask: &Ask, id: usize) -> SaleRequest {
    let origin = origin(id, ask.person);
    let item = ItemRequest {
        gtin: Gtin::parse(ask.category.gtin().as_bytes()).unwrap(),
        quantity: 1,
        unit_price: MinorUnits::new(ask.price),
        serial_number: Default::default(),
    };
    SaleRequest {
        link: origin.link,
        merchant: origin.merchant,
        terminal: origin.terminal,
        card: origin.card,
        person: PersonKey([ask.person; 16]),
        district: Default::default(),
        qualification: Default::default(),
        amount: MinorUnits::new(ask.price),
        currency: None,
        trade_in: MinorUnits::ZERO,
        bank_promotion: MinorUnits::ZERO,
        items: [item].into_iter().collect(),
    }
}

fn origin(id: usize, person: u8) -> Origin {
    let number = u32::try_from(id).unwrap();
    Origin {
        link: LinkName::new("ascii").unwrap(),
        key: Default::default(),
        content: Default::default(),
        terminal: TerminalId::new("T0000001").unwrap(),
        merchant: MerchantId::new(SHOPS[usize::from(person) % SHOPS.len()].0).unwrap(),
        stan: Stan(number),
        rrn: Rrn::new(&format!("{id:012}")).unwrap(),
        transmission: Default::default(),
        acquirer: Default::default(),
        card: Default::default(),
    }
}

fn answer(code: DecisionCode) -> Answer {
    Answer::bare(code, Text::new("00").unwrap())
}
