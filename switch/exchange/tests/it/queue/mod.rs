//! Messages of the switch's own that wait for the issuer: rule by rule, in virtual time.

mod confirming;
mod dialects;
mod grants;
mod ordering;
mod orders;
mod refunds;
mod restarts;
mod seals;
mod undoings;
mod voids;

use crate::messages::*;
use crate::world::*;
use lijian_domain::ids::Lsn;
use lijian_exchange::Event;
use lijian_exchange::queue::{QueueRow, QueueState};

pub(crate) const BUDGET_US: u64 = 15_000_000;
pub(crate) const HOUR_US: u64 = 3_600_000_000;
pub(crate) const OTHER_CARD: &str = "6217000000000000019";

/// A sale that nobody answered, on record as in doubt; its reversal is with the issuer.
pub(crate) fn doubt(world: &mut World, sale: &Fields) -> Fields {
    world.sale_asked(sale);
    world.pass_us(BUDGET_US);
    world.sync();
    assert_eq!(world.take(TILL).1[&39], "98");
    world.serve_reads();
    let (mti, asked) = world.take(ISSUER);
    assert_eq!(mti, "0400");
    asked
}

/// What the issuer gets when so much time has passed.
pub(crate) fn after(world: &mut World, microseconds: u64) -> Vec<(String, Fields)> {
    world.pass_us(microseconds);
    world.serve_reads();
    world.sync();
    world.serve_reads();
    world.take_all(ISSUER)
}

pub(crate) fn rows(world: &mut World) -> Vec<QueueRow> {
    let now = world.now();
    world.exchange.queue_rows(Lsn(0), 1_000, now)
}

pub(crate) fn states(world: &mut World) -> Vec<QueueState> {
    rows(world).iter().map(|row| row.state).collect()
}

/// The issuer's link goes down, and comes up again.
pub(crate) fn down(world: &mut World) {
    world.happen(Event::Disconnected { connection: ISSUER });
}

pub(crate) fn up(world: &mut World) {
    world.happen(Event::Connected { connection: ISSUER, link: lijian_exchange::LinkId::Issuer(0) });
    world.serve_reads();
}

/// The STAN of the original that a reversal names in DE90.
pub(crate) fn named(reversal: &Fields) -> String {
    reversal[&90][4..10].to_owned()
}

pub(crate) fn card_of(number: u32) -> String {
    format!("62170000000000{number:05}")
}

pub(crate) fn fridge(stan: u32, card: &str) -> Fields {
    sale_of(stan, card, &sale(1)[&48], 200_000)
}
