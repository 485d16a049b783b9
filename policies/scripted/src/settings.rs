use kubewarden_policy_sdk::settings::Validatable;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

#[derive(Deserialize, Default, Debug)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub rules: Vec<Rule>,
}

/// What to do with a request for which all of `when` holds.
#[derive(Deserialize, Default, Debug)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Rule {
    pub when: Vec<Condition>,
    pub patch: Vec<Operation>,
    pub labels: BTreeMap<String, String>,
    pub annotations: BTreeMap<String, String>,
    pub warnings: Vec<String>,
    pub audit_annotations: BTreeMap<String, String>,
    pub deny: Option<Denial>,
    pub fail: Option<Failure>,
}

/// Without `equals`, any value will do; `exists: false` asks for none.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    pub pointer: String,
    pub equals: Option<Value>,
    #[serde(default = "yes")]
    pub exists: bool,
}

/// An operation of JSON Patch on the object. https://www.rfc-editor.org/rfc/rfc6902
#[derive(Deserialize, Debug)]
#[serde(tag = "op", rename_all = "lowercase", deny_unknown_fields)]
pub enum Operation {
    Add { path: String, value: Value },
    Replace { path: String, value: Value },
    Remove { path: String },
    Copy { from: String, path: String },
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct Denial {
    pub message: Option<String>,
    pub code: Option<u16>,
}

#[derive(Deserialize, Debug)]
#[serde(rename_all = "lowercase")]
pub enum Failure {
    Trap,
    Loop,
}

fn yes() -> bool {
    true
}

impl Validatable for Settings {
    fn validate(&self) -> Result<(), String> {
        let pointers = self.rules.iter().flat_map(|rule| {
            let conditions = rule.when.iter().map(|condition| &condition.pointer);
            conditions.chain(rule.patch.iter().flat_map(Operation::pointers))
        });
        match pointers.into_iter().find(|pointer| !pointer.starts_with('/')) {
            Some(wrong) => Err(format!("\"{wrong}\" is no JSON pointer, which begins with \"/\"")),
            None => Ok(()),
        }
    }
}

impl Operation {
    fn pointers(&self) -> Vec<&String> {
        match self {
            Self::Add { path, .. } | Self::Replace { path, .. } | Self::Remove { path } => vec![path],
            Self::Copy { from, path } => vec![from, path],
        }
    }
}
