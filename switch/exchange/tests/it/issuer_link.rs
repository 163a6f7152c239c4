//! The issuer's link: relays, sign-on, echo, overload, drain.

use crate::messages::*;
use crate::world::*;
use lijian_exchange::Event;
use lijian_exchange::effects::CloseReason;

fn plain(stan: u32) -> Fields {
    let mut plain = sale(stan);
    plain.remove(&48);
    plain
}

#[test]
fn what_is_not_ours_passes_byte_for_byte() {
    let mut world = world();
    world.till("0200", &plain(1));
    let sent = world.sent.clone();
    let (_, asked) = world.take(ISSUER);
    assert_eq!(asked, plain(1));
    world.till("0200", &plain(1));
    assert!(world.sent.is_empty(), "the same request in flight is asked once");
    world.issuer("0210", &approval(&asked));
    assert_eq!(world.take(TILL).1, approval(&asked));
    assert!(world.journal.is_empty() && sent.len() == 1);
}

#[test]
fn a_relay_without_an_answer_is_98_and_without_an_issuer_91() {
    let mut world = world();
    world.till("0200", &plain(1));
    world.take(ISSUER);
    world.pass_us(15_000_000);
    assert_eq!(world.take(TILL).1[&39], "98");
    world.happen(Event::Disconnected { connection: ISSUER });
    world.till("0200", &plain(2));
    assert_eq!(world.take(TILL).1[&39], "91");
}

#[test]
fn signs_on_before_traffic_and_echoes_after_silence() {
    let mut world = Setup { sign_on: true, echo_after_us: Some(30_000_000), ..Setup::default() }.build();
    let (mti, sign_on) = world.take(ISSUER);
    assert_eq!((mti.as_str(), sign_on[&70].as_str()), ("0800", "001"));
    world.till("0200", &plain(1));
    assert_eq!(world.take(TILL).1[&39], "91", "not before the sign-on is answered");
    world.issuer("0810", &answer_to_network(&sign_on));
    world.till("0200", &plain(2));
    let (_, asked) = world.take(ISSUER);
    world.issuer("0210", &approval(&asked));
    world.take(TILL);
    assert_eq!(world.exchange.next_deadline_us(), Some(world.now_us + 30_000_000));
    world.pass_us(30_000_000);
    let (mti, echo) = world.take(ISSUER);
    assert_eq!((mti.as_str(), echo[&70].as_str()), ("0800", "301"));
    world.pass_us(5_000_000);
    assert_eq!(world.effects.closes, [(ISSUER, CloseReason::Silent)]);
}

#[test]
fn a_refused_sign_on_closes() {
    let mut world = Setup { sign_on: true, ..Setup::default() }.build();
    let (_, sign_on) = world.take(ISSUER);
    let mut refusal = answer_to_network(&sign_on);
    refusal.insert(39, "05".to_owned());
    world.issuer("0810", &refusal);
    assert_eq!(world.effects.closes, [(ISSUER, CloseReason::SignOnRefused)]);
}

#[test]
fn an_issuers_echo_is_answered() {
    let mut world = world();
    let echo = Fields::from([(7, "1001040000".to_owned()), (11, "000077".to_owned()), (70, "301".to_owned())]);
    world.issuer("0800", &echo);
    let (mti, answer) = world.take(ISSUER);
    assert_eq!((mti.as_str(), answer[&39].as_str(), answer[&11].as_str()), ("0810", "00", "000077"));
}

#[test]
fn overload_is_answered_never_dropped() {
    let mut world = Setup { in_flight_max: 2, ..Setup::default() }.build();
    for stan in 1..=3 {
        world.till("0200", &plain(stan));
    }
    assert_eq!(world.take_all(ISSUER).len(), 2);
    assert_eq!(world.take(TILL).1[&39], "91");
    world.till("0200", &sale(4));
    let (_, answer) = world.take(TILL);
    assert_eq!(tag(&answer, 48, "82").unwrap(), "N190");
}

#[test]
fn draining_finishes_what_is_in_flight_and_takes_no_new_sales() {
    let mut world = world();
    let asked = world.sale_asked(&sale(1));
    world.happen(Event::Drain);
    world.till("0200", &sale_of(2, "6217000000000000019", &sale(1)[&48], 200_000));
    assert_eq!(world.take(TILL).1[&39], "91");
    world.issuer("0210", &approval(&asked));
    world.sync();
    assert_eq!(world.take(TILL).1[&39], "00");
    assert_eq!(world.exchange.in_flight(), 0);
}

fn answer_to_network(asked: &Fields) -> Fields {
    let mut answer = asked.clone();
    answer.insert(39, "00".to_owned());
    answer
}
