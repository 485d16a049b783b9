//! The built-in kinds that hold a Pod spec.

use crate::request::GroupVersionKind;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;

/// Where an object holds its Pod spec.
enum Place {
    Own,
    Template,
    JobTemplate,
}

fn place_of(kind: &GroupVersionKind) -> Option<Place> {
    match (&*kind.group, &*kind.kind) {
        ("", "Pod") => Some(Place::Own),
        ("", "ReplicationController")
        | ("apps", "DaemonSet" | "Deployment" | "ReplicaSet" | "StatefulSet")
        | ("batch", "Job") => Some(Place::Template),
        ("batch", "CronJob") => Some(Place::JobTemplate),
        _ => None,
    }
}

/// Where an object of this kind holds its Pod spec, as a JSON pointer; none for kinds that hold none.
pub fn pod_spec_pointer(kind: &GroupVersionKind) -> Option<&'static str> {
    place_of(kind).map(|place| match place {
        Place::Own => "/spec",
        Place::Template => "/spec/template/spec",
        Place::JobTemplate => "/spec/jobTemplate/spec/template/spec",
    })
}

/// Reads an object's Pod spec, as far as `T` wants it, and skips everything else; none where there is none.
///
/// # Errors
/// When the object, or what `T` reads of its Pod spec, has another shape.
pub fn read_pod_spec<T: DeserializeOwned>(
    kind: &GroupVersionKind,
    object: &RawValue,
) -> serde_json::Result<Option<T>> {
    let json = object.get();
    Ok(match place_of(kind) {
        Some(Place::Own) => serde_json::from_str::<Spec<T>>(json)?.spec,
        Some(Place::Template) => in_template(serde_json::from_str(json)?),
        Some(Place::JobTemplate) => {
            let cron_job: Spec<JobTemplate<Templated<T>>> = serde_json::from_str(json)?;
            cron_job.spec.and_then(|spec| spec.job_template).and_then(in_template)
        }
        None => None,
    })
}

#[derive(Deserialize)]
struct Spec<T> {
    spec: Option<T>,
}

#[derive(Deserialize)]
struct Template<T> {
    template: Option<T>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct JobTemplate<T> {
    job_template: Option<T>,
}

type Templated<T> = Spec<Template<Spec<T>>>;

fn in_template<T>(workload: Templated<T>) -> Option<T> {
    workload.spec?.template?.spec
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pointer(group: &str, kind: &str) -> Option<&'static str> {
        pod_spec_pointer(&GroupVersionKind { group: group.into(), kind: kind.into() })
    }

    #[test]
    fn every_workload_kind_has_its_place() {
        assert_eq!(pointer("", "Pod"), Some("/spec"));
        for (group, kind) in [
            ("", "ReplicationController"),
            ("apps", "DaemonSet"),
            ("apps", "Deployment"),
            ("apps", "ReplicaSet"),
            ("apps", "StatefulSet"),
            ("batch", "Job"),
        ] {
            assert_eq!(pointer(group, kind), Some("/spec/template/spec"), "{kind}");
        }
        assert_eq!(pointer("batch", "CronJob"), Some("/spec/jobTemplate/spec/template/spec"));
    }

    #[test]
    fn a_kind_of_the_same_name_in_another_group_is_none_of_them() {
        assert_eq!(pointer("batch.example.com", "Job"), None);
        assert_eq!(pointer("", "ConfigMap"), None);
    }

    #[test]
    fn only_the_pod_spec_of_the_kind_is_read() {
        let read = |kind: &str, group: &str, object: &str| {
            let object = serde_json::from_str::<&RawValue>(object).expect("JSON");
            read_pod_spec::<Vec<u8>>(&GroupVersionKind { group: group.into(), kind: kind.into() }, object)
        };
        let templated = r#"{"spec":{"replicas":1,"template":{"metadata":{},"spec":[1]}}}"#;
        assert_eq!(
            read("Pod", "", r#"{"metadata":{"spec":{}},"spec":[1],"status":{}}"#).ok(),
            Some(Some(vec![1]))
        );
        assert_eq!(read("Deployment", "apps", templated).ok(), Some(Some(vec![1])));
        let cron_job = format!(r#"{{"spec":{{"jobTemplate":{templated}}}}}"#);
        assert_eq!(read("CronJob", "batch", &cron_job).ok(), Some(Some(vec![1])));
        assert_eq!(read("ConfigMap", "", templated).ok(), Some(None));
        assert_eq!(read("Deployment", "apps", r#"{"spec":{}}"#).ok(), Some(None));
        assert!(read("Deployment", "apps", r#"{"spec":{"template":1}}"#).is_err());
        assert!(read("Pod", "", r#"{"spec":{}}"#).is_err());
    }
}
