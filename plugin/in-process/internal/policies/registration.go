package policies

import (
	"fmt"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
)

// readRegistration reads the fields of a webhook entry; nil without rules. What is in rules, selectors and conditions is checked by
// the API server's own code, when the entry is made.
func (f *fields) readRegistration() *Registration {
	r := &Registration{
		FailurePolicy:  oneOf(f, "failurePolicy", admissionregistrationv1.Fail, admissionregistrationv1.Ignore),
		MatchPolicy:    oneOf(f, "matchPolicy", admissionregistrationv1.Exact, admissionregistrationv1.Equivalent),
		SideEffects:    oneOf(f, "sideEffects", admissionregistrationv1.SideEffectClassNone, admissionregistrationv1.SideEffectClassNoneOnDryRun),
		TimeoutSeconds: f.integer("timeoutSeconds", 1, 30),
		ReinvocationPolicy: oneOf(f, "reinvocationPolicy",
			admissionregistrationv1.NeverReinvocationPolicy, admissionregistrationv1.IfNeededReinvocationPolicy),
	}
	f.decode("objectSelector", &r.ObjectSelector)
	f.decode("namespaceSelector", &r.NamespaceSelector)
	f.decode("matchConditions", &r.MatchConditions)
	if f.decode("rules", &r.Rules) {
		if len(r.Rules) == 0 {
			f.refuse("rules", "is empty")
		}
		return r
	}
	return nil
}

var webhookFields = []string{
	"failurePolicy", "matchPolicy", "objectSelector", "namespaceSelector", "matchConditions", "sideEffects", "timeoutSeconds",
	"reinvocationPolicy", "mutates",
}

// checkUseless refuses fields that would do nothing.
func (f *fields) checkUseless(mutating bool) {
	hasRules := f.has("rules")
	for _, name := range webhookFields {
		if !hasRules && f.has(name) {
			f.refuse(name, "does nothing without rules; add rules or remove it")
		}
	}
	for _, name := range []string{"reinvocationPolicy", "mutates"} {
		if hasRules && !mutating && f.has(name) {
			f.refuse(name, "is for mutating policies; set allowedToMutate: true or remove it")
		}
	}
}

const defaultTimeoutSeconds = 10

// checkTimeouts refuses an evaluation that may take longer than the API server waits.
func (f *fields) checkTimeouts(policy *Policy) {
	if policy.Registration == nil || policy.Guest == nil {
		return
	}
	if wait := policy.Registration.seconds(); policy.Guest.Timeout.Seconds() > float64(wait) {
		f.refuse("timeoutEvalSeconds", fmt.Sprintf("is %v, longer than the API server waits (timeoutSeconds: %d)", policy.Guest.Timeout.Seconds(), wait))
	}
}

func (r *Registration) seconds() int32 {
	if r.TimeoutSeconds == nil {
		return defaultTimeoutSeconds
	}
	return *r.TimeoutSeconds
}
