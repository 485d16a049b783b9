package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"
)

// where names the configuration in problems. The API server hands plugins the content alone, not the file that it came from.
const where = "AdmissionConfiguration, plugin WasmPolicy"

// Read takes the plugin's part of the AdmissionConfiguration. Unknown fields are errors, and all problems come at once.
func Read(reader io.Reader) (*Configuration, error) {
	if reader == nil {
		return nil, missing()
	}
	content, err := io.ReadAll(reader)
	if err != nil {
		return nil, fmt.Errorf("%s: cannot be read: %w", where, err)
	}
	if len(bytes.TrimSpace(content)) == 0 {
		return nil, missing()
	}
	asJSON, err := yaml.YAMLToJSONStrict(content)
	if err != nil {
		return nil, fmt.Errorf("%s: is no YAML: %w", where, err)
	}
	var given map[string]json.RawMessage
	if err := json.Unmarshal(asJSON, &given); err != nil {
		return nil, fmt.Errorf("%s: must be a map of fields", where)
	}
	c := &Configuration{}
	problems := c.decode(given)
	return c, errors.Join(append(problems, c.validate(problems)...)...)
}

func missing() error {
	return fmt.Errorf("%s: is missing. Give the plugin a configuration in the file of --admission-control-config-file, or turn the feature gate WasmPolicies off", where)
}

// decode reads each field by itself, so that one that is wrong hides no other.
func (c *Configuration) decode(given map[string]json.RawMessage) []error {
	fields := map[string]any{
		"apiVersion": &c.APIVersion, "kind": &c.Kind, "mode": &c.Mode, "policiesFile": &c.PoliciesFile, "modules": &c.Modules,
		"framedSocket": &c.FramedSocket, "compilationCache": &c.CompilationCache, "exclusions": &c.Exclusions,
	}
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(given)) {
		field, known := fields[name]
		switch {
		case !known:
			problems = append(problems, fmt.Errorf("%s: %s: is not a field here; the fields are %s", where, name, strings.Join(slices.Sorted(maps.Keys(fields)), ", ")))
		case json.Unmarshal(given[name], field) != nil:
			wanted := "a text"
			if name == "modules" {
				wanted = "a map from module to file"
			}
			problems = append(problems, &fieldProblem{name, fmt.Errorf("%s: %s: %s must be %s", where, name, given[name], wanted)})
		}
	}
	return problems
}

// fieldProblem is about a field that could not be read, of which nothing more is to be said.
type fieldProblem struct {
	field string
	error
}

func (c *Configuration) validate(told []error) (problems []error) {
	isTold := func(field string) bool {
		return slices.ContainsFunc(told, func(err error) bool {
			var problem *fieldProblem
			return errors.As(err, &problem) && problem.field == field
		})
	}
	add := func(field, value, what, hint string) {
		if !isTold(field) {
			problems = append(problems, fmt.Errorf("%s: %s: %q %s. %s", where, field, value, what, hint))
		}
	}
	if c.APIVersion != APIVersion {
		add("apiVersion", c.APIVersion, "is not known", "Write "+APIVersion+".")
	}
	if c.Kind != Kind {
		add("kind", c.Kind, "is not known", "Write "+Kind+".")
	}
	c.validatePaths(add)
	if c.Exclusions != "" && c.Exclusions != "default" && c.Exclusions != NoExclusions {
		add("exclusions", c.Exclusions, "is not known", "Write default or none, or leave the field out.")
	}
	switch {
	case c.Mode == InProcess && c.FramedSocket != "":
		add("framedSocket", c.FramedSocket, "has no meaning in mode InProcess", "Leave it out, or write mode: Shim.")
	case c.Mode == Shim && !filepath.IsAbs(c.FramedSocket):
		add("framedSocket", c.FramedSocket, "is no absolute path", "Mode Shim needs the shim's framed socket by its absolute path.")
	case c.Mode != InProcess && c.Mode != Shim:
		add("mode", string(c.Mode), "is not known", "Write InProcess or Shim.")
	}
	return problems
}

func (c *Configuration) validatePaths(add func(field, value, what, hint string)) {
	if !filepath.IsAbs(c.PoliciesFile) {
		add("policiesFile", c.PoliciesFile, "is no absolute path", "Name the file of policies by its absolute path.")
	}
	for _, module := range slices.Sorted(maps.Keys(c.Modules)) {
		if path := c.Modules[module]; !filepath.IsAbs(path) {
			add("modules["+module+"]", path, "is no absolute path", "Name the module's file by its absolute path.")
		}
	}
	if c.CompilationCache != "" && !filepath.IsAbs(c.CompilationCache) {
		add("compilationCache", c.CompilationCache, "is no absolute path", "Name a folder by its absolute path, or leave the field out.")
	}
}
