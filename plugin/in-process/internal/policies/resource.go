package policies

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const (
	resourceAPIVersion   = "policies.kubewarden.io/v1"
	exemptionsAnnotation = "gatehouse.internal/exemptions"
)

// allCapabilities is what Kubewarden's controller writes for every policy.
var allCapabilities = []string{"*"}

// resourceKind is how the policies of a kind are called and confined.
type resourceKind struct {
	prefix            string
	namespaced, group bool
}

var resourceKinds = map[string]resourceKind{
	"ClusterAdmissionPolicy":      {prefix: "kw.cap."},
	"AdmissionPolicy":             {prefix: "kw.ap.", namespaced: true},
	"ClusterAdmissionPolicyGroup": {prefix: "kw.capg.", group: true},
	"AdmissionPolicyGroup":        {prefix: "kw.apg.", namespaced: true, group: true},
}

// readResource reads a Kubernetes object: a Kubewarden policy resource, or a list of them.
func (d *document) readResource(node *yaml.Node, path string) []*Policy {
	object := d.fieldsOf(node, path)
	apiVersion, kind := object.text("apiVersion"), object.text("kind")
	if items := object.get("items"); items != nil && items.Kind == yaml.SequenceNode && strings.HasSuffix(kind, "List") {
		var found []*Policy
		for index, item := range items.Content {
			found = append(found, d.readResource(item, joinPath(path, fmt.Sprintf("items[%d]", index)))...)
		}
		return found
	}
	known, ok := resourceKinds[kind]
	switch {
	case object.failed:
		return nil
	case apiVersion != resourceAPIVersion:
		object.refuse("", fmt.Sprintf("is a %s of %s; policy resources are of %s", kind, apiVersion, resourceAPIVersion))
		return nil
	case kind == "PolicyServer":
		return nil
	case !ok:
		object.refuse("", fmt.Sprintf("is a %s, which is no policy resource", kind))
		return nil
	}
	if policy := d.readPolicyResource(object, known); policy != nil {
		return []*Policy{policy}
	}
	return nil
}

func (d *document) readPolicyResource(object *fields, kind resourceKind) *Policy {
	metadata := d.fieldsOf(object.get("metadata"), joinPath(object.path, "metadata"))
	spec := d.fieldsOf(object.get("spec"), joinPath(object.path, "spec"))
	if metadata.failed || spec.failed {
		return nil
	}
	policy := &Policy{ID: kind.prefix + metadata.required("name"), Place: placeOf(d.file, object.node.Line)}
	namespace := ""
	if kind.namespaced {
		namespace = metadata.required("namespace")
		policy.ID = kind.prefix + namespace + "." + metadata.text("name")
	}
	policy.Exemptions = metadata.annotatedExemptions()
	if mode := oneOf(spec, "mode", "protect", "monitor"); mode != nil {
		policy.Monitor = *mode == "monitor"
	}
	if policy.Registration = spec.readRegistration(); policy.Registration == nil && !spec.has("rules") {
		spec.refuse("rules", "is missing")
	}
	if kind.group {
		policy.Group = spec.readGroup(policy, memberShape{capabilities: allCapabilities})
	} else {
		if !spec.has("mutating") {
			spec.refuse("mutating", "is missing")
		}
		policy.AllowedToMutate = spec.boolean("mutating")
		policy.Message = spec.text("message")
		policy.Guest = spec.readGuest(policy.ID, allCapabilities)
		spec.checkTimeouts(policy)
	}
	spec.finish(false)
	if kind.namespaced {
		policy.confine(namespace)
	}
	if metadata.failed || spec.failed {
		return nil
	}
	return policy
}

// A namespaced policy sees its own namespace only, and has no access to other resources.
func (p *Policy) confine(namespace string) {
	if p.Registration != nil {
		p.Registration.NamespaceSelector = &metav1.LabelSelector{MatchLabels: map[string]string{"kubernetes.io/metadata.name": namespace}}
	}
	for _, guest := range p.Guests() {
		if guest != nil {
			guest.ContextAwareResources = nil
		}
	}
}

// annotatedExemptions reads the list of policies.yml from where a resource has it: its spec belongs to somebody else.
func (f *fields) annotatedExemptions() []Exemption {
	annotations := f.get("annotations")
	if annotations == nil {
		return nil
	}
	of := f.document.fieldsOf(annotations, joinPath(f.path, "annotations"))
	text := of.text(exemptionsAnnotation)
	if text == "" {
		f.failed = f.failed || of.failed
		return nil
	}
	var list yaml.Node
	if err := yaml.Unmarshal([]byte(text), &list); err != nil || len(list.Content) != 1 {
		of.refuse(exemptionsAnnotation, "must hold one list of exemptions, as YAML or JSON")
		f.failed = true
		return nil
	}
	exemptions := of.exemptionsIn(resolve(list.Content[0]), exemptionsAnnotation)
	f.failed = f.failed || of.failed
	return exemptions
}
