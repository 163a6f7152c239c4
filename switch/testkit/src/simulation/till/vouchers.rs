//! Voucher codes: of a claim that was just issued, or of an older one, in the right place of its pack or another; typed in
//! every way; and what is no code of any claim.

use super::Till;
use crate::simulation::dice::Dice;
use lijian_domain::claims::voucher::VoucherCode;

/// So many of the latest claims are shown again and again.
const LATEST: usize = 8;

impl Till {
    /// Tag 05 for goods that this member of a pack is good for; nothing where nobody claims anything.
    pub(super) fn voucher(&self, member: u8, dice: &mut Dice) -> String {
        if self.vouchers.is_empty() || dice.percent(4) {
            return String::new();
        }
        if dice.percent(3) {
            return tag(dice.one_of("0000-0000-0001-1V", &["NOCODE", "0000-0000-0001-1W", ""]));
        }
        let latest = self.vouchers.len().min(if dice.percent(85) { LATEST } else { usize::MAX });
        let claim = self.vouchers.get(self.vouchers.len() - 1 - dice.place(latest)).copied().unwrap_or_default();
        let other = u8::try_from(dice.place(4)).unwrap_or(0);
        let member = if dice.percent(80) { member } else { other };
        let code = VoucherCode::new(claim, member).map(|code| (code.compact(), code.to_string()));
        let Some((compact, printed)) = code else { return String::new() };
        match dice.place(6) {
            0 => tag(&printed),
            1 => tag(&printed.to_lowercase().replace('0', "o")),
            _ => tag(compact.as_str()),
        }
    }
}

fn tag(code: &str) -> String {
    format!("05{:03}{code}", code.len())
}
