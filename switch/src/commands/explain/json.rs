//! The explanation for programs: amounts in minor units, times in UTC and local, names that stay.

use super::Explanation;
use super::fact::{Facts, Value};
use super::language::Language;
use super::reason;
use super::state;
use super::story::{Happening, Story};
use super::zone::Zone;
use crate::clock::rfc3339;
use lijian_domain::time::UnixMicros;
use serde_json::{Map, Value as Json, json};

/// The whole explanation. Sentences are in `language`.
pub(super) fn object(explanation: &Explanation, language: Language) -> Json {
    let Explanation { rrn, stories, zone, read_to, transactions_left_out, records_left_out } = explanation;
    json!({
        "rrn": rrn.as_str(),
        "zone": zone.name,
        "journal_records": read_to.0,
        "transactions": stories.iter().map(|told| story(told, zone, language)).collect::<Vec<_>>(),
        "transactions_left_out": transactions_left_out,
        "records_left_out": records_left_out,
    })
}

fn story(story: &Story, zone: &Zone, language: Language) -> Json {
    let mut object = Map::new();
    object.insert("state".into(), story.state.as_str().into());
    object.insert("state_text".into(), state::words(story.state).of(language).into());
    let of = |words: super::language::Both| Json::from(words.of(language));
    object.insert("code".into(), story.code.map(|code| code.as_str()).into());
    object.insert("why".into(), story.code.map_or(Json::Null, |code| of(reason::why(code))));
    object.insert("advice".into(), story.code.map_or(Json::Null, |code| of(reason::advice(code))));
    object.extend(fields(&story.facts, zone, language));
    let facts = |each: &Facts| Json::Object(fields(each, zone, language));
    object.insert("caps".into(), story.caps.iter().map(facts).collect());
    object.insert("bound".into(), story.bound.as_ref().map_or(Json::Null, facts));
    object.insert("rederived".into(), story.rederived.as_ref().map_or(Json::Null, facts));
    let timeline = story.happenings.iter().map(|each| happening(each, zone, language));
    object.insert("timeline".into(), timeline.collect());
    Json::Object(object)
}

fn happening(happening: &Happening, zone: &Zone, language: Language) -> Json {
    let mut object = Map::new();
    object.insert("lsn".into(), happening.lsn.0.into());
    time(&mut object, "time", happening.at, zone);
    object.insert("business_date".into(), happening.business_date.to_string().into());
    object.insert("kind".into(), happening.kind.into());
    object.insert("text".into(), happening.words.of(language).into());
    object.extend(fields(&happening.facts, zone, language));
    Json::Object(object)
}

fn fields(facts: &Facts, zone: &Zone, language: Language) -> Map<String, Json> {
    let mut object = Map::new();
    for fact in &facts.0 {
        let value = match &fact.value {
            Value::Money(amount) => amount.get().into(),
            Value::Number(number) => (*number).into(),
            Value::Text(text) => text.as_str().into(),
            Value::Words(words) => words.of(language).into(),
            Value::NotRecorded => Json::Null,
            Value::List(parts) => parts.iter().map(|part| Json::Object(fields(part, zone, language))).collect(),
            Value::Time(at) => {
                time(&mut object, fact.label.json(), *at, zone);
                continue;
            }
        };
        object.insert(fact.label.json().into(), value);
    }
    object
}

fn time(object: &mut Map<String, Json>, name: &str, at: UnixMicros, zone: &Zone) {
    object.insert(name.into(), rfc3339(at).into());
    object.insert(format!("{name}_local"), zone.local(at).into());
}
