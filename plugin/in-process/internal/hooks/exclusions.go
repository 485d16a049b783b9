package hooks

import (
	"fmt"
	"slices"
	"strings"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// The prefix of our condition names; a policy's own condition may not take it.
const exclusionPrefix = "exclude.gatehouse.internal/"

// Conditions that leave out what a cluster needs in order to start and to stay alive, whatever a policy's rules say.
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

// All that there is to leave out of workloads: a selector costs a request less than conditions.
var outsideSystem = metav1.LabelSelectorRequirement{
	Key: "kubernetes.io/metadata.name", Operator: metav1.LabelSelectorOpNotIn, Values: []string{"kube-system", "kube-public", "kube-node-lease"},
}

// What runs in namespaces, by group: neither the API server itself nor a shim ever writes it. As plugin/workload-rules.ts has it.
var workloads = map[string][]string{
	"":                  {"pods", "podtemplates", "replicationcontrollers", "persistentvolumeclaims"},
	"apps":              {"deployments", "replicasets", "statefulsets", "daemonsets"},
	"batch":             {"jobs", "cronjobs"},
	"networking.k8s.io": {"ingresses", "networkpolicies"},
	"autoscaling":       {"horizontalpodautoscalers"},
	"policy":            {"poddisruptionbudgets"},
}

func areAboutWorkloads(rules []admissionregistrationv1.RuleWithOperations) bool {
	for _, rule := range rules {
		for _, group := range rule.APIGroups {
			for _, resource := range rule.Resources {
				name, _, _ := strings.Cut(resource, "/")
				if !slices.Contains(workloads[group], name) {
					return false
				}
			}
		}
	}
	return true
}

// exclude says what an entry with these rules and this selector leaves out, its own selector included.
func exclude(rules []admissionregistrationv1.RuleWithOperations, selector *metav1.LabelSelector) ([]admissionregistrationv1.MatchCondition, *metav1.LabelSelector) {
	if !areAboutWorkloads(rules) {
		return exclusionConditions(), selector
	}
	outside := &metav1.LabelSelector{}
	if selector != nil {
		outside = selector.DeepCopy()
	}
	outside.MatchExpressions = append(outside.MatchExpressions, outsideSystem)
	return nil, outside
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
