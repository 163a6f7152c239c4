//! Mistakes made on purpose, so that the auditor can show that it notices them.

use lijian_exchange::Misdeed;

/// What is done wrongly.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mutation {
    /// The exchange is told that records are durable when their write begins.
    DurableBeforeSync,
    /// The disk says that it has synced, and has not.
    SyncLies,
    /// A start does not replay tombstones.
    TombstonesNotReplayed,
    /// A start does not tell the exchange of intents without an outcome.
    OpenIntentsForgotten,
    /// A start does not replay what was answered: repeats are new requests.
    AnswersForgotten,
    /// A confirmed reversal does not give back what it should.
    GivenBackTooLittle,
    /// What a declined sale held is not released.
    RollbackForgotten,
    /// The issuer's answer is handed to the request of another till.
    AnswerOfAnother,
    /// An answer of the issuer that arrives is an approval, whatever it said.
    DeclineReadAsApproval,
    /// The switch is given larger limits than it was told.
    LimitsIgnored,
    /// What a person may have in a week is not limited.
    WeekIgnored,
    /// Of an order each of the goods is subsidised by itself.
    OrderTakenApart,
    /// The sponsor that should pay the rest pays first.
    SponsorsOutOfOrder,
    /// A person may claim more often than it was told.
    ClaimsUnlimited,
    /// Any number of claims is taken in a day.
    ReleaseIgnored,
    /// Claims can be redeemed for longer.
    ClaimsOutlive,
    /// Claims are issued without store staff.
    StaffIgnored,
    /// Store staff can confirm claims for as long as they like.
    ConfirmationOutlives,
    /// One more wins in each draw.
    WinnersIgnored,
    /// Each member of a pack is good for everything.
    MembersIgnored,
    /// Of a pack more can be redeemed.
    RedeemableIgnored,
    /// A start knows of no claims.
    ClaimsForgotten,
    /// Where rules change, the campaign's budget stays where it was larger.
    SwapForgetsBudget,
    /// Where rules change, a category that they stop goes on.
    StopIgnored,
    /// Grants by changed rules bear the version before.
    SwapKeepsVersion,
    /// A repeat's record is read back from the wrong place.
    WrongRecordReadBack,
    /// What the exchange sends to the issuer is sent twice.
    SentTwice,
    /// The exchange itself does something wrongly.
    Inside(Misdeed),
}
