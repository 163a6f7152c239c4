//! Decision codes (tag 82) and the response code each brings when nothing was granted and the link declines.

use std::fmt;

macro_rules! codes {
    ($($name:ident $text:literal $response:literal $meaning:literal;)*) => {
        /// What was decided about a sale with items. The order is that of precedence: where several refusals apply, the
        /// first one wins.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        pub enum DecisionCode {$(
            #[doc = $meaning]
            $name,
        )*}

        impl DecisionCode {
            /// All codes, in their order.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The four characters of tag 82.
            pub const fn as_str(self) -> &'static str {
                match self {$(Self::$name => $text),*}
            }

            /// DE39 (ISO 8583:1987 code) of a refusal where the link declines; that of N199 is the issuer's own.
            pub const fn response_code(self) -> &'static str {
                match self {$(Self::$name => $response),*}
            }

            /// One line for people.
            pub const fn meaning(self) -> &'static str {
                match self {$(Self::$name => $meaning),*}
            }
        }
    };
}

codes! {
    Granted "G000" "00" "granted";
    NoCampaign "N101" "57" "no campaign runs at this moment";
    UnknownProduct "N102" "57" "product not in the library, or not valid at this moment";
    CategoryStopped "N103" "57" "the category has been stopped";
    MerchantNotAdmitted "N104" "57" "merchant or terminal not admitted";
    AllowanceUsed "N105" "65" "the person's allowance in this category is used up";
    BudgetUsed "N106" "61" "a budget is used up";
    ItemsUnreadable "N107" "30" "the items do not add up to the amount, or cannot be read";
    Qualification "N108" "57" "qualification missing, unknown, expired or already used";
    Price "N109" "57" "price over the filed price or the ceiling, or under the minimum";
    NothingToGive "N110" "57" "grade not subsidised, or nothing to give";
    PlaceOrTime "N111" "57" "place or time not allowed";
    Risk "N112" "59" "refused by a risk rule";
    SerialNumberUsed "N113" "65" "this serial number was subsidised before";
    QuoteFirst "N114" "57" "the chip cryptogram covers another amount: ask for a quote first";
    Quote "N115" "57" "quote unknown, expired, used, or not matching the sale";
    ReversalFirst "N116" "22" "the reversal of this sale came first";
    TryAgain "N190" "91" "the switch cannot grant at this moment: try again";
    IssuerDeclined "N199" "98" "the issuer did not approve";
}

impl DecisionCode {
    /// Reads the four characters back.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == text)
    }
}

impl fmt::Display for DecisionCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_read_back_and_stand_in_order() {
        assert!(DecisionCode::ALL.windows(2).all(|pair| pair[0].as_str() < pair[1].as_str() && pair[0] < pair[1]));
        assert!(DecisionCode::ALL.iter().all(|code| DecisionCode::parse(code.as_str()) == Some(*code)));
    }
}
