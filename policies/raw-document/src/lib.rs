//! Checks documents that are no Kubernetes requests: what must be there, which values are allowed; and fills in defaults.

mod settings;
#[cfg(test)]
mod tests;

use kubewarden_policy_sdk::wapc_guest::{CallResult, register_function};
use kubewarden_policy_sdk::{accept_request, mutate_request, protocol_version_guest, reject_request};
use policy_support::settings::validate_settings;
use serde::Deserialize;
use serde_json::{Map, Value};

use settings::Settings;

#[unsafe(no_mangle)]
pub extern "C" fn wapc_init() {
    register_function("validate", validate);
    register_function("validate_settings", validate_settings::<Settings>);
    register_function("protocol_version", protocol_version_guest);
}

/// A raw request is whatever JSON the client sent.
#[derive(Deserialize)]
struct RawRequest {
    request: Value,
    settings: Settings,
}

fn validate(payload: &[u8]) -> CallResult {
    let RawRequest { request, settings } = serde_json::from_slice(payload)?;
    let mut document = request.clone();
    let mut problems: Vec<String> = Vec::new();
    for (pointer, default) in settings.defaults {
        match set_default(&mut document, &pointer, default) {
            // several defaults may meet the same obstacle
            Err(problem) if !problems.contains(&problem) => problems.push(problem),
            _ => {}
        }
    }
    for pointer in &settings.required {
        if matches!(document.pointer(pointer), None | Some(Value::Null)) {
            problems.push(format!("{pointer} is missing"));
        }
    }
    for (pointer, allowed) in &settings.allowed {
        if let Some(value) = document.pointer(pointer).filter(|value| !allowed.contains(value)) {
            let choices: Vec<String> = allowed.iter().map(Value::to_string).collect();
            problems.push(format!("{pointer} is {value}; it must be one of {}", choices.join(", ")));
        }
    }
    if !problems.is_empty() {
        return reject_request(Some(problems.join("; ")), None, None, None);
    }
    if document == request { accept_request() } else { mutate_request(document) }
}

/// Puts a value where the document has none, and the objects around it. What is there stays, `null` as well.
fn set_default(document: &mut Value, pointer: &str, default: Value) -> Result<(), String> {
    let (parents, name) = pointer.rsplit_once('/').ok_or_else(|| format!("{pointer} is no pointer"))?;
    let mut place = document;
    let mut path = String::new();
    for parent in parents.split('/').skip(1) {
        place = members(place, &path)?.entry(unescape(parent)).or_insert_with(|| Value::Object(Map::new()));
        path = format!("{path}/{parent}");
    }
    members(place, &path)?.entry(unescape(name)).or_insert(default);
    Ok(())
}

fn members<'a>(value: &'a mut Value, path: &str) -> Result<&'a mut Map<String, Value>, String> {
    let name = if path.is_empty() { "the document" } else { path };
    value.as_object_mut().ok_or_else(|| format!("{name} is no object"))
}

/// https://www.rfc-editor.org/rfc/rfc6901#section-4
fn unescape(token: &str) -> String {
    token.replace("~1", "/").replace("~0", "~")
}
