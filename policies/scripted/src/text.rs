//! Texts that say what the policy was shown.

use serde_json::Value;

/// Puts the request's values in the place of JSON pointers in braces, such as `{/object/metadata/name}`: strings as they
/// are, everything else as JSON, and `-` where there is none.
pub fn fill(text: &str, request: &Value) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, pointer, after)) = split_at_pointer(rest) {
        filled += before;
        filled += &match request.pointer(pointer) {
            None | Some(Value::Null) => "-".to_string(),
            Some(Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
        };
        rest = after;
    }
    filled + rest
}

fn split_at_pointer(text: &str) -> Option<(&str, &str, &str)> {
    let start = text.find("{/")?;
    let length = text[start..].find('}')?;
    Some((&text[..start], &text[start + 1..start + length], &text[start + length + 1..]))
}
