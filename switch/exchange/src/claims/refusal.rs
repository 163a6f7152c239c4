//! Why a command about claims is not done.

use lijian_store::claims::ClaimError;

/// See the file. The texts are for people.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ClaimRefusal {
    /// The journal, or the moment.
    #[error("nothing can be recorded at this moment: try again")]
    TryAgain,
    /// No campaign of this name runs.
    #[error("no such campaign runs today")]
    NoCampaign,
    /// It asks for no qualification.
    #[error("nothing has to be claimed for this campaign")]
    NothingToClaim,
    /// It has no such pack.
    #[error("the campaign has no such pack")]
    NoPack,
    /// Not at this hour.
    #[error("claims are not taken at this hour")]
    OutsideHours,
    /// Another claim has the id.
    #[error("there is another claim with this id: draw another")]
    IdTaken,
    /// The person's claim before can still be redeemed, or waits for its draw or confirmation.
    #[error("this person has a claim of this pack already, which is not over")]
    NotOver,
    /// The person redeemed it, or a sale on it is open.
    #[error("this person has redeemed a claim of this pack, or a sale on it is under way")]
    Redeemed,
    /// As many were made as may be.
    #[error("this person has made all claims of this pack that one person may make")]
    AllMade,
    /// As many were taken today as are released.
    #[error("today's claims are all taken")]
    AllTakenToday,
    /// There is none, or it is of somebody else.
    #[error("no such claim")]
    Unknown,
    /// It waits for a draw.
    #[error("the lottery for this claim is not drawn yet")]
    NotDrawnYet,
    /// It was handed back, taken back, did not win, or was not confirmed in time.
    #[error("this claim is over")]
    Over,
    /// A sale on it is open, or it was redeemed.
    #[error("this claim is redeemed, or a sale on it is under way")]
    InUse,
    /// The campaign has no lottery.
    #[error("this campaign draws no lottery")]
    NoLottery,
    /// Nothing was published of it.
    #[error("this is not the seed that was committed to: neither the SHA-256 in the rules nor the draw before fits it")]
    OtherSeed,
    /// It is not time yet.
    #[error("the lottery is drawn later in the day")]
    TooEarly,
    /// Nobody takes part.
    #[error("nobody has entered since the last draw")]
    NobodyEntered,
    /// A draw takes two.
    #[error("a draw is proposed by one person and agreed to by another")]
    OnePerson,
    /// The table of claims does not take it.
    #[error("the claim cannot be recorded: {0}")]
    Table(ClaimError),
}

impl ClaimRefusal {
    /// Its name for machines.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TryAgain => "try-again",
            Self::NoCampaign => "no-campaign",
            Self::NothingToClaim => "nothing-to-claim",
            Self::NoPack => "no-pack",
            Self::OutsideHours => "outside-hours",
            Self::IdTaken => "id-taken",
            Self::NotOver => "not-over",
            Self::Redeemed => "redeemed",
            Self::AllMade => "all-made",
            Self::AllTakenToday => "all-taken-today",
            Self::Unknown => "unknown",
            Self::NotDrawnYet => "not-drawn-yet",
            Self::Over => "over",
            Self::InUse => "in-use",
            Self::NoLottery => "no-lottery",
            Self::OtherSeed => "other-seed",
            Self::TooEarly => "too-early",
            Self::NobodyEntered => "nobody-entered",
            Self::OnePerson => "one-person",
            Self::Table(_) => "table",
        }
    }
}

impl From<ClaimError> for ClaimRefusal {
    fn from(error: ClaimError) -> Self {
        Self::Table(error)
    }
}
