//! Pure decisions and the journal's vocabulary: money, campaigns, catalogue, caps.
