use super::*;
use policy_support::testing;
use serde_json::json;

const CONFIG_MAP: &str = include_str!("../fixtures/configmap.json");

fn answer(rules: Value) -> ValidationResponse {
    testing::validate(validate, CONFIG_MAP, json!({ "rules": rules }))
}

#[test]
fn a_rule_applies_when_all_its_conditions_hold() {
    let accepts = |when: Value| answer(json!([{ "when": when, "deny": {} }])).accepted;
    assert!(!accepts(json!([])));
    assert!(!accepts(json!([{ "pointer": "/object/data/colour" }])));
    assert!(!accepts(json!([{ "pointer": "/object/data/colour", "equals": "blue" }])));
    assert!(!accepts(json!([{ "pointer": "/object/data/colour", "equals": "red", "exists": false }])));
    assert!(!accepts(json!([{ "pointer": "/oldObject", "exists": false }])));
    assert!(accepts(json!([{ "pointer": "/object/data/colour", "equals": "red" }])));
    assert!(accepts(json!([{ "pointer": "/operation", "equals": "CREATE" }, { "pointer": "/oldObject" }])));
}

#[test]
fn a_denial_says_what_it_was_shown_and_ends_the_matter() {
    let denial =
        json!({ "message": "{/operation} {/object/data} by {/userInfo/username}{/no}{", "code": 418 });
    let response = answer(json!([{ "deny": denial }, { "fail": "trap" }]));
    assert_eq!(response.message.as_deref(), Some("CREATE {\"colour\":\"blue\"} by alice-{"));
    assert_eq!((response.accepted, response.code), (false, Some(418)));
}

#[test]
fn later_rules_see_what_earlier_ones_changed() {
    let response = answer(json!([
        { "patch": [{ "op": "add", "path": "/data/size", "value": "{/object/data/colour}-1" },
                    { "op": "copy", "from": "/data", "path": "/copied~1data" },
                    { "op": "add", "path": "/list", "value": [1, 3] },
                    { "op": "add", "path": "/list/1", "value": 2 },
                    { "op": "add", "path": "/list/-", "value": 4 },
                    { "op": "remove", "path": "/list/0" }] },
        { "when": [{ "pointer": "/object/data/size" }], "labels": { "size": "{/object/data/size}" } },
        { "annotations": { "a/b": "c" }, "warnings": ["seen {/object/list}"], "auditAnnotations": { "k": "{/name}" } },
    ]));
    let object = response.mutated_object.expect("the object was changed");
    assert_eq!(object["copied/data"], json!({ "colour": "blue", "size": "blue-1" }));
    assert_eq!(object["list"], json!([2, 3, 4]));
    assert_eq!(object["metadata"]["labels"], json!({ "size": "blue-1" }));
    assert_eq!(object["metadata"]["annotations"], json!({ "a/b": "c" }));
    assert_eq!(response.warnings, Some(vec!["seen [2,3,4]".to_string()]));
    assert_eq!(response.audit_annotations, Some(HashMap::from([("k".to_string(), "settings".to_string())])));
}

#[test]
fn an_object_that_stays_the_same_is_not_given_back() {
    let response =
        answer(json!([{ "patch": [{ "op": "replace", "path": "/data/colour", "value": "blue" }] }]));
    assert_eq!(response.mutated_object, None);
}

#[test]
fn a_patch_that_cannot_be_applied_fails_the_call() {
    for operation in [
        json!({ "op": "add", "path": "/no/thing", "value": 1 }),
        json!({ "op": "replace", "path": "/nothing", "value": 1 }),
        json!({ "op": "remove", "path": "/nothing" }),
        json!({ "op": "copy", "from": "/nothing", "path": "/data" }),
    ] {
        let review: Value = serde_json::from_str(CONFIG_MAP).unwrap();
        let settings = json!({ "rules": [{ "patch": [operation] }] });
        let payload = json!({ "request": review["request"], "settings": settings });
        let error = validate(payload.to_string().as_bytes()).expect_err("it cannot be applied");
        assert!(error.to_string().contains("there is nothing"), "{error}");
    }
}

#[test]
fn settings_with_anything_unknown_are_refused() {
    let problem = |settings| testing::settings_problem(validate_settings::<Settings>, settings);
    assert_eq!(problem(json!({ "rules": [] })), None);
    for wrong in [
        json!({}),
        json!({ "rules": [{ "denies": {} }] }),
        json!({ "rules": [{ "fail": "sleep" }] }),
        json!({ "rules": [{ "when": [{ "pointer": "object" }] }] }),
        json!({ "rules": [{ "patch": [{ "op": "move", "path": "/a" }] }] }),
        json!({ "rules": [{ "patch": [{ "op": "remove", "path": "a" }] }] }),
    ] {
        assert!(problem(wrong.clone()).is_some(), "{wrong}");
    }
}
