//! The number (RRN) that a record is found by, read without the rest of its body: an index wants nothing else of it.

use super::FormatError;
use super::body::{DECLINED, FULL_PRICE, GRANTED, INTENT, QUOTED, REFUSED, RETURN_ASKED, is_known};
use super::field::{Field, Input};
use super::sale::take_first_refused;
use lijian_domain::code::DecisionCode;
use lijian_domain::ids::{Lsn, Rrn};
use lijian_domain::record::Origin;
use lijian_domain::text::Text;

/// A record as an index sees it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Numbered {
    /// Which.
    pub lsn: Lsn,
    /// Its number, and the record that this leads to: of an outcome its intent. None of a record that is found by none.
    pub row: Option<(Rrn, Lsn)>,
}

/// The number, and the record that it leads to.
pub(super) fn take_number(lsn: Lsn, kind: u8, layout: u8, body: &[u8]) -> Result<Option<(Rrn, Lsn)>, FormatError> {
    is_known(kind, layout)?;
    let mut input = Input::new(body);
    let (rrn, to) = match kind {
        INTENT | QUOTED => (Origin::take(&mut input)?.rrn, lsn),
        GRANTED | DECLINED | FULL_PRICE => {
            let intent = Lsn::take(&mut input)?;
            DecisionCode::take(&mut input)?;
            Text::<3>::take(&mut input)?;
            (Rrn::take(&mut input)?, intent)
        }
        // The request names its number, or the answer does; both only if they are the same, so one row does.
        REFUSED => {
            let refused = take_first_refused(&mut input)?;
            let asked = refused.origin.rrn;
            (if asked.is_empty() { refused.answer.rrn } else { asked }, lsn)
        }
        RETURN_ASKED => {
            let origin = Origin::take(&mut input)?;
            (origin.rrn, Lsn::take(&mut input)?)
        }
        _ => return Ok(None),
    };
    Ok((!rrn.is_empty()).then_some((rrn, to)))
}
