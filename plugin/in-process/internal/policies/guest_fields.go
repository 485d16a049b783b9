package policies

import (
	"encoding/json"
	"fmt"
	"math"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// readGuest reads what a policy and a group's member have in common.
func (f *fields) readGuest(id string, capabilities []string) *Guest {
	guest := &Guest{
		ID: id, Place: placeOf(f.document.file, f.node.Line), Module: f.required("module"), HostCapabilities: capabilities,
		Settings: f.readSettings(),
	}
	guest.File = f.readFile(guest.Module)
	if seconds := f.integer("timeoutEvalSeconds", 1, math.MaxInt32); seconds != nil {
		guest.Timeout = time.Duration(*seconds) * time.Second
	}
	f.decodeList("contextAwareResources", &guest.ContextAwareResources)
	for _, resource := range guest.ContextAwareResources {
		if resource.APIVersion == "" || resource.Kind == "" {
			f.refuse("contextAwareResources", "holds an entry without apiVersion or kind")
		}
	}
	return guest
}

func (f *fields) readSettings() json.RawMessage {
	node := f.get("settings")
	if node == nil {
		return json.RawMessage("{}")
	}
	if node.Kind != yaml.MappingNode {
		f.refuse("settings", "must be a map")
		return nil
	}
	return f.raw("settings")
}

// decodeList is lenient about fields that are not known.
func (f *fields) decodeList(name string, into any) {
	if raw := f.raw(name); raw != nil {
		if err := json.Unmarshal(raw, into); err != nil {
			f.refuse(name, strings.TrimPrefix(err.Error(), "json: "))
		}
	}
}

// readFile is the path of a module that is a file: without a scheme it is one if it begins with / or . or ends in .wasm.
func (f *fields) readFile(module string) string {
	scheme, rest, hasScheme := strings.Cut(module, "://")
	path := module
	switch {
	case hasScheme && strings.EqualFold(scheme, "file"):
		decoded, err := url.PathUnescape(rest)
		if err != nil || decoded == "" {
			f.refuse("module", fmt.Sprintf("is %q, which names no file", module))
			return ""
		}
		path = decoded
	case hasScheme, !strings.HasPrefix(module, "/") && !strings.HasPrefix(module, ".") && !strings.HasSuffix(module, ".wasm"):
		if hasScheme && !strings.EqualFold(scheme, "registry") && !strings.EqualFold(scheme, "https") && !strings.EqualFold(scheme, "http") {
			f.refuse("module", fmt.Sprintf("is %q, whose scheme must be registry, https, http or file", module))
		}
		return ""
	}
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(filepath.Dir(f.document.file), path)
}
