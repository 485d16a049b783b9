//! Does what its settings say: denies, changes, warns, annotates, and fails.

mod patch;
mod settings;
#[cfg(test)]
mod tests;
mod text;

use kubewarden_policy_sdk::protocol_version_guest;
use kubewarden_policy_sdk::response::ValidationResponse;
use kubewarden_policy_sdk::wapc_guest::{CallResult, register_function};
use policy_support::settings::validate_settings;
use serde::Deserialize;
use serde_json::Value;
use std::collections::HashMap;

use patch::{apply, set_metadata};
use settings::{Condition, Denial, Failure, Rule, Settings};
use text::fill;

#[unsafe(no_mangle)]
pub extern "C" fn wapc_init() {
    register_function("validate", validate);
    register_function("validate_settings", validate_settings::<Settings>);
    register_function("protocol_version", protocol_version_guest);
}

#[derive(Deserialize)]
struct Payload {
    /// As it came: texts and conditions may point at anything in it.
    request: Value,
    settings: Settings,
}

fn validate(payload: &[u8]) -> CallResult {
    let Payload { mut request, settings } = serde_json::from_slice(payload)?;
    let original = request["object"].clone();
    let mut response = accepted();
    for rule in &settings.rules {
        if !rule.when.iter().all(|condition| holds(condition, &request)) {
            continue;
        }
        if let Some(denial) = follow(rule, &mut request, &mut response)? {
            deny(denial, &request, &mut response);
            return Ok(serde_json::to_vec(&response)?);
        }
    }
    if request["object"] != original {
        response.mutated_object = Some(request["object"].take());
    }
    Ok(serde_json::to_vec(&response)?)
}

/// Does everything that a rule says. Later rules see the object as this one leaves it.
fn follow<'a>(
    rule: &'a Rule,
    request: &mut Value,
    response: &mut ValidationResponse,
) -> Result<Option<&'a Denial>, String> {
    match rule.fail {
        Some(Failure::Trap) => panic!("the settings say so"),
        Some(Failure::Loop) => loop {
            std::hint::spin_loop();
        },
        None => {}
    }
    // a DELETE has no object to change
    if request["object"].is_object() {
        for operation in &rule.patch {
            apply(request, operation)?;
        }
        for (field, entries) in [("labels", &rule.labels), ("annotations", &rule.annotations)] {
            for (key, value) in entries {
                let value = fill(value, request);
                set_metadata(&mut request["object"], field, key, value);
            }
        }
    }
    let warnings = response.warnings.get_or_insert_default();
    warnings.extend(rule.warnings.iter().map(|warning| fill(warning, request)));
    let annotations = response.audit_annotations.get_or_insert_default();
    annotations.extend(rule.audit_annotations.iter().map(|(key, value)| (key.clone(), fill(value, request))));
    Ok(rule.deny.as_ref())
}

fn holds(Condition { pointer, equals, exists }: &Condition, request: &Value) -> bool {
    let found = request.pointer(pointer).filter(|value| !value.is_null());
    match equals {
        Some(wanted) => (found == Some(wanted)) == *exists,
        None => found.is_some() == *exists,
    }
}

fn accepted() -> ValidationResponse {
    ValidationResponse {
        accepted: true,
        message: None,
        code: None,
        mutated_object: None,
        audit_annotations: Some(HashMap::new()),
        warnings: Some(Vec::new()),
    }
}

fn deny(denial: &Denial, request: &Value, response: &mut ValidationResponse) {
    response.accepted = false;
    response.message = denial.message.as_ref().map(|message| fill(message, request));
    response.code = denial.code;
}
