//! The tills: several connections, many requests in flight on each, as many more as are answered; and the kill.

use super::books::{Asked, Books, Told, What};
use super::dice::Dice;
use super::goods::{GOODS, LATE_PRICE};
use crate::daemon::host::{PATIENCE, plain};
use crate::daemon::process::Daemon;
use lijian_codecs::dialect::Dialect;
use lijian_load::till::{Answer, Request, Sale, Till, TillError};
use std::cell::RefCell;
use std::collections::{HashSet, VecDeque};
use std::net::SocketAddr;
use std::rc::Rc;

pub(super) const CONNECTIONS: usize = 4;
const DIALECT: &str = "iso87-ascii";
const IN_FLIGHT_EACH: usize = 16;
/// Merchants of the link `ascii`, for whom every category is admitted.
const MERCHANTS: [&str; CONNECTIONS] = ["999584057220001", "999584057220003", "999584057220006", "999584057220007"];

/// What the tills of one run of the daemon share.
pub(super) struct Floor {
    pub(super) books: Books,
    pub(super) dice: Dice,
    /// What is asked first: what earlier runs left open, and repeats.
    pub(super) queue: VecDeque<usize>,
    /// Whether anything new is asked behind that.
    pub(super) sells: bool,
    pub(super) daemon: Option<Daemon>,
    pub(super) kill: Kill,
    pub(super) findings: Vec<String>,
    dialect: Dialect,
    next_stan: u32,
}

/// When the daemon is killed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kill {
    /// Once so many answers more have come.
    After(u64),
    /// Told to end after the first number, killed after the second.
    Draining(u64, u64),
    Never,
}

impl Floor {
    pub(super) fn new(dice: Dice) -> Self {
        let (books, queue) = (Books::default(), VecDeque::new());
        let dialect = Dialect::shipped(DIALECT).unwrap().unwrap();
        Self {
            books,
            dice,
            queue,
            sells: true,
            daemon: None,
            kill: Kill::Never,
            findings: Vec::new(),
            dialect,
            next_stan: 0,
        }
    }

    /// The next request of a connection that has these in flight; none when it is to send no more.
    fn next(&mut self, connection: usize, in_flight: &HashSet<usize>) -> Option<(usize, Request)> {
        self.daemon.as_ref()?;
        let queued = self.queue.iter().position(|place| !in_flight.contains(place));
        let place = match queued.and_then(|at| self.queue.remove(at)) {
            Some(place) => place,
            None if !self.sells => return None,
            None => match self.dice.below(100) {
                0..60 => self.new_sale(connection),
                60..68 => self.new_plain(connection),
                68..85 => self.known(|asked| asked.told != Told::Again).unwrap_or_else(|| self.new_sale(connection)),
                _ => self.new_reversal().unwrap_or_else(|| self.new_sale(connection)),
            },
        };
        let place = if in_flight.contains(&place) { self.new_sale(connection) } else { place };
        let asked = &mut self.books.asked[place];
        asked.sent += 1;
        self.books.counts.repeats += u64::from(asked.sent > 1);
        let again = asked.sent > 1 && matches!(asked.what, What::Reversal(_)) && self.dice.one_in(2);
        Some((place, if again { asked.request.repeat() } else { asked.request.clone() }))
    }

    fn stan(&mut self) -> u32 {
        self.next_stan += 1;
        self.next_stan
    }

    fn message(&mut self, connection: usize, price: u64) -> Sale {
        let stan = self.stan();
        let message = plain(stan, price);
        let card = format!("62220288{stan:08}");
        Sale { card, terminal: format!("T{connection:07}"), merchant: MERCHANTS[connection].to_owned(), ..message }
    }

    fn add(&mut self, message: &Sale, what: What) -> usize {
        let request = message.request(&self.dialect).unwrap();
        self.books.add((message.terminal.clone(), message.stan), request, what)
    }

    /// One of the goods on a new card, or on one that bought before; with a serial number or without, now and then one
    /// that was sold before.
    fn new_sale(&mut self, connection: usize) -> usize {
        let goods = *self.dice.pick(&GOODS).unwrap();
        let price = if self.dice.one_in(60) { LATE_PRICE } else { 100_000 + self.dice.below(200_000) };
        let mut message = self.message(connection, price);
        let mut serial = String::new();
        if self.dice.one_in(2) {
            serial = format!("SN{:08}", message.stan);
        }
        let earlier = self.known(|asked| matches!(asked.what, What::Sale(_)));
        if let Some(What::Sale(earlier)) = earlier.map(|place| &self.books.asked[place].what) {
            match self.dice.below(10) {
                0 => message.card.clone_from(&earlier.card),
                1 => serial.clone_from(&earlier.serial),
                _ => {}
            }
        }
        message.tags = vec![(*b"01", goods.gtin.to_owned()), (*b"03", price.to_string())];
        if !serial.is_empty() {
            message.tags.push((*b"04", serial.clone()));
        }
        let card = message.card.clone();
        self.add(&message, What::Sale(super::books::Sale { card, goods, price, serial, reversal: None }))
    }

    fn new_plain(&mut self, connection: usize) -> usize {
        let price = 100 + self.dice.below(10_000);
        let message = self.message(connection, price);
        self.add(&message, What::Plain)
    }

    /// Takes a sale back that was granted or is in doubt.
    fn new_reversal(&mut self) -> Option<usize> {
        let of = self.known(|asked| {
            let granted = asked.answer.as_ref().is_some_and(|answer| answer.tag(*b"82").as_deref() == Some("G000"));
            let alone = matches!(&asked.what, What::Sale(sale) if sale.reversal.is_none());
            alone && (granted || asked.told == Told::InDoubt)
        })?;
        let stan = self.stan();
        let original = &self.books.asked[of];
        let mut request = original.request.reversal(&self.dialect, stan);
        if let What::Sale(sale) = &original.what
            && self.dice.one_in(2)
        {
            // The net amount is as good as the gross one.
            request = request.with(4, format!("{:012}", sale.price - sale.goods.discount(sale.price)));
        }
        let name = (original.name.0.clone(), stan);
        Some(self.books.add(name, request, What::Reversal(of)))
    }

    /// Some request among the latest thousand that is as wanted; none where a few draws find none.
    fn known(&mut self, wanted: impl Fn(&Asked) -> bool) -> Option<usize> {
        let length = self.books.asked.len();
        let latest = length.min(1_000);
        (0..8).find_map(|_| {
            let back = usize::try_from(self.dice.below(u64::try_from(latest.max(1)).unwrap())).unwrap();
            let place = length.checked_sub(back + 1)?;
            wanted(&self.books.asked[place]).then_some(place)
        })
    }

    fn hear(&mut self, answer: Answer) -> Option<usize> {
        let heard = self.books.hear(answer);
        match self.kill {
            Kill::After(0) | Kill::Draining(0, 0) => self.kill_now(),
            Kill::After(answers) => self.kill = Kill::After(answers - 1),
            Kill::Draining(0, more) => self.kill = Kill::Draining(0, more - 1),
            Kill::Draining(answers, more) => {
                self.kill = Kill::Draining(answers - 1, more);
                if answers == 1
                    && let Some(daemon) = &self.daemon
                {
                    daemon.terminate();
                }
            }
            Kill::Never => {}
        }
        heard.map_err(|finding| self.findings.push(finding)).ok()
    }

    pub(super) fn kill_now(&mut self) {
        if let Some(daemon) = self.daemon.take() {
            daemon.kill();
        }
    }
}

/// Sells over one connection until it is closed, or nothing is left to ask.
pub(super) async fn sell(floor: Rc<RefCell<Floor>>, connection: usize, acquirer: SocketAddr) -> u64 {
    let Ok(mut till) = Till::connect(acquirer, DIALECT).await else { return 0 };
    let mut in_flight = HashSet::new();
    let mut open = true;
    loop {
        while open && in_flight.len() < IN_FLIGHT_EACH {
            let Some((place, request)) = floor.borrow_mut().next(connection, &in_flight) else { break };
            in_flight.insert(place);
            // What was answered before the end is read all the same.
            open = till.send(&request).await.is_ok();
        }
        if in_flight.is_empty() {
            return 0;
        }
        match till.receive(PATIENCE).await {
            Ok(answer) => {
                let place = floor.borrow_mut().hear(answer);
                place.map(|place| in_flight.remove(&place));
            }
            Err(TillError::Closed | TillError::Io(_)) => return u64::try_from(in_flight.len()).unwrap(),
            Err(error) => {
                floor.borrow_mut().findings.push(format!("connection {connection}: {error}"));
                return 0;
            }
        }
        if !floor.borrow().findings.is_empty() {
            return 0;
        }
    }
}
