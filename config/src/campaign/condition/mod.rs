//! A campaign's `condition`: an expression of the Common Expression Language over the facts of an item.
//!
//! It is checked when it is loaded: only facts that exist, each with its type, only operators that cannot loop, and so many of
//! them at most. So its time is bounded by what it is made of, and all that can fail later is a number that leaves its range.

mod check;
mod facts;

use cel::{Context, Env, Program, Value};
use check::Mistake;
use facts::Named;
use lijian_domain::campaign::{Condition, ConditionFailed, Facts, FreeCondition};
use std::fmt;
use std::sync::Arc;

/// The longest text of a condition, in bytes.
const TEXT_BYTES_MAX: usize = 1_000;
/// Brackets in one another at most: they are parsed by recursion, which takes some 100 KiB of stack for each in a debug build.
const BRACKETS_MAX: usize = 8;

const EXAMPLE: &str = "an expression, for example price >= 100000 && category in [\"phone\", \"tablet\"]";

/// The condition of this text.
pub(super) fn compile(text: &str) -> Result<FreeCondition, Mistake> {
    if text.trim().is_empty() {
        return Err(Mistake::new("nothing", EXAMPLE));
    }
    if text.len() > TEXT_BYTES_MAX {
        return Err(Mistake::new(format!("{} bytes", text.len()), format!("at most {TEXT_BYTES_MAX} bytes")));
    }
    if depth(text) > BRACKETS_MAX {
        return Err(Mistake::new("more brackets in one another", format!("at most {BRACKETS_MAX}")));
    }
    // Without macros: `all`, `exists` and their kin stay calls, which the check refuses.
    let env = Env::default().with_stdlib();
    let program = env.compile(text).map_err(|errors| {
        let first = errors.errors.first().map_or("nothing that can be read", |error| error.msg.as_str());
        let found = first.lines().next().unwrap_or_default().trim().to_owned();
        Mistake::new(found, EXAMPLE)
    })?;
    check::check(program.expression())?;
    Ok(FreeCondition(Arc::new(CelCondition { text: text.to_owned(), program, env: Arc::new(env) })))
}

/// Brackets in one another, those in texts counted too.
fn depth(text: &str) -> usize {
    let (mut open, mut deepest) = (0_usize, 0_usize);
    for character in text.chars() {
        match character {
            '(' | '[' | '{' => open += 1,
            ')' | ']' | '}' => open = open.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(open);
    }
    deepest
}

struct CelCondition {
    text: String,
    program: Program,
    env: Arc<Env>,
}

impl fmt::Debug for CelCondition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, formatter)
    }
}

impl Condition for CelCondition {
    fn text(&self) -> &str {
        &self.text
    }

    fn holds(&self, facts: &Facts<'_>) -> Result<bool, ConditionFailed> {
        let named = Named(facts);
        let mut context = Context::with_env(Arc::clone(&self.env));
        context.set_variable_resolver(&named);
        match self.program.execute(&context) {
            Ok(Value::Bool(holds)) => Ok(holds),
            _ => Err(ConditionFailed),
        }
    }
}
