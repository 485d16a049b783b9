//! Calls a policy's functions as the host does.

use kubewarden_policy_sdk::response::ValidationResponse;
use kubewarden_policy_sdk::settings::SettingsValidationResponse;
use kubewarden_policy_sdk::wapc_guest::CallResult;
use serde_json::{Value, json};

type Function = fn(&[u8]) -> CallResult;

/// What a policy answers to the request of an AdmissionReview.
pub fn validate(function: Function, review: &str, settings: Value) -> ValidationResponse {
    let review: Value = serde_json::from_str(review).expect("the fixture is JSON");
    let payload = json!({ "request": review["request"], "settings": settings });
    let answer = function(payload.to_string().as_bytes()).expect("the call succeeds");
    serde_json::from_slice(&answer).expect("the answer is a ValidationResponse")
}

/// What a policy says to settings: nothing when they are valid, else why they are not.
pub fn settings_problem(function: Function, settings: Value) -> Option<String> {
    let answer = function(settings.to_string().as_bytes()).expect("the call succeeds");
    let response: SettingsValidationResponse =
        serde_json::from_slice(&answer).expect("the answer is a SettingsValidationResponse");
    (!response.valid).then(|| response.message.unwrap_or_default())
}
