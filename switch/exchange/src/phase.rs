//! The steps of a request in flight: what it waits for.

/// How far a request has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Phase {
    /// The slot is free.
    #[default]
    Free,
    /// Not ours: its tombstone is not durable yet.
    RelayAppended,
    /// Not ours: sent to the issuer.
    Relayed,
    /// Ours: the intent is not durable yet.
    IntentAppended,
    /// Ours: sent to the issuer at the net amount.
    Asked,
    /// Ours, at full price: the refusal is not durable yet.
    FullPriceAppended,
    /// Ours, at full price: sent to the issuer.
    FullPriceAsked,
    /// The answer is made and waits for its record.
    AnswerAppended,
    /// A reversal, refused or accepted only after its original's intent has been read back.
    ReversalReading,
    /// A reversal: accepted, not durable yet.
    ReversalAppended,
    /// A reversal: sent to the issuer.
    ReversalAsked,
    /// A void or refund: its original, and the returns before it, are looked for and read back.
    ReturnReading,
    /// A void or refund: accepted, not durable yet.
    ReturnAppended,
    /// A void or refund: sent to the issuer.
    ReturnAsked,
    /// A reversal that joins one that waits: its original's intent is being read back.
    JoinReading,
    /// A repeat: the recorded answer is being read back.
    RepeatReading,
}
