//! Denies objects, of any kind, that lack a required label.

mod settings;
#[cfg(test)]
mod tests;

use kubewarden_policy_sdk::wapc_guest::{CallResult, register_function};
use kubewarden_policy_sdk::{accept_request, protocol_version_guest, reject_request};
use policy_support::request::{AdmissionRequest, ValidationRequest};
use policy_support::settings::validate_settings;
use serde::Deserialize;
use std::collections::BTreeMap;

use settings::Settings;

#[unsafe(no_mangle)]
pub extern "C" fn wapc_init() {
    register_function("validate", validate);
    register_function("validate_settings", validate_settings::<Settings>);
    register_function("protocol_version", protocol_version_guest);
}

/// What this policy looks at.
#[derive(Deserialize)]
struct Object {
    metadata: Option<Metadata>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Metadata {
    labels: Option<BTreeMap<String, String>>,
    deletion_timestamp: Option<String>,
}

fn validate(payload: &[u8]) -> CallResult {
    let ValidationRequest { settings, request } = ValidationRequest::<Settings>::read(payload)?;
    if !writes_labels(&request) {
        return accept_request();
    }
    let metadata = match request.object {
        None => Metadata::default(),
        Some(object) => serde_json::from_str::<Object>(object.get())?.metadata.unwrap_or_default(),
    };
    // The last updates of an object that is being deleted remove its finalizers.
    if metadata.deletion_timestamp.is_some() {
        return accept_request();
    }
    let labels = metadata.labels.unwrap_or_default();
    let required = settings.required_labels;
    let missing: Vec<String> = required.into_iter().filter(|label| !labels.contains_key(label)).collect();
    if missing.is_empty() {
        return accept_request();
    }
    let message = format!("Required labels are missing: {}", missing.join(", "));
    reject_request(Some(message), None, None, None)
}

/// Whether the request writes an object's labels: subresources (scale, status, eviction) do not.
fn writes_labels(request: &AdmissionRequest) -> bool {
    let writes = matches!(&*request.operation, "CREATE" | "UPDATE");
    writes && request.sub_resource.is_empty()
}
