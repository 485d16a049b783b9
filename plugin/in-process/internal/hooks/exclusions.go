package hooks

import (
	"fmt"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
)

// The prefix of our condition names; a policy's own condition may not take it.
const exclusionPrefix = "exclude.gatehouse.internal/"

// Requests that never reach a policy, whatever its rules say: what a cluster needs in order to start and to stay alive.
// `system:apiserver` first of all: with an empty etcd kube-apiserver creates its own objects through admission, and exits when that
// fails. An expression that errors would answer 403, hence has() before every field that the request leaves out when empty. The
// API server itself spares the reviews of authentication and authorization. They are those that plugin/exclusions.ts generates for
// webhooks.
var exclusions = [][2]string{
	{"api-server", isUser("system:apiserver")},
	{"shim", isUser("gatehouse:shim")},
	{"leases", `request.resource.group == "coordination.k8s.io" && request.resource.resource == "leases"`},
	{"events", `request.resource.group in ["", "events.k8s.io"] && request.resource.resource == "events"`},
	{"node-status", `request.resource.group == "" && request.resource.resource == "nodes" && has(request.subResource) && request.subResource == "status"`},
	{"system-namespaces", `has(request.namespace) && request.namespace in ["kube-system", "kube-public", "kube-node-lease"]`},
}

func isUser(name string) string {
	return fmt.Sprintf("has(request.userInfo.username) && request.userInfo.username == %q", name)
}

func exclusionConditions() []admissionregistrationv1.MatchCondition {
	conditions := make([]admissionregistrationv1.MatchCondition, 0, len(exclusions))
	for _, exclusion := range exclusions {
		conditions = append(conditions, admissionregistrationv1.MatchCondition{
			Name: exclusionPrefix + exclusion[0], Expression: fmt.Sprintf("!(%s)", exclusion[1]),
		})
	}
	return conditions
}
