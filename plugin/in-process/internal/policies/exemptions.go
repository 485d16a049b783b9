package policies

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Exemption are requests that a policy is not asked about. What is given must all match; of a field's values one must.
type Exemption struct {
	Namespaces, Users, Groups []string
	// Names are names of objects; a trailing * makes one a prefix.
	Names []string
	// Until is when it ends; zero for never.
	Until  time.Time
	Reason string
}

const maxExemptions = 100

// Groups that the API server itself puts everybody into.
var everybody = []string{"system:authenticated", "system:unauthenticated"}

func (f *fields) readExemptions(name string) []Exemption {
	node := f.get(name)
	if node == nil {
		return nil
	}
	return f.exemptionsIn(node, name)
}

func (f *fields) exemptionsIn(node *yaml.Node, name string) []Exemption {
	if node.Kind != yaml.SequenceNode || len(node.Content) > maxExemptions {
		f.refuse(name, fmt.Sprintf("must be a list of at most %d exemptions", maxExemptions))
		return nil
	}
	var exemptions []Exemption
	for index, item := range node.Content {
		entry := f.document.fieldsOf(item, fmt.Sprintf("%s[%d]", joinPath(f.path, name), index))
		exemption := entry.readExemption()
		// an ignored condition would exempt more than was meant
		entry.finish(true)
		f.failed = f.failed || entry.failed
		exemptions = append(exemptions, exemption)
	}
	return exemptions
}

func (f *fields) readExemption() Exemption {
	exemption := Exemption{
		Namespaces: f.values("namespaces", false), Users: f.values("users", false), Groups: f.values("groups", false),
		Names: f.values("names", true), Reason: strings.TrimSpace(f.required("reason")),
	}
	if exemption.Reason == "" && f.has("reason") || len(exemption.Reason) > 1000 {
		f.refuse("reason", "must hold from 1 to 1000 characters")
	}
	if f.has("until") {
		until, err := time.Parse(time.RFC3339, f.text("until"))
		if err != nil {
			f.refuse("until", fmt.Sprintf("is %q; must be a time as 2026-12-31T00:00:00Z", f.text("until")))
		}
		exemption.Until = until
	}
	if f.has("namespaces") || f.has("users") || f.has("names") {
		return exemption
	}
	if !f.has("groups") {
		f.refuse("", "exempts every request; say whom or what it is for with namespaces, users, groups or names")
	}
	for _, group := range exemption.Groups {
		if slices.Contains(everybody, group) {
			f.refuse("", fmt.Sprintf("exempts every request of %s; add namespaces, users or names, or name another group", group))
		}
	}
	return exemption
}

func (f *fields) values(name string, prefixes bool) []string {
	if !f.has(name) {
		return nil
	}
	var values []string
	f.decodeList(name, &values)
	if len(values) == 0 {
		f.refuse(name, "must hold one value at least")
	}
	for _, value := range values {
		rest := value
		if prefixes {
			rest = strings.TrimSuffix(value, "*")
		}
		if rest == "" || strings.Contains(rest, "*") {
			f.refuse(name, fmt.Sprintf("is %q; only names may end in *, and everything else is compared as it is", value))
		}
	}
	return values
}
