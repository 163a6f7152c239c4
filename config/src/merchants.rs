//! The registry of merchants as CSV: `merchant_id,credit_code,name,district,acquirer,categories,valid_from,valid_to`; `acquirer`
//! is the NAME of a link, `;` stands between categories; categories (all) and dates may be empty. Two columns may follow,
//! `latitude,longitude`: where the shop's door is, in degrees such as `22.543096`; both may be empty.

use crate::catalogue::validity;
use crate::csv_file::{self, Columns, Row};
use crate::digest::{FileDigest, Loaded, digest_of};
use crate::error::ConfigErrors;
use crate::fields::{category, degrees, link_name, merchant_id};
use crate::library::{Keep, Keys, Library, Register, Sources, Standing, fold};
use lijian_domain::claims::place::Point;
use lijian_domain::ids::{CategoryId, DistrictCode, LinkName, MerchantId};
use lijian_domain::merchants::{Admission, CreditCode, Merchant, Merchants};
use std::io::Read;
use std::path::{Path, PathBuf};

/// The file's heading; `latitude,longitude` may follow.
pub const COLUMNS: [&str; 8] =
    ["merchant_id", "credit_code", "name", "district", "acquirer", "categories", "valid_from", "valid_to"];

pub(crate) const HEADING: Columns<'static> = Columns { required: &COLUMNS, optional: &["latitude", "longitude"] };

/// The registry that several files make together; no merchant stands twice on a link.
pub fn load<P: AsRef<Path>>(paths: &[P]) -> Result<Loaded<Merchants>, ConfigErrors> {
    let files: Vec<PathBuf> = paths.iter().map(|path| path.as_ref().to_owned()).collect();
    let (value, digests) =
        load_from(Sources { register: Register::Merchants, files: &files, library: &Library::default() })?;
    Ok(Loaded { value, digest: digest_of(digests) })
}

/// The registry that files and imports make together, and the digests of those files.
pub(crate) fn load_from(sources: Sources<'_>) -> Result<(Merchants, Vec<FileDigest>), ConfigErrors> {
    let mut errors = ConfigErrors::default();
    let mut kept = Kept::default();
    let digests = fold(sources, &mut errors, &mut kept);
    errors.or(digests.map(|digests| (kept.merchants, digests)))
}

/// The registry in one file's content; `origin` is the name that errors give it.
pub fn read(origin: &Path, content: impl Read) -> Result<Loaded<Merchants>, ConfigErrors> {
    let mut kept = Kept::default();
    let digest = csv_file::read(origin, content, HEADING, |row| kept.row(row))?;
    Ok(Loaded { value: kept.merchants, digest: digest_of([digest]) })
}

#[derive(Default)]
struct Kept {
    merchants: Merchants,
    keys: Keys<(LinkName, MerchantId)>,
}

impl Keep for Kept {
    fn next_layer(&mut self, _: bool) {
        self.keys.next_layer();
    }

    fn row(&mut self, row: &mut Row<'_>) {
        let Some(merchant) = merchant(row) else { return };
        let (link, id) = (merchant.link, merchant.id);
        match self.keys.take((link, id), || Register::Merchants.key(|column| row.field(column))) {
            Standing::Superseded => {}
            Standing::InForce if self.merchants.add(merchant).is_ok() => {}
            Standing::InForce | Standing::Twice => {
                let found = format_args!("merchant {id:?} of link {link:?} a second time");
                row.wrong_as(0, found, "each merchant once on a link");
            }
        }
    }

    fn withdraw(&mut self, key: &str) {
        self.keys.withdraw(key);
    }
}

/// A row as a merchant; none where something is wrong with it.
pub(crate) fn merchant(row: &mut Row<'_>) -> Option<Merchant> {
    let id = row.read(0, "a DE42 of 1 to 15 letters and digits", merchant_id);
    let credit_code = row.read(1, "18 characters with a right check character (GB 32100-2015)", CreditCode::parse);
    let name = row.text(2).map(str::to_owned);
    let district = row.read(3, "six digits (GB/T 2260)", DistrictCode::parse);
    let link = row.read(4, "the NAME of an acquirer link", link_name);
    let categories = row.read_optional(5, "category ids with ; between them, or nothing for all", categories);
    let validity = validity(row, 6, 7);
    let location = location(row);
    Some(Merchant {
        id: id?,
        link: link?,
        credit_code: credit_code?,
        name: name?,
        district: district?,
        categories: categories?.unwrap_or_default().into(),
        validity: validity?,
        location: location?,
        admission: Admission::default(),
    })
}

/// The door, where it is said: both columns or none.
fn location(row: &mut Row<'_>) -> Option<Option<Point>> {
    let latitude = row.read_optional(8, "degrees such as 22.543096, -90 to 90, or nothing", |text| degrees(text, 90));
    let longitude =
        row.read_optional(9, "degrees such as 114.057868, -180 to 180, or nothing", |text| degrees(text, 180));
    match (latitude?, longitude?) {
        (None, None) => Some(None),
        (Some(latitude), Some(longitude)) => Some(Point::new(longitude, latitude)),
        (latitude, _) => {
            row.wrong(if latitude.is_none() { 8 } else { 9 }, "latitude and longitude both, or neither");
            None
        }
    }
}

fn categories(text: &str) -> Option<Vec<CategoryId>> {
    text.split(';').map(category).collect()
}
