//! What a till asks for, by kind of request.

/// A fridge of grade 1: 20 % off its 2000 yuan.
pub(crate) const FRIDGE: &str = "6901234567892";
pub(crate) const MERCHANT: &str = "M00000000000001";
const ACQUIRER: &str = "48020000";
const TRANSMITTED: &str = "1001040000";
const GROSS_FEN: u64 = 200_000;
/// Half of what the card paid.
const PART_FEN: u64 = 80_000;
/// Trace numbers of a terminal.
const STANS: u32 = 1_000_000;

/// Type and fields, by number.
pub(crate) struct Request {
    pub(crate) mti: &'static str,
    pub(crate) fields: Vec<(u8, String)>,
}

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Operation {
    /// A sale with its grant, from request to answer.
    Sale,
    /// A request without items: what is not ours.
    Relay,
    /// The same person once more: the allowance is used up.
    Refusal,
    /// The sale once more.
    Repeat,
    /// The acquirer takes the sale back.
    Reversal,
    /// Half of it is refunded.
    Refund,
    /// All of it is voided.
    Void,
}

impl Operation {
    pub(crate) const ALL: [Self; 7] =
        [Self::Sale, Self::Relay, Self::Refusal, Self::Repeat, Self::Reversal, Self::Refund, Self::Void];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Sale => "sale",
            Self::Relay => "relay",
            Self::Refusal => "refusal",
            Self::Repeat => "repeat",
            Self::Reversal => "reversal",
            Self::Refund => "refund",
            Self::Void => "void",
        }
    }

    /// What the till is to be answered.
    pub(crate) const fn response_code(self) -> &'static str {
        match self {
            Self::Refusal => "65",
            _ => "00",
        }
    }

    pub(crate) fn request(self, shopper: Shopper) -> Request {
        match self {
            Self::Sale | Self::Repeat => shopper.sale(shopper.stan(), "1"),
            Self::Refusal => shopper.sale(shopper.next_stan(), "2"),
            Self::Relay => {
                let mut plain = shopper.sale(shopper.next_stan(), "");
                plain.fields.retain(|(field, _)| *field != 48);
                plain
            }
            Self::Reversal => shopper.back("0400", "000000", GROSS_FEN),
            Self::Void => shopper.back("0200", "200000", GROSS_FEN),
            Self::Refund => shopper.back("0220", "200000", PART_FEN),
        }
    }
}

/// A person who buys one fridge, by number.
#[derive(Clone, Copy)]
pub(crate) struct Shopper(pub(crate) u32);

impl Shopper {
    /// Of the sale; the one after it is that of the operation about it.
    fn stan(self) -> String {
        format!("{:06}", 2 * self.0 % STANS)
    }

    fn next_stan(self) -> String {
        format!("{:06}", (2 * self.0 + 1) % STANS)
    }

    fn sale(self, stan: String, serial: &str) -> Request {
        let serial_number = format!("{serial}{:014}", self.0);
        let tags = format!("01013{FRIDGE}03006{GROSS_FEN}04015{serial_number}");
        let mut fields = self.fields("000000", GROSS_FEN, stan);
        fields.push((48, tags));
        Request { mti: "0200", fields }
    }

    /// What takes the sale back, or a part of it.
    fn back(self, mti: &'static str, processing: &str, amount_fen: u64) -> Request {
        let mut fields = self.fields(processing, amount_fen, self.next_stan());
        fields.push((90, format!("0200{}{TRANSMITTED}{ACQUIRER:0>11}{:0>11}", self.stan(), "")));
        Request { mti, fields }
    }

    fn fields(self, processing: &str, amount_fen: u64, stan: String) -> Vec<(u8, String)> {
        let fields = [
            (2, format!("6217{:015}", self.0)),
            (3, processing.to_owned()),
            (4, format!("{amount_fen:012}")),
            (7, TRANSMITTED.to_owned()),
            (11, stan),
            (12, "120000".to_owned()),
            (13, "1001".to_owned()),
            (18, "5722".to_owned()),
            (22, "021".to_owned()),
            (25, "00".to_owned()),
            (32, ACQUIRER.to_owned()),
            (37, format!("{:012}", self.0)),
            (41, format!("T{:07}", 2 * self.0 / STANS)),
            (42, MERCHANT.to_owned()),
            (49, "156".to_owned()),
        ];
        fields.to_vec()
    }
}
