package hooks

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"gatehouse.internal/in-process/internal/policies"
)

func hooksOf(t *testing.T, text string) (Set, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "policies.yml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	all, err := policies.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	return New(all, Options{})
}

// The file is what the generator of webhook configurations gives, which a test beside it holds.
func TestNamesAndExclusionsAreThoseOfTheGeneratedWebhooks(t *testing.T) {
	content, err := os.ReadFile("testdata/as-webhooks.json")
	if err != nil {
		t.Fatal(err)
	}
	var webhooks struct {
		Names      map[string]string
		Exclusions []struct {
			Entry struct {
				Rules             []admissionregistrationv1.RuleWithOperations
				NamespaceSelector *metav1.LabelSelector
			}
			Leaves struct {
				MatchConditions   []admissionregistrationv1.MatchCondition
				NamespaceSelector *metav1.LabelSelector
			}
		}
	}
	if err := json.Unmarshal(content, &webhooks); err != nil {
		t.Fatal(err)
	}
	for id, name := range webhooks.Names {
		if NameOf(id) != name {
			t.Errorf("%s is called %s, and not %s", id, NameOf(id), name)
		}
	}
	for _, exclusions := range webhooks.Exclusions {
		conditions, selector := exclude(exclusions.Entry.Rules, exclusions.Entry.NamespaceSelector)
		if !slices.Equal(conditions, exclusions.Leaves.MatchConditions) || !reflect.DeepEqual(selector, exclusions.Leaves.NamespaceSelector) {
			t.Errorf("%v: %v, %v", exclusions.Entry, conditions, selector)
		}
	}
}

func TestPoliciesWithRulesBecomeHooksOfTheirPhase(t *testing.T) {
	set, err := hooksOf(t, `
z: {module: a.wasm, allowedToMutate: true, reinvocationPolicy: IfNeeded, rules: [{apiGroups: [""], apiVersions: [v1], resources: [pods], operations: [CREATE]}]}
m: {module: a.wasm, allowedToMutate: true, rules: [{apiGroups: [""], apiVersions: [v1], resources: [pods], operations: [CREATE]}]}
v: {module: a.wasm, failurePolicy: Ignore, timeoutSeconds: 3, rules: [{apiGroups: [""], apiVersions: [v1], resources: [pods], operations: [CREATE]}]}
served: {module: a.wasm}
`)
	if err != nil {
		t.Fatal(err)
	}
	if len(set.Mutating) != 2 || set.Mutating[0].Policy.ID != "m" || !set.Mutating[1].Reinvoke || set.Mutating[0].Timeout != 10*time.Second {
		t.Errorf("%+v", set.Mutating)
	}
	if len(set.Validating) != 1 || !set.Validating[0].FailOpen || set.Validating[0].Timeout != 3*time.Second {
		t.Errorf("%+v", set.Validating)
	}
}

func TestRulesAndConditionsAreCheckedAsTheAPIServerChecksThem(t *testing.T) {
	_, err := hooksOf(t, `
bad:
  module: a.wasm
  rules: [{apiGroups: ["*", apps], apiVersions: [v1], resources: [pods], operations: [WATCH]}]
  objectSelector: {matchExpressions: [{key: a, operator: In}]}
  matchConditions: [{name: broken, expression: request.}, {name: typed, expression: "1 + 1"}]
taken:
  module: a.wasm
  rules: [{apiGroups: [""], apiVersions: [v1], resources: [pods], operations: [CREATE]}]
  matchConditions: [{name: exclude.gatehouse.internal/leases, expression: "true"}]
`)
	for _, problem := range []string{
		"policies.yml:2: bad.rules[0].apiGroups: Invalid value",
		`bad.rules[0].operations[0]: Unsupported value: "WATCH"`,
		"bad.objectSelector.matchExpressions[0].values: Required value",
		"bad.matchConditions[6].expression: Invalid value",
		"bad.matchConditions[7].expression: Invalid value",
		`taken.matchConditions: the name "exclude.gatehouse.internal/leases" is reserved`,
	} {
		if err == nil || !strings.Contains(err.Error(), problem) {
			t.Errorf("does not say %s:\n%v", problem, err)
		}
	}
}
