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
