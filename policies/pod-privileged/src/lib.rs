//! Denies Pods with privileged containers, and workloads whose template would make such Pods.

mod pod_spec;
mod settings;
#[cfg(test)]
mod tests;

use kubewarden_policy_sdk::wapc_guest::{CallResult, register_function};
use kubewarden_policy_sdk::{accept_request, protocol_version_guest, reject_request};
use policy_support::request::{AdmissionRequest, ValidationRequest};
use policy_support::settings::validate_settings;
use policy_support::workload::read_pod_spec;
use serde_json::Value;
use serde_json::value::RawValue;

use pod_spec::PodSpec;
use settings::Settings;

#[unsafe(no_mangle)]
pub extern "C" fn wapc_init() {
    register_function("validate", validate);
    register_function("validate_settings", validate_settings::<Settings>);
    register_function("protocol_version", protocol_version_guest);
}

fn validate(payload: &[u8]) -> CallResult {
    let ValidationRequest { settings, request } = ValidationRequest::<Settings>::read(payload)?;
    let Some(object) = request.object else {
        return accept_request();
    };
    let Some(spec) = read_pod_spec::<PodSpec>(&request.kind, object)? else {
        return accept_request();
    };
    let privileged = spec.privileged_containers(&settings);
    if privileged.is_empty() {
        return accept_request();
    }
    // A privileged Pod from before the policy can still be labelled, and its finalizers removed.
    if request.operation == "UPDATE" && has_the_same_spec(&request, object)? {
        return accept_request();
    }
    let message = format!("Privileged container is not allowed: {}", privileged.join(", "));
    reject_request(Some(message), None, None, None)
}

fn has_the_same_spec(request: &AdmissionRequest, object: &RawValue) -> serde_json::Result<bool> {
    let Some(old_object) = request.old_object else {
        return Ok(false);
    };
    let read = |object| read_pod_spec::<Value>(&request.kind, object);
    Ok(read(old_object)? == read(object)?)
}
