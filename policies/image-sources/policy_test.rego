package policy_test

import data.policy

pod(image) := {"kind": "Pod", "spec": {"containers": [{"image": image}]}}

review(object) := {"request": {"uid": "u1", "object": object}}

answer(object) := response if {
	response := policy.main.response with input as review(object)
		with data.allowed_registries as ["registry.example.org", "docker.io"]
}

test_fixed_images_are_allowed if {
	some image in [
		"web:1.2",
		"team/web:1.2",
		"registry.example.org/web:1.2",
		"web@sha256:ab",
		"registry.example.org/web:latest@sha256:ab",
	]
	answer(pod(image)) == {"uid": "u1", "allowed": true}
}

test_images_without_a_version_are_denied if {
	every image in ["web", "web:latest", "team/web", "registry.example.org/web"] {
		not answer(pod(image)).allowed
		contains(answer(pod(image)).status.message, "no fixed version")
	}
}

test_a_port_is_no_tag if {
	contains(answer(pod("localhost:5000/web")).status.message, "localhost:5000/web has no fixed version")
}

test_foreign_registries_are_denied if {
	every image in ["quay.io/web:1", "localhost/web:1", "registry.example.org:5000/web:1", "example.org/docker.io/web:1"] {
		contains(answer(pod(image)).status.message, "is not allowed")
	}
}

test_all_containers_are_looked_at if {
	every list in ["containers", "initContainers", "ephemeralContainers"] {
		not answer({"kind": "Pod", "spec": {list: [{"image": "web"}]}}).allowed
	}
}

test_templates_are_looked_at if {
	spec := {"containers": [{"image": "web"}]}
	not answer({"kind": "Deployment", "spec": {"template": {"spec": spec}}}).allowed
	not answer({"kind": "CronJob", "spec": {"jobTemplate": {"spec": {"template": {"spec": spec}}}}}).allowed
}

test_all_problems_are_named if {
	message := answer({"kind": "Pod", "spec": {"containers": [{"image": "b"}, {"image": "quay.io/a:1"}]}}).status.message
	message == "b has no fixed version; quay.io/a:1 comes from quay.io, which is not allowed"
}

test_without_settings_all_is_denied if {
	response := policy.main.response with input as review(pod("web:1"))
	not response.allowed
	contains(response.status.message, "allowed_registries")
}
