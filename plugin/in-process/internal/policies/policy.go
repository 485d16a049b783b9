// Package policies reads policies files by the rules of the shim: Kubewarden's policies.yml with the fields of a webhook entry,
// and Kubewarden's policy resources. docs/policies-file.md says what they mean.
package policies

import (
	"encoding/json"
	"time"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Policy is one entry that was found to be good.
type Policy struct {
	// ID is the entry's key, or what Kubewarden calls the resource.
	ID string
	// Place is where it stands: file and line.
	Place string
	// Monitor lets everything pass; verdicts are logged.
	Monitor         bool
	AllowedToMutate bool
	// MetadataOnly is the promise `mutates: metadata`.
	MetadataOnly bool
	// Message replaces the policy's own in denials.
	Message string
	// Guest is what is asked; of a group, nil.
	Guest *Guest
	// Group is set for a policy that puts its question to several modules.
	Group *Group
	// Exemptions are requests that the policy is not asked about.
	Exemptions []Exemption
	// Registration says which requests it is asked about. Without it, it is served by a shim, and asked by no API server.
	Registration *Registration
}

// Guest is a module with its settings.
type Guest struct {
	// ID is the policy's, or `<group>/<member>`.
	ID string
	// Place is where it stands: file and line.
	Place string
	// Module is the reference as it is written; File is its path if it means a file.
	Module, File string
	// Settings are a JSON object.
	Settings json.RawMessage
	// Timeout limits one evaluation; 0 unless the policy has a limit of its own.
	Timeout               time.Duration
	HostCapabilities      []string
	ContextAwareResources []ContextAwareResource
}

// ContextAwareResource is a kind of object that a policy wants to see.
type ContextAwareResource struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
}

// Registration are the fields of a webhook entry that belong to one policy; nil or empty means Kubernetes' default.
type Registration struct {
	Rules              []admissionregistrationv1.RuleWithOperations
	FailurePolicy      *admissionregistrationv1.FailurePolicyType
	MatchPolicy        *admissionregistrationv1.MatchPolicyType
	ObjectSelector     *metav1.LabelSelector
	NamespaceSelector  *metav1.LabelSelector
	MatchConditions    []admissionregistrationv1.MatchCondition
	SideEffects        *admissionregistrationv1.SideEffectClass
	TimeoutSeconds     *int32
	ReinvocationPolicy *admissionregistrationv1.ReinvocationPolicyType
}

// Guests are the modules that a policy asks: its own, or its members'.
func (p *Policy) Guests() []*Guest {
	if p.Group != nil {
		return p.Group.Members
	}
	return []*Guest{p.Guest}
}
