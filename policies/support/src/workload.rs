//! The built-in kinds that hold a Pod spec.

use kubewarden_policy_sdk::request::GroupVersionKind;

/// Where an object of this kind holds its Pod spec, as a JSON pointer; none for kinds that hold none.
pub fn pod_spec_pointer(kind: &GroupVersionKind) -> Option<&'static str> {
    match (kind.group.as_str(), kind.kind.as_str()) {
        ("", "Pod") => Some("/spec"),
        ("", "ReplicationController")
        | ("apps", "DaemonSet" | "Deployment" | "ReplicaSet" | "StatefulSet")
        | ("batch", "Job") => Some("/spec/template/spec"),
        ("batch", "CronJob") => Some("/spec/jobTemplate/spec/template/spec"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pointer(group: &str, kind: &str) -> Option<&'static str> {
        pod_spec_pointer(&GroupVersionKind {
            group: group.to_string(),
            version: "v1".to_string(),
            kind: kind.to_string(),
        })
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
}
