//! Why a record about claims cannot follow those before it.

use lijian_domain::claims::ClaimStage;

/// See the file. No claim is named: whoever knows one can redeem it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ClaimError {
    /// There is a claim with this id.
    #[error("it makes a claim that is there already")]
    Taken,
    /// There is none.
    #[error("it changes a claim that was never made")]
    Unknown,
    /// No claim goes from where it stands to there.
    #[error(
        "it brings a claim that is {} to {}, where it cannot go", .from.map_or("new", ClaimStage::as_str), .to.as_str()
    )]
    Stage {
        /// Where it stands; none: it is new.
        from: Option<ClaimStage>,
        /// Where the record brings it.
        to: ClaimStage,
    },
    /// What is issued has a span of whole seconds between 1970 and 2106; what is not has none; giving up changes none.
    #[error("the span in which it can be redeemed does not fit where the claim stands, or is not in whole seconds")]
    Span,
    /// A draw is of the claims that entered.
    #[error("it draws among {got} claims where {expected} have entered")]
    Entered {
        /// That entered since the last draw.
        expected: u32,
        /// As the record says.
        got: u32,
    },
    /// Winners are issued, or wait for confirmation.
    #[error("it makes winners {}", .0.as_str())]
    Winners(ClaimStage),
    /// There are more than can be counted: 4,294,967,295 claims, 65,535 packs, or claims of one person and pack.
    #[error("there are more claims, or more packs, than can be counted")]
    Full,
    /// A row of a snapshot names a pack that is not in its list.
    #[error("it names a pack that is not listed")]
    Pack,
}
