//! The same messages in the issuer's own dialect.

use super::*;
use crate::returns::settle_reads;

/// A void in doubt and an unanswered refund, as the issuer sees what is sent about them.
fn seen(issuer: &'static str) -> [(String, Fields); 2] {
    [("0200", 200_000), ("0220", 160_000)].map(|(mti, amount)| {
        let terminal = issuer == "unionpay-pos";
        let (till, place) = if terminal { (issuer, 59) } else { ("iso87-ascii", 48) };
        let mut world = Setup { till, issuer, ..Setup::default() }.build();
        let mut sold = sale(1);
        if terminal {
            let addresses = [b"0003", b"0001"].map(|address| Box::from(&address[..]));
            [world.settings.issuers[0].destination, world.settings.issuers[0].source] = addresses;
            world.restart(0);
            sold.retain(|field, _| ![7, 32, 48].contains(field));
            sold.extend([(59, sale(1)[&48].clone()), (60, "22000001".to_owned())]);
        }
        let forwarder = (issuer == "cups").then(|| (33, "48020001".to_owned()));
        sold.extend(forwarder.clone());
        world.till("0200", &sold);
        world.sync();
        let (_, at_issuer) = world.take(ISSUER);
        let approved = if issuer == "iso93-ascii" { "000" } else { "00" };
        let answer = answer_to(&at_issuer, approved);
        let response = if issuer == "iso93-ascii" { "1210" } else { "0210" };
        let mut answer: Fields = answer.into_iter().filter(|(field, _)| ![37, 38].contains(field)).collect();
        answer.extend(at_issuer.get(&33).map(|forwarder| (33, forwarder.clone())));
        world.issuer(response, &answer);
        world.sync();
        let told = world.take(TILL).1;
        assert_eq!(told[&39], "00", "{issuer}");
        let mut request = sold.clone();
        // By the grant: not every dialect has a field 90.
        request.insert(place, format!("84016{}", tag(&told, place, "84").unwrap()));
        for (field, value) in [(3, "200000".to_owned()), (4, format!("{amount:012}")), (11, "000002".to_owned())] {
            request.insert(field, value);
        }
        world.till(mti, &request);
        settle_reads(&mut world);
        world.sync();
        world.take(ISSUER);
        world.pass_us(BUDGET_US);
        assert_eq!(world.take(TILL).1[&39], "98", "{issuer}");
        let (mut sent, mut passed) = (Vec::new(), 0);
        while sent.is_empty() && passed < 10 {
            sent = after(&mut world, 5_000_000);
            settle_reads(&mut world);
            sent.extend(world.take_all(ISSUER));
            passed += 1;
        }
        sent.remove(0)
    })
}

fn check(issuer: &'static str, [void, refund]: [(&str, &[(u8, &str)]); 2]) {
    for ((mti, fields), (due_mti, due)) in seen(issuer).iter().zip([void, refund]) {
        let of = due.iter().map(|(field, _)| (*field, fields.get(field).map_or("", String::as_str)));
        assert_eq!((mti.as_str(), of.collect::<Vec<_>>()), (due_mti, due.to_vec()), "{issuer}");
    }
}

#[test]
fn iso_1993_says_what_it_does_by_function_code() {
    let void = [(2, CARD), (4, "000000160000"), (11, "000002"), (24, "400"), (25, "4021"), (39, "")];
    let refund = [(2, CARD), (4, "000000160000"), (11, "000002"), (24, ""), (25, ""), (39, "")];
    check("iso93-ascii", [("1420", &void), ("1221", &refund)]);
}

#[test]
fn the_network_has_its_keys_in_them() {
    let void = [(2, CARD), (7, "1001040000"), (11, "000002"), (33, "48020001"), (39, "")];
    check("cups", [("0420", &void), ("0221", &void)]);
}

#[test]
fn a_terminals_reversal_keeps_number_and_batch_and_says_why() {
    let void = [(2, CARD), (4, "000000160000"), (11, "000002"), (39, "98"), (60, "22000001"), (61, "0000010000021001")];
    let refund = [(2, CARD), (11, "000002"), (39, ""), (60, "22000001"), (61, "0000010000011001")];
    check("unionpay-pos", [("0400", &void), ("0221", &refund)]);
}
