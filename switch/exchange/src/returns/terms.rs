//! Whether a return is one of this grant, and what of it goes back.

use super::{Back, Original, Returns};
use crate::settings::AcquirerLink;
use lijian_codecs::dialect::{FieldPart, KeyPart};
use lijian_codecs::message::MessageView;
use lijian_domain::campaign::RefundPolicy;
use lijian_domain::ids::CardFingerprint;
use lijian_domain::money::MinorUnits;
use lijian_domain::record::{Origin, ReturnWay};
use lijian_domain::returns::{Ask, Part, Share, Standing, Way, share};
use lijian_domain::time::BusinessDate;

/// The longest field that names a batch.
const FIELD_BYTES_MAX: usize = 64;

impl Returns {
    /// What goes back, or DE39 of why nothing does.
    pub(super) fn share(
        &self,
        back: &Back,
        original: &Original,
        origin: &Origin,
        (link, request): (&AcquirerLink, &MessageView<'_>),
        policy: &RefundPolicy,
        today: BusinessDate,
    ) -> Result<Share, [u8; 2]> {
        let sale = &original.intent.origin;
        // It was reversed while this was read; or the number that was given is that of another card's or shop's sale.
        let same_card = origin.card == CardFingerprint::default() || origin.card == sale.card;
        let same_shop = origin.merchant == sale.merchant;
        if !self.granted.contains(original.lsn) || !same_card || !same_shop {
            return Err(*b"25");
        }
        let mut standing = Standing::default();
        for (lsn, asked) in &back.earlier {
            // One that was refused or undone since it was read counts no more.
            if let Some(part) = Part::recorded(asked).filter(|_| self.of(original.lsn).contains(lsn)) {
                standing = standing.with(&original.intent.award, &part).ok_or(*b"96")?;
            }
        }
        let same_terminal = origin.terminal == sale.terminal && origin.link == sale.link;
        let same_batch = original.day == today && same_terminal && is_same_batch(link, request);
        let amount = request.digits_u64(4).map_or(MinorUnits::ZERO, MinorUnits::new);
        let way = if back.way == ReturnWay::Void { Way::Void } else { Way::Refund };
        let ask = Ask { way, amount, base: link.refund_amount, same_batch };
        share(&original.intent.award, policy, &standing, &ask).map_err(|reject| {
            let code = reject.response_code().as_bytes();
            [code.first().copied().unwrap_or(b'9'), code.get(1).copied().unwrap_or(b'6')]
        })
    }
}

/// Where the dialect has batches: the one that the original was in is the terminal's own of now.
fn is_same_batch(link: &AcquirerLink, request: &MessageView<'_>) -> bool {
    let semantics = link.dialect.semantics();
    let Some(original) = semantics.original.batch else { return true };
    let own = semantics.duplicate_key.iter().find_map(|part| match part {
        KeyPart::Field(part) if part.field == 60 => Some(*part),
        _ => None,
    });
    let (mut one, mut other) = ([0; FIELD_BYTES_MAX], [0; FIELD_BYTES_MAX]);
    let read = |part: FieldPart, buffer: &mut [u8; FIELD_BYTES_MAX]| {
        let text = request.copy_text(part.field, buffer).and_then(|text| part.of(text));
        text.map(<[u8]>::to_vec)
    };
    own.is_none_or(|own| match (read(original, &mut one), read(own, &mut other)) {
        (Some(original), Some(own)) => original == own,
        // Named by another number: the day and the terminal decide.
        _ => true,
    })
}
