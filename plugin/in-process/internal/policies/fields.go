package policies

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// fields are the members of one map, read by name; null means absent, as in Kubernetes and Kubewarden. What is wrong with them is
// added to the document's problems.
type fields struct {
	document *document
	node     *yaml.Node
	path     string
	members  map[string]member
	known    []string
	// failed says that something was wrong with this map or below.
	failed bool
}

type member struct{ key, value *yaml.Node }

func (d *document) fieldsOf(node *yaml.Node, path string) *fields {
	f := &fields{document: d, node: node, path: path, members: map[string]member{}}
	resolved := resolve(node)
	if resolved == nil || resolved.Kind != yaml.MappingNode {
		f.failed = true
		d.refuse(node, path, "must be a map")
		return f
	}
	for index := 0; index+1 < len(resolved.Content); index += 2 {
		key, value := resolve(resolved.Content[index]), resolved.Content[index+1]
		if _, ok := f.members[key.Value]; ok {
			f.refuseAt(key, key.Value, "is there twice")
		}
		f.members[key.Value] = member{key, value}
	}
	return f
}

func (f *fields) refuse(name, message string) {
	node := f.node
	if at, ok := f.members[name]; ok {
		node = at.key
	}
	f.refuseAt(node, name, message)
}

func (f *fields) refuseAt(node *yaml.Node, name, message string) {
	f.failed = true
	f.document.refuse(node, joinPath(f.path, name), message)
}

func joinPath(path, name string) string { return strings.Trim(path+"."+name, ".") }

// get is a field's value, nil if it is absent.
func (f *fields) get(name string) *yaml.Node {
	if !slices.Contains(f.known, name) {
		f.known = append(f.known, name)
	}
	found, ok := f.members[name]
	if !ok || isNull(found.value) {
		return nil
	}
	return resolve(found.value)
}

func (f *fields) has(name string) bool { return f.get(name) != nil }

// raw is a field's value as JSON, nil if it is absent.
func (f *fields) raw(name string) json.RawMessage {
	node := f.get(name)
	if node == nil {
		return nil
	}
	raw, err := f.document.toJSON(node)
	if err != nil {
		f.refuse(name, err.Error())
		return nil
	}
	return raw
}

func (f *fields) text(name string) string {
	node := f.get(name)
	if node == nil {
		return ""
	}
	if node.Kind != yaml.ScalarNode || slices.Contains([]string{"!!int", "!!float", "!!bool"}, node.ShortTag()) {
		f.refuse(name, "must be a text")
		return ""
	}
	return node.Value
}

func (f *fields) required(name string) string {
	if !f.has(name) {
		f.refuse(name, "is missing")
		return ""
	}
	text := f.text(name)
	if text == "" && !f.failed {
		f.refuse(name, "must be non-empty")
	}
	return text
}

func (f *fields) boolean(name string) bool {
	node := f.get(name)
	if node != nil && node.ShortTag() != "!!bool" {
		f.refuse(name, "must be true or false")
	}
	return node != nil && strings.EqualFold(node.Value, "true")
}

// integer is nil if the field is absent.
func (f *fields) integer(name string, least, most int32) *int32 {
	raw := f.raw(name)
	if raw == nil {
		return nil
	}
	var number float64
	if json.Unmarshal(raw, &number) != nil || number != math.Trunc(number) || number < float64(least) || number > float64(most) {
		f.refuse(name, fmt.Sprintf("is %s, must be a whole number from %d to %d", raw, least, most))
		return nil
	}
	value := int32(number)
	return &value
}

// oneOf is nil if the field is absent.
func oneOf[T ~string](f *fields, name string, values ...T) *T {
	if !f.has(name) {
		return nil
	}
	text := T(f.text(name))
	if slices.Contains(values, text) {
		return &text
	}
	f.refuse(name, fmt.Sprintf("is %q, must be one of %q", text, values))
	return nil
}

// decode reads a field into a type of Kubernetes; its unknown fields are errors.
func (f *fields) decode(name string, into any) bool {
	raw := f.raw(name)
	if raw == nil {
		return false
	}
	// null leaves a field as it is, which is what absent means
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		f.refuse(name, strings.TrimPrefix(err.Error(), "json: "))
		return false
	}
	return true
}

// finish reports what is no field: every one, or those that look like a misspelt field, as ignoring `ruels` would leave a policy
// unregistered.
func (f *fields) finish(refuseUnknown bool) {
	for _, name := range slices.Sorted(maps.Keys(f.members)) {
		found := f.members[name]
		if slices.Contains(f.known, name) {
			continue
		}
		near := slices.IndexFunc(f.known, func(known string) bool { return isNear(strings.ToLower(name), strings.ToLower(known)) })
		switch {
		case near >= 0:
			f.refuseAt(found.key, name, fmt.Sprintf("is not a field here; did you mean %s?", f.known[near]))
		case refuseUnknown:
			f.refuseAt(found.key, name, "is not a field here; the fields are "+strings.Join(f.known, ", "))
		}
	}
}

// isNear: at most two letters added, dropped or changed (Levenshtein); short names are never near.
func isNear(left, right string) bool {
	if min(len(left), len(right)) < 4 || max(len(left)-len(right), len(right)-len(left)) > 2 {
		return false
	}
	row := make([]int, len(right)+1)
	for at := range row {
		row[at] = at
	}
	for i := range len(left) {
		next := []int{i + 1}
		for j := range len(right) {
			changed := row[j]
			if left[i] != right[j] {
				changed++
			}
			next = append(next, min(changed, row[j+1]+1, next[j]+1))
		}
		row = next
	}
	return row[len(right)] <= 2
}
