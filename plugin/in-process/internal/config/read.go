package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"sigs.k8s.io/yaml"
)

// where names the configuration in problems. The API server hands plugins the content alone, not the file that it came from.
const where = "AdmissionConfiguration, plugin WasmPolicy"

// Read takes the plugin's part of the AdmissionConfiguration. Unknown fields are errors, and all problems come at once.
func Read(reader io.Reader) (*Configuration, error) {
	if reader == nil {
		return nil, problem("", "", "is missing", "Give the plugin a configuration in the file of --admission-control-config-file, or turn the feature gate WasmPolicies off.")
	}
	content, err := io.ReadAll(reader)
	if err != nil {
		return nil, fmt.Errorf("%s: cannot be read: %w", where, err)
	}
	if len(bytes.TrimSpace(content)) == 0 {
		return Read(nil)
	}
	asJSON, err := yaml.YAMLToJSONStrict(content)
	if err != nil {
		return nil, fmt.Errorf("%s: is no YAML: %w", where, err)
	}
	c := &Configuration{}
	decoder := json.NewDecoder(bytes.NewReader(asJSON))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(c); err != nil {
		return nil, fmt.Errorf("%s: %w. Fields: apiVersion, kind, mode, policiesFile, modules, framedSocket, compilationCache, exclusions", where, err)
	}
	if err := c.validate(); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *Configuration) validate() error {
	var problems []error
	add := func(field, value, what, hint string) { problems = append(problems, problem(field, value, what, hint)) }
	if c.APIVersion != APIVersion {
		add("apiVersion", c.APIVersion, "is not known", "Write "+APIVersion+".")
	}
	if c.Kind != Kind {
		add("kind", c.Kind, "is not known", "Write "+Kind+".")
	}
	if c.PoliciesFile == "" || !filepath.IsAbs(c.PoliciesFile) {
		add("policiesFile", c.PoliciesFile, "is no absolute path", "Name the file of policies by its absolute path.")
	}
	for module, path := range c.Modules {
		if !filepath.IsAbs(path) {
			add("modules["+module+"]", path, "is no absolute path", "Name the module's file by its absolute path.")
		}
	}
	if c.CompilationCache != "" && !filepath.IsAbs(c.CompilationCache) {
		add("compilationCache", c.CompilationCache, "is no absolute path", "Name a folder by its absolute path, or leave the field out.")
	}
	if c.Exclusions != "" && c.Exclusions != "default" && c.Exclusions != NoExclusions {
		add("exclusions", c.Exclusions, "is not known", "Write default or none, or leave the field out.")
	}
	switch c.Mode {
	case InProcess:
		if c.FramedSocket != "" {
			add("framedSocket", c.FramedSocket, "has no meaning in mode InProcess", "Leave it out, or write mode: Shim.")
		}
	case Shim:
		if !filepath.IsAbs(c.FramedSocket) {
			add("framedSocket", c.FramedSocket, "is no absolute path", "Mode Shim needs the shim's framed socket by its absolute path.")
		}
	default:
		add("mode", string(c.Mode), "is not known", "Write InProcess or Shim.")
	}
	return errors.Join(problems...)
}

func problem(field, value, what, hint string) error {
	if field == "" {
		return fmt.Errorf("%s: %s. %s", where, what, hint)
	}
	return fmt.Errorf("%s: %s: %q %s. %s", where, field, value, what, hint)
}
