package verdict

import (
	"encoding/json"
	"fmt"
	"strings"

	admissionv1 "k8s.io/api/admission/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Mode is what the operator decided about a policy's verdicts.
type Mode struct {
	ID string
	// Monitor lets everything pass; verdicts are logged.
	Monitor bool
	// AllowedToMutate permits patches.
	AllowedToMutate bool
	// MetadataOnly permits changes of labels and annotations alone.
	MetadataOnly bool
	// Message replaces the policy's own in denials.
	Message string
}

// Apply turns the policy's own verdict into the one that the API server obeys.
func (m Mode) Apply(response *admissionv1.AdmissionResponse) *admissionv1.AdmissionResponse {
	if m.Monitor {
		return &admissionv1.AdmissionResponse{
			UID: response.UID, Allowed: true, AuditAnnotations: response.AuditAnnotations, Warnings: response.Warnings,
		}
	}
	permitted := m.refuseMutation(response)
	if m.Message == "" || permitted.Allowed {
		return permitted
	}
	return withMessage(permitted, m.Message)
}

// A policy that mutates unasked is denied, not merely kept from it: the object that it judged does not exist.
func (m Mode) refuseMutation(response *admissionv1.AdmissionResponse) *admissionv1.AdmissionResponse {
	if response.Patch == nil {
		return response
	}
	denied := &admissionv1.AdmissionResponse{
		UID: response.UID, AuditAnnotations: response.AuditAnnotations, Warnings: response.Warnings, Result: &metav1.Status{},
	}
	if !m.AllowedToMutate {
		denied.Result.Message = fmt.Sprintf("Request rejected by policy %s. The policy attempted to mutate the request, but it is currently configured to not allow mutations.", m.ID)
		return denied
	}
	if place, other := otherChange(response.Patch); m.MetadataOnly && other {
		denied.Result.Message = fmt.Sprintf("Request rejected by policy %s. The policy attempted to change %s, but it is configured to change labels and annotations only (mutates: metadata).", m.ID, place)
		denied.Result.Code = 500
		return denied
	}
	return response
}

// otherChange is the first place that a patch changes besides labels and annotations. A label that is no string counts: the API
// server could not decode it.
func otherChange(patch []byte) (string, bool) {
	var operations []struct {
		Op    string          `json:"op"`
		Path  string          `json:"path"`
		Value json.RawMessage `json:"value"`
	}
	if err := json.Unmarshal(patch, &operations); err != nil {
		return "the whole object", true
	}
	for _, operation := range operations {
		if !isMetadata(operation.Op, operation.Path, operation.Value) {
			if operation.Path == "" {
				return "the whole object", true
			}
			return operation.Path, true
		}
	}
	return "", false
}

func isMetadata(op, path string, value json.RawMessage) bool {
	var text *string
	var texts map[string]*string
	for _, place := range []string{"/metadata/labels", "/metadata/annotations"} {
		if path != place && !strings.HasPrefix(path, place+"/") {
			continue
		}
		switch {
		case op == "remove":
			return true
		case op != "add" && op != "replace":
			return false
		case path != place:
			return json.Unmarshal(value, &text) == nil && text != nil
		}
		if json.Unmarshal(value, &texts) != nil || texts == nil {
			return false
		}
		for _, member := range texts {
			if member == nil {
				return false
			}
		}
		return true
	}
	return false
}

// The policy's own words are kept, as a cause.
func withMessage(response *admissionv1.AdmissionResponse, message string) *admissionv1.AdmissionResponse {
	replaced := *response
	status := metav1.Status{}
	if response.Result != nil {
		status = *response.Result.DeepCopy()
	}
	if status.Message != "" {
		if status.Details == nil {
			status.Details = &metav1.StatusDetails{}
		}
		status.Details.Causes = append(status.Details.Causes, metav1.StatusCause{Message: status.Message})
	}
	status.Message = message
	replaced.Result = &status
	return &replaced
}
