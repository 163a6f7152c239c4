//! What claims are asked with: personal data, pre-check, the applications that may ask, and a draw that waits for its second
//! person.

use super::ClaimList;
use crate::claims::people::{People, PeopleError};
use crate::claims::precheck::Precheck;
use crate::claims::provider::{Provider, ProviderError};
use lijian_config::switch::ClaimsConfig;
use lijian_domain::claims::lottery::{Seed, commitment};
use lijian_domain::ids::{CampaignId, PersonKey};
use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Draws that wait at most.
const DRAWS_MAX: usize = 64;
/// As many requests for claims go on at once, at most, between registration and answer.
const TURNS: usize = 256;

/// Everything that claims need beside the exchange.
pub struct ClaimDesk {
    /// Personal data.
    pub people: People,
    /// Whether somebody may claim.
    pub precheck: Precheck,
    /// Which claims there are.
    pub list: ClaimList,
    draws: Mutex<BTreeMap<CampaignId, ProposedDraw>>,
    /// Persons go by one byte of their hash.
    turns: Vec<tokio::sync::Mutex<()>>,
}

/// A draw that one of the people proposed.
#[derive(Clone, PartialEq, Eq)]
pub struct ProposedDraw {
    /// The seed: secret until it is drawn.
    pub seed: Seed,
    /// Whose proposal it is.
    pub maker: String,
}

/// Why claims cannot be taken.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// Personal data.
    #[error(transparent)]
    People(#[from] PeopleError),
    /// The identity provider.
    #[error(transparent)]
    Provider(#[from] ProviderError),
}

/// Why a draw is not made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoDraw {
    /// The seed is not the one that was published for.
    OtherSeed,
    /// Too many wait.
    TooMany,
    /// Nobody proposed it.
    NothingProposed,
    /// Maker and checker are one person.
    SamePerson,
}

impl ClaimDesk {
    /// Opens personal data of the data directory, whose lock the caller holds.
    ///
    /// # Errors
    /// See [`DeskError`].
    pub fn open(
        config: &ClaimsConfig,
        data: &Path,
        random: fn(&mut [u8]) -> io::Result<()>,
        list: ClaimList,
    ) -> Result<Self, DeskError> {
        let people = People::start(data, random)?;
        let precheck = Precheck {
            place: config.place.clone(),
            persons_per_phone_max: config.persons_per_phone_max,
            provider: Provider::new(&config.provider, people.hasher())?,
        };
        let turns = std::iter::repeat_with(tokio::sync::Mutex::default).take(TURNS).collect();
        Ok(Self { people, precheck, list, draws: Mutex::default(), turns })
    }

    /// The turn of a person, who is registered and claims one request after the other; held until it is dropped.
    pub async fn turn(&self, person: PersonKey) -> Option<tokio::sync::MutexGuard<'_, ()>> {
        let place = person.0.first().map_or(0, |byte| usize::from(*byte)) % TURNS;
        Some(self.turns.get(place)?.lock().await)
    }

    /// Somebody proposes a draw: the seed must be the one whose SHA-256 was published.
    ///
    /// # Errors
    /// See [`NoDraw`].
    pub fn propose_draw(&self, campaign: CampaignId, published: &[u8; 32], draw: ProposedDraw) -> Result<(), NoDraw> {
        if commitment(&draw.seed) != *published {
            return Err(NoDraw::OtherSeed);
        }
        let mut draws = self.draws.lock().unwrap_or_else(PoisonError::into_inner);
        if draws.len() >= DRAWS_MAX && !draws.contains_key(&campaign) {
            return Err(NoDraw::TooMany);
        }
        draws.insert(campaign, draw);
        Ok(())
    }

    /// Another one agrees to the draw of what was published. It stays proposed until [`Self::drawn`].
    ///
    /// # Errors
    /// See [`NoDraw`].
    pub fn agree_draw(
        &self,
        campaign: &CampaignId,
        published: &[u8; 32],
        checker: &str,
    ) -> Result<ProposedDraw, NoDraw> {
        let draws = self.draws.lock().unwrap_or_else(PoisonError::into_inner);
        let draw = draws.get(campaign).filter(|draw| commitment(&draw.seed) == *published);
        let draw = draw.ok_or(NoDraw::NothingProposed)?;
        if draw.maker == checker { Err(NoDraw::SamePerson) } else { Ok(draw.clone()) }
    }

    /// It was drawn.
    pub fn drawn(&self, campaign: &CampaignId, draw: &ProposedDraw) {
        let mut draws = self.draws.lock().unwrap_or_else(PoisonError::into_inner);
        if draws.get(campaign) == Some(draw) {
            draws.remove(campaign);
        }
    }
}
