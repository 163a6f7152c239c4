//! A data directory with a journal of hand-made sales, written through the store.

use lijian_domain::cap::CapKey;
use lijian_domain::code::DecisionCode;
use lijian_domain::ids::{
    CampaignId, CategoryId, DistrictCode, GrantId, Gtin, LinkName, Lsn, MerchantId, Rrn, SerialNumber, SponsorId, Stan,
};
use lijian_domain::money::MinorUnits;
use lijian_domain::record::{
    Answer, DoubtCause, InDoubt, Intent, Origin, Outcome, Recall, Record, ReturnAsked, ReturnOutcome, ReturnWay,
    ReversalAsked, ReversalOutcome, recorded_take,
};
use lijian_domain::sale::{Award, AwardedItem, ItemRequest, SponsorShare};
use lijian_domain::text::Text;
use lijian_domain::time::{BusinessDate, UnixMicros};
use lijian_store::format::RecordBuffer;
use lijian_store::journal::{Journal, JournalError, JournalOptions, SEGMENT_BYTES_MIN};
use lijian_store::storage::{FileStorage, Storage};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

/// The journal and the directories beside it.
pub(crate) struct Bench {
    directory: TempDir,
    next: Lsn,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self { directory: TempDir::new().unwrap(), next: Lsn(1) }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn storage(&self) -> Arc<dyn Storage> {
        Arc::new(FileStorage::open(&self.path("journal")).unwrap())
    }

    /// Opens the journal, appends what `fill` pushes as one batch, and closes it. Segments are small, so that a day spans
    /// several.
    pub(crate) fn append<T>(&mut self, date: &str, fill: impl FnOnce(&mut Batch) -> T) -> T {
        let options =
            JournalOptions { segment_bytes: SEGMENT_BYTES_MIN, free_bytes_min: 0, ..JournalOptions::default() };
        let open = || Journal::open(self.storage(), options);
        let open = once_free(open, |error| matches!(error, JournalError::Locked { .. })).unwrap();
        assert_eq!(open.next_lsn(), self.next);
        let journal = open.start(|_| {}).unwrap();
        let mut batch = Batch { buffer: RecordBuffer::new(self.next), date: BusinessDate::parse(date).unwrap() };
        let result = fill(&mut batch);
        journal.append(&mut batch.buffer).unwrap();
        self.next = journal.close().unwrap().lsn.next();
        result
    }
}

/// The result of `attempt` once nobody else has the lock. A process that another test starts at the same moment has a copy of every
/// open file of this one, locks with them, until it becomes its own program.
pub(crate) fn once_free<T, E>(
    mut attempt: impl FnMut() -> Result<T, E>,
    is_locked: impl Fn(&E) -> bool,
) -> Result<T, E> {
    for _ in 0..20_000 {
        match attempt() {
            Err(error) if is_locked(&error) => std::thread::yield_now(),
            done => return done,
        }
    }
    attempt()
}

/// Records of one business date on their way to the journal.
pub(crate) struct Batch {
    buffer: RecordBuffer,
    date: BusinessDate,
}

impl Batch {
    /// The place of the record that is pushed next.
    pub(crate) fn next_lsn(&self) -> Lsn {
        self.buffer.next_lsn()
    }

    /// Stamped a microsecond after the one before.
    pub(crate) fn push(&mut self, record: &Record) -> Lsn {
        let at = UnixMicros(1_727_741_000_000_000 + self.buffer.next_lsn().0.cast_signed());
        self.buffer.push(at, self.date, record)
    }

    /// The intent of a sale of one item at `price` with `discount`, whose serial number is `serial_number`.
    pub(crate) fn intent(&mut self, price: u64, discount: u64, serial_number: &str) -> Lsn {
        let lsn = self.buffer.next_lsn();
        self.push(&Record::Intent(intent(lsn, price, discount, serial_number)))
    }

    pub(crate) fn granted(&mut self, intent: Lsn) -> Lsn {
        self.push(&Record::Granted(Outcome { intent, answer: answer() }))
    }

    pub(crate) fn sale(&mut self, price: u64, discount: u64, serial_number: &str) -> Lsn {
        let intent = self.intent(price, discount, serial_number);
        self.granted(intent);
        intent
    }

    /// Two goods at `price` in one order, each with `discount`, granted.
    pub(crate) fn order_of_two(&mut self, price: u64, discount: u64) -> Lsn {
        let lsn = self.buffer.next_lsn();
        let mut intent = intent(lsn, price, discount, "");
        let award = &mut intent.award;
        award.items.push(award.items[0]);
        for amount in [&mut award.gross, &mut award.discount, &mut award.net, &mut award.sponsors[0].amount] {
            *amount = amount.checked_mul(2).unwrap();
        }
        award.caps.iter_mut().for_each(|take| take.amount = take.amount.checked_mul(2).unwrap());
        self.push(&Record::Intent(intent));
        self.granted(lsn);
        lsn
    }

    /// A refund of a part of it.
    pub(crate) fn refunded(&mut self, intent: Lsn, net: u64, discount: u64) {
        let amounts = [net + discount, discount, net].map(MinorUnits::new);
        let [gross, discount, net] = amounts;
        let campaign = CampaignId::new("shenzhen-2024").unwrap();
        let caps = [CapKey::Category(campaign, CategoryId::new("phone").unwrap()), CapKey::Campaign(campaign)];
        let sponsors = [SponsorShare { sponsor: SponsorId::new("bureau").unwrap(), amount: discount }];
        let asked = self.push(&Record::ReturnAsked(ReturnAsked {
            origin: Origin { stan: Stan(901), ..origin() },
            intent,
            of: None,
            way: ReturnWay::Refund,
            amount: gross,
            gross,
            discount,
            net,
            sponsors: sponsors.into_iter().collect(),
            takes: caps.into_iter().map(|key| recorded_take(key, discount, 0)).collect(),
            recall: Recall::default(),
        }));
        self.push(&Record::Returned(ReturnOutcome { asked, intent, answer: answer() }));
    }

    pub(crate) fn in_doubt(&mut self, intent: Lsn) {
        self.push(&Record::InDoubt(InDoubt { intent, cause: DoubtCause::TimeOut }));
    }

    pub(crate) fn returned(&mut self, intent: Lsn) {
        let origin = Origin { stan: Stan(900), ..origin() };
        let asked = self.push(&Record::ReversalAsked(ReversalAsked { origin, intent, amount: MinorUnits::new(1) }));
        self.push(&Record::Reversed(ReversalOutcome { asked, intent, answer: answer() }));
    }
}

/// Flips a bit in the middle of the first batch of the journal in `directory`.
pub(crate) fn damage(directory: &Path) {
    let segment = directory.join("0000000001.segment");
    let mut bytes = std::fs::read(&segment).unwrap();
    bytes[4096 + 200] ^= 1;
    std::fs::write(segment, bytes).unwrap();
}

fn intent(lsn: Lsn, price: u64, discount: u64, serial_number: &str) -> Intent {
    let campaign = CampaignId::new("shenzhen-2024").unwrap();
    let category = CategoryId::new("phone").unwrap();
    let [price, discount] = [price, discount].map(MinorUnits::new);
    let item = ItemRequest {
        gtin: Gtin(4_006_381_333_931),
        quantity: 1,
        unit_price: price,
        serial_number: SerialNumber::new(serial_number).unwrap(),
    };
    let caps = [CapKey::Category(campaign, category), CapKey::Campaign(campaign)];

    Intent {
        origin: origin(),
        grant: GrantId::new(1, lsn),
        person: Default::default(),
        qualification: Default::default(),
        trade_in: MinorUnits::ZERO,
        bank_promotion: MinorUnits::ZERO,
        place: Default::default(),
        currency: None,
        quote: None,
        recall: Recall::default(),
        award: Award {
            campaign,
            rules: Default::default(),
            gross: price,
            discount,
            net: price.checked_sub(discount).unwrap(),
            district: DistrictCode::new("440305").unwrap(),
            items: [AwardedItem { item, category, grade: None, discount }].into_iter().collect(),
            sponsors: [SponsorShare { sponsor: SponsorId::new("bureau").unwrap(), amount: discount }]
                .into_iter()
                .collect(),
            funding: Default::default(),
            caps: caps.into_iter().map(|key| recorded_take(key, discount, 1)).collect(),
        },
    }
}

fn origin() -> Origin {
    Origin {
        link: LinkName::new("ascii").unwrap(),
        key: Default::default(),
        content: Default::default(),
        terminal: Default::default(),
        // A till can send what a spreadsheet would take for a formula.
        merchant: MerchantId::new("=M1,\"x\"").unwrap(),
        stan: Stan(42),
        rrn: Rrn::default(),
        transmission: Default::default(),
        acquirer: Default::default(),
        card: Default::default(),
    }
}

fn answer() -> Answer {
    Answer {
        code: DecisionCode::Granted,
        response_code: Text::new("00").unwrap(),
        rrn: Rrn::new("000000000042").unwrap(),
        authorisation: Default::default(),
        issuer_fields: Default::default(),
    }
}
