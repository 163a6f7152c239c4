//! Records about claims and people, read by the words of the format document alone: the auditor proves that they can be read.

use super::input::{Input, Read};

/// Who proposed, who agreed.
pub(super) fn two_people(input: &mut Input<'_>) -> Read<()> {
    input.text(32)?;
    input.text(32).map(drop)
}

/// The body of one of the kinds 20 to 22.
pub(super) fn claim(kind: u8, input: &mut Input<'_>) -> Read<()> {
    let claim = if kind == 22 { 0 } else { input.u64()? };
    if claim >> 60 != 0 {
        return Err("a claim of more than 60 bits".to_owned());
    }
    match kind {
        20 => {
            input.text(32)?;
            input.text(24)?;
            input.bytes(16)?;
            input.one_of("stage of a claim", 1..=6)?;
            input.i64()?;
            input.i64()?;
            input.bytes(8)?;
            input.text(32)?;
        }
        21 => {
            input.one_of("stage of a claim", 1..=6)?;
            input.i64()?;
            input.i64()?;
            input.text(15)?;
            input.text(32)?;
        }
        _ => {
            input.text(32)?;
            input.bytes(32)?;
            input.u32()?;
            input.u32()?;
            input.one_of("stage of a claim", 1..=6)?;
            input.i64()?;
            input.i64()?;
            two_people(input)?;
        }
    }
    Ok(())
}
