//! A kill at every step of a quote, and a restart from what was on disk.

use super::*;

#[test]
fn a_quote_outlives_a_restart_and_ends_in_its_time() {
    let mut world = world();
    let first = world.quoted(&quote(1));
    let id = tag(&first, 48, "84").unwrap();
    world.now_us += LIFETIME_US / 2;
    world.restart(1);
    assert_eq!((world.kinds(), of(world.campaign())), (vec!["quoted"], holds(40_000, 0)));
    assert_eq!(world.exchange.status().quotes_open, 1);
    assert_eq!(world.exchange.next_deadline_us(), Some(world.now_us + LIFETIME_US / 2));
    world.till("0101", &quote(1));
    world.serve_reads();
    assert_eq!(world.take(TILL).1, first, "the same bytes");
    let mut used = world;
    assert_eq!(used.sale_approved(&sale_on(2, &id))[&39], "00");
    used.restart(3);
    assert_eq!(of(used.campaign()), holds(0, 40_000));
    assert_eq!(used.sale_refused(&sale_on(3, &id)), pair("57", "N115"));
    used.till("0400", &reversal_of_quote(&quote(1), 4));
    assert_eq!(used.take(TILL).1[&39], "22");
}

#[test]
fn a_quote_whose_time_went_by_meanwhile_ends_at_the_start() {
    let mut world = world();
    let id = world.quote_id(&quote(1));
    world.now_us += LIFETIME_US;
    world.restart(1);
    assert_eq!((world.kinds(), of(world.campaign())), (vec!["quoted", "released"], holds(0, 0)));
    world.restart(2);
    assert_eq!(world.kinds().len(), 2, "once");
    assert_eq!(world.sale_refused(&sale_on(2, &id)), pair("57", "N115"));
    world.till("0400", &reversal_of_quote(&quote(1), 3));
    assert_eq!(world.take(TILL).1[&39], "00");
}

#[test]
fn a_clock_that_was_put_back_prolongs_nothing() {
    let mut world = world();
    world.now_us = 10 * LIFETIME_US;
    world.quote_id(&quote(1));
    world.now_us = 1;
    world.restart(1);
    assert_eq!(world.exchange.next_deadline_us(), Some(1 + LIFETIME_US));
}

#[test]
fn a_kill_at_any_step_leaves_a_quote_or_a_sale_and_never_both() {
    // Records on disk at the kill, what is held then, and whether the sale can still be made on the quote.
    for (kept, held, sells) in [(0, 0, false), (1, 40_000, true), (2, 40_000, false)] {
        let mut world = world();
        world.till("0100", &quote(1));
        world.sync();
        world.till("0200", &sale_on(2, "0001000000000001"));
        world.restart(kept);
        assert_eq!(of(world.campaign()), holds(held, 0), "{kept}");
        if sells {
            assert_eq!(world.sale_approved(&sale_on(2, "0001000000000001"))[&39], "00");
        } else {
            assert_eq!(world.sale_refused(&sale_on(3, "0001000000000001")), pair("57", "N115"));
        }
        world.pass_us(2 * LIFETIME_US);
        let expected = if sells { holds(0, 40_000) } else { holds(held, 0) };
        assert_eq!(of(world.campaign()), expected, "an intent without an outcome is in doubt: {kept}");
        let (recovered, quota) = recover(&world.journal);
        assert_eq!((recovered.quotes.len(), recovered.open.len()), (0, usize::from(kept == 2)));
        let campaign = lijian_domain::cap::CapKey::Campaign(lijian_domain::ids::CampaignId::new("trial").unwrap());
        assert_eq!(quota.balance(&campaign), world.campaign());
    }
}

#[test]
fn a_kill_before_the_end_of_a_quote_is_on_disk_leaves_the_quote() {
    for withdrawn in [true, false] {
        let mut world = world();
        world.quote_id(&quote(1));
        if withdrawn {
            world.till("0400", &reversal_of_quote(&quote(1), 2));
        } else {
            world.pass_us(LIFETIME_US);
        }
        assert_eq!(world.kinds(), ["quoted", "released"]);
        for kept in [2, 1] {
            world.restart(kept);
            if withdrawn && kept == 1 {
                assert_eq!(of(world.campaign()), holds(40_000, 0));
                world.till("0401", &reversal_of_quote(&quote(1), 2));
                world.sync();
                assert_eq!(world.take(TILL).1[&39], "00");
            }
            assert_eq!((world.kinds(), of(world.campaign())), (vec!["quoted", "released"], holds(0, 0)));
            if withdrawn {
                world.till("0101", &quote(1));
                assert_eq!(tag(&world.take(TILL).1, 48, "82").unwrap(), "N116");
            }
        }
    }
}

#[test]
fn what_a_day_forgets_are_not_its_open_quotes() {
    let quotes = lijian_exchange::settings::QuoteRules { lifetime_us: 30 * 3_600_000_000, ..Setup::default().quotes };
    let mut world = Setup { quotes, ..Setup::default() }.build();
    world.settings.answers_days = 1;
    world.restart(0);
    world.quote_id(&quote(1));
    world.pass_us(24 * 3_600_000_000);
    world.sale_approved(&sale_of(2, OTHER_CARD, &sale(1)[&48], 200_000));
    assert_eq!(world.exchange.status().remembered, 2);
    world.till("0400", &reversal_of_quote(&quote(1), 3));
    world.sync();
    assert_eq!(world.take(TILL).1[&39], "00");
    assert_eq!(of(world.campaign()), holds(0, 40_000));
}
