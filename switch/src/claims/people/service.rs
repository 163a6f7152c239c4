//! The thread that owns the vault: whatever has arrived is registered together, with two syncs for all.

use super::vault::{Masked, PeopleError, Personal, Vault};
use super::{PersonHasher, PhoneKey};
use lijian_domain::ids::PersonKey;
use lijian_store::storage::FileStorage;
use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;
use std::sync::mpsc::{self, Receiver, SyncSender, TrySendError};
use std::thread;
use tokio::sync::oneshot;

/// Questions that wait at most; one more is refused.
const WAITING_MAX: usize = 4_096;
/// Personal data is nobody else's.
const FOLDER_MODE: u32 = 0o700;

/// How to ask for personal data. Clones ask the same thread.
#[derive(Clone)]
pub struct People {
    questions: SyncSender<Question>,
    hasher: PersonHasher,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Closed {
    /// Too many wait.
    #[error("too many registrations wait: try again")]
    Busy,
    /// The vault said no.
    #[error(transparent)]
    Vault(#[from] PeopleError),
    /// The switch is stopping.
    #[error("the switch is stopping")]
    Stopping,
}

type Answer<T> = oneshot::Sender<Result<T, PeopleError>>;

enum Question {
    Register(Box<Personal>, u16, Answer<()>),
    LookUp(PersonKey, Answer<Option<Masked>>),
    IsRegistered(Box<Personal>, Answer<bool>),
    Shared(PersonKey, PhoneKey, Answer<u16>),
    Erase(PersonKey, Answer<bool>),
}

impl People {
    /// Opens the vault of a data directory, whose lock the caller holds, and starts its thread.
    ///
    /// # Errors
    /// See [`PeopleError`].
    pub fn start(data: &Path, random: fn(&mut [u8]) -> io::Result<()>) -> Result<Self, PeopleError> {
        let keys = crate::keys::people(data, random)?;
        let claims = data.join("claims");
        let made = DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(&claims);
        made.map_err(PeopleError::io("claims", "made"))?;
        let claims = FileStorage::open(&claims).map_err(PeopleError::io("claims", "opened"))?;
        let slots = FileStorage::open(&keys.folder).map_err(PeopleError::io("keys/people", "opened"))?;
        let (vault, cut_bytes) = Vault::open(&claims, &slots, keys.master, random)?;
        tracing::info!(persons = vault.len(), cut_bytes, "personal data recovered");
        let (questions, asked) = mpsc::sync_channel(WAITING_MAX);
        let body = move || serve(vault, &asked);
        let started = thread::Builder::new().name("people".to_owned()).spawn(body);
        started.map_err(PeopleError::io("a thread", "started"))?;
        Ok(Self { questions, hasher: PersonHasher::new(&keys.person) })
    }

    /// The keyed hashes.
    pub const fn hasher(&self) -> &PersonHasher {
        &self.hasher
    }

    /// Registers a person, unless so many others share the phone; on the medium when it returns. It is looked at here, where
    /// registrations come one after the other.
    ///
    /// # Errors
    /// See [`Closed`].
    pub async fn register(&self, personal: Personal, persons_per_phone_max: u16) -> Result<(), Closed> {
        self.ask(|answer| Question::Register(Box::new(personal), persons_per_phone_max, answer)).await
    }

    /// What staff may see of a person.
    ///
    /// # Errors
    /// See [`Closed`].
    pub async fn look_up(&self, person: PersonKey) -> Result<Option<Masked>, Closed> {
        self.ask(|answer| Question::LookUp(person, answer)).await
    }

    /// Whether exactly this is registered: the person, with this phone and this name.
    ///
    /// # Errors
    /// See [`Closed`].
    pub async fn is_registered(&self, personal: Personal) -> Result<bool, Closed> {
        self.ask(|answer| Question::IsRegistered(Box::new(personal), answer)).await
    }

    /// How many others are registered with a phone.
    ///
    /// # Errors
    /// See [`Closed`].
    pub async fn others_with(&self, person: PersonKey, phone: PhoneKey) -> Result<u16, Closed> {
        self.ask(|answer| Question::Shared(person, phone, answer)).await
    }

    /// Erases a person; nobody can read the data when it returns. Whether there was one.
    ///
    /// # Errors
    /// See [`Closed`].
    pub async fn erase(&self, person: PersonKey) -> Result<bool, Closed> {
        self.ask(|answer| Question::Erase(person, answer)).await
    }

    async fn ask<T>(&self, question: impl FnOnce(Answer<T>) -> Question) -> Result<T, Closed> {
        let (tell, told) = oneshot::channel();
        self.questions.try_send(question(tell)).map_err(|error| match error {
            TrySendError::Full(_) => Closed::Busy,
            TrySendError::Disconnected(_) => Closed::Stopping,
        })?;
        Ok(told.await.map_err(|_| Closed::Stopping)??)
    }
}

fn serve(mut vault: Vault, asked: &Receiver<Question>) {
    while let Ok(first) = asked.recv() {
        let mut registering = Vec::new();
        for question in std::iter::once(first).chain(asked.try_iter().take(WAITING_MAX)) {
            match question {
                Question::Register(personal, most, answer) => match may_share(&vault, &registering, &personal, most) {
                    Ok(()) => registering.push((*personal, answer)),
                    Err(why) => drop(answer.send(Err(why))),
                },
                // Whoever asks is told what was asked before, too.
                other => {
                    register(&mut vault, &mut registering);
                    answer(&mut vault, other);
                }
            }
        }
        register(&mut vault, &mut registering);
    }
}

/// Whether a person may have this phone beside those who have it, and those who are about to.
fn may_share(
    vault: &Vault,
    registering: &[(Personal, Answer<()>)],
    personal: &Personal,
    most: u16,
) -> Result<(), PeopleError> {
    let Personal { person, phone_key, .. } = *personal;
    let own = vault.has_phone(person, phone_key)?;
    let about_to = registering.iter().filter(|(other, _)| other.phone_key == phone_key && other.person != person);
    let others = usize::from(vault.persons_of(phone_key).saturating_sub(u16::from(own))) + about_to.count();
    if own || others < usize::from(most) { Ok(()) } else { Err(PeopleError::PhoneShared) }
}

fn register(vault: &mut Vault, registering: &mut Vec<(Personal, Answer<()>)>) {
    let (all, answers): (Vec<_>, Vec<_>) = registering.drain(..).unzip();
    let registered = vault.register(&all);
    if let Err(error) = &registered {
        tracing::error!(%error, "persons are not registered");
    }
    for answer in answers {
        let told = if registered.is_ok() { Ok(()) } else { Err(PeopleError::Poisoned) };
        // Whoever asked may have gone.
        drop(answer.send(told));
    }
}

fn answer(vault: &mut Vault, question: Question) {
    match question {
        Question::Register(personal, _, answer) => register(vault, &mut vec![(*personal, answer)]),
        Question::LookUp(person, answer) => drop(answer.send(vault.look_up(person))),
        Question::IsRegistered(personal, answer) => drop(answer.send(vault.is_registered(&personal))),
        Question::Shared(person, phone, answer) => {
            let others =
                vault.has_phone(person, phone).map(|own| vault.persons_of(phone).saturating_sub(u16::from(own)));
            drop(answer.send(others));
        }
        Question::Erase(person, answer) => drop(answer.send(vault.erase(person))),
    }
}
