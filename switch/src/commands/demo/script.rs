//! The day: what the till does, step by step, and what must come of it, worked out by hand from the published rules of the
//! campaign (20 % for grade 1, 15 % for grade 2 and tablets, at most 2,000.00 an item; phones 10 %; one item of each class
//! for a person; a person is a card). All money is in fen.

use super::row::{Asked, Budget, Row, Told};
use super::table::yuan;
use lijian_load::issuer::Outcome;

/// The budget of the day, as the caps' page names it.
pub(super) const BUDGET: &str = "campaign:shenzhen-2024";
/// 4,500.00: small enough to be used up within the day.
pub(super) const OPENING_FEN: u64 = 450_000;
/// When the switch's clock starts: within the campaign, within its hours (10:00 to 23:00).
pub(super) const CLOCK: &str = "2024-10-01T10:05:00+08:00";
/// The business date of that.
pub(super) const DATE: &str = "2024-10-01";
/// The switch waits so long for the issuer. Short, so that nobody waits long for the step in which the issuer is silent.
pub(super) const TIME_BUDGET_MS: u32 = 3_000;
/// The issuer declines this amount (51): 1,299.00 less 20 % (259.80), step 12.
pub(super) const DECLINED_FEN: u64 = 103_920;
/// The issuer books this amount and does not answer: 2,266.00 less 15 % (339.90), step 13.
pub(super) const SILENT_FEN: u64 = 192_610;

/// What a repeated answer must be.
pub(super) const SAME: &str = "every tag as before, the grant id (84) too";

/// One step.
pub(super) struct Step {
    /// From 1.
    pub(super) number: usize,
    /// What it shows.
    pub(super) title: &'static str,
    /// What the till does.
    pub(super) sends: Sends,
    /// What must come of it.
    pub(super) expected: Row,
}

/// What the till does.
pub(super) enum Sends {
    /// Sends a sale.
    Sale(Purchase),
    /// Asks for a price.
    Quote(Purchase),
    /// Sells what an earlier step asked the price of, at that price and with a chip that signed it.
    OnQuote(usize),
    /// Sends the request of an earlier step again.
    Repeat(usize),
    /// Reverses the sale, or the void, of an earlier step.
    Reversal(usize),
    /// Voids the sale of an earlier step.
    Void(usize),
    /// Refunds a part of the sale of an earlier step: what the card gets back, in fen.
    Refund(usize, u64),
}

/// A sale at a till.
#[derive(Clone, Copy)]
pub(super) struct Purchase {
    /// The acquirer link that the till's host dials.
    pub(super) link: &'static str,
    pub(super) card: &'static str,
    pub(super) merchant: &'static str,
    /// Tag 01; a sale without items has none.
    pub(super) gtin: Option<&'static str>,
    /// Tag 03.
    pub(super) unit_price: u64,
    /// Field 4.
    pub(super) amount: u64,
    /// Tag 06.
    pub(super) district: Option<&'static str>,
}

// Five people, by their cards.
const AN: &str = "6222020000000015";
const BO: &str = "6222020000000023";
const CHEN: &str = "6222020000000031";
const DENG: &str = "6222020000000049";
const FANG: &str = "6222020000000056";

/// An admitted appliance shop in Luohu (440303) on the link `ascii`: field 42.
pub(super) const SHOP: &str = "999584057220001";
/// Admitted shops for digital goods on the link `pos`.
const PHONE_SHOP: &str = "999584057320008";
const UNKNOWN_SHOP: &str = "999584057229999";
/// Tianhe in Guangzhou.
const GUANGZHOU: &str = "440106";

/// A sale of one item at the appliance shop.
const fn sale(card: &'static str, gtin: &'static str, price: u64) -> Purchase {
    let (link, merchant) = ("ascii", SHOP);
    Purchase { link, card, merchant, gtin: Some(gtin), unit_price: price, amount: price, district: None }
}

/// The steps. Each comment holds the arithmetic.
pub(super) fn steps() -> Vec<Step> {
    let steps = [
        (
            // 4,999.00 x 20 % = 999.80; 4,999.00 - 999.80 = 3,999.20. Remaining: 4,500.00 - 999.80 = 3,500.20.
            "Refrigerator, grade 1: 20 % off",
            Sends::Sale(sale(AN, "6951050400071", 499_900)),
            granted(499_900, 399_920, 99_980),
            budget(0, 99_980, 350_020),
        ),
        (
            // 13,899.00 x 15 % = 2,084.85, at most 2,000.00; 11,899.00 is left to pay. Used: 999.80 + 2,000.00 = 2,999.80.
            "Television, grade 2: 15 %, at most 2,000.00",
            Sends::Sale(sale(BO, "6945660300425", 1_389_900)),
            granted(1_389_900, 1_189_900, 200_000),
            budget(0, 299_980, 150_020),
        ),
        (
            // 3,998.99 x 10 % = 399.899, down to 399.89; 3,998.99 - 399.89 = 3,599.10. Used: 2,999.80 + 399.89 = 3,399.69.
            "Phone: 10 %, down to the fen",
            Sends::Sale(Purchase { link: "pos", merchant: PHONE_SHOP, ..sale(CHEN, "6962410800639", 399_899) }),
            granted(399_899, 359_910, 39_989),
            AFTER_THREE,
        ),
        (
            "Step 1's person wants a second refrigerator",
            Sends::Sale(sale(AN, "6932770200219", 439_900)),
            refused("65", "N105", 439_900, Some("person-category:shenzhen-2024:refrigerator")),
            AFTER_THREE,
        ),
        (
            "Not in the product library",
            Sends::Sale(sale(DENG, "6901234567892", 299_900)),
            refused("57", "N102", 299_900, None),
            AFTER_THREE,
        ),
        (
            // One piece at 2,999.00 is not 2,899.00.
            "Item and amount differ by 100.00",
            Sends::Sale(Purchase { amount: 289_900, ..sale(DENG, "6945660300289", 299_900) }),
            refused("30", "N107", 289_900, None),
            AFTER_THREE,
        ),
        (
            "A shop that is not admitted",
            Sends::Sale(Purchase { merchant: UNKNOWN_SHOP, ..sale(DENG, "8034190700077", 599_900) }),
            refused("57", "N104", 599_900, None),
            AFTER_THREE,
        ),
        (
            "Grade 3: nothing to give",
            Sends::Sale(sale(DENG, "6973390500143", 509_900)),
            refused("57", "N110", 509_900, None),
            AFTER_THREE,
        ),
        (
            "A terminal that says it is in Guangzhou",
            Sends::Sale(Purchase { district: Some(GUANGZHOU), ..sale(DENG, "6932770200424", 589_900) }),
            refused("57", "N111", 589_900, None),
            AFTER_THREE,
        ),
        (
            // As step 1, and the issuer is not asked again.
            "Step 1 again: the same answer, one grant",
            Sends::Repeat(1),
            repeated(399_920, 99_980),
            AFTER_THREE,
        ),
        (
            "A sale without items passes as it came",
            Sends::Sale(Purchase { gtin: None, ..sale(DENG, "", 2_580) }),
            relayed(2_580),
            AFTER_THREE,
        ),
        (
            // 1,299.00 x 20 % = 259.80; 1,299.00 - 259.80 = 1,039.20. Held, and given back.
            "The issuer declines, the hold is given back",
            Sends::Sale(sale(DENG, "6973390500914", 129_900)),
            not_approved("51", 129_900, DECLINED_FEN),
            AFTER_THREE,
        ),
        (
            // 2,266.00 x 15 % = 339.90; 2,266.00 - 339.90 = 1,926.10. Held until the issuer confirms the reversal: 1,100.31.
            "Silent issuer: 98, the switch takes it back",
            Sends::Sale(sale(DENG, "6901840101053", 226_600)),
            taken_back(226_600, SILENT_FEN),
            AFTER_THREE,
        ),
        (
            // 6,899.00 x 20 % = 1,379.80, over 1,100.31.
            "Computer, 20 %: more than the budget has left",
            Sends::Sale(sale(FANG, "8034190700633", 689_900)),
            refused("61", "N106", 689_900, Some(BUDGET)),
            AFTER_THREE,
        ),
        (
            // 5,501.55 x 20 % = 1,100.31, all that is left; 5,501.55 - 1,100.31 = 4,401.24. Used: 3,399.69 + 1,100.31 = 4,500.00.
            "The same for 5,501.55: all that is left",
            Sends::Sale(sale(FANG, "8034190700633", 550_155)),
            granted(550_155, 440_124, 110_031),
            budget(0, 450_000, 0),
        ),
        (
            // The 2,000.00 of step 2 come back. Used: 4,500.00 - 2,000.00 = 2,500.00. The issuer gets back what it paid.
            "Step 2 is reversed, its 2,000.00 come back",
            Sends::Reversal(2),
            reversed(1_389_900, 1_189_900),
            budget(0, 250_000, 200_000),
        ),
        (
            // 3,452.88 x 15 % = 517.932, down to 517.93; 3,452.88 - 517.93 = 2,934.95. Used: 2,500.00 + 517.93 = 3,017.93.
            // Remaining: 2,000.00 - 517.93 = 1,482.07.
            "Step 2's person may buy again",
            Sends::Sale(sale(BO, "6901840100773", 345_288)),
            granted(345_288, 293_495, 51_793),
            budget(0, 301_793, 148_207),
        ),
        (
            // 1,499.00 x 20 % = 299.80, held; 1,499.00 - 299.80 = 1,199.20. Remaining: 1,482.07 - 299.80 = 1,182.27.
            "Price first: a quote holds 299.80 for a while",
            Sends::Quote(sale(CHEN, "6945660300210", 149_900)),
            quoted(119_920, 29_980),
            budget(29_980, 301_793, 118_227),
        ),
        (
            // What was held is used: 3,017.93 + 299.80 = 3,317.73.
            "On that quote a chip card pays the net amount",
            Sends::OnQuote(18),
            granted(149_900, 119_920, 29_980),
            AFTER_QUOTE,
        ),
        (
            // The issuer gives back the 1,199.20; the 299.80 stay used until the void cannot be reversed any more.
            "Step 19 is voided, 299.80 wait for the night",
            Sends::Void(19),
            voided(119_920),
            AFTER_QUOTE,
        ),
        ("The void is reversed: step 19 stands again", Sends::Reversal(20), reversed(119_920, 119_920), AFTER_QUOTE),
        (
            // The campaign's subsidy goes back first, all of it. Used: 3,317.73 - 299.80 = 3,017.93. Remaining: 1,182.27 +
            // 299.80 = 1,482.07.
            "Refund of 500.00: the subsidy goes back first",
            Sends::Refund(19, 50_000),
            refunded(50_000),
            budget(0, 301_793, 148_207),
        ),
        (
            // 1,199.20 - 500.00 = 699.20.
            "The rest is refunded: 699.20 to the card",
            Sends::Refund(19, 69_920),
            refunded(69_920),
            budget(0, 301_793, 148_207),
        ),
    ];
    let numbered = |(index, (title, sends, (asked, told), budget)): (usize, _)| Step {
        number: index + 1,
        title,
        sends,
        expected: Row { asked, told, budget },
    };
    steps.into_iter().enumerate().map(numbered).collect()
}

/// After the three grants at the start. Remaining: 4,500.00 - 3,399.69 = 1,100.31.
const AFTER_THREE: Budget = budget(0, 339_969, 110_031);

/// After the sale on a quote.
const AFTER_QUOTE: Budget = budget(0, 331_773, 118_227);

const fn budget(held: u64, used: u64, remaining: u64) -> Budget {
    Budget { limit: OPENING_FEN, held, used, remaining }
}

type Expected = (Option<Asked>, Told);

fn told(mti: &str, response_code: &str, decision: &str, amount: u64) -> Told {
    let decision = Some(decision.to_owned()).filter(|decision| !decision.is_empty());
    let (mti, response_code) = (mti.to_owned(), response_code.to_owned());
    Told { mti, response_code, decision, amount: Some(amount), ..Told::default() }
}

fn asked(mti: &str, amount: u64, gross: Option<u64>) -> Option<Asked> {
    Some(Asked { mti: mti.to_owned(), amount: Some(amount), gross })
}

fn granted(gross: u64, net: u64, discount: u64) -> Expected {
    (asked("0200", net, Some(gross)), Told { discount: Some(discount), ..told("0210", "00", "G000", net) })
}

fn quoted(net: u64, discount: u64) -> Expected {
    (None, Told { discount: Some(discount), ..told("0110", "00", "G000", net) })
}

fn refused(response_code: &str, decision: &str, amount: u64, bound: Option<&str>) -> Expected {
    (None, Told { bound: bound.map(str::to_owned), ..told("0210", response_code, decision, amount) })
}

fn repeated(net: u64, discount: u64) -> Expected {
    let told = told("0210", "00", "G000", net);
    (None, Told { discount: Some(discount), remark: Some(SAME.to_owned()), ..told })
}

fn relayed(amount: u64) -> Expected {
    (asked("0200", amount, None), told("0210", "00", "", amount))
}

fn not_approved(response_code: &str, gross: u64, net: u64) -> Expected {
    (asked("0200", net, Some(gross)), told("0210", response_code, "N199", gross))
}

/// Nobody answered; and what the switch says to the issuer then.
fn taken_back(gross: u64, net: u64) -> Expected {
    let (asked, told) = not_approved("98", gross, net);
    (asked, Told { remark: Some(reversal("0400", Some(net), Outcome::Reversed)), ..told })
}

/// A reversal by the switch itself, in words.
pub(super) fn reversal(mti: &str, amount: Option<u64>, outcome: Outcome) -> String {
    let amount = amount.map(yuan).unwrap_or_default();
    let done = if outcome == Outcome::Reversed { "which it confirmed" } else { "which it did not confirm" };
    format!("the switch sent the issuer {mti} over {amount}, {done}")
}

/// The till says the full price, the issuer is told what it paid.
fn reversed(gross: u64, net: u64) -> Expected {
    (asked("0400", net, None), told("0410", "00", "", gross))
}

/// The till names the sale and its amount, which was the net amount.
fn voided(net: u64) -> Expected {
    (asked("0200", net, None), told("0210", "00", "", net))
}

fn refunded(amount: u64) -> Expected {
    (asked("0220", amount, None), told("0230", "00", "", amount))
}
