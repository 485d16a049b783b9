use kubewarden_policy_sdk::settings::Validatable;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// Places are JSON pointers. https://www.rfc-editor.org/rfc/rfc6901
#[derive(Deserialize, Default, Debug)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// What must be there, and not be null.
    pub required: Vec<String>,
    /// What may stand at a place, if anything does.
    pub allowed: BTreeMap<String, Vec<Value>>,
    /// What is put where nothing stands.
    pub defaults: BTreeMap<String, Value>,
}

impl Validatable for Settings {
    fn validate(&self) -> Result<(), String> {
        if self.required.is_empty() && self.allowed.is_empty() && self.defaults.is_empty() {
            return Err("nothing is required, allowed or set by default; say at least one".to_string());
        }
        let pointers = self.required.iter().chain(self.allowed.keys()).chain(self.defaults.keys());
        if let Some(wrong) = pointers.into_iter().find(|pointer| !is_pointer(pointer)) {
            return Err(format!("\"{wrong}\" is no JSON pointer such as /service/port"));
        }
        if let Some((pointer, _)) = self.allowed.iter().find(|(_, values)| values.is_empty()) {
            return Err(format!("allowed: nothing may stand at {pointer}; name at least one value"));
        }
        let refused = self.defaults.iter().find(|(pointer, default)| {
            self.allowed.get(*pointer).is_some_and(|values| !values.contains(default))
        });
        match refused {
            Some((pointer, default)) => {
                Err(format!("defaults: {default} is not among what is allowed at {pointer}"))
            }
            None => Ok(()),
        }
    }
}

/// The pointer to the whole document is none here: there is nothing to ask of it.
fn is_pointer(text: &str) -> bool {
    let escapes = text.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
    text.starts_with('/') && escapes
}
