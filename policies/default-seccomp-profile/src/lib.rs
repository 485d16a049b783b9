//! Gives Pods and Pod templates that name no seccomp profile the container runtime's own.

#[cfg(test)]
mod tests;

use kubewarden_policy_sdk::settings::Validatable;
use kubewarden_policy_sdk::wapc_guest::{CallResult, register_function};
use kubewarden_policy_sdk::{accept_request, mutate_request, protocol_version_guest};
use policy_support::request::ValidationRequest;
use policy_support::settings::validate_settings;
use policy_support::workload::pod_spec_pointer;
use serde::Deserialize;
use serde_json::{Value, json};

#[unsafe(no_mangle)]
pub extern "C" fn wapc_init() {
    register_function("validate", validate);
    register_function("validate_settings", validate_settings::<Settings>);
    register_function("protocol_version", protocol_version_guest);
}

/// There is nothing to set.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Settings {}

impl Validatable for Settings {
    fn validate(&self) -> Result<(), String> {
        Ok(())
    }
}

fn validate(payload: &[u8]) -> CallResult {
    let ValidationRequest { request, .. } = ValidationRequest::<Settings>::read(payload)?;
    // A Pod's security context and a Job's template cannot be changed later, and a changed Deployment would roll out.
    if request.operation != "CREATE" || !request.sub_resource.is_empty() {
        return accept_request();
    }
    let (Some(object), Some(pointer)) = (request.object, pod_spec_pointer(&request.kind)) else {
        return accept_request();
    };
    let mut object: Value = serde_json::from_str(object.get())?;
    let changed = object.pointer_mut(pointer).is_some_and(set_default_profile);
    if changed { mutate_request(object) } else { accept_request() }
}

/// Says whether the spec was changed. Edited as JSON, so that fields that this policy does not know survive.
fn set_default_profile(spec: &mut Value) -> bool {
    // the API server refuses a seccomp profile there
    if spec.pointer("/os/name").is_some_and(|name| name == "windows") {
        return false;
    }
    let Some(spec) = spec.as_object_mut() else {
        return false;
    };
    let context = spec.entry("securityContext").or_insert(Value::Null);
    if context.is_null() {
        *context = json!({});
    }
    let Some(context) = context.as_object_mut() else {
        return false;
    };
    let profile = context.entry("seccompProfile").or_insert(Value::Null);
    if !profile.is_null() {
        return false;
    }
    *profile = json!({ "type": "RuntimeDefault" });
    true
}
