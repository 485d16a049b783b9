//! JSON Patch, as far as the settings know it.

use serde_json::{Map, Value};

use crate::settings::Operation;
use crate::text::fill;

/// Changes the object in a request. Texts in values are filled in from the request as it is then.
pub fn apply(request: &mut Value, operation: &Operation) -> Result<(), String> {
    let value = match operation {
        Operation::Add { value, .. } | Operation::Replace { value, .. } => match value {
            Value::String(text) => Value::String(fill(text, request)),
            value => value.clone(),
        },
        Operation::Copy { from, .. } => {
            request["object"].pointer(from).cloned().ok_or_else(|| format!("{from}: there is nothing"))?
        }
        Operation::Remove { .. } => Value::Null,
    };
    let object = &mut request["object"];
    match operation {
        Operation::Add { path, .. } | Operation::Copy { path, .. } => add(object, path, value),
        Operation::Replace { path, .. } => {
            let place = object.pointer_mut(path).ok_or_else(|| format!("{path}: there is nothing"))?;
            *place = value;
            Ok(())
        }
        Operation::Remove { path } => remove(object, path),
    }
}

/// Sets one entry of `metadata.labels` or `metadata.annotations`, whether there are others or not.
pub fn set_metadata(object: &mut Value, field: &str, key: &str, value: String) {
    let map = child(child(object, "metadata"), field);
    map[key] = Value::String(value);
}

fn child<'a>(parent: &'a mut Value, key: &str) -> &'a mut Value {
    let child = &mut parent[key];
    if child.is_null() {
        *child = Value::Object(Map::new());
    }
    child
}

fn add(object: &mut Value, path: &str, value: Value) -> Result<(), String> {
    let (parent, key) = find_parent(object, path)?;
    match parent {
        Value::Object(fields) => {
            fields.insert(key, value);
        }
        Value::Array(items) if key == "-" => items.push(value),
        Value::Array(items) => match key.parse::<usize>() {
            Ok(index) if index <= items.len() => items.insert(index, value),
            _ => return Err(format!("{path}: the list has no such place")),
        },
        _ => return Err(format!("{path}: what is above holds no fields")),
    }
    Ok(())
}

fn remove(object: &mut Value, path: &str) -> Result<(), String> {
    let (parent, key) = find_parent(object, path)?;
    let removed = match parent {
        Value::Object(fields) => fields.remove(&key),
        Value::Array(items) => {
            key.parse().ok().filter(|index| *index < items.len()).map(|index: usize| items.remove(index))
        }
        _ => None,
    };
    removed.map(|_| ()).ok_or_else(|| format!("{path}: there is nothing"))
}

fn find_parent<'a>(object: &'a mut Value, path: &str) -> Result<(&'a mut Value, String), String> {
    let (parent, key) = path.rsplit_once('/').ok_or_else(|| format!("{path}: is no JSON pointer"))?;
    let parent = object.pointer_mut(parent).ok_or_else(|| format!("{path}: there is nothing above"))?;
    Ok((parent, key.replace("~1", "/").replace("~0", "~")))
}
