//! The TOML of a table as it is written, before anything is checked. Unknown keys are errors.

use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

type Text = Option<Spanned<String>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    pub(super) name: Spanned<String>,
    #[expect(dead_code, reason = "for the people who read the file")]
    pub(super) description: Option<String>,
    pub(super) extends: Text,
    #[serde(default)]
    pub(super) envelope: EnvelopeTable,
    #[serde(default)]
    pub(super) mti: MtiTable,
    #[serde(default)]
    pub(super) bitmap: BitmapTable,
    #[serde(default)]
    pub(super) encoding: EncodingTable,
    #[serde(default)]
    pub(super) messages: MessagesTable,
    #[serde(default)]
    pub(super) keys: KeysTable,
    pub(super) original: Option<Spanned<OriginalTable>>,
    pub(super) subsidy: Option<Spanned<SubsidyTable>>,
    pub(super) network: Option<Spanned<NetworkTable>>,
    pub(super) results: Option<Spanned<ResultsTable>>,
    #[serde(default)]
    pub(super) fields: BTreeMap<String, Spanned<FieldTable>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct EnvelopeTable {
    pub(super) kind: Text,
    pub(super) header: Text,
    pub(super) version: Option<Spanned<u8>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct MtiTable {
    pub(super) encoding: Text,
    pub(super) version: Option<Spanned<u8>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct BitmapTable {
    pub(super) encoding: Text,
    pub(super) count: Option<Spanned<u8>>,
}

/// Encodings of the fields that name none of their own, by class.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct EncodingTable {
    /// Class `n`, fixed length.
    pub(super) numbers: Text,
    /// Class `n`, variable length.
    pub(super) numbers_variable: Text,
    /// Class `z`.
    pub(super) tracks: Text,
    /// Class `ans`.
    pub(super) text: Text,
    /// The other classes of characters.
    pub(super) characters: Text,
    /// Class `b`.
    pub(super) bytes: Text,
    /// Length prefixes.
    pub(super) lengths: Text,
    /// What length prefixes of BCD fields count.
    pub(super) counts: Text,
    /// The nibble that fills an odd number of digits.
    pub(super) pad_nibble: Text,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct MessagesTable {
    pub(super) classes: Option<BTreeMap<String, Spanned<Vec<String>>>>,
    pub(super) reversal: Text,
    pub(super) reversal_keeps_stan: Option<bool>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct KeysTable {
    pub(super) duplicate: Option<Spanned<Vec<String>>>,
    pub(super) response: Option<Spanned<Vec<String>>>,
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub(super) struct OriginalTable {
    pub(super) mti: Option<String>,
    pub(super) stan: String,
    pub(super) transmitted: Option<String>,
    pub(super) batch: Option<String>,
    pub(super) date: Option<String>,
    pub(super) acquirer: Option<String>,
    pub(super) forwarder: Option<String>,
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub(super) struct SubsidyTable {
    pub(super) field: u8,
    pub(super) element: Option<String>,
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub(super) struct NetworkTable {
    pub(super) mti: String,
    pub(super) code: String,
    pub(super) sign_on: String,
    pub(super) sign_off: String,
    pub(super) echo: String,
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub(super) struct ResultsTable {
    #[serde(default)]
    pub(super) to_ours: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) from_ours: BTreeMap<String, String>,
    pub(super) unknown_to_ours: String,
    pub(super) unknown_from_ours: Option<String>,
}

/// One field. `length = "12"` is fixed, `"..19"` (LL), `"...999"` (LLL), `"....9999"` (LLLL) are variable.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub(super) struct FieldTable {
    pub(super) name: Option<String>,
    pub(super) class: Option<String>,
    pub(super) length: Option<String>,
    pub(super) encoding: Option<String>,
    pub(super) length_encoding: Option<String>,
    pub(super) length_counts: Option<String>,
    pub(super) pad: Option<String>,
    pub(super) sensitive: Option<String>,
    #[serde(default)]
    pub(super) absent: bool,
}
