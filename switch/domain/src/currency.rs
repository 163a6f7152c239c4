//! Currencies by their codes (ISO 4217), those of countries that are in use: funds, metals and units of account pay for no
//! goods.

use std::fmt;

/// A currency.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Currency {
    letters: &'static str,
    number: u16,
}

impl Currency {
    /// Yuan renminbi.
    pub const CNY: Self = Self { letters: "CNY", number: 156 };

    /// The currency of these three capital letters.
    pub fn parse(letters: &str) -> Option<Self> {
        let found = TABLE.binary_search_by(|(known, _)| (*known).cmp(letters)).ok()?;
        TABLE.get(found).map(|(letters, number)| Self { letters, number: *number })
    }

    /// Its three letters.
    pub const fn as_str(self) -> &'static str {
        self.letters
    }

    /// Its number, as DE49 says it.
    pub const fn number(self) -> u16 {
        self.number
    }
}

impl Default for Currency {
    fn default() -> Self {
        Self::CNY
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.letters)
    }
}

/// In the order of their letters.
#[rustfmt::skip]
const TABLE: [(&str, u16); 155] = [
    ("AED", 784), ("AFN", 971), ("ALL", 8), ("AMD", 51), ("AOA", 973), ("ARS", 32), ("AUD", 36), ("AWG", 533),
    ("AZN", 944), ("BAM", 977), ("BBD", 52), ("BDT", 50), ("BHD", 48), ("BIF", 108), ("BMD", 60), ("BND", 96),
    ("BOB", 68), ("BRL", 986), ("BSD", 44), ("BTN", 64), ("BWP", 72), ("BYN", 933), ("BZD", 84), ("CAD", 124),
    ("CDF", 976), ("CHF", 756), ("CLP", 152), ("CNY", 156), ("COP", 170), ("CRC", 188), ("CUP", 192), ("CVE", 132),
    ("CZK", 203), ("DJF", 262), ("DKK", 208), ("DOP", 214), ("DZD", 12), ("EGP", 818), ("ERN", 232), ("ETB", 230),
    ("EUR", 978), ("FJD", 242), ("FKP", 238), ("GBP", 826), ("GEL", 981), ("GHS", 936), ("GIP", 292), ("GMD", 270),
    ("GNF", 324), ("GTQ", 320), ("GYD", 328), ("HKD", 344), ("HNL", 340), ("HTG", 332), ("HUF", 348), ("IDR", 360),
    ("ILS", 376), ("INR", 356), ("IQD", 368), ("IRR", 364), ("ISK", 352), ("JMD", 388), ("JOD", 400), ("JPY", 392),
    ("KES", 404), ("KGS", 417), ("KHR", 116), ("KMF", 174), ("KPW", 408), ("KRW", 410), ("KWD", 414), ("KYD", 136),
    ("KZT", 398), ("LAK", 418), ("LBP", 422), ("LKR", 144), ("LRD", 430), ("LSL", 426), ("LYD", 434), ("MAD", 504),
    ("MDL", 498), ("MGA", 969), ("MKD", 807), ("MMK", 104), ("MNT", 496), ("MOP", 446), ("MRU", 929), ("MUR", 480),
    ("MVR", 462), ("MWK", 454), ("MXN", 484), ("MYR", 458), ("MZN", 943), ("NAD", 516), ("NGN", 566), ("NIO", 558),
    ("NOK", 578), ("NPR", 524), ("NZD", 554), ("OMR", 512), ("PAB", 590), ("PEN", 604), ("PGK", 598), ("PHP", 608),
    ("PKR", 586), ("PLN", 985), ("PYG", 600), ("QAR", 634), ("RON", 946), ("RSD", 941), ("RUB", 643), ("RWF", 646),
    ("SAR", 682), ("SBD", 90), ("SCR", 690), ("SDG", 938), ("SEK", 752), ("SGD", 702), ("SHP", 654), ("SLE", 925),
    ("SOS", 706), ("SRD", 968), ("SSP", 728), ("STN", 930), ("SVC", 222), ("SYP", 760), ("SZL", 748), ("THB", 764),
    ("TJS", 972), ("TMT", 934), ("TND", 788), ("TOP", 776), ("TRY", 949), ("TTD", 780), ("TWD", 901), ("TZS", 834),
    ("UAH", 980), ("UGX", 800), ("USD", 840), ("UYU", 858), ("UZS", 860), ("VED", 926), ("VES", 928), ("VND", 704),
    ("VUV", 548), ("WST", 882), ("XAF", 950), ("XCD", 951), ("XCG", 532), ("XOF", 952), ("XPF", 953), ("YER", 886),
    ("ZAR", 710), ("ZMW", 967), ("ZWG", 924),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_and_numbers_belong_together() {
        let check = |letters: &str, number: u16| {
            assert_eq!(Currency::parse(letters).map(Currency::number), Some(number), "{letters}");
        };
        check("CNY", 156);
        check("HKD", 344);
        check("USD", 840);
        check("JPY", 392);
        check("EUR", 978);
        check("AED", 784);
        check("ZWG", 924);
        assert_eq!(Currency::parse("CNY"), Some(Currency::CNY));
        assert!(["", "cny", "RMB", "XXX", "XAU", "CNH", "156"].iter().all(|text| Currency::parse(text).is_none()));
    }

    #[test]
    fn each_stands_once_and_in_order() {
        assert!(TABLE.windows(2).all(|pair| pair[0].0 < pair[1].0));
        let mut numbers: Vec<u16> = TABLE.iter().map(|(_, number)| *number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), TABLE.len());
    }
}
