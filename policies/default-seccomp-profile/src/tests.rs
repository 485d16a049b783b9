use super::*;
use policy_support::testing;
use serde_json::json;

const POD: &str = include_str!("../fixtures/pod.json");

fn object(review: &str) -> Value {
    serde_json::from_str::<Value>(review).unwrap()["request"]["object"].take()
}

fn mutated(review: &str) -> Option<Value> {
    let response = testing::validate(validate, review, json!({}));
    assert!(response.accepted);
    response.mutated_object
}

#[test]
fn a_pod_without_a_profile_gets_the_runtimes_and_keeps_all_else() {
    let mut expected = object(POD);
    expected["spec"]["securityContext"] = json!({ "seccompProfile": { "type": "RuntimeDefault" } });
    assert_eq!(mutated(POD), Some(expected));
}

#[test]
fn the_template_of_a_workload_gets_it_beside_what_its_security_context_says() {
    let review = include_str!("../fixtures/deployment.json");
    let spec = mutated(review).unwrap()["spec"]["template"]["spec"].take();
    assert_eq!(
        spec["securityContext"],
        json!({ "runAsNonRoot": true, "seccompProfile": { "type": "RuntimeDefault" } })
    );
}

#[test]
fn a_second_call_changes_nothing() {
    let mut review: Value = serde_json::from_str(POD).unwrap();
    review["request"]["object"] = mutated(POD).unwrap();
    assert_eq!(mutated(&review.to_string()), None);
}

#[test]
fn a_profile_that_is_set_stays() {
    assert_eq!(mutated(include_str!("../fixtures/pod-with-profile.json")), None);
}

#[test]
fn windows_pods_and_updates_are_left_alone() {
    assert_eq!(mutated(include_str!("../fixtures/windows-pod.json")), None);
    assert_eq!(mutated(include_str!("../fixtures/updated-deployment.json")), None);
}

#[test]
fn there_are_no_settings() {
    let problem = |settings| testing::settings_problem(validate_settings::<Settings>, settings);
    assert_eq!(problem(json!({})), None);
    assert!(problem(json!({ "profile": "Unconfined" })).is_some());
}
