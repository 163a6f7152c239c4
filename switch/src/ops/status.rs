//! Asking the exchange how it is, and telling it what people decided: it answers on its own thread, between two turns.

use crate::limits::{CLAIM, STATUS};
use lijian_domain::ids::Lsn;
use lijian_domain::record::{QueueOrdered, RulesChanged};
use lijian_domain::rules::Rules;
use lijian_exchange::claims::{ClaimAnswer, ClaimCommand, Looked};
use lijian_exchange::queue::QueueRow;
use lijian_exchange::status::Status;
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

/// Questions waiting at most; one more is not asked.
const QUESTIONS_MAX: usize = 64;

/// Commands about claims waiting at most. In the minute in which a day's claims are released all of a city asks: they queue, in
/// the order in which they came, where other questions would be turned away.
const CLAIMS_MAX: usize = 1_024;

/// What the exchange's thread says of itself.
#[derive(Debug)]
pub struct Standing {
    /// Of the exchange.
    pub exchange: Status,
    /// Tasks alive on its thread: a handful, and one for each connection.
    pub tasks: usize,
}

#[derive(Debug)]
enum Question {
    Standing(oneshot::Sender<Standing>),
    /// Messages that wait, from this record on, at most so many.
    Queue(Lsn, usize, oneshot::Sender<Vec<QueueRow>>),
    Order(QueueOrdered, oneshot::Sender<()>),
    Rules(Arc<Rules>, Option<RulesChanged>, oneshot::Sender<Option<Vec<String>>>),
}

/// Whoever knows the answers: the exchange, on its thread.
pub trait Answers {
    /// How things stand.
    fn status(&self) -> Status;
    /// The messages that wait for an issuer, from this record on.
    fn queue(&self, from: Lsn, most: usize) -> Vec<QueueRow>;
    /// Two people decided about one of them.
    fn order(&self, order: QueueOrdered);
    /// Other rules are to decide, or, with nothing to record, might: what speaks against them. None where they do not decide,
    /// since that cannot be recorded.
    fn rules(&self, rules: Arc<Rules>, changed: Option<RulesChanged>) -> Option<Vec<String>>;
    /// Something is asked of claims, and answered once it is on disk.
    fn claim(&self, command: ClaimCommand, answer: oneshot::Sender<ClaimAnswer>);
}

/// Asks.
#[derive(Clone, Debug)]
pub struct Asker {
    questions: mpsc::Sender<Question>,
    claims: mpsc::Sender<AskedClaim>,
}

/// What was asked, on the exchange's thread.
#[derive(Debug)]
pub struct Asked {
    questions: mpsc::Receiver<Question>,
    claims: mpsc::Receiver<AskedClaim>,
}

type AskedClaim = (ClaimCommand, oneshot::Sender<ClaimAnswer>);

/// Both ends.
pub fn asker() -> (Asker, Asked) {
    let (ask, asked) = mpsc::channel(QUESTIONS_MAX);
    let (ask_claim, asked_claim) = mpsc::channel(CLAIMS_MAX);
    (Asker { questions: ask, claims: ask_claim }, Asked { questions: asked, claims: asked_claim })
}

impl Asker {
    /// How things stand; none if it does not answer in time, which means that it has stopped.
    pub async fn standing(&self) -> Option<Standing> {
        self.ask(Question::Standing).await
    }

    /// The messages that wait for an issuer, from this record on, at most so many; none as above.
    pub async fn queue(&self, from: Lsn, most: usize) -> Option<Vec<QueueRow>> {
        self.ask(|answer| Question::Queue(from, most, answer)).await
    }

    /// Hands over what two people decided; none as above.
    pub async fn order(&self, order: QueueOrdered) -> Option<()> {
        self.ask(|answer| Question::Order(order, answer)).await
    }

    /// Hands over other rules, or, with nothing to record, asks about them: what speaks against them. None where they are not in
    /// force for another reason, or it has stopped. However long it takes: what became of them must be known.
    pub async fn rules(&self, rules: Arc<Rules>, changed: Option<RulesChanged>) -> Option<Vec<String>> {
        let (answer, answered) = oneshot::channel();
        self.questions.try_send(Question::Rules(rules, changed, answer)).ok()?;
        answered.await.ok()?
    }

    /// Hands over what is asked of claims, and waits until the answer is on disk; none if that takes too long: then nobody knows
    /// whether it was done, and the same command can be sent again.
    pub async fn claim(&self, command: ClaimCommand) -> Option<ClaimAnswer> {
        let (answer, answered) = oneshot::channel();
        let asked = async {
            self.claims.send((command, answer)).await.ok()?;
            answered.await.ok()
        };
        tokio::time::timeout(CLAIM, asked).await.ok()?
    }

    /// Looks at several claims, which are asked for together and come in their order; none as above.
    pub async fn look_at(&self, claims: Vec<Looked>) -> Option<Vec<ClaimAnswer>> {
        let asked = async {
            let mut waiting = Vec::with_capacity(claims.len());
            for at in claims {
                let (answer, answered) = oneshot::channel();
                self.claims.send((ClaimCommand::Look { at }, answer)).await.ok()?;
                waiting.push(answered);
            }
            let mut answers = Vec::with_capacity(waiting.len());
            for answered in waiting {
                answers.push(answered.await.ok()?);
            }
            Some(answers)
        };
        tokio::time::timeout(CLAIM, asked).await.ok()?
    }

    async fn ask<T>(&self, question: impl FnOnce(oneshot::Sender<T>) -> Question) -> Option<T> {
        let (answer, answered) = oneshot::channel();
        self.questions.try_send(question(answer)).ok()?;
        tokio::time::timeout(STATUS, answered).await.ok()?.ok()
    }
}

impl Asked {
    /// Answers every question, for ever. Who asked may have gone.
    pub async fn answer_all(mut self, answers: impl Answers) {
        loop {
            let question = tokio::select! {
                biased;
                Some(question) = self.questions.recv() => question,
                Some((command, answer)) = self.claims.recv() => {
                    answers.claim(command, answer);
                    continue;
                }
                else => return,
            };
            match question {
                Question::Standing(answer) => {
                    let tasks = Handle::current().metrics().num_alive_tasks();
                    drop(answer.send(Standing { exchange: answers.status(), tasks }));
                }
                Question::Queue(from, most, answer) => drop(answer.send(answers.queue(from, most))),
                Question::Order(order, answer) => {
                    answers.order(order);
                    answer.send(()).unwrap_or_default();
                }
                Question::Rules(rules, changed, answer) => drop(answer.send(answers.rules(rules, changed))),
            }
        }
    }
}
