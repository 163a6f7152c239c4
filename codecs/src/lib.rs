//! Bytes to messages and back: frames, ISO 8583 dialects, tag runs. No IO, no async, no domain.
