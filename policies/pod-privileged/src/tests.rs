use super::*;
use policy_support::testing;
use serde_json::{Value, json};

fn denial(review: &str, settings: Value) -> Option<String> {
    let response = testing::validate(validate, review, settings);
    assert!(response.mutated_object.is_none());
    (!response.accepted).then(|| response.message.unwrap_or_default())
}

#[test]
fn a_pod_without_privileged_containers_is_accepted() {
    let review = include_str!("../fixtures/unprivileged-pod.json");
    assert_eq!(denial(review, json!({})), None);
}

#[test]
fn the_message_names_each_privileged_container() {
    let message = |containers: &str| Some(format!("Privileged container is not allowed: {containers}"));
    for (review, containers) in [
        (include_str!("../fixtures/privileged-pod.json"), "web"),
        (include_str!("../fixtures/privileged-init-container.json"), "init container setup"),
        (include_str!("../fixtures/privileged-ephemeral-container.json"), "ephemeral container debug"),
        (include_str!("../fixtures/privileged-deployment.json"), "web"),
        (include_str!("../fixtures/privileged-cronjob.json"), "web"),
    ] {
        assert_eq!(denial(review, json!({})), message(containers));
    }
}

#[test]
fn init_and_ephemeral_containers_can_be_skipped_but_no_others() {
    let settings = json!({ "skip_init_containers": true, "skip_ephemeral_containers": true });
    let init = include_str!("../fixtures/privileged-init-container.json");
    let ephemeral = include_str!("../fixtures/privileged-ephemeral-container.json");
    let main = include_str!("../fixtures/privileged-pod.json");
    assert_eq!(denial(init, settings.clone()), None);
    assert_eq!(denial(ephemeral, settings.clone()), None);
    assert!(denial(main, settings).is_some());
}

#[test]
fn a_privileged_pod_from_before_the_policy_can_be_labelled_and_deleted() {
    let labelled = include_str!("../fixtures/labelled-privileged-pod.json");
    let deleted = include_str!("../fixtures/deleted-pod.json");
    assert_eq!(denial(labelled, json!({})), None);
    assert_eq!(denial(deleted, json!({})), None);
}

#[test]
fn a_pod_spec_of_the_wrong_shape_is_no_verdict_but_a_failure() {
    let request = json!({
        "uid": "1",
        "kind": { "group": "", "version": "v1", "kind": "Pod" },
        "operation": "CREATE",
        "object": { "spec": { "containers": "none" } },
    });
    let payload = json!({ "request": request, "settings": {} });
    assert!(validate(payload.to_string().as_bytes()).is_err());
}

#[test]
fn settings_are_checked() {
    let problem = |settings| testing::settings_problem(validate_settings::<Settings>, settings);
    assert_eq!(problem(json!({})), None);
    assert_eq!(problem(json!({ "skip_init_containers": true })), None);
    assert!(problem(json!({ "skip_init_container": true })).is_some());
    assert!(problem(json!({ "skip_init_containers": "yes" })).is_some());
}
