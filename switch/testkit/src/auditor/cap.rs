//! The names of caps as the auditor keeps them, read by the words of the format document alone.

use super::input::{Input, Read};

fn person(input: &mut Input<'_>) -> Read<String> {
    Ok(input.array::<16>()?.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// What is taken from a cap, or given back to it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Take {
    /// The kind's name and its parts, with `:` between them; bytes as hexadecimal digits.
    pub(super) cap: String,
    /// Minor units.
    pub(super) amount: u64,
    /// Items.
    pub(super) count: u32,
}

pub(super) fn take(input: &mut Input<'_>) -> Read<Take> {
    Ok(Take { cap: cap(input)?, amount: input.u64()?, count: input.u32()? })
}

/// The kind's name and its parts.
pub(super) fn cap(input: &mut Input<'_>) -> Read<String> {
    Ok(match input.u8()? {
        1 => format!("serial-number:{}", input.text(40)?),
        2 => format!("qualification:{}:{}", input.text(32)?, input.text(32)?),
        3 => {
            let (campaign, person) = (input.text(32)?, person(input)?);
            format!("person-category:{campaign}:{person}:{}", input.text(24)?)
        }
        4 => format!("terminal:{}:{}:{}", input.text(32)?, input.text(15)?, input.text(8)?),
        5 => format!("merchant:{}:{}", input.text(32)?, input.text(15)?),
        6 => format!("district:{}:{}", input.text(32)?, input.text(6)?),
        7 => format!("category:{}:{}", input.text(32)?, input.text(24)?),
        8 => format!("day:{}:{}", input.text(32)?, input.i32()?),
        9 => format!("tranche:{}:{}", input.text(32)?, input.u16()?),
        10 => format!("campaign:{}", input.text(32)?),
        11 => format!("person-week:{}:{}:{}", input.text(32)?, person(input)?, input.i32()?),
        12 => format!("person-year:{}:{}:{}", input.text(32)?, person(input)?, input.u16()?),
        13 => format!("person-campaign:{}:{}", input.text(32)?, person(input)?),
        other => return Err(format!("kind of cap {other}")),
    })
}
