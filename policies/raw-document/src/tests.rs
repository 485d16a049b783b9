use super::*;
use kubewarden_policy_sdk::response::ValidationResponse;
use policy_support::testing;
use serde_json::json;

fn answer(document: Value) -> ValidationResponse {
    let settings = json!({
        "required": ["/owner/team", "/service"],
        "allowed": { "/tier": ["gold", "silver"] },
        "defaults": { "/tier": "silver", "/service/limits/retries": 3, "/a~1b/m~0n": true },
    });
    testing::validate(validate, &json!({ "request": document }).to_string(), settings)
}

fn denial(document: Value) -> Option<String> {
    let response = answer(document);
    (!response.accepted).then(|| response.message.unwrap_or_default())
}

#[test]
fn what_is_complete_passes_as_it_is() {
    let document = json!({
        "owner": { "team": "shop" },
        "service": { "limits": { "retries": 0 } },
        "tier": "gold",
        "a/b": { "m~n": null },
    });
    let response = answer(document);
    assert!(response.accepted);
    assert_eq!(response.mutated_object, None);
}

#[test]
fn defaults_are_filled_in_with_the_objects_around_them() {
    let response = answer(json!({ "owner": { "team": "shop" }, "service": { "port": 80 } }));
    assert!(response.accepted);
    assert_eq!(
        response.mutated_object,
        Some(json!({
            "owner": { "team": "shop" },
            "service": { "port": 80, "limits": { "retries": 3 } },
            "tier": "silver",
            "a/b": { "m~n": true },
        }))
    );
}

#[test]
fn all_that_is_wrong_is_said_at_once() {
    assert_eq!(
        denial(json!({ "owner": { "team": null }, "tier": "bronze" })).as_deref(),
        Some("/owner/team is missing; /tier is \"bronze\"; it must be one of \"gold\", \"silver\"")
    );
}

#[test]
fn what_is_no_object_can_hold_no_default() {
    assert_eq!(
        denial(json!({ "owner": { "team": "shop" }, "service": [1] })).as_deref(),
        Some("/service is no object")
    );
    assert_eq!(
        denial(json!("text")).as_deref(),
        Some("the document is no object; /owner/team is missing; /service is missing")
    );
}

#[test]
fn settings_that_ask_for_nothing_or_for_the_impossible_are_refused() {
    let problem = |settings| testing::settings_problem(validate_settings::<Settings>, settings);
    assert_eq!(problem(json!({ "required": ["/a", "/b~0c/0"] })), None);
    assert_eq!(problem(json!({ "allowed": { "/a": [1, 2] }, "defaults": { "/a": 2 } })), None);
    for wrong in [
        json!({}),
        json!({ "required": ["a"] }),
        json!({ "required": [""] }),
        json!({ "required": ["/a~2"] }),
        json!({ "allowed": { "/a": [] } }),
        json!({ "allowed": { "/a": [1] }, "defaults": { "/a": 2 } }),
        json!({ "requires": ["/a"] }),
    ] {
        assert!(problem(wrong.clone()).is_some(), "{wrong}");
    }
}
