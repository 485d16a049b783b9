package policies

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// readEntries reads Kubewarden's policies.yml, a map from id to entry, with webhook fields in the entry as our extension.
// https://docs.kubewarden.io/reference/policy-server/policies
func (d *document) readEntries() []*Policy {
	entries := d.fieldsOf(d.root, "")
	var found []*Policy
	for index := 0; d.root.Kind == yaml.MappingNode && index+1 < len(d.root.Content); index += 2 {
		key, value := resolve(d.root.Content[index]), d.root.Content[index+1]
		if policy := d.readEntry(key, value); policy != nil && !entries.failed {
			found = append(found, policy)
		}
	}
	return found
}

func (d *document) readEntry(key, value *yaml.Node) *Policy {
	id := key.Value
	if id == "" || id == "." || id == ".." || strings.Contains(id, "/") {
		d.refuse(key, id, "is no policy id: it is the last part of a URL, so that it holds no /")
		return nil
	}
	f := d.fieldsOf(value, id)
	if f.failed {
		return nil
	}
	policy := &Policy{ID: id, Place: placeOf(d.file, key.Line)}
	if mode := oneOf(f, "policyMode", "protect", "monitor"); mode != nil {
		policy.Monitor = *mode == "monitor"
	}
	policy.Registration = f.readRegistration()
	policy.Exemptions = f.readExemptions("exemptions")
	if f.members["policies"].value != nil || f.members["expression"].value != nil {
		policy.Group = f.readGroup(policy, memberShape{strict: true})
		f.checkUseless(true)
	} else {
		policy.AllowedToMutate = f.boolean("allowedToMutate")
		policy.MetadataOnly = oneOf(f, "mutates", "metadata") != nil
		policy.Message = f.text("message")
		policy.Guest = f.readGuest(id, f.readCapabilities())
		f.checkTimeouts(policy)
		f.checkUseless(policy.AllowedToMutate)
	}
	f.finish(false)
	if f.failed {
		return nil
	}
	return policy
}

func (f *fields) readCapabilities() []string {
	var patterns []string
	f.decodeList("hostCapabilities", &patterns)
	for _, pattern := range patterns {
		if problem := describePattern(pattern); problem != "" {
			f.refuse("hostCapabilities", fmt.Sprintf("%q %s", pattern, problem))
		}
	}
	return patterns
}
