// Package hooks makes of policies what the API server's own code for webhooks matches requests against.
package hooks

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	"k8s.io/apiserver/pkg/admission/plugin/webhook"

	"gatehouse.internal/in-process/internal/policies"
)

// Hook is a policy that is asked about requests.
type Hook struct {
	Policy *policies.Policy
	// Name is the policy's for users.
	Name string
	// Accessor is how upstream's matching looks at it.
	Accessor webhook.WebhookAccessor
	// Timeout is how long the request waits for an answer.
	Timeout time.Duration
	// FailOpen lets requests pass for which there is no answer.
	FailOpen bool
	// Reinvoke asks again when somebody changed the object afterwards.
	Reinvoke bool
}

// Options decide about all hooks.
type Options struct {
	// NoExclusions polices even what a cluster needs to start.
	NoExclusions bool
}

// Set are the hooks of both phases; mutating ones in the order in which they are asked.
type Set struct{ Mutating, Validating []*Hook }

// New makes the hooks of the policies that have rules, checked as the API server checks webhook configurations.
func New(all []*policies.Policy, options Options) (Set, error) {
	var set Set
	var problems []error
	for _, policy := range all {
		if policy.Registration == nil {
			continue
		}
		hook, err := newHook(policy, options)
		switch {
		case err != nil:
			problems = append(problems, err)
		case policy.AllowedToMutate:
			set.Mutating = append(set.Mutating, hook)
		default:
			set.Validating = append(set.Validating, hook)
		}
	}
	return set, errors.Join(problems...)
}

func newHook(policy *policies.Policy, options Options) (*Hook, error) {
	entry, err := newEntry(policy, options)
	if err != nil {
		return nil, err
	}
	hook := &Hook{
		Policy:   policy,
		Name:     entry.Name,
		Timeout:  time.Duration(*entry.TimeoutSeconds) * time.Second,
		FailOpen: *entry.FailurePolicy == admissionregistrationv1.Ignore,
		Reinvoke: *entry.ReinvocationPolicy == admissionregistrationv1.IfNeededReinvocationPolicy,
	}
	if policy.AllowedToMutate {
		hook.Accessor = webhook.NewMutatingWebhookAccessor(policy.ID, configurationName, entry)
	} else {
		hook.Accessor = webhook.NewValidatingWebhookAccessor(policy.ID, configurationName, asValidating(entry))
	}
	return hook, nil
}

func newEntry(policy *policies.Policy, options Options) (*admissionregistrationv1.MutatingWebhook, error) {
	r := policy.Registration
	for _, condition := range r.MatchConditions {
		if strings.HasPrefix(condition.Name, exclusionPrefix) {
			return nil, fmt.Errorf("%s: %s.matchConditions: the name %q is reserved; use another prefix than %s", policy.Place, policy.ID, condition.Name, exclusionPrefix)
		}
	}
	conditions, namespaceSelector := r.MatchConditions, r.NamespaceSelector
	if !options.NoExclusions {
		var exclusions []admissionregistrationv1.MatchCondition
		exclusions, namespaceSelector = exclude(r.Rules, r.NamespaceSelector)
		conditions = slices.Concat(exclusions, conditions)
	}
	// the API server wants to be told where to call; nobody will
	url := "https://in-process.gatehouse.internal/"
	sideEffects := admissionregistrationv1.SideEffectClassNone
	if r.SideEffects != nil {
		sideEffects = *r.SideEffects
	}
	entry := &admissionregistrationv1.MutatingWebhook{
		Name: NameOf(policy.ID), ClientConfig: admissionregistrationv1.WebhookClientConfig{URL: &url},
		Rules: r.Rules, MatchPolicy: r.MatchPolicy, NamespaceSelector: namespaceSelector, ObjectSelector: r.ObjectSelector,
		MatchConditions: conditions, FailurePolicy: r.FailurePolicy, SideEffects: &sideEffects, TimeoutSeconds: r.TimeoutSeconds,
		ReinvocationPolicy: r.ReinvocationPolicy, AdmissionReviewVersions: []string{"v1"},
	}
	return entry, check(policy, entry)
}

func asValidating(entry *admissionregistrationv1.MutatingWebhook) *admissionregistrationv1.ValidatingWebhook {
	return &admissionregistrationv1.ValidatingWebhook{
		Name: entry.Name, ClientConfig: entry.ClientConfig, Rules: entry.Rules, MatchPolicy: entry.MatchPolicy,
		NamespaceSelector: entry.NamespaceSelector, ObjectSelector: entry.ObjectSelector, MatchConditions: entry.MatchConditions,
		FailurePolicy: entry.FailurePolicy, SideEffects: entry.SideEffects, TimeoutSeconds: entry.TimeoutSeconds,
		AdmissionReviewVersions: entry.AdmissionReviewVersions,
	}
}
