//! What the fuzz targets of the codecs do with their bytes. Plain tests run them too: on the seed corpora, on noise, on
//! malformed messages. Each file stands for itself, since its target takes it in alone.

pub(crate) mod frames;
pub(crate) mod message;
pub(crate) mod tags;
