use super::*;
use policy_support::testing;
use serde_json::json;

fn denial(review: &str) -> Option<String> {
    let settings = json!({ "required_labels": ["app", "version"] });
    let response = testing::validate(validate, review, settings);
    (!response.accepted).then(|| response.message.unwrap_or_default())
}

#[test]
fn an_object_with_all_labels_is_accepted() {
    assert_eq!(denial(include_str!("../fixtures/labelled-configmap.json")), None);
}

#[test]
fn the_message_names_the_missing_labels_whatever_the_kind() {
    assert_eq!(
        denial(include_str!("../fixtures/unlabelled-configmap.json")).as_deref(),
        Some("Required labels are missing: app, version")
    );
    assert_eq!(
        denial(include_str!("../fixtures/half-labelled-deployment.json")).as_deref(),
        Some("Required labels are missing: version")
    );
}

#[test]
fn scaling_and_the_end_of_an_unlabelled_object_are_let_through() {
    assert_eq!(denial(include_str!("../fixtures/scaled-deployment.json")), None);
    assert_eq!(denial(include_str!("../fixtures/finalized-configmap.json")), None);
}

#[test]
fn metadata_of_the_wrong_shape_is_no_verdict_but_a_failure() {
    for metadata in
        [json!({ "labels": ["app"] }), json!({ "labels": { "app": 1 } }), json!({ "deletionTimestamp": {} })]
    {
        let request = json!({ "operation": "CREATE", "object": { "metadata": metadata } });
        let payload = json!({ "request": request, "settings": { "required_labels": ["app"] } });
        assert!(validate(payload.to_string().as_bytes()).is_err(), "{payload}");
    }
}

#[test]
fn settings_that_could_never_be_met_are_refused() {
    let problem = |settings| testing::settings_problem(validate_settings::<Settings>, settings);
    assert_eq!(problem(json!({ "required_labels": ["app", "example.com/team"] })), None);
    for wrong in [
        json!({}),
        json!({ "required_labels": [] }),
        json!({ "required_labels": "app" }),
        json!({ "required_labels": ["app", "app"] }),
        json!({ "required_labels": ["app name"] }),
        json!({ "required_labels": ["/app"] }),
        json!({ "required_labels": ["Example.com/app"] }),
        json!({ "required_labels": ["app"], "mandatory_labels": ["app"] }),
    ] {
        assert!(problem(wrong.clone()).is_some(), "{wrong}");
    }
}
