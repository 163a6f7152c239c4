//! The checked configuration: what the daemon and the commands are written against.

use super::claims::ClaimsConfig;
use super::signing::SigningConfig;
use crate::digest::{FileDigest, digest_of};
use crate::library::Register;
use crate::signatures::version;
use lijian_codecs::dialect::Dialect;
use lijian_codecs::frame::FrameFormat;
use lijian_domain::ids::{LinkName, RulesVersion};
use lijian_domain::returns::Base;
use lijian_domain::time::{Calendar, UnixMicros};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Everything that `switch.toml` says, checked.
#[derive(Clone, Debug)]
pub struct SwitchConfig {
    /// The file it was read from.
    pub file: PathBuf,
    /// `[store]`: the data directory and its journal.
    pub store: StoreConfig,
    /// `[clock]`: zone, cut-over, rehearsals.
    pub clock: ClockConfig,
    /// `[exchange]`: what holds over all links.
    pub exchange: ExchangeConfig,
    /// What the rules are read from.
    pub rule_files: RuleFiles,
    /// `[links.acquirers.NAME]`, in the order of their names.
    pub acquirers: Vec<AcquirerLink>,
    /// `[links.issuers.NAME]`, in the order of their names.
    pub issuers: Vec<IssuerLink>,
    /// `[queue]`: how messages of the switch's own wait for an issuer.
    pub queue: QueueConfig,
    /// `[rules]`: who vouches for rules.
    pub signing: SigningConfig,
    /// `keys.sealed_days`: how many days after its own a business date's sealing key is kept at least.
    pub sealed_days: u16,
    /// `admin.listen`: console, API, metrics.
    pub admin_listen: SocketAddr,
    /// `[[admin.people]]`: who may decide about what waits, two at a time.
    pub people: Vec<Person>,
    /// `[[admin.apps]]`: which applications may ask, and for what.
    pub apps: Vec<App>,
    /// `[claims]`: how consumers are checked; none: nobody can claim.
    pub claims: Option<ClaimsConfig>,
    /// `portal.listen`: the consumers' pages; none where no portal is wanted.
    pub portal_listen: Option<SocketAddr>,
}

/// What the rules are read from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleFiles {
    /// `campaigns.files`.
    pub campaigns: Vec<PathBuf>,
    /// `catalogue.files`.
    pub catalogue: Vec<PathBuf>,
    /// `merchants.files`.
    pub merchants: Vec<PathBuf>,
    /// `terminals.files`; none: every terminal of a merchant is admitted.
    pub terminals: Vec<PathBuf>,
    /// `blacklist.files`.
    pub black_list: Vec<PathBuf>,
    /// The library of the data directory: its change log, then its imports in their order; none where nothing was changed.
    pub library: Vec<PathBuf>,
}

impl RuleFiles {
    /// Those of a table that can be changed at run time.
    pub fn of(&self, register: Register) -> &[PathBuf] {
        match register {
            Register::Products => &self.catalogue,
            Register::Merchants => &self.merchants,
            Register::Terminals => &self.terminals,
            Register::BlackList => &self.black_list,
        }
    }

    /// All of them by kind, in the order in which they make the version of the rules.
    pub fn kinds(&self) -> [(&'static str, &[PathBuf]); 6] {
        [
            ("campaigns", &self.campaigns),
            ("catalogue", &self.catalogue),
            ("merchants", &self.merchants),
            ("terminals", &self.terminals),
            ("blacklist", &self.black_list),
            ("library", &self.library),
        ]
    }

    /// Files of these kinds, in their order.
    ///
    /// # Errors
    /// The kind that there is not.
    pub fn of_kinds<'a>(files: impl IntoIterator<Item = (&'a str, PathBuf)>) -> Result<Self, &'a str> {
        let mut all = Self::default();
        for (kind, path) in files {
            match kind {
                "campaigns" => all.campaigns.push(path),
                "catalogue" => all.catalogue.push(path),
                "merchants" => all.merchants.push(path),
                "terminals" => all.terminals.push(path),
                "blacklist" => all.black_list.push(path),
                "library" => all.library.push(path),
                unknown => return Err(unknown),
            }
        }
        Ok(all)
    }

    /// The version that files of these digests make: see [`Self::digest`].
    pub fn version<'a>(digests: impl IntoIterator<Item = (&'a str, FileDigest)>) -> RulesVersion {
        version(Self::digest(digests))
    }

    /// The digest of all that decides, of the digests of its files, each with its kind, in the order of [`Self::kinds`]. A kind
    /// that may be left out changes nothing where it is.
    pub fn digest<'a>(digests: impl IntoIterator<Item = (&'a str, FileDigest)>) -> FileDigest {
        let (campaigns, rest): (Vec<_>, Vec<_>) = digests.into_iter().partition(|(kind, _)| *kind == "campaigns");
        let of = |wanted: &str| {
            let of_kind = rest.iter().filter(|(kind, _)| *kind == wanted).map(|(_, digest)| *digest);
            of_kind.collect::<Vec<_>>()
        };
        let campaigns = campaigns.into_iter().map(|(_, digest)| digest);
        let always = ["catalogue", "merchants"].map(of);
        let perhaps = ["terminals", "blacklist", "library"].map(of);
        let perhaps = perhaps.into_iter().filter(|digests| !digests.is_empty());
        digest_of(campaigns.chain(always.into_iter().chain(perhaps).map(digest_of)))
    }
}

/// The data directory and its journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreConfig {
    /// The data directory.
    pub path: PathBuf,
    /// What a record must have reached before it counts.
    pub durability: Durability,
    /// Size of a journal segment, in bytes.
    pub segment_bytes: u64,
    /// With less free space than this, in bytes, nothing is granted any more.
    pub space_bytes_min: u64,
    /// A snapshot is made each so many records, so that a start need not read more of the journal.
    pub snapshot_records: u64,
    /// What finds transactions by their reference numbers.
    pub index: IndexStore,
}

/// A store of the index's rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum IndexStore {
    /// `runs`: sorted files that are written once.
    #[default]
    Runs,
    /// `sled`: an embedded database.
    Sled,
}

/// What a record must have reached before it counts, named by what it survives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Durability {
    /// `fdatasync`: on the medium. Survives the loss of power.
    Fdatasync,
    /// `operating-system`: in its page cache. Survives the death of the process, not that of the machine: for rehearsals only.
    PageCache,
}

/// Zone, cut-over, rehearsals.
#[derive(Clone, Debug)]
pub struct ClockConfig {
    /// `clock.zone` and `clock.cut_over`: what makes business dates.
    pub calendar: Calendar,
    /// `clock.now`: from where time ticks in a rehearsal; none for the machine's clock.
    pub rehearsal_start: Option<UnixMicros>,
}

/// What holds over all links.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ExchangeConfig {
    /// High bits of grant ids: which machine made them.
    pub node: u16,
    /// Business days for which answers are remembered, today included.
    pub answers_days: u16,
    /// Requests in flight at most, over all links.
    pub in_flight_max: usize,
}

/// How messages of the switch's own wait for an issuer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct QueueConfig {
    /// How long one sending waits for its answer.
    pub answer_max: Duration,
    /// Pause before the second sending; it doubles with each further one.
    pub retry_min: Duration,
    /// The longest such pause.
    pub retry_max: Duration,
    /// Such messages under way at a time on one issuer link.
    pub in_flight_max: usize,
    /// How long after it was decided a sale may still reach the issuer.
    pub original_lifetime: Duration,
}

/// Somebody who may decide about what waits.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Person {
    /// As records name them.
    pub name: String,
    /// SHA-256 of their bearer token.
    pub token_sha256: [u8; 32],
}

/// An application of the institution, of store staff, of a brand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct App {
    /// Its name and token.
    pub holder: Person,
    /// `may`: what it may do.
    pub may: Vec<AppRole>,
}

/// What an application may do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AppRole {
    /// Make claims for people, look at them, hand them back.
    Claim,
    /// Confirm claims that store staff saw the person of.
    Confirm,
    /// Erase a person's data.
    Erase,
    /// List claims, without codes and personal data.
    List,
    /// Propose products.
    Propose,
}

impl AppRole {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Claim, Self::Confirm, Self::Erase, Self::List, Self::Propose];

    /// Its name in the configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Claim => "claim",
            Self::Confirm => "confirm",
            Self::Erase => "erase",
            Self::List => "list",
            Self::Propose => "propose",
        }
    }
}

/// A link that an acquirer dials.
#[derive(Clone, Debug)]
pub struct AcquirerLink {
    /// Its NAME.
    pub name: LinkName,
    /// Where the switch listens.
    pub listen: SocketAddr,
    /// How its messages are written.
    pub dialect: Arc<Dialect>,
    /// How its frames begin, and how long they may be.
    pub frame: FrameFormat,
    /// Where its requests go: the place in [`SwitchConfig::issuers`].
    pub issuer: usize,
    /// From receipt to answer.
    pub time_budget: Duration,
    /// Requests in flight at most on this link.
    pub in_flight_max: usize,
    /// Connections at most; one beyond it is closed at once.
    pub connections_max: usize,
    /// Bytes that a connection may owe a peer that does not read; one beyond it is closed.
    pub unsent_bytes_max: usize,
    /// Which requests may carry items.
    pub ours: Vec<OursRule>,
    /// Quotes.
    pub quotes: QuoteRules,
    /// What becomes of a sale with items that gets no subsidy.
    pub refusal: RefusalPolicy,
    /// What the amount of a refund is a part of.
    pub refund_amount: Base,
}

/// A request is looked at for items when its type and the start of its DE3 are these.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OursRule {
    /// Message type as in ISO 8583:1987, for example `0200`.
    pub mti: [u8; 4],
    /// First two digits of DE3; none for any.
    pub processing: Option<[u8; 2]>,
}

/// The quotes of an acquirer link.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct QuoteRules {
    /// Which requests with items ask for a quote; none where the link gives none.
    pub rules: Vec<OursRule>,
    /// How long one is honoured.
    pub lifetime: Duration,
    /// Open at most on the link.
    pub open_max: usize,
    /// Open at most of one terminal.
    pub of_terminal_max: usize,
}

/// What becomes of a sale with items that gets no subsidy.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RefusalPolicy {
    /// `decline`: nobody pays full price unawares.
    Decline,
    /// `full-price`: it goes on.
    FullPrice,
}

/// A link that the switch dials.
#[derive(Clone, Debug)]
pub struct IssuerLink {
    /// Its NAME.
    pub name: LinkName,
    /// `HOST:PORT` of each host, at least one; a HOST can be a name.
    pub hosts: Vec<String>,
    /// How its messages are written.
    pub dialect: Arc<Dialect>,
    /// How its frames begin, and how long they may be.
    pub frame: FrameFormat,
    /// Where the envelope of messages of our own says that they go; empty where the dialect has no envelope.
    pub destination: String,
    /// Where it says that they come from.
    pub source: String,
    /// How the discount shows to the issuer.
    pub presentation: Presentation,
    /// Whether its network accepts a chip cryptogram over another amount than DE4.
    pub accepts_changed_chip_amount: bool,
    /// Amount type (two digits) of the gross amount in DE54.
    pub gross_amount_type: [u8; 2],
    /// The tag in which a network that splits by tag is told of the sponsors' coupons (couponInfo).
    pub coupon_info_tag: Option<[u8; 2]>,
    /// Whether it wants a sign-on before traffic.
    pub sign_on: bool,
    /// An echo after this much silence; none for never.
    pub echo_after: Option<Duration>,
    /// How long a sign-on or an echo may stay unanswered.
    pub session_answer_max: Duration,
    /// How long a connection may take to come about.
    pub connect_max: Duration,
    /// Pause before the first try to connect again; it doubles with each failure.
    pub reconnect_min: Duration,
    /// The longest such pause.
    pub reconnect_max: Duration,
    /// Bytes that the connection may owe an issuer that does not read; one beyond it is closed.
    pub unsent_bytes_max: usize,
}

/// How the discount shows to the issuer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Presentation {
    /// `net`: DE4 is what the card pays.
    Net,
    /// `gross`: DE4 as the till sent it; the network splits by tag.
    Gross,
}
