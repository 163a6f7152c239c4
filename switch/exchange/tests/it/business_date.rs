//! The settlement day that records carry, when the machine's clock is wrong.

use crate::messages::*;
use crate::world::*;
use lijian_domain::ids::Lsn;
use lijian_domain::time::BusinessDate;
use lijian_exchange::{Effects, Event, Exchange, LinkId};
use std::sync::Arc;

/// From noon of the first day to noon of the next.
const DAY_US: u64 = 24 * 3_600 * 1_000_000;

fn dates(world: &World) -> Vec<String> {
    world.journal.iter().map(|entry| entry.business_date.to_string()).collect()
}

#[test]
fn a_clock_set_back_over_the_cut_over_does_not_bring_the_old_day_back() {
    let mut world = world();
    world.sale_approved(&sale(1));
    let today = world.now_us;
    world.now_us += DAY_US;
    let next_day = sale_of(2, "6217000000000000019", &sale(1)[&48], 200_000);
    world.sale_approved(&next_day);
    assert_eq!(dates(&world), ["2024-10-01", "2024-10-01", "2024-10-02", "2024-10-02"]);
    world.now_us = today;
    world.sale_approved(&sale_of(3, "6217000000000000027", &sale(1)[&48], 200_000));
    let refused = sale_of(4, "6217000000000000027", &sale(1)[&48], 200_000);
    world.till("0200", &refused);
    let late = &world.journal[4..];
    assert_eq!(world.kinds()[4..], ["intent", "granted", "refused"]);
    assert!(late.iter().all(|entry| entry.business_date.to_string() == "2024-10-02"), "{:?}", dates(&world));
    assert!(late.iter().all(|entry| entry.at < world.journal[2].at), "the time of a record is the clock's");
}

#[test]
fn a_restart_remembers_the_day() {
    let mut world = world();
    let today = world.now_us;
    world.now_us += DAY_US;
    world.sale_approved(&sale(1));
    world.now_us = today;

    let rules = Arc::new(rules(100_000_000));
    let mut exchange = Exchange::new(world.settings.clone(), rules, Arc::clone(&world.quota));
    assert_eq!(exchange.moment(world.now()).business_date, BusinessDate::parse("2024-10-01").unwrap());
    world.journal.iter().for_each(|entry| exchange.replay(entry));
    assert_eq!(exchange.moment(world.now()).business_date, BusinessDate::parse("2024-10-02").unwrap());
    world.exchange = exchange;
    world.effects = Effects::new(Lsn(world.journal.len() as u64 + 1));
    world.happen(Event::Started);
    world.happen(Event::Connected { connection: ISSUER, link: LinkId::Issuer(0) });
    world.happen(Event::Connected { connection: TILL, link: LinkId::Acquirer(0) });
    world.till("0200", &sale_of(2, "6217000000000000019", &sale(1)[&48], 200_000));
    assert_eq!(dates(&world).last().map(String::as_str), Some("2024-10-02"));
}
