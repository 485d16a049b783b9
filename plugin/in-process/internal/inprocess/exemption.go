package inprocess

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	admissionv1 "k8s.io/api/admission/v1"

	"gatehouse.internal/in-process/internal/policies"
	"gatehouse.internal/in-process/internal/review"
	"gatehouse.internal/in-process/internal/verdict"
)

// The API server cuts a generateName to so many characters before it appends five of its own.
const maxGeneratedBase = 58

// exemptedRequest is what an exemption may look at.
type exemptedRequest struct {
	Name      string `json:"name"`
	Namespace string `json:"namespace"`
	Resource  struct {
		Group    string `json:"group"`
		Resource string `json:"resource"`
	} `json:"resource"`
	UserInfo struct {
		Username string   `json:"username"`
		Groups   []string `json:"groups"`
	} `json:"userInfo"`
	Object    exemptedObject `json:"object"`
	OldObject exemptedObject `json:"oldObject"`
}

type exemptedObject struct {
	Metadata struct {
		Name         string `json:"name"`
		GenerateName string `json:"generateName"`
	} `json:"metadata"`
}

// findExemption is the first that covers the request now; it costs nothing where there are none.
func findExemption(exemptions []policies.Exemption, request review.Request, now time.Time) *policies.Exemption {
	if len(exemptions) == 0 {
		return nil
	}
	var seen exemptedRequest
	if err := json.Unmarshal(request.AdmissionRequest(), &seen); err != nil {
		return nil
	}
	for index := range exemptions {
		exemption := &exemptions[index]
		if (exemption.Until.IsZero() || exemption.Until.After(now)) && seen.isCovered(exemption) {
			return exemption
		}
	}
	return nil
}

func (r *exemptedRequest) isCovered(exemption *policies.Exemption) bool {
	return (exemption.Users == nil || slices.Contains(exemption.Users, r.UserInfo.Username)) &&
		(exemption.Namespaces == nil || slices.Contains(exemption.Namespaces, r.namespace())) &&
		(exemption.Names == nil || r.isNamed(exemption.Names)) &&
		(exemption.Groups == nil || slices.ContainsFunc(r.UserInfo.Groups, func(group string) bool {
			return slices.Contains(exemption.Groups, group)
		}))
}

// A Namespace counts as in itself, as under a namespaceSelector.
func (r *exemptedRequest) namespace() string {
	if r.Resource.Group == "" && r.Resource.Resource == "namespaces" {
		return r.name()
	}
	return r.Namespace
}

// The request names no object when the API server is to generate the name, and when a collection is deleted.
func (r *exemptedRequest) name() string {
	for _, name := range []string{r.Name, r.Object.Metadata.Name, r.OldObject.Metadata.Name} {
		if name != "" {
			return name
		}
	}
	return ""
}

func (r *exemptedRequest) isNamed(patterns []string) bool {
	name, generated := r.name(), false
	if name == "" {
		name, generated = r.Object.Metadata.GenerateName, true
		name = name[:min(len(name), maxGeneratedBase)]
	}
	return name != "" && slices.ContainsFunc(patterns, func(pattern string) bool {
		prefix, isPrefix := strings.CutSuffix(pattern, "*")
		// only a prefix holds for every name that may be generated
		return isPrefix && strings.HasPrefix(name, prefix) || !generated && pattern == name
	})
}

// answerExempted tells the audit log, and not the sender.
func answerExempted(uid, id string, exemption *policies.Exemption) *admissionv1.AdmissionResponse {
	end := ""
	if !exemption.Until.IsZero() {
		end = " until " + exemption.Until.Format(time.RFC3339)
	}
	response := verdict.Allow(uid)
	response.AuditAnnotations = map[string]string{"exempted": fmt.Sprintf("exempted from policy %s%s: %s", id, end, exemption.Reason)}
	return response
}
