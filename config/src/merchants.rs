//! The registry of merchants as CSV: `merchant_id,credit_code,name,district,acquirer,categories,valid_from,valid_to`; `acquirer`
//! is the NAME of a link, `;` stands between categories; categories (all) and dates may be empty.

use crate::catalogue::validity;
use crate::csv_file::{self, Columns, Row};
use crate::digest::{FileDigest, Loaded, digest_of};
use crate::error::ConfigErrors;
use crate::fields::{category, text};
use lijian_domain::ids::{CategoryId, DistrictCode, LinkName, MerchantId};
use lijian_domain::merchants::{CreditCode, Merchant, Merchants};
use std::io::Read;
use std::path::Path;

/// The file's heading.
pub const COLUMNS: [&str; 8] =
    ["merchant_id", "credit_code", "name", "district", "acquirer", "categories", "valid_from", "valid_to"];

const HEADING: Columns<'static> = Columns { required: &COLUMNS, optional: &[] };

/// The registry that several files make together; no merchant stands twice on a link.
pub fn load<P: AsRef<Path>>(paths: &[P]) -> Result<Loaded<Merchants>, ConfigErrors> {
    let mut errors = ConfigErrors::default();
    let mut merchants = Merchants::default();
    let mut digests = Vec::new();
    for path in paths.iter().map(AsRef::as_ref) {
        let digest = csv_file::open(path, HEADING, |row| add(&mut merchants, row));
        digests.extend(errors.take(digest));
    }
    errors.or(Some(loaded(merchants, digests)))
}

/// The registry in one file's content; `origin` is the name that errors give it.
pub fn read(origin: &Path, content: impl Read) -> Result<Loaded<Merchants>, ConfigErrors> {
    let mut merchants = Merchants::default();
    let digest = csv_file::read(origin, content, HEADING, |row| add(&mut merchants, row))?;
    Ok(loaded(merchants, vec![digest]))
}

fn loaded(merchants: Merchants, digests: Vec<FileDigest>) -> Loaded<Merchants> {
    Loaded { value: merchants, digest: digest_of(digests) }
}

fn add(merchants: &mut Merchants, row: &mut Row<'_>) {
    let id = row.read(0, "a DE42 of 1 to 15 letters and digits", merchant_id);
    let credit_code = row.read(1, "18 characters with a right check character (GB 32100-2015)", CreditCode::parse);
    let name = row.read(2, "1 to 200 bytes of text", |found| text(found).map(str::to_owned));
    let district = row.read(3, "six digits (GB/T 2260)", DistrictCode::parse);
    let link = row.read(4, "the NAME of an acquirer link", link_name);
    let categories = row.read_optional(5, "category ids with ; between them, or nothing for all", categories);
    let validity = validity(row, 6, 7);
    let (Some(id), Some(credit_code), Some(name), Some(district), Some(link), Some(categories), Some(validity)) =
        (id, credit_code, name, district, link, categories, validity)
    else {
        return;
    };
    let categories = categories.unwrap_or_default().into();
    if merchants.add(Merchant { id, link, credit_code, name, district, categories, validity }).is_err() {
        row.wrong_as(0, format_args!("merchant {id:?} of link {link:?} a second time"), "each merchant once on a link");
    }
}

fn merchant_id(text: &str) -> Option<MerchantId> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if plain { MerchantId::new(text).ok() } else { None }
}

fn link_name(text: &str) -> Option<LinkName> {
    LinkName::new(text).ok().filter(|name| !name.is_empty() && !text.contains(char::is_whitespace))
}

fn categories(text: &str) -> Option<Vec<CategoryId>> {
    text.split(';').map(category).collect()
}
