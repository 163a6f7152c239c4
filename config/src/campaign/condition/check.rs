//! What a condition may be made of: facts, numbers, texts, comparisons. Each part has a type, and there are so many at most.

use super::facts;
use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue};

/// Facts, values and operators of a condition at most: each is looked at once at most, so that this bounds its time.
const PARTS_MAX: usize = 100;

/// A type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Number,
    Text,
    Truth,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Number => "a number",
            Self::Text => "a text",
            Self::Truth => "true or false",
        }
    }
}

/// What is wrong with a condition.
#[derive(Debug)]
pub(in crate::campaign) struct Mistake {
    pub(in crate::campaign) found: String,
    pub(in crate::campaign) expected: String,
}

impl Mistake {
    pub(super) fn new(found: impl Into<String>, expected: impl Into<String>) -> Self {
        Self { found: found.into(), expected: expected.into() }
    }
}

/// Proves that a condition is true or false for any sale, or says what is wrong with it.
pub(super) fn check(expression: &IdedExpr) -> Result<(), Mistake> {
    let mut parts = PARTS_MAX;
    let kind = kind(expression, &mut parts)?;
    wants(Kind::Truth, kind, "the condition")
}

fn wants(wanted: Kind, found: Kind, of: &str) -> Result<(), Mistake> {
    let right = found == wanted;
    right.then_some(()).ok_or_else(|| Mistake::new(format!("{} for {of}", found.as_str()), wanted.as_str()))
}

fn kind(expression: &IdedExpr, parts: &mut usize) -> Result<Kind, Mistake> {
    count(parts)?;
    match &expression.expr {
        Expr::Literal(LiteralValue::Int(_)) => Ok(Kind::Number),
        Expr::Literal(LiteralValue::String(_)) => Ok(Kind::Text),
        Expr::Literal(LiteralValue::Boolean(_)) => Ok(Kind::Truth),
        Expr::Literal(_) => Err(Mistake::new("another kind of value", "whole numbers, texts in quotes, true, false")),
        Expr::Ident(name) => facts::kind_of(name)
            .ok_or_else(|| Mistake::new(format!("{name:?}"), format!("one of the facts {}", facts::names()))),
        Expr::Call(call) => call_kind(call, parts),
        Expr::List(_) => Err(Mistake::new("a list by itself", "a list behind \"in\" alone")),
        _ => Err(Mistake::new("a part that no condition has", "facts, values, comparisons, && and ||")),
    }
}

fn count(parts: &mut usize) -> Result<(), Mistake> {
    let left = parts.checked_sub(1);
    *parts = left.ok_or_else(|| {
        Mistake::new("a longer condition", format!("at most {PARTS_MAX} facts, values and operators"))
    })?;
    Ok(())
}

/// Operators and functions by the names that the parser gives them.
fn call_kind(call: &CallExpr, parts: &mut usize) -> Result<Kind, Mistake> {
    use Kind::{Number, Text, Truth};
    let operands: Vec<&IdedExpr> = call.target.as_deref().into_iter().chain(&call.args).collect();
    let method = call.target.is_some();
    match (call.func_name.as_str(), operands.as_slice(), method) {
        ("@in", [one, list], false) => in_list(one, list, parts),
        ("_==_" | "_!=_", [left, right], false) => {
            let left = kind(left, parts)?;
            wants(left, kind(right, parts)?, "a comparison")?;
            Ok(Truth)
        }
        ("_<_" | "_<=_" | "_>_" | "_>=_", both @ [_, _], false) => all(Number, both, Truth, "a comparison", parts),
        ("_+_" | "_-_" | "_*_" | "_/_" | "_%_", both @ [_, _], false) => all(Number, both, Number, "a sum", parts),
        ("-_", one @ [_], false) => all(Number, one, Number, "a sum", parts),
        ("!_", one @ [_], false) => all(Truth, one, Truth, "!", parts),
        ("_&&_" | "_||_", several @ [_, _, ..], false) => all(Truth, several, Truth, "&& and ||", parts),
        ("_?_:_", [condition, yes, no], false) => {
            wants(Truth, kind(condition, parts)?, "?")?;
            let yes = kind(yes, parts)?;
            wants(yes, kind(no, parts)?, "the part behind :")?;
            Ok(yes)
        }
        (name @ ("startsWith" | "endsWith" | "contains"), both @ [_, _], true) => all(Text, both, Truth, name, parts),
        ("size", one @ [_], _) => all(Text, one, Number, "size", parts),
        (name, ..) => {
            let expected = "comparisons, && || ! ?:, + - * / %, in, startsWith, endsWith, contains and size";
            Err(Mistake::new(format!("{name:?}"), expected))
        }
    }
}

/// Operands of one type, and the type of the result.
fn all(wanted: Kind, operands: &[&IdedExpr], result: Kind, of: &str, parts: &mut usize) -> Result<Kind, Mistake> {
    for operand in operands {
        wants(wanted, kind(operand, parts)?, of)?;
    }
    Ok(result)
}

fn in_list(one: &IdedExpr, list: &IdedExpr, parts: &mut usize) -> Result<Kind, Mistake> {
    count(parts)?;
    let wanted = kind(one, parts)?;
    let Expr::List(list) = &list.expr else {
        return Err(Mistake::new("something else behind \"in\"", "a list, for example [\"phone\", \"tablet\"]"));
    };
    if list.elements.is_empty() || !list.optional_indices.is_empty() {
        return Err(Mistake::new("an empty list, or one of optional values", "a list of values"));
    }
    all(wanted, &list.elements.iter().collect::<Vec<_>>(), Kind::Truth, "the list", parts)
}
