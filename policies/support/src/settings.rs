//! Settings validation that says what is wrong, whichever way the settings are wrong.

use kubewarden_policy_sdk::settings::{SettingsValidationResponse, Validatable};
use kubewarden_policy_sdk::wapc_guest::CallResult;
use serde::de::DeserializeOwned;

/// The waPC function `validate_settings`. The SDK's own fails the call when settings have the wrong shape; this one
/// answers that they are not valid, and why.
pub fn validate_settings<T: DeserializeOwned + Validatable>(payload: &[u8]) -> CallResult {
    let problem = serde_json::from_slice::<T>(payload)
        .map_err(|error| error.to_string())
        .and_then(|settings| settings.validate())
        .err();
    Ok(serde_json::to_vec(&SettingsValidationResponse { valid: problem.is_none(), message: problem })?)
}
