//! Which sale is the one that a quote was made for.

use super::*;

/// What a till says on the quote, and what comes of it; afterwards the right sale still goes through.
fn check(sale: impl FnOnce(&str) -> Fields, expected: (&str, &str)) {
    let mut world = world();
    let id = world.quote_id(&quote(1));
    let sale = sale(&id);
    assert_eq!(world.sale_refused(&sale), pair(expected.0, expected.1), "{sale:?}");
    assert_eq!(world.kinds(), ["quoted", "refused"]);
    assert_eq!(of(world.campaign()), holds(40_000, 0), "the quote stands");
    assert_eq!(world.sale_approved(&sale_on(9, &id))[&39], "00");
}

fn with(field: u8, value: &str) -> impl FnOnce(&str) -> Fields {
    let value = value.to_owned();
    move |id| {
        let mut sale = sale_on(2, id);
        sale.insert(field, value);
        sale
    }
}

/// The sale with more tags behind the quote's id.
fn tags(more: &str) -> impl FnOnce(&str) -> Fields {
    let more = more.to_owned();
    move |id| sale_of(2, CARD, &format!("84016{id}{more}"), 160_000)
}

#[test]
fn another_sale_is_refused_and_the_quote_stands() {
    let refused = ("57", "N115");
    check(with(41, "T0000002"), refused);
    check(with(42, "M00000000000002"), refused);
    check(with(2, OTHER_CARD), refused);
    check(with(4, "000000200000"), refused);
    check(with(4, "000000159999"), refused);
    // Ids that no quote has, of the same length and of another.
    for id in ["0001000000000002", "0002000000000001", "0000000000000000", "1", "000100000000000G"] {
        check(with(48, &format!("84{:03}{id}", id.len())), refused);
    }
    check(tags("05003ABC"), refused);
    check(tags("06006440303"), refused);
    check(tags("07003100"), refused);
    // Other goods at the same price: another product, another number of a serial.
    check(tags("0101369012345679080300620000 0".replace(' ', "").as_str()), refused);
    check(tags(&format!("01013{FRIDGE}0300620000004003SN1")), refused);
}

#[test]
fn items_that_do_not_add_up_are_no_items() {
    let refused = ("30", "N107");
    check(tags(&format!("01013{FRIDGE}03006210000")), refused);
    check(tags(&format!("01013{FRIDGE}03006200000080031 00").replace(' ', "")), refused);
    check(tags(&format!("01013{FRIDGE}")), refused);
    check(tags("840160001000000000001"), refused);
    check(tags("0100"), refused);
    check(
        |id| {
            let mut sale = sale_on(2, id);
            sale.remove(&2);
            sale
        },
        refused,
    );
}

#[test]
fn what_says_the_same_again_is_the_same_sale() {
    let check = |more: &str| {
        let mut world = world();
        let id = world.quote_id(&quote(1));
        let answer = world.sale_approved(&sale_of(2, CARD, &format!("84016{id}{more}"), 160_000));
        assert_eq!(answer[&39], "00", "{more}");
        assert_eq!(of(world.campaign()), holds(0, 40_000));
    };
    check("");
    check(&sale(1)[&48]);
    check("06006440304");
    check("XX003any");
    // The quote's id may follow the items.
    let mut world = world();
    let id = world.quote_id(&quote(1));
    let answer = world.sale_approved(&sale_of(2, CARD, &format!("{}84016{id}", sale(1)[&48]), 160_000));
    assert_eq!(answer[&39], "00");
}

#[test]
fn trade_in_and_bank_promotion_are_the_quotes() {
    // 2000.00 less 100.00 and 50.00: 1850.00 are asked for, 400.00 of it is the subsidy's.
    let promoted = format!("{}070051000008004 5000", sale(1)[&48]).replace(' ', "");
    for (more, expected) in [("", "00"), (promoted.as_str(), "00"), (&sale(1)[&48], "30"), ("07004 1000", "57")] {
        let mut world = world();
        let mut quote = sale_of(1, CARD, &promoted, 185_000);
        quote.insert(3, "380000".to_owned());
        let id = world.quote_id(&quote);
        let sale = sale_of(2, CARD, &format!("84016{id}{}", more.replace(' ', "")), 145_000);
        if expected == "00" {
            assert_eq!(world.sale_approved(&sale)[&39], "00", "{more}");
        } else {
            assert_eq!(world.sale_refused(&sale).0, expected, "{more}");
        }
    }
}
