package config

import (
	"strings"
	"testing"
)

const good = `
apiVersion: gatehouse.dev/v1alpha1
kind: WasmPolicyConfiguration
mode: InProcess
policiesFile: /etc/gatehouse/policies.yml
modules: {"registry://ghcr.io/some/policy:v1": /var/lib/gatehouse/store/policy.wasm}
compilationCache: /var/cache/gatehouse
`

func TestAConfigurationIsReadAsItIsWritten(t *testing.T) {
	c, err := Read(strings.NewReader(good))
	if err != nil {
		t.Fatal(err)
	}
	if c.Mode != InProcess || c.Modules["registry://ghcr.io/some/policy:v1"] != "/var/lib/gatehouse/store/policy.wasm" {
		t.Errorf("%+v", c)
	}
	shim := strings.NewReplacer("InProcess", "Shim\nframedSocket: /run/gatehouse/framed.sock").Replace(good)
	if c, err = Read(strings.NewReader(shim)); err != nil || c.FramedSocket != "/run/gatehouse/framed.sock" {
		t.Error(c, err)
	}
}

func TestAllProblemsAreToldAtOnceEachWithFieldValueAndWayOut(t *testing.T) {
	_, err := Read(strings.NewReader(`
apiVersion: v1
kind: Something
mode: Remote
policiesFile: policies.yml
modules: {a: b.wasm}
exclusions: some
compilationCache: cache
framedSocket: 3
modulez: {}
`))
	if err == nil {
		t.Fatal("was taken")
	}
	for _, problem := range []string{
		`apiVersion: "v1" is not known. Write gatehouse.dev/v1alpha1.`,
		`kind: "Something" is not known. Write WasmPolicyConfiguration.`,
		`mode: "Remote" is not known. Write InProcess or Shim.`,
		`policiesFile: "policies.yml" is no absolute path.`,
		`modules[a]: "b.wasm" is no absolute path.`,
		`exclusions: "some" is not known.`,
		`compilationCache: "cache" is no absolute path`,
		`framedSocket: 3 must be a text`,
		`modulez: is not a field here`,
	} {
		if !strings.Contains(err.Error(), "AdmissionConfiguration, plugin WasmPolicy: "+problem) {
			t.Errorf("does not say %s:\n%v", problem, err)
		}
	}
}

func TestWhatIsNotOneConfigurationIsRefused(t *testing.T) {
	for text, problem := range map[string]string{
		"":                          "is missing. Give the plugin a configuration",
		good + "modulez: {}\n":      "modulez: is not a field here; the fields are apiVersion, compilationCache",
		good + "mode: Shim\n":       "is no YAML",
		good + "framedSocket: /a\n": "has no meaning in mode InProcess",
		strings.ReplaceAll(good, "InProcess", "Shim"): "Mode Shim needs the shim's framed socket",
		"[]": "must be a map of fields",
	} {
		if _, err := Read(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), problem) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := Read(nil); err == nil {
		t.Error("nothing was taken")
	}
}

// FuzzRead: a configuration that is taken is one that could be used.
func FuzzRead(f *testing.F) {
	f.Add(good)
	f.Add("apiVersion: [")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Read(strings.NewReader(text))
		if err == nil && (c.PoliciesFile == "" || c.Mode != InProcess && c.Mode != Shim || c.Mode == Shim && c.FramedSocket == "") {
			t.Errorf("%+v", c)
		}
	})
}
