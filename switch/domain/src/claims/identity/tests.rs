//! Numbers of documents, right and wrong.

use super::*;
use jiff::civil::date;

const TODAY: Date = date(2024, 10, 1);

fn parse(typed: &str) -> Result<(DocumentKind, String), IdentityError> {
    IdentityNumber::parse(typed, TODAY).map(|number| (number.kind(), number.reveal().to_owned()))
}

/// The check character by another way than the code's: ISO 7064 MOD 11-2 as a running product.
fn with_check(digits: &str) -> String {
    let product = digits.bytes().fold(0u32, |product, digit| (product + u32::from(digit - b'0')) * 2 % 11);
    let check = (12 - product) % 11;
    format!("{digits}{}", if check == 10 { "X".to_owned() } else { check.to_string() })
}

#[test]
fn the_standards_own_examples() {
    for number in ["11010519491231002X", "440524188001010014"] {
        assert_eq!(parse(number), Ok((DocumentKind::ResidentCard, number.to_owned())));
        assert_eq!(with_check(&number[..17]), number);
    }
}

#[test]
fn what_is_typed_otherwise_is_the_same_number() {
    for typed in
        ["11010519491231002x", " 110105 19491231 002X ", "１１０１０５１９４９１２３１００２ｘ", "110105-19491231-002X"]
    {
        assert_eq!(parse(typed).unwrap().1, "11010519491231002X", "{typed}");
    }
    assert_eq!(parse("ｈ12345678").unwrap().1, "H12345678");
}

#[test]
fn documents_by_their_form() {
    let check = |typed: &str, expected: DocumentKind| assert_eq!(parse(typed).unwrap().0, expected, "{typed}");
    check("H12345678", DocumentKind::HongKongMacaoPermit);
    check("m12345678", DocumentKind::HongKongMacaoPermit);
    check("12345678", DocumentKind::TaiwanPermit);
    for region in ["810000", "820000", "830000"] {
        check(&with_check(&format!("{region}19900101001")), DocumentKind::ResidencePermit);
    }
    check(&with_check("44030120000229001"), DocumentKind::ResidentCard);
}

#[test]
fn wrong_ones_say_why() {
    let check = |typed: &str, expected: IdentityError| assert_eq!(parse(typed), Err(expected), "{typed}");
    check("11010519491231002", IdentityError::Form);
    check("", IdentityError::Form);
    check("H1234567", IdentityError::Form);
    check("A12345678", IdentityError::Form);
    check("1101051949123100元X", IdentityError::Form);
    check(&"1".repeat(10_000), IdentityError::Form);
    check(&" ".repeat(97), IdentityError::Form);
    check("110105491231002", IdentityError::FirstGeneration);
    check("110105194912310021", IdentityError::Check);
    check(&with_check("44030119000229001"), IdentityError::BirthDate);
    check(&with_check("44030120230229001"), IdentityError::BirthDate);
    check(&with_check("44030120241301001"), IdentityError::BirthDate);
    check(&with_check("44030117991231001"), IdentityError::BirthDate);
    check(&with_check("44030120241002001"), IdentityError::BornTomorrow);
    assert!(parse(&with_check("44030120241001001")).is_ok(), "born today");
    check(&with_check("16010519900101001"), IdentityError::Region(RegionError::Unknown));
    check(&with_check("44000019900101001"), IdentityError::Region(RegionError::ProvinceAlone));
    check(&with_check("81010019900101001"), IdentityError::Region(RegionError::Unknown));
}

#[test]
fn every_wrong_character_and_every_swap_of_neighbours_is_caught() {
    let good = "11010519491231002X";
    for at in 0..17 {
        for digit in b'0'..=b'9' {
            let mut bytes = good.as_bytes().to_vec();
            if bytes[at] != digit {
                bytes[at] = digit;
                assert_eq!(parse(std::str::from_utf8(&bytes).unwrap()), Err(IdentityError::Check));
            }
        }
    }
    for at in 0..16 {
        let mut bytes = good.as_bytes().to_vec();
        bytes.swap(at, at + 1);
        let swapped = std::str::from_utf8(&bytes).unwrap();
        assert!(swapped == good || parse(swapped) == Err(IdentityError::Check), "{at}");
    }
}

#[test]
fn nothing_prints_a_number() {
    let check = |typed: &str, expected: &str| {
        let number = IdentityNumber::parse(typed, TODAY).unwrap();
        assert_eq!((number.to_string().as_str(), format!("{number:?}").as_str()), (expected, expected));
    };
    check("11010519491231002X", "110***********002X");
    check("H12345678", "H******78");
    check("12345678", "1*****78");
}
