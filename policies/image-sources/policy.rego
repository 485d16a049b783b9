# Denies Pods, and workloads whose template would make such Pods, whose images come from elsewhere than the registries
# that are allowed, or could be another image tomorrow: without a tag, or with the tag `latest`.
package policy

# Whoever calls this policy wants an AdmissionReview.
main := {
	"apiVersion": "admission.k8s.io/v1",
	"kind": "AdmissionReview",
	"response": response,
}

response := {"uid": input.request.uid, "allowed": true} if count(problems) == 0

response := {
	"uid": input.request.uid,
	"allowed": false,
	"status": {"message": concat("; ", sort(problems)), "code": 403, "reason": "Forbidden"},
} if {
	count(problems) > 0
}

# Settings are not checked before they are used; without this one, the policy would allow everything.
problems contains "the setting allowed_registries is missing, or is no list" if not has_registries

has_registries if is_array(data.allowed_registries)

problems contains sprintf("%s comes from %s, which is not allowed", [image, registry(image)]) if {
	some image in images
	not registry(image) in data.allowed_registries
}

problems contains sprintf("%s has no fixed version", [image]) if {
	some image in images
	not is_fixed(image)
}

images contains image if {
	some list in ["containers", "initContainers", "ephemeralContainers"]
	some container in pod_spec[list]
	image := container.image
}

pod_spec := input.request.object.spec if input.request.object.kind == "Pod"

pod_spec := input.request.object.spec.jobTemplate.spec.template.spec if input.request.object.kind == "CronJob"

pod_spec := input.request.object.spec.template.spec if not input.request.object.kind in {"Pod", "CronJob"}

# https://github.com/distribution/reference: a first part that looks like a host names one.
registry(image) := host if {
	parts := split(image, "/")
	count(parts) > 1
	host := parts[0]
	is_host(host)
} else := "docker.io"

is_host("localhost")

is_host(text) if contains(text, ".")

is_host(text) if contains(text, ":")

is_fixed(image) if contains(image, "@")

is_fixed(image) if {
	not contains(image, "@")
	parts := split(image, "/")
	[_, tag] := split(parts[count(parts) - 1], ":")
	tag != "latest"
}
