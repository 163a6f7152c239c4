//! The exchange itself: its state, and which part of it answers which event.

use crate::card::Fingerprinter;
use crate::chronicle::Chronicle;
use crate::claims::{Drawing, Waiting};
use crate::connections::{Connection, Connections};
use crate::doubt::Doubts;
use crate::effects::{CloseReason, Effects};
use crate::event::{ConnectionId, Event, LinkId, Now, Ticket};
use crate::flights::{FlightId, Flights, Phase};
use crate::memory::Memory;

use crate::misdeed::{Misdeed, Misdeeds};
use crate::queue::Queue;
use crate::quote::Quotes;
use crate::returns::{RefundPolicies, Returns};
use crate::seal::Sealer;
use crate::session::Session;
use crate::settings::Settings;
use crate::status::{IssuerStatus, Status};
use crate::wire_tags::Runs;
use foldhash::fast::FixedState;
use lijian_domain::ids::{Lsn, RulesVersion};
use lijian_domain::record::{Entry, Record, RulesChanged};
use lijian_domain::rules::Rules;
use lijian_domain::time::{BusinessDate, Moment};
use lijian_store::claims::Claims;
use lijian_store::journal::{JournalError, JournalReader};
use lijian_store::quota::Quota;
use lijian_store::recovery::{Recovered, RecoveryError};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// The state machine. See the crate's text; one thread owns it.
pub struct Exchange {
    pub(crate) settings: Arc<Settings>,
    pub(crate) rules: Arc<Rules>,
    pub(crate) quota: Arc<Quota>,
    pub(crate) cards: Fingerprinter,
    pub(crate) connections: Connections,
    pub(crate) flights: Flights,
    pub(crate) memory: Memory,
    pub(crate) doubts: Doubts,
    pub(crate) returns: Returns,
    pub(crate) policies: RefundPolicies,
    pub(crate) quotes: Quotes,
    pub(crate) claims: Claims,
    pub(crate) waiting_claims: Waiting,
    /// The lottery that is drawn just now.
    pub(crate) drawing: Option<Drawing>,
    pub(crate) queue: Queue,
    pub(crate) sealer: Sealer,
    /// What waits for its record to be durable, in the order of records.
    pub(crate) stage: VecDeque<(Lsn, FlightId)>,
    /// Everything up to here is on disk.
    pub(crate) durable: Lsn,
    /// Who waits for a journal record to be read back.
    pub(crate) reads: HashMap<Ticket, FlightId, FixedState>,
    pub(crate) tickets: u64,
    /// A message on its way to an issuer, before it is known to be sendable.
    pub(crate) outbound: Vec<u8>,
    /// Buffers of subsidy fields.
    pub(crate) runs: Runs,
    pub(crate) poisoned: bool,
    pub(crate) draining: bool,
    pub(crate) space_low: bool,
    /// The latest business date that any record carries, or that was asked for.
    pub(crate) latest_date: BusinessDate,
    pub(crate) misdeeds: Misdeeds,
}

impl Exchange {
    /// A new exchange that knows of nothing yet: [`Self::replay`] the journal, then hand in [`Event::Started`].
    pub fn new(settings: Settings, rules: Arc<Rules>, quota: Arc<Quota>) -> Self {
        let seed = settings.hash_seed;
        let mut policies = RefundPolicies::default();
        policies.note(&rules);
        Self {
            cards: Fingerprinter::new(&settings.card_key),
            connections: Connections::new(settings.issuers.len()),
            flights: Flights::new(settings.acquirers.len(), seed),
            memory: Memory::new(settings.answers_days, seed),
            doubts: Doubts::new(seed),
            returns: Returns::new(seed),
            policies,
            quotes: Quotes::new(seed),
            claims: Claims::new(),
            waiting_claims: Waiting::new(),
            drawing: None,
            queue: Queue::new(settings.issuers.len(), seed),
            sealer: Sealer::default(),
            stage: VecDeque::new(),
            durable: Lsn::NONE,
            reads: HashMap::with_hasher(FixedState::with_seed(seed)),
            tickets: 0,
            outbound: Vec::new(),
            runs: Runs::default(),
            poisoned: false,
            draining: false,
            space_low: false,
            latest_date: BusinessDate::default(),
            misdeeds: Misdeeds::default(),
            settings: Arc::new(settings),
            rules,
            quota,
        }
    }

    /// Folds one entry of the journal in: at start, in order, before anything is handled.
    pub fn replay(&mut self, entry: &Entry) {
        self.durable = entry.lsn;
        self.latest_date = self.latest_date.max(entry.business_date);
        self.memory.replay(entry);
    }

    /// Takes over the whole past, instead of [`Self::replay`] and [`Self::recover`].
    ///
    /// # Errors
    /// The journal cannot be read again.
    pub fn take_over(
        &mut self,
        chronicle: Chronicle<'_>,
        again: &mut JournalReader,
    ) -> Result<Recovered, RecoveryError<JournalError>> {
        let (mut recovered, memory, latest_date) = chronicle.finish(again)?;
        // There are millions: they are taken, not copied.
        let claims = std::mem::take(&mut recovered.claims);
        self.durable = recovered.last;
        self.latest_date = self.latest_date.max(latest_date);
        self.memory = memory;
        self.recover(&recovered, |lsn| again.record(lsn)).map_err(RecoveryError::Journal)?;
        self.claims = claims;
        Ok(recovered)
    }

    /// Takes over what recovery found to be under way, once the journal is replayed: sales without an outcome, which
    /// [`Event::Started`] brings into doubt, messages that wait for an issuer, grants that stand, returns that are not over, quotes.
    /// `look_up` reads one record again.
    ///
    /// # Errors
    /// That of `look_up`.
    pub fn recover<E>(
        &mut self,
        recovered: &Recovered,
        look_up: impl FnMut(Lsn) -> Result<Option<Entry>, E>,
    ) -> Result<(), E> {
        // The number of this opening of the journal, which its first record will bear.
        self.sealer.begin(recovered.incarnation.saturating_add(1));
        recovered.open.iter().for_each(|(lsn, open)| self.doubts.recover(*lsn, open));
        self.returns.recover(recovered);
        self.claims = recovered.claims.clone();
        self.quotes.recover(recovered.quotes.iter().map(|(lsn, open)| (*lsn, open.clone())));
        self.recover_queue(recovered, look_up)
    }

    /// Lets one thing happen. What is to be done about it is added to `effects`.
    pub fn handle(&mut self, event: Event<'_>, now: Now, effects: &mut Effects) {
        self.happened(event, now, effects);
        self.queue_turn(now, effects);
    }

    fn happened(&mut self, event: Event<'_>, now: Now, effects: &mut Effects) {
        match event {
            Event::Started => {
                self.started(now, effects);
                self.quotes_started(now, effects);
            }
            Event::Connected { connection, link } => self.connected(connection, link, now, effects),
            Event::Received { connection, bytes } => self.received(connection, bytes, now, effects),
            Event::Disconnected { connection } => self.disconnected(connection, now, effects),
            Event::Durable(lsn) => self.durable(lsn, now, effects),
            Event::Poisoned => self.poison(now, effects),
            Event::SpaceLow => self.space_low = true,
            Event::Tick => self.tick(now, effects),
            Event::Read { ticket, entry } => self.read_back(ticket, entry, now, effects),
            Event::Found { ticket, sales } => self.found(ticket, sales, now, effects),
            Event::SealingKeys(keys) => keys.iter().for_each(|key| self.sealer.install(key)),
            Event::SealingKeyRetired(day) => self.sealer.forget(day),
            Event::Ordered(order) => self.order(order, now, effects),
            Event::Rules { rules, changed } => self.change_rules(rules, changed, now, effects),
            Event::Claim { ticket, command } => self.claim(ticket, command, now, effects),
            Event::Drain => self.draining = true,
        }
        if self.misdeeds.include(Misdeed::AnswerBeforeDurable) {
            for id in self.flights.in_phases(&[Phase::AnswerAppended]) {
                self.send_answer(id, now, effects);
            }
        }
    }

    /// The record comes first: whatever the new rules decide stands behind it in the journal, and is durable only with it.
    fn change_rules(&mut self, rules: Arc<Rules>, changed: RulesChanged, now: Now, effects: &mut Effects) {
        if self.poisoned || !self.objections_to(&rules).is_empty() {
            return;
        }
        let moment = self.moment(now);
        effects.journal.push(moment.at, moment.business_date, &Record::RulesChanged(changed));
        self.policies.note(&rules);
        self.rules = rules;
    }

    /// What speaks against these rules in the place of those that decide; see [`Self::objections`].
    pub fn objections_to(&self, rules: &Rules) -> Vec<String> {
        self.objections(&self.rules.campaigns, &rules.campaigns)
    }

    /// The version of the rules that decide.
    pub fn rules_version(&self) -> RulesVersion {
        self.rules.version
    }

    /// When [`Event::Tick`] is due at the latest, on the monotonic clock.
    pub fn next_deadline_us(&self) -> Option<u64> {
        let sessions = self.connections.issuers().filter_map(|connection| {
            let LinkId::Issuer(link) = connection.link else { return None };
            connection.session.deadline_us(self.settings.issuers.get(link)?)
        });
        // What cannot be recorded does not expire.
        let quotes = self.quotes.next_deadline_us().filter(|_| !self.poisoned);
        // A draw goes on at once, between two messages.
        let drawing = self.drawing.as_ref().map(|_| 0);
        let own = drawing.into_iter().chain(self.returns_deadline_us()).chain(self.queue_deadline_us()).chain(quotes);
        self.flights.next_deadline_us().into_iter().chain(sessions).chain(own).min()
    }

    /// Requests that are not answered yet.
    pub fn in_flight(&self) -> usize {
        self.flights.len()
    }

    /// How things stand.
    pub fn status(&self) -> Status {
        let issuers = (0..self.settings.issuers.len()).map(|link| IssuerStatus {
            connections: self
                .connections
                .issuers()
                .filter(|connection| connection.link == LinkId::Issuer(link))
                .count(),
            ready: self.connections.ready_of(link),
        });
        Status {
            in_flight: self.flights.len(),
            in_flight_by_acquirer: (0..self.settings.acquirers.len()).map(|link| self.flights.len_of(link)).collect(),
            in_doubt: self.doubts.len(),
            quotes_open: self.quotes.len(),
            queue: self.queue_status(),
            remembered: self.memory.len(),
            claims: self.claims.len(),
            returns_pending: self.returns.pending(),
            poisoned: self.poisoned,
            draining: self.draining,
            issuers: issuers.collect(),
        }
    }

    /// What the rules see of this time, and what records of it are stamped with. The business date never goes back, over
    /// restarts too, whatever the clock does: a day that was settled must not grow.
    pub fn moment(&mut self, now: Now) -> Moment {
        let moment = self.settings.calendar.moment(now.wall);
        self.latest_date = self.latest_date.max(moment.business_date);
        Moment { business_date: self.latest_date, ..moment }
    }

    /// Whether no more requests can be taken.
    pub(crate) fn overloaded(&self, link: usize) -> bool {
        let of_link = self
            .settings
            .acquirers
            .get(link)
            .is_some_and(|settings| self.flights.len_of(link) >= settings.in_flight_max);
        of_link || self.flights.len() >= self.settings.in_flight_max
    }

    fn connected(&mut self, connection: ConnectionId, link: LinkId, now: Now, effects: &mut Effects) {
        self.connections.insert(connection, Connection { link, session: Session::new(now.monotonic_us) });
        if let LinkId::Issuer(link) = link {
            self.begin_session(connection, link, now, effects);
        }
    }

    fn received(&mut self, connection: ConnectionId, bytes: &[u8], now: Now, effects: &mut Effects) {
        effects.consumed = bytes.len();
        match self.connections.get(connection).map(|connection| connection.link) {
            Some(LinkId::Acquirer(link)) => self.acquirer_bytes(connection, link, bytes, now, effects),
            Some(LinkId::Issuer(link)) => self.issuer_bytes(connection, link, bytes, now, effects),
            None => {}
        }
    }

    fn disconnected(&mut self, connection: ConnectionId, now: Now, effects: &mut Effects) {
        if let Some(Connection { link: LinkId::Issuer(_), .. }) = self.connections.remove(connection) {
            self.issuer_lost(connection, now, effects);
        }
    }

    fn durable(&mut self, lsn: Lsn, now: Now, effects: &mut Effects) {
        self.durable = self.durable.max(lsn);
        while let Some((_, flight)) = self.stage.pop_front_if(|(record, _)| *record <= lsn) {
            self.record_durable(flight, now, effects);
        }
        self.answer_claims(effects);
        self.queue_durable(lsn, now, effects);
    }

    /// A record that a flight waited for is on disk: order 2, intent before the issuer, outcome before the acquirer.
    fn record_durable(&mut self, id: FlightId, now: Now, effects: &mut Effects) {
        let Some(flight) = self.flights.get_mut(id) else { return };
        flight.journal_us += now.monotonic_us.saturating_sub(flight.appended_us);
        match flight.phase {
            Phase::IntentAppended
            | Phase::FullPriceAppended
            | Phase::ReversalAppended
            | Phase::ReturnAppended
            | Phase::RelayAppended => self.ask_issuer(id, now, effects),
            Phase::AnswerAppended => self.send_answer(id, now, effects),
            Phase::Free
            | Phase::Relayed
            | Phase::Asked
            | Phase::FullPriceAsked
            | Phase::ReversalReading
            | Phase::ReversalAsked
            | Phase::ReturnReading
            | Phase::ReturnAsked
            | Phase::JoinReading
            | Phase::RepeatReading => {}
        }
    }

    fn tick(&mut self, now: Now, effects: &mut Effects) {
        for link in 0..self.settings.acquirers.len() {
            while let Some(flight) = self.flights.overdue(link, now.monotonic_us) {
                self.timed_out(flight, now, effects);
            }
        }
        self.expire_quotes(now, effects);
        self.tick_sessions(now, effects);
        self.mature_returns(now, effects);
        self.draw_on(now, effects);
    }

    /// Closes a connection for a reason that is counted.
    pub(crate) fn close(&mut self, connection: ConnectionId, reason: CloseReason, effects: &mut Effects) {
        effects.closes.push((connection, reason));
    }
}
