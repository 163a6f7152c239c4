//! UnionPay's couponInfo: how a network that splits a sale is told which sponsor pays what. A JSON array with an object for
//! each sponsor, in the campaign's order, by its public shape: `type`, `spnsrId`, `offstAmt` (fen), `id`, `desc`. Everything
//! beyond ASCII is escaped, so that it stands in a field of any dialect.

use lijian_domain::funding::Coupon;
use lijian_domain::sale::SponsorShare;

/// The array; sponsors without a coupon or a part of this discount, and descriptions that are missing, are left out.
pub(crate) fn coupon_info(coupons: &[Coupon], sponsors: &[SponsorShare], descriptions: &[String]) -> String {
    let mut json = String::from("[");
    let paying = coupons.iter().zip(sponsors).enumerate().filter(|(_, (_, share))| !share.amount.is_zero());
    for (at, (coupon, share)) in paying {
        json.push_str(if json.len() == 1 { "{" } else { ",{" });
        let amount = share.amount.get().to_string();
        let members = [
            ("type", coupon.kind.as_str()),
            ("spnsrId", coupon.sponsor.as_str()),
            ("offstAmt", &amount),
            ("id", coupon.id.as_str()),
        ];
        let description = descriptions.get(at).filter(|text| !text.is_empty()).map(|text| ("desc", text.as_str()));
        for (place, (name, value)) in members.into_iter().chain(description).enumerate() {
            if place > 0 {
                json.push(',');
            }
            put_text(name, &mut json);
            json.push(':');
            put_text(value, &mut json);
        }
        json.push('}');
    }
    json.push(']');
    json
}

/// A JSON string (RFC 8259, section 7) in ASCII.
fn put_text(text: &str, json: &mut String) {
    json.push('"');
    for unit in text.encode_utf16() {
        match u8::try_from(unit).map(char::from) {
            Ok(sign @ ('"' | '\\')) => json.extend(['\\', sign]),
            Ok(sign @ ' '..='~') => json.push(sign),
            _ => {
                let digit = |place: u16| char::from_digit(u32::from(unit >> (4 * place)) & 15, 16).unwrap_or('0');
                json.extend(['\\', 'u', digit(3), digit(2), digit(1), digit(0)]);
            }
        }
    }
    json.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use lijian_domain::funding::CouponKind;
    use lijian_domain::ids::SponsorId;
    use lijian_domain::money::MinorUnits;
    use lijian_domain::text::Text;
    use serde_json::{Value, json};

    #[test]
    fn a_reader_of_json_gets_back_what_was_said() {
        let (mut sponsors, mut coupons) = (Vec::new(), Vec::new());
        for (kind, sponsor, id, fen) in
            [(CouponKind::Unclaimed, "00010000", "C\"1\\", 40_000), (CouponKind::Claimed, "898440357220003", "C2", 1)]
        {
            let (payer, amount) = (SponsorId::new("bureau").unwrap(), MinorUnits::new(fen));
            sponsors.push(SponsorShare { sponsor: payer, amount });
            coupons.push(Coupon { kind, sponsor: Text::new(sponsor).unwrap(), id: Text::new(id).unwrap() });
        }
        let check = |descriptions: &[&str], expected: Value| {
            let descriptions: Vec<String> = descriptions.iter().map(ToString::to_string).collect();
            let written = coupon_info(&coupons, &sponsors, &descriptions);
            assert!(written.bytes().all(|byte| (0x20..0x7f).contains(&byte)), "{written}");
            assert_eq!(serde_json::from_str::<Value>(&written).unwrap(), expected);
        };
        let of = |desc: [Option<&str>; 2]| {
            let mut objects = [
                json!({ "type": "CP01", "spnsrId": "00010000", "offstAmt": "40000", "id": "C\"1\\" }),
                json!({ "type": "CP02", "spnsrId": "898440357220003", "offstAmt": "1", "id": "C2" }),
            ];
            for (object, desc) in objects.iter_mut().zip(desc) {
                if let Some(desc) = desc {
                    object["desc"] = desc.into();
                }
            }
            Value::from(objects.to_vec())
        };
        check(&[], of([None, None]));
        check(&["国补 \"立减\" 𠮷", ""], of([Some("国补 \"立减\" 𠮷"), None]));
        let first_pays_nothing = [SponsorShare { amount: MinorUnits::ZERO, ..sponsors[0] }, sponsors[1]];
        let written = coupon_info(&coupons, &first_pays_nothing, &["a".to_owned(), "b".to_owned()]);
        let second =
            json!([{ "type": "CP02", "spnsrId": "898440357220003", "offstAmt": "1", "id": "C2", "desc": "b" }]);
        assert_eq!(serde_json::from_str::<Value>(&written).unwrap(), second);
        check(&["a", "\u{7f}é"], of([Some("a"), Some("\u{7f}é")]));
    }
}
