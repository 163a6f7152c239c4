//! Records of claims as JSON. A claim's number can be redeemed by whoever knows it, and its person is a keyed digest: both
//! are left out unless asked for.

use crate::clock::rfc3339;
use lijian_domain::claims::{ClaimId, ClaimSpan};
use lijian_domain::record::Record;
use serde_json::{Value, json};
use std::fmt::Write;

/// The fields of a record about claims; of any other nothing.
pub(super) fn fields(record: &Record, with_keys: bool) -> Value {
    match record {
        Record::Claimed(claimed) => {
            let mut fields = json!({
                "campaign": claimed.campaign.as_str(),
                "pack": claimed.pack.as_str(),
                "stage": claimed.stage.as_str(),
                "rules": claimed.rules.to_string(),
                "by": claimed.by.as_str(),
            });
            span(&mut fields, claimed.span);
            if with_keys {
                fields["claim"] = number(claimed.claim);
                fields["person"] = claimed.person.to_string().into();
            }
            fields
        }
        Record::ClaimChanged(changed) => {
            let mut fields = json!({
                "stage": changed.stage.as_str(),
                "merchant": changed.merchant.as_str(),
                "by": changed.by.as_str(),
            });
            span(&mut fields, changed.span);
            if with_keys {
                fields["claim"] = number(changed.claim);
            }
            fields
        }
        Record::Drawn(drawn) => {
            let seed = drawn.seed.iter().fold(String::new(), |mut digits, byte| {
                write!(digits, "{byte:02x}").unwrap_or_default();
                digits
            });
            let mut fields = json!({
                "campaign": drawn.campaign.as_str(),
                "seed": seed,
                "entered": drawn.entered,
                "winners": drawn.winners,
                "stage": drawn.stage.as_str(),
                "maker": drawn.maker.as_str(),
                "checker": drawn.checker.as_str(),
            });
            span(&mut fields, drawn.span);
            fields
        }
        _ => json!({}),
    }
}

fn span(fields: &mut Value, span: ClaimSpan) {
    if span != ClaimSpan::default() {
        fields["from"] = rfc3339(span.from).into();
        fields["until"] = rfc3339(span.until).into();
    }
}

fn number(claim: ClaimId) -> Value {
    claim.cap_code().as_str().into()
}
