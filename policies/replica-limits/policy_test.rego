package policy_test

import data.policy

ranges := [{"min_replicas": 1, "max_replicas": 3}, {"min_replicas": 10, "max_replicas": 10}]

messages(replicas) := {message |
	some {"msg": message} in policy.violation with input as {
		"parameters": {"ranges": ranges},
		"review": {"object": {"metadata": {"name": "web"}, "spec": {"replicas": replicas}}},
	}
}

test_replicas_within_any_range_are_allowed if {
	every replicas in [1, 2, 3, 10] {
		count(messages(replicas)) == 0
	}
}

test_replicas_outside_of_all_ranges_are_denied if {
	every replicas in [0, 4, 9, 11] {
		count(messages(replicas)) == 1
	}
	messages(4) == {"web has 4 replicas, which is outside of the allowed ranges: 1 to 3, 10 to 10"}
}

test_objects_without_replicas_are_allowed if {
	count(policy.violation) == 0 with input as {"parameters": {"ranges": ranges}, "review": {"object": {"spec": {}}}}
}

test_without_ranges_all_is_denied if {
	count(policy.violation) == 1 with input as {"parameters": {}, "review": {"object": {"spec": {}}}}
}
