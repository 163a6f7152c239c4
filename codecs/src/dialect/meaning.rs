//! Checks what a table says beyond the bytes.

use super::error::DialectError;
use super::field::{FieldSpec, Sensitive};
use super::layers::{Found, Layers};
use super::semantics::{
    FieldPart, KeyPart, NetworkManagement, OriginalElements, ResultCode, Results, Semantics, SubsidyPlace,
};
use super::table::Table;
use crate::mti::{Mti, MtiClass};

type Specs = [Option<FieldSpec>; 256];

pub(super) fn compile(layers: &Layers<'_>, version: u8, specs: &Specs) -> Result<Semantics, DialectError> {
    let meaning = Meaning { layers, version, specs };
    let duplicate = layers.need("keys.duplicate", |table: &Table| table.keys.duplicate.as_ref())?;
    let response = layers.need("keys.response", |table: &Table| table.keys.response.as_ref())?;
    let reversal = layers.need("messages.reversal", |table: &Table| table.messages.reversal.as_ref())?;
    let keeps = layers.plain(|table| table.messages.reversal_keeps_stan.as_ref());
    Ok(Semantics {
        classes: meaning.classes()?,
        results: meaning.results()?,
        duplicate_key: meaning.key(&duplicate, "keys.duplicate")?,
        response_key: meaning.key(&response, "keys.response")?,
        original: meaning.original()?,
        reversal_keeps_stan: keeps.copied().unwrap_or(false),
        reversal_mti: meaning.mti(&reversal, "messages.reversal", reversal.value)?,
        subsidy: meaning.subsidy()?,
        network: meaning.network()?,
    })
}

struct Meaning<'l, 't> {
    layers: &'l Layers<'t>,
    version: u8,
    specs: &'l Specs,
}

impl Meaning<'_, '_> {
    fn classes(&self) -> Result<Box<[(Mti, MtiClass)]>, DialectError> {
        let classes = self
            .layers
            .plain(|table| table.messages.classes.as_ref())
            .ok_or_else(|| self.layers.missing("messages.classes"))?;
        let mut pairs = Vec::new();
        for name in classes.keys() {
            let of = |table: &'_ Table| table.messages.classes.as_ref().and_then(|classes| classes.get(name)).is_some();
            let found = self.layers.need("messages.classes", |table: &Table| {
                if of(table) { table.messages.classes.as_ref().and_then(|classes| classes.get(name)) } else { None }
            })?;
            let key = format!("messages.classes.{name}");
            let class = MtiClass::from_name(name).ok_or_else(|| {
                let known: Vec<_> = MtiClass::ALL.into_iter().map(MtiClass::name).collect();
                self.layers.wrong(&found, &key, format!("expected one of {}", known.join(", ")))
            })?;
            for text in found.value {
                pairs.push((self.mti(&found, &key, text)?, class));
            }
        }
        Ok(pairs.into())
    }

    fn results(&self) -> Result<Results, DialectError> {
        let Some(found) = self.layers.find(|table: &Table| table.results.as_ref()) else {
            let none = ([].into(), [].into());
            return Ok(Results {
                to_canonical: none.0,
                from_canonical: none.1,
                unknown_to_canonical: *b"05",
                unknown_from_canonical: None,
            });
        };
        let wrong = |key: &str, code: &str, expected: &str| {
            self.layers.wrong(&found, &format!("results.{key}"), format!("expected {expected}, found \"{code}\""))
        };
        let theirs = |key: &str, code: &str| {
            ResultCode::new(code.as_bytes()).ok_or_else(|| wrong(key, code, "2 or 3 letters or digits"))
        };
        let ours = |key: &str, code: &str| {
            <[u8; 2]>::try_from(code.as_bytes()).map_err(|_| wrong(key, code, "a code of 2 characters"))
        };
        let table = found.value;
        let to = table.to_ours.iter().map(|(from, to)| Ok((theirs("to_ours", from)?, ours("to_ours", to)?)));
        let from = table.from_ours.iter().map(|(from, to)| Ok((ours("from_ours", from)?, theirs("from_ours", to)?)));
        let unknown = table.unknown_from_ours.as_deref();
        Ok(Results {
            to_canonical: to.collect::<Result<_, DialectError>>()?,
            from_canonical: from.collect::<Result<_, DialectError>>()?,
            unknown_to_canonical: ours("unknown_to_ours", &table.unknown_to_ours)?,
            unknown_from_canonical: unknown.map(|code| theirs("unknown_from_ours", code)).transpose()?,
        })
    }

    fn key(&self, found: &Found<'_, Vec<String>>, key: &str) -> Result<Box<[KeyPart]>, DialectError> {
        if found.value.is_empty() {
            return Err(self.layers.wrong(found, key, "expected at least one field"));
        }
        let part = |text: &String| {
            if text == "class" {
                return Ok(KeyPart::Class);
            }
            let part = self.part(found, key, text)?;
            let spec = self.specs.get(usize::from(part.field)).and_then(Option::as_ref);
            if spec.is_some_and(|spec| spec.sensitive != Sensitive::None) {
                // Keys are digested without a secret and stand in records: a card number could be guessed from one.
                let expected = format!("field {} is card data, and keys are not made of that", part.field);
                return Err(self.layers.wrong(found, key, expected));
            }
            Ok(KeyPart::Field(part))
        };
        found.value.iter().map(part).collect()
    }

    fn original(&self) -> Result<OriginalElements, DialectError> {
        let found = self.layers.need("original", |table: &Table| table.original.as_ref())?;
        let part = |key: &str, text: &str| self.part(&found, &format!("original.{key}"), text);
        let maybe = |key: &str, text: &Option<String>| text.as_deref().map(|text| part(key, text)).transpose();
        let stan = part("stan", &found.value.stan)?;
        let elements = OriginalElements {
            field: stan.field,
            mti: maybe("mti", &found.value.mti)?,
            stan,
            transmitted: maybe("transmitted", &found.value.transmitted)?,
            batch: maybe("batch", &found.value.batch)?,
            date: maybe("date", &found.value.date)?,
            acquirer: maybe("acquirer", &found.value.acquirer)?,
            forwarder: maybe("forwarder", &found.value.forwarder)?,
        };
        let OriginalElements { mti, transmitted, batch, date, acquirer, forwarder, .. } = elements;
        if [mti, transmitted, batch, date, acquirer, forwarder]
            .into_iter()
            .flatten()
            .any(|part| part.field != stan.field)
        {
            return Err(self.layers.wrong(&found, "original", "expected parts of one field"));
        }
        Ok(elements)
    }

    fn subsidy(&self) -> Result<SubsidyPlace, DialectError> {
        let found = self.layers.need("subsidy", |table: &Table| table.subsidy.as_ref())?;
        self.known(&found, "subsidy.field", found.value.field)?;
        let element = found.value.element.as_deref().map(|element| {
            <[u8; 2]>::try_from(element.as_bytes())
                .map_err(|_| self.layers.wrong(&found, "subsidy.element", "expected a tag of 2 characters"))
        });
        Ok(SubsidyPlace { field: found.value.field, element: element.transpose()? })
    }

    fn network(&self) -> Result<NetworkManagement, DialectError> {
        let found = self.layers.need("network", |table: &Table| table.network.as_ref())?;
        let code = |key: &str, text: &str| {
            <[u8; 3]>::try_from(text.as_bytes())
                .map_err(|_| self.layers.wrong(&found, &format!("network.{key}"), "expected a code of 3 digits"))
        };
        Ok(NetworkManagement {
            mti: self.mti(&found, "network.mti", &found.value.mti)?,
            code: self.part(&found, "network.code", &found.value.code)?,
            sign_on: code("sign_on", &found.value.sign_on)?,
            sign_off: code("sign_off", &found.value.sign_off)?,
            echo: code("echo", &found.value.echo)?,
        })
    }

    fn mti<T>(&self, found: &Found<'_, T>, key: &str, text: &str) -> Result<Mti, DialectError> {
        Mti::parse(text).filter(|mti| mti.version() == self.version && mti.is_request()).ok_or_else(|| {
            let problem =
                format!("expected a request type of 4 digits that begins with {}, found \"{text}\"", self.version);
            self.layers.wrong(found, key, problem)
        })
    }

    fn part<T>(&self, found: &Found<'_, T>, key: &str, text: &str) -> Result<FieldPart, DialectError> {
        let part = FieldPart::parse(text).ok_or_else(|| {
            self.layers.wrong(found, key, format!("expected a field like \"60\" or \"60[2..8]\", found \"{text}\""))
        })?;
        let longest = self.known(found, key, part.field)?;
        if part.to.is_some_and(|to| to > longest) {
            return Err(self.layers.wrong(found, key, format!("field {} is at most {longest} long", part.field)));
        }
        Ok(part)
    }

    /// The length of a field that the table must have.
    fn known<T>(&self, found: &Found<'_, T>, key: &str, field: u8) -> Result<u16, DialectError> {
        let spec = self.specs[usize::from(field)].as_ref();
        spec.map(|spec| spec.length)
            .ok_or_else(|| self.layers.wrong(found, key, format!("the table has no field {field}")))
    }
}
