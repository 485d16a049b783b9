// Package jsondiff finds the JSON Patch that makes one document of another.
package jsondiff

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Operation is one of a JSON Patch. https://www.rfc-editor.org/rfc/rfc6902
type Operation struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value,omitempty"`
}

// MarshalJSON keeps a value of null, which means something.
func (o Operation) MarshalJSON() ([]byte, error) {
	if o.Op == "remove" {
		return json.Marshal(map[string]string{"op": o.Op, "path": o.Path})
	}
	return json.Marshal(map[string]any{"op": o.Op, "path": o.Path, "value": o.Value})
}

// What the API server takes in a patch that a client sends; more is no mutation but another object.
const maxOperations = 10_000

// Diff adds, removes and replaces; arrays are compared index by index, as Kubewarden's policy server does it. Numbers that mean
// the same are left as they stand, and labels or annotations that were emptied are taken for removed, as the API server does.
func Diff(before, after []byte) ([]Operation, error) {
	original, err := parse(before)
	if err != nil {
		return nil, fmt.Errorf("the object cannot be read: %w", err)
	}
	mutated, err := parse(after)
	if err != nil {
		return nil, fmt.Errorf("the mutated object cannot be read: %w", err)
	}
	dropEmptiedMaps(mutated, original)
	d := &differ{}
	d.values(original, mutated, "")
	if len(d.operations) > maxOperations {
		return nil, fmt.Errorf("policy changed more than %d places", maxOperations)
	}
	return d.operations, nil
}

func parse(document []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(document))
	decoder.UseNumber()
	var value any
	return value, decoder.Decode(&value)
}

type differ struct{ operations []Operation }

func (d *differ) emit(op, path string, value any) {
	if len(d.operations) <= maxOperations {
		d.operations = append(d.operations, Operation{op, path, value})
	}
}

func (d *differ) values(before, after any, path string) {
	switch before := before.(type) {
	case map[string]any:
		if after, ok := after.(map[string]any); ok {
			d.objects(before, after, path)
			return
		}
	case []any:
		if after, ok := after.([]any); ok {
			d.arrays(before, after, path)
			return
		}
	default:
		if isSameScalar(before, after) {
			return
		}
	}
	d.emit("replace", path, after)
}

func (d *differ) objects(before, after map[string]any, path string) {
	for _, name := range slices.Sorted(maps.Keys(before)) {
		member := path + "/" + escape(name)
		if kept, ok := after[name]; ok {
			d.values(before[name], kept, member)
		} else {
			d.emit("remove", member, nil)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(after)) {
		if _, ok := before[name]; !ok {
			d.emit("add", path+"/"+escape(name), after[name])
		}
	}
}

func (d *differ) arrays(before, after []any, path string) {
	for index, value := range after {
		element := path + "/" + strconv.Itoa(index)
		if index < len(before) {
			d.values(before[index], value, element)
		} else {
			d.emit("add", element, value)
		}
	}
	// each removal moves the rest forward, so that all happen at one index
	for range before[min(len(after), len(before)):] {
		d.emit("remove", path+"/"+strconv.Itoa(len(after)), nil)
	}
}

func isSameScalar(before, after any) bool {
	left, isNumber := before.(json.Number)
	right, isOther := after.(json.Number)
	if isNumber && isOther {
		return isSameNumber(string(left), string(right))
	}
	switch after.(type) {
	case map[string]any, []any:
		return false
	}
	return before == after
}

// https://www.rfc-editor.org/rfc/rfc6901#section-3
func escape(name string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}

// For its own kinds the API server drops such a map when it reads the patched object, and for custom ones it keeps it.
func dropEmptiedMaps(mutated, original any) {
	metadata, before := metadataOf(mutated), metadataOf(original)
	for _, name := range []string{"labels", "annotations"} {
		if isEmpty(metadata[name]) && !isEmpty(before[name]) {
			delete(metadata, name)
		}
	}
}

func metadataOf(object any) map[string]any {
	fields, _ := object.(map[string]any)
	metadata, _ := fields["metadata"].(map[string]any)
	return metadata
}

func isEmpty(value any) bool {
	members, ok := value.(map[string]any)
	return ok && len(members) == 0
}
