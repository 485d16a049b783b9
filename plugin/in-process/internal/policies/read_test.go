package policies

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func read(t testing.TB, text string) ([]*Policy, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "policies.yml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return Read(file)
}

const rules = `rules: [{apiGroups: [""], apiVersions: [v1], resources: [pods], operations: [CREATE]}]`

func TestAnEntryIsReadWithItsDefaultsAndItsNumbersAsTheyStand(t *testing.T) {
	all, err := read(t, `
b: {module: ./b.wasm}
a:
  module: registry://ghcr.io/some/policy:v1
  policyMode: monitor
  allowedToMutate: true
  mutates: metadata
  settings: {big: 9007199254740993, one: 1.0, octal: 010, text: "1", none: null, list: [true, yes]}
  message: no
  timeoutEvalSeconds: 3
  hostCapabilities: ["oci/*"]
  namespacedName: {Namespace: "", Name: a}
  failurePolicy: Ignore
  timeoutSeconds: 5
  `+rules)
	if err != nil {
		t.Fatal(err)
	}
	a, b := all[0], all[1]
	if settings := `{"big":9007199254740993,"one":1.0,"octal":10,"text":"1","none":null,"list":[true,"yes"]}`; string(a.Guest.Settings) != settings {
		t.Errorf("settings: %s", a.Guest.Settings)
	}
	if !a.Monitor || !a.AllowedToMutate || !a.MetadataOnly || a.Message != "no" || a.Guest.Timeout != 3*time.Second || a.Guest.File != "" {
		t.Errorf("%+v, %+v", a, a.Guest)
	}
	if *a.Registration.FailurePolicy != "Ignore" || *a.Registration.TimeoutSeconds != 5 || a.Registration.Rules[0].Resources[0] != "pods" {
		t.Errorf("%+v", a.Registration)
	}
	if b.Registration != nil || string(b.Guest.Settings) != "{}" || filepath.Base(b.Guest.File) != "b.wasm" || !filepath.IsAbs(b.Guest.File) {
		t.Errorf("%+v, %+v", b, b.Guest)
	}
}

func TestAllThatIsWrongIsToldAtOnceWithFileLineAndField(t *testing.T) {
	_, err := read(t, `a/b: {module: x.wasm}
bad:
  policyMode: strict
  ruels: []
  timeoutEvalSeconds: 0.5
  settings: []
  failurePolicy: Ignore
  hostCapabilities: ["oci/v3/verify"]
late: {module: x.wasm, timeoutEvalSeconds: 11, `+rules+`}
idle: {module: x.wasm, reinvocationPolicy: Never, `+rules+`}
odd: {module: "ftp://x", `+strings.Replace(rules, "apiGroups", "apiGroup", 1)+`}
late: {module: y.wasm}
`)
	if err == nil {
		t.Fatal("was taken")
	}
	for _, problem := range []string{
		"policies.yml:1: a/b: is no policy id",
		"policies.yml:3: bad.module: is missing",
		`policies.yml:3: bad.policyMode: is "strict", must be one of ["protect" "monitor"]`,
		"policies.yml:4: bad.ruels: is not a field here; did you mean rules?",
		"policies.yml:5: bad.timeoutEvalSeconds: is 0.5, must be a whole number",
		"policies.yml:6: bad.settings: must be a map",
		"policies.yml:7: bad.failurePolicy: does nothing without rules",
		`policies.yml:8: bad.hostCapabilities: "oci/v3/verify" is none of`,
		"policies.yml:9: late.timeoutEvalSeconds: is 11, longer than the API server waits",
		"policies.yml:10: idle.reinvocationPolicy: is for mutating policies",
		`policies.yml:11: odd.rules: unknown field "apiGroup"`,
		`policies.yml:11: odd.module: is "ftp://x", whose scheme must be`,
		"policies.yml:12: late: is there twice",
	} {
		if !strings.Contains(err.Error(), problem) {
			t.Errorf("does not say %s", problem)
		}
	}
	if t.Failed() {
		t.Log(err)
	}
}

func TestExemptionsAreReadAndThoseOfEverybodyRefused(t *testing.T) {
	all, err := read(t, `
p:
  module: p.wasm
  exemptions:
    - {users: [bob], until: 2026-12-31T00:00:00Z, reason: ticket}
    - {groups: [ops], names: [debug-*], reason: on call}
`)
	if err != nil || len(all[0].Exemptions) != 2 || all[0].Exemptions[0].Until.Year() != 2026 {
		t.Fatal(all, err)
	}
	for text, problem := range map[string]string{
		`{reason: all}`: "exempts every request; say whom",
		`{groups: [system:authenticated], reason: all}`: "exempts every request of system:authenticated",
		`{users: ["b*"], reason: x}`:                    "only names may end in *",
		`{users: [bob]}`:                                "reason: is missing",
		`{users: [bob], reason: x, namespace: [a]}`:     "did you mean namespaces?",
		`{users: [bob], reason: x, until: tomorrow}`:    "must be a time",
	} {
		if _, err := read(t, "p: {module: p.wasm, exemptions: ["+text+"]}"); err == nil || !strings.Contains(err.Error(), problem) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestPolicyResourcesAreReadUnderKubewardensIds(t *testing.T) {
	all, err := read(t, `
apiVersion: policies.kubewarden.io/v1
kind: ClusterAdmissionPolicy
metadata: {name: labels, annotations: {gatehouse.internal/exemptions: "[{users: [bob], reason: ticket}]"}}
spec: {module: a.wasm, mutating: true, policyServer: default, `+rules+`}
---
apiVersion: v1
kind: List
items:
- apiVersion: policies.kubewarden.io/v1
  kind: AdmissionPolicy
  metadata: {name: labels, namespace: shop}
  spec: {module: a.wasm, mutating: false, mode: monitor, `+rules+`}
- apiVersion: policies.kubewarden.io/v1
  kind: ClusterAdmissionPolicyGroup
  metadata: {name: group}
  spec: {expression: a() || b(), message: no, policies: {a: {module: a.wasm}, b: {module: b.wasm}}, `+rules+`}
- {apiVersion: policies.kubewarden.io/v1, kind: PolicyServer, metadata: {name: default}}
`)
	if err != nil {
		t.Fatal(err)
	}
	namespaced, cluster, group := all[0], all[1], all[2]
	if namespaced.ID != "kw.ap.shop.labels" || !namespaced.Monitor || namespaced.Registration.NamespaceSelector.MatchLabels["kubernetes.io/metadata.name"] != "shop" {
		t.Errorf("%+v", namespaced)
	}
	if cluster.ID != "kw.cap.labels" || !cluster.AllowedToMutate || cluster.Guest.HostCapabilities[0] != "*" || len(cluster.Exemptions) != 1 {
		t.Errorf("%+v", cluster)
	}
	if group.ID != "kw.capg.group" || group.Guests()[1].ID != "kw.capg.group/b" {
		t.Errorf("%+v", group)
	}
	if _, err := read(t, "apiVersion: v1\nkind: Secret\nmetadata: {name: a}"); err == nil || !strings.Contains(err.Error(), "policy resources are of policies.kubewarden.io/v1") {
		t.Error(err)
	}
}

func TestWhatIsWrongInAGroupIsToldAtItsMember(t *testing.T) {
	_, err := read(t, `
g:
  expression: a() && c() && b
  message: no
  allowedToMutate: true
  policies:
    a: {module: a.wasm, message: no}
    b: {settings: {}}
    1c: {module: a.wasm}
h: {expression: a(1) + 1, message: no, policies: {a: {module: a.wasm}}}
`)
	for _, problem := range []string{
		"g: is a group, which never mutates", "g.policies.a.message: is not a field here", "g.policies.b.module: is missing",
		"g.policies.1c: policy group member name is invalid", "h.expression: only calls of members",
	} {
		if err == nil || !strings.Contains(err.Error(), problem) {
			t.Errorf("does not say %s:\n%v", problem, err)
		}
	}
}

// FuzzRead: no text ends the reader, and what it takes can be asked.
func FuzzRead(f *testing.F) {
	f.Add("a: {module: x.wasm, " + rules + "}")
	f.Add("a: &a [*a]")
	f.Add("a: &a {b: &b [1, 2], c: [*b, *b]}\n<<: *a")
	f.Add("kind: List\nitems: [{}]")
	f.Fuzz(func(t *testing.T, text string) {
		found := &problems{}
		for _, document := range parseDocuments("f.yml", []byte(text), found) {
			for _, policy := range document.read() {
				if policy.ID == "" || len(policy.Guests()) == 0 {
					t.Errorf("%+v", policy)
				}
			}
		}
	})
}
