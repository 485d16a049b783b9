use kubewarden_policy_sdk::settings::Validatable;
use serde::Deserialize;
use std::collections::HashSet;

#[derive(Deserialize, Default, Debug)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub required_labels: Vec<String>,
}

impl Validatable for Settings {
    fn validate(&self) -> Result<(), String> {
        if self.required_labels.is_empty() {
            return Err("required_labels is empty; name at least one label".to_string());
        }
        let mut seen = HashSet::new();
        for label in &self.required_labels {
            if !is_label_key(label) {
                return Err(format!("required_labels: \"{label}\" is no label key"));
            }
            if !seen.insert(label) {
                return Err(format!("required_labels: \"{label}\" is there twice"));
            }
        }
        Ok(())
    }
}

/// `name` or `example.com/name`.
/// https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
fn is_label_key(key: &str) -> bool {
    match key.rsplit_once('/') {
        Some((prefix, name)) => is_subdomain(prefix) && is_name(name),
        None => is_name(key),
    }
}

fn is_name(name: &str) -> bool {
    name.len() <= 63
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.ends_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

fn is_subdomain(prefix: &str) -> bool {
    let is_lower = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    prefix.len() <= 253
        && prefix.split('.').all(|part| {
            part.starts_with(is_lower)
                && part.ends_with(is_lower)
                && part.chars().all(|c| is_lower(c) || c == '-')
        })
}
