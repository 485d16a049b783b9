//! Denies Pods with privileged containers, and workloads whose template would make such Pods.

mod pod_spec;
mod settings;
#[cfg(test)]
mod tests;

use kubewarden_policy_sdk::request::ValidationRequest;
use kubewarden_policy_sdk::wapc_guest::{CallResult, register_function};
use kubewarden_policy_sdk::{accept_request, protocol_version_guest, reject_request};
use policy_support::settings::validate_settings;
use policy_support::workload::pod_spec_pointer;
use serde::Deserialize;

use pod_spec::PodSpec;
use settings::Settings;

#[unsafe(no_mangle)]
pub extern "C" fn wapc_init() {
    register_function("validate", validate);
    register_function("validate_settings", validate_settings::<Settings>);
    register_function("protocol_version", protocol_version_guest);
}

fn validate(payload: &[u8]) -> CallResult {
    let ValidationRequest { settings, request } = ValidationRequest::<Settings>::new(payload)?;
    let Some(pointer) = pod_spec_pointer(&request.kind) else {
        return accept_request();
    };
    let Some(spec) = request.object.pointer(pointer) else {
        return accept_request();
    };
    // A privileged Pod from before the policy can still be labelled, and its finalizers removed.
    if request.operation == "UPDATE" && request.old_object.pointer(pointer) == Some(spec) {
        return accept_request();
    }
    let privileged = PodSpec::deserialize(spec)?.privileged_containers(&settings);
    if privileged.is_empty() {
        return accept_request();
    }
    let message = format!("Privileged container is not allowed: {}", privileged.join(", "));
    reject_request(Some(message), None, None, None)
}
