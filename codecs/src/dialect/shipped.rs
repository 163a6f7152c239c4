//! The tables that are part of the program: the files of `config/dialects`, embedded.

/// Name and table of each.
pub const SHIPPED: [(&str, &str); 6] = [
    ("iso87-ascii", include_str!("../../../config/dialects/iso87-ascii.toml")),
    ("iso87-ascii-binary-bitmap", include_str!("../../../config/dialects/iso87-ascii-binary-bitmap.toml")),
    ("iso87-binary", include_str!("../../../config/dialects/iso87-binary.toml")),
    ("iso93-ascii", include_str!("../../../config/dialects/iso93-ascii.toml")),
    ("unionpay-pos", include_str!("../../../config/dialects/unionpay-pos.toml")),
    ("cups", include_str!("../../../config/dialects/cups.toml")),
];

pub(super) fn text(name: &str) -> Option<&'static str> {
    SHIPPED.into_iter().find_map(|(known, text)| (known == name).then_some(text))
}
