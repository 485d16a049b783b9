//! A request as a policy reads it that judges little of it.
//!
//! The SDK's `ValidationRequest` makes a tree of everything in it. For a policy that looks at three fields this is most of its time:
//! here objects stay text until a policy says what it wants of them, and all else is skipped.

use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// What `validate` is called with, as `{"settings": …, "request": …}`.
#[derive(Deserialize)]
pub struct ValidationRequest<'a, S> {
    pub settings: S,
    #[serde(borrow)]
    pub request: AdmissionRequest<'a>,
}

/// The fields of an AdmissionRequest (`admission.k8s.io/v1`) that the policies of this folder look at.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub struct AdmissionRequest<'a> {
    #[serde(borrow)]
    pub kind: GroupVersionKind<'a>,
    #[serde(borrow)]
    pub sub_resource: Cow<'a, str>,
    #[serde(borrow)]
    pub operation: Cow<'a, str>,
    /// None in a DELETE.
    #[serde(borrow)]
    pub object: Option<&'a RawValue>,
    /// None in a CREATE.
    #[serde(borrow)]
    pub old_object: Option<&'a RawValue>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct GroupVersionKind<'a> {
    #[serde(borrow)]
    pub group: Cow<'a, str>,
    #[serde(borrow)]
    pub kind: Cow<'a, str>,
}

impl<'a, S: Deserialize<'a>> ValidationRequest<'a, S> {
    /// # Errors
    /// When the payload is no such request, or its settings are none of this policy.
    pub fn read(payload: &'a [u8]) -> serde_json::Result<Self> {
        serde_json::from_slice(payload)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_stay_text_and_all_else_is_skipped() {
        let payload = br#"{
            "request": {
                "uid": "1", "userInfo": { "groups": [1] }, "operation": "UP\u0044ATE", "subResource": "status",
                "kind": { "group": "apps", "version": "v1", "kind": "Deployment" },
                "object": { "spec" : [] }, "oldObject": null
            },
            "settings": [true]
        }"#;
        let ValidationRequest { settings, request } =
            ValidationRequest::<Vec<bool>>::read(payload).expect("a request");
        assert_eq!(settings, [true]);
        assert_eq!((&*request.operation, &*request.sub_resource), ("UPDATE", "status"));
        assert_eq!((&*request.kind.group, &*request.kind.kind), ("apps", "Deployment"));
        assert_eq!(request.object.map(RawValue::get), Some(r#"{ "spec" : [] }"#));
        assert!(request.old_object.is_none());
    }

    #[test]
    fn a_request_of_another_shape_is_no_request() {
        let read = |payload: &[u8]| ValidationRequest::<Vec<bool>>::read(payload).map(|_| ());
        assert!(read(br#"{"request":{"operation":"CREATE"},"settings":[]}"#).is_ok());
        assert!(read(br#"{"request":{"operation":1},"settings":[]}"#).is_err());
        assert!(read(br#"{"request":{},"settings":{}}"#).is_err());
        assert!(read(br#"{"request":{"object":{}},"settings":[]"#).is_err());
    }
}
