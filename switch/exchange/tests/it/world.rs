//! An exchange with one acquirer, one issuer, one campaign; a journal that syncs when told to; a till and an issuer that read
//! and write bytes.

use crate::messages::approval;
pub(crate) use crate::rules::{rules, rules_with, several_a_person};
use jiff::civil::{self, time};
use jiff::tz::TimeZone;
use lijian_codecs::Mti;
use lijian_codecs::dialect::Dialect;
use lijian_codecs::frame::FrameFormat;
use lijian_codecs::message::{FieldIndex, parse};
use lijian_codecs::write::MessageWriter;
use lijian_domain::cap::{CapBalance, CapKey};
use lijian_domain::ids::*;
use lijian_domain::record::{Entry, Record};
use lijian_domain::returns::Base;
use lijian_domain::rules::Rules;
use lijian_domain::time::{BusinessDate, Calendar, UnixMicros};
use lijian_exchange::settings::{
    AcquirerLink, IssuerLink, OursRule, Presentation, QueueSettings, QuoteRules, RefusalPolicy, Settings,
};
use lijian_exchange::{ConnectionId, Effects, Event, Exchange, LinkId, Now, SealingKey};
use lijian_store::format;
use lijian_store::quota::Quota;
use lijian_store::recovery::Recovered;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

pub(crate) const TILL: ConnectionId = ConnectionId(1);
pub(crate) const ISSUER: ConnectionId = ConnectionId(2);

/// Fields by number.
pub(crate) type Fields = BTreeMap<u8, String>;

pub(crate) struct World {
    pub(crate) exchange: Exchange,
    pub(crate) quota: Arc<Quota>,
    pub(crate) settings: Settings,
    pub(crate) rules: Rules,
    pub(crate) journal: Vec<Entry>,
    /// Everything sent, in order, not looked at yet.
    pub(crate) sent: Vec<(ConnectionId, Vec<u8>)>,
    pub(crate) effects: Effects,
    pub(crate) now_us: u64,
    pub(crate) reads: Vec<(lijian_exchange::Ticket, Lsn)>,
    pub(crate) finds: Vec<(lijian_exchange::Ticket, Rrn)>,
}

/// What differs from the usual world.
pub(crate) struct Setup {
    pub(crate) refusal: RefusalPolicy,
    pub(crate) presentation: Presentation,
    pub(crate) till: &'static str,
    pub(crate) issuer: &'static str,
    pub(crate) budget_fen: u64,
    pub(crate) sign_on: bool,
    pub(crate) echo_after_us: Option<u64>,
    pub(crate) in_flight_max: usize,
    pub(crate) quotes: QuoteRules,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            refusal: RefusalPolicy::Decline,
            presentation: Presentation::Net,
            till: "iso87-ascii",
            issuer: "iso87-ascii",
            budget_fen: 100_000_000,
            sign_on: false,
            echo_after_us: None,
            in_flight_max: 1_000,
            quotes: QuoteRules {
                rules: vec![OursRule { mti: *b"0100", processing: Some(*b"38") }],
                lifetime_us: 180_000_000,
                open_max: 100,
                of_terminal_max: 8,
            },
        }
    }
}

impl Setup {
    pub(crate) fn build(self) -> World {
        let settings = settings(&self);
        let quota = Arc::new(Quota::new());
        let rules = rules(self.budget_fen);
        let mut exchange = Exchange::new(settings.clone(), Arc::new(rules.clone()), Arc::clone(&quota));
        exchange.recover(&Recovered::default(), |_| Ok::<_, Infallible>(None)).unwrap();
        let effects = Effects::new(Lsn(1));
        let mut world = World {
            exchange,
            quota,
            settings,
            rules,
            journal: Vec::new(),
            sent: Vec::new(),
            effects,
            now_us: 1_000_000,
            reads: Vec::new(),
            finds: Vec::new(),
        };
        world.happen(Event::Started);
        world.hand_keys();
        world.happen(Event::Connected { connection: ISSUER, link: LinkId::Issuer(0) });
        world.happen(Event::Connected { connection: TILL, link: LinkId::Acquirer(0) });
        world
    }
}

pub(crate) fn world() -> World {
    Setup::default().build()
}

impl World {
    pub(crate) fn now(&self) -> Now {
        // 2024-10-01 12:00 in Shenzhen, and what has passed since.
        let start = civil::datetime(2024, 10, 1, 12, 0, 0, 0).in_tz("Asia/Shanghai").unwrap().timestamp();
        let wall = UnixMicros(start.as_microsecond() + i64::try_from(self.now_us).unwrap());
        Now { wall, monotonic_us: self.now_us }
    }

    /// One event; its effects are kept. Nothing becomes durable by itself.
    pub(crate) fn happen(&mut self, event: Event<'_>) {
        let now = self.now();
        self.exchange.handle(event, now, &mut self.effects);
        let mut encoded = self.effects.journal.encoded();
        while let [a, b, c, d, ..] = encoded {
            let (record, rest) = encoded.split_at(u32::from_le_bytes([*a, *b, *c, *d]) as usize);
            self.journal.push(format::decode(record).unwrap());
            encoded = rest;
        }
        self.sent.extend(self.effects.sends.iter().map(|(connection, bytes)| (connection, bytes.to_vec())));
        self.reads.append(&mut self.effects.reads);
        self.finds.append(&mut self.effects.finds);
        let claims = std::mem::take(&mut self.effects.claims);
        let (closes, tally) = (std::mem::take(&mut self.effects.closes), self.effects.tally.clone());
        let samples = std::mem::take(&mut self.effects.samples);
        let consumed = self.effects.consumed;
        self.effects = Effects::new(self.effects.journal.next_lsn());
        (self.effects.closes, self.effects.tally, self.effects.samples, self.effects.consumed) =
            (closes, tally, samples, consumed);
        self.effects.claims = claims;
    }

    /// Keys for the days that the tests come to.
    pub(crate) fn hand_keys(&mut self) {
        let today = self.settings.calendar.moment(self.now().wall).business_date;
        let keys: Vec<_> = (-8..40).map(|day| SealingKey::new(BusinessDate(today.0 + day), [9; 32])).collect();
        self.happen(Event::SealingKeys(&keys));
    }

    /// All records so far are on disk.
    pub(crate) fn sync(&mut self) {
        self.happen(Event::Durable(Lsn(self.journal.len() as u64)));
    }

    /// Answers what the exchange asked to read back.
    pub(crate) fn serve_reads(&mut self) {
        while let Some((ticket, rrn)) = self.finds.pop() {
            let sales = self.journal.iter().filter_map(|entry| match &entry.record {
                Record::Granted(outcome) if outcome.answer.rrn == rrn => Some(outcome.intent),
                _ => None,
            });
            let sales: Vec<_> = sales.collect();
            self.happen(Event::Found { ticket, sales: Some(&sales) });
        }
        while let Some((ticket, lsn)) = self.reads.pop() {
            let entry = self.journal.iter().find(|entry| entry.lsn == lsn).cloned();
            self.happen(Event::Read { ticket, entry: entry.as_ref() });
        }
    }

    pub(crate) fn pass_us(&mut self, microseconds: u64) {
        self.now_us += microseconds;
        self.happen(Event::Tick);
    }

    /// A message from the till, whole.
    pub(crate) fn till(&mut self, mti: &str, fields: &Fields) {
        let bytes = self.encode(LinkId::Acquirer(0), mti, fields);
        self.happen(Event::Received { connection: TILL, bytes: &bytes });
        assert_eq!(self.effects.consumed, bytes.len());
    }

    /// A message from the issuer, whole.
    pub(crate) fn issuer(&mut self, mti: &str, fields: &Fields) {
        let bytes = self.encode(LinkId::Issuer(0), mti, fields);
        self.happen(Event::Received { connection: ISSUER, bytes: &bytes });
        assert_eq!(self.effects.consumed, bytes.len());
    }

    /// The only frame sent to this connection since it was last looked at: type and fields.
    pub(crate) fn take(&mut self, connection: ConnectionId) -> (String, Fields) {
        let mut frames = self.take_all(connection);
        assert_eq!(frames.len(), 1, "one frame to {connection:?}: {frames:?}");
        frames.remove(0)
    }

    pub(crate) fn take_all(&mut self, connection: ConnectionId) -> Vec<(String, Fields)> {
        let dialect =
            if connection == ISSUER { &self.settings.issuers[0].dialect } else { &self.settings.acquirers[0].dialect };
        let mut frames = Vec::new();
        for (_, bytes) in self.sent.iter().filter(|(to, _)| *to == connection) {
            let mut rest = bytes.as_slice();
            while let Some(frame) = FrameFormat::default().next(rest).unwrap() {
                frames.push(decode(dialect, frame.payload));
                rest = &rest[frame.consumed..];
            }
        }
        self.sent.retain(|(to, _)| *to != connection);
        frames
    }

    /// A sale as far as the issuer's desk: what it is asked.
    pub(crate) fn sale_asked(&mut self, sale: &Fields) -> Fields {
        self.till("0200", sale);
        self.sync();
        let (mti, asked) = self.take(ISSUER);
        assert_eq!(mti, "0200");
        asked
    }

    /// A reversal as far as the issuer's desk: what it is asked.
    pub(crate) fn reversal_asked(&mut self, reversal: &Fields) -> Fields {
        self.till("0400", reversal);
        self.serve_reads();
        self.sync();
        self.take(ISSUER).1
    }

    /// A sale that is approved: what the till is answered.
    pub(crate) fn sale_approved(&mut self, sale: &Fields) -> Fields {
        let asked = self.sale_asked(sale);
        self.issuer("0210", &approval(&asked));
        self.sync();
        let (mti, answer) = self.take(TILL);
        assert_eq!(mti, "0210");
        answer
    }

    pub(crate) fn campaign(&self) -> CapBalance {
        self.quota.balance(&CapKey::Campaign(CampaignId::new("trial").unwrap()))
    }

    /// What happened, record by record.
    pub(crate) fn kinds(&self) -> Vec<&'static str> {
        self.journal.iter().map(|entry| entry.record.kind()).collect()
    }

    /// A message from another connection of the till's link.
    pub(crate) fn till_over(&mut self, connection: ConnectionId, mti: &str, fields: &Fields) {
        let bytes = self.encode(LinkId::Acquirer(0), mti, fields);
        self.happen(Event::Received { connection, bytes: &bytes });
    }

    pub(crate) fn encode(&self, link: LinkId, mti: &str, fields: &Fields) -> Vec<u8> {
        let dialect = match link {
            LinkId::Acquirer(link) => &self.settings.acquirers[link].dialect,
            LinkId::Issuer(link) => &self.settings.issuers[link].dialect,
        };
        let chip = fields.get(&55).map(|digits| unhex(digits));
        let mut envelope = vec![0x60, 0, 3, 0, 1, 0x60, 0x31, 0, 0x31, 0, 0];
        envelope.resize(dialect.envelope().bytes(), b'0');
        if envelope.len() > 11 {
            envelope[..2].copy_from_slice(&[0x2E, 0x02]);
        }
        let mut writer = MessageWriter::build(dialect, Mti::parse(mti).unwrap());
        if !envelope.is_empty() {
            writer.envelope_as(&envelope);
        }
        for (field, value) in fields {
            writer.set(*field, chip.as_deref().filter(|_| *field == 55).unwrap_or(value.as_bytes()));
        }
        let mut bytes = Vec::new();
        let frame = FrameFormat::default().begin(&mut bytes);
        writer.write(&mut bytes).unwrap();
        FrameFormat::default().finish(&mut bytes, frame).unwrap();
        bytes
    }
}

/// Chip data stands as hexadecimal digits in [`Fields`].
fn unhex(digits: &str) -> Vec<u8> {
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}

fn decode(dialect: &Dialect, payload: &[u8]) -> (String, Fields) {
    let mut index = FieldIndex::new();
    let view = parse(dialect, payload, &mut index).unwrap();
    let mut buffer = [0; 999];
    let fields = view.fields().map(|(field, _)| match view.text(field, &mut buffer).unwrap() {
        chip if field == 55 => (field, chip.iter().map(|byte| format!("{byte:02X}")).collect()),
        text => (field, String::from_utf8_lossy(text).into_owned()),
    });
    (view.mti().to_string(), fields.collect())
}

fn settings(setup: &Setup) -> Settings {
    let dialect = |name: &str| Arc::new(Dialect::shipped(name).unwrap().unwrap());
    Settings {
        node: 1,
        calendar: Calendar::new(TimeZone::get("Asia/Shanghai").unwrap(), time(0, 0, 0, 0)),
        acquirers: vec![AcquirerLink {
            name: LinkName::new("ascii").unwrap(),
            dialect: dialect(setup.till),
            frame: FrameFormat::default(),
            issuer: 0,
            time_budget_us: 15_000_000,
            in_flight_max: setup.in_flight_max,
            ours: vec![OursRule { mti: *b"0200", processing: Some(*b"00") }],
            quotes: setup.quotes.clone(),
            refusal: setup.refusal,
            refund_amount: Base::Net,
        }],
        issuers: vec![IssuerLink {
            name: LinkName::new("issuer").unwrap(),
            dialect: dialect(setup.issuer),
            frame: FrameFormat::default(),
            destination: Box::default(),
            source: Box::default(),
            presentation: setup.presentation,
            accepts_changed_chip_amount: false,
            gross_amount_type: *b"57",
            coupon_info_tag: (setup.presentation == Presentation::Gross).then_some(*b"89"),
            sign_on: setup.sign_on,
            echo_after_us: setup.echo_after_us,
            session_answer_us: 5_000_000,
        }],
        in_flight_max: 10_000,
        answers_days: 2,
        queue: QueueSettings::default(),
        card_key: [7; 32],
        hash_seed: 7,
    }
}
