//! The persons who claim: made up, each by a number.

/// Two characters: a name has no digits.
pub(super) fn name(person: usize) -> String {
    let pick = |of: &str, place: usize| of.chars().nth(place % 10).unwrap();
    [pick("赵钱孙李周吴郑王冯陈", person), pick("安宁乐平和顺康泰丰盛", person / 10)].iter().collect()
}

/// A mobile number of its own.
pub(super) fn phone(person: usize) -> String {
    format!("139{person:08}")
}

/// A resident identity card's number: weights are the powers of two, from the check character on, modulo 11; all together is 1.
pub(super) fn id_number(person: usize) -> String {
    let body = format!("44030519800101{person:03}");
    let sum: u32 = body
        .bytes()
        .rev()
        .fold((0, 2), |(sum, weight), digit| (sum + u32::from(digit - b'0') * weight, weight * 2 % 11))
        .0;
    let check = (12 - sum % 11) % 11;
    format!("{body}{}", if check == 10 { "X".to_owned() } else { check.to_string() })
}
