//! Records about claims, read by the words of the format document alone.

use super::input::{Input, Read};

/// It takes part in a lottery that is not drawn yet.
pub(super) const ENTERED: u8 = 1;
/// Store staff must confirm it yet.
pub(super) const UNCONFIRMED: u8 = 2;
/// It can be redeemed.
pub(super) const ISSUED: u8 = 3;
/// Its person gave it back.
pub(super) const HANDED_BACK: u8 = 4;
/// It did not win.
pub(super) const NOT_DRAWN: u8 = 5;
/// The institution took it back.
pub(super) const WITHDRAWN: u8 = 6;

/// Where a claim stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ClaimStands {
    /// 1 entered, 2 unconfirmed, 3 issued, 4 handed back, 5 not drawn, 6 withdrawn.
    pub stage: u8,
    /// Microseconds since 1970: when it can be redeemed from; 0 where it was never issued.
    pub from_us: i64,
    /// Until when, not included.
    pub until_us: i64,
}

/// What one of the kinds 20 to 22 says.
#[derive(Clone, Debug)]
pub(super) enum ClaimRecord {
    Made { claim: u64, campaign: String, pack: String, person: [u8; 16], stands: ClaimStands, rules: [u8; 8] },
    Changed { claim: u64, stands: ClaimStands },
    Drawn { draw: Draw, stands: ClaimStands, maker: String, checker: String },
}

/// What a draw came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Draw {
    pub(super) seed: [u8; 32],
    pub(super) entered: u32,
    /// At most.
    pub(super) winners: u32,
}

/// Who proposed, who agreed.
pub(super) fn two_people(input: &mut Input<'_>) -> Read<(String, String)> {
    Ok((input.text(32)?, input.text(32)?))
}

/// The body of one of the kinds 20 to 22.
pub(super) fn claim(kind: u8, input: &mut Input<'_>) -> Read<ClaimRecord> {
    let claim = if kind == 22 { 0 } else { input.u64()? };
    if claim >> 60 != 0 {
        return Err("a claim of more than 60 bits".to_owned());
    }
    Ok(match kind {
        20 => {
            let (campaign, pack, person) = (input.text(32)?, input.text(24)?, input.array()?);
            let (stands, rules) = (stands(input)?, input.array()?);
            input.text(32)?;
            ClaimRecord::Made { claim, campaign, pack, person, stands, rules }
        }
        21 => {
            let stands = stands(input)?;
            input.text(15)?;
            input.text(32)?;
            ClaimRecord::Changed { claim, stands }
        }
        _ => {
            input.text(32)?;
            let draw = Draw { seed: input.array()?, entered: input.u32()?, winners: input.u32()? };
            let (stands, (maker, checker)) = (stands(input)?, two_people(input)?);
            ClaimRecord::Drawn { draw, stands, maker, checker }
        }
    })
}

fn stands(input: &mut Input<'_>) -> Read<ClaimStands> {
    let stage = input.one_of("stage of a claim", ENTERED..=WITHDRAWN)?;
    Ok(ClaimStands { stage, from_us: input.i64()?, until_us: input.i64()? })
}
