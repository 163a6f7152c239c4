//! What the fuzz targets of the store do with their bytes. Plain tests run them too, on the seed corpora. Each file stands
//! beside `draw` alone, since its target takes it in that way.

pub(crate) use crate::journal::draw;

pub(crate) mod journal;
pub(crate) mod mutation;
pub(crate) mod records;
