package inprocess

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	admissionv1 "k8s.io/api/admission/v1"

	"gatehouse.internal/in-process/internal/guesttest"
	"gatehouse.internal/in-process/internal/policies"
	"gatehouse.internal/in-process/internal/review"
)

const rules = `rules: [{apiGroups: [""], apiVersions: [v1], resources: [pods], operations: [CREATE]}]`

// withScripted loads policies of the sample `scripted`, which does what its settings say.
func withScripted(t *testing.T, text string) *Validator {
	t.Helper()
	text = strings.NewReplacer("SCRIPTED", "module: SAMPLES/scripted/policy.wasm", "RULES", rules).Replace(text)
	return load(t, text)
}

func describe(response *admissionv1.AdmissionResponse) string {
	said := fmt.Sprint(response.Allowed)
	if response.Result != nil {
		said += fmt.Sprintf(" %d %s", response.Result.Code, response.Result.Message)
		if response.Result.Details != nil {
			for _, cause := range response.Result.Details.Causes {
				said += fmt.Sprintf(" [%s %s]", cause.Field, cause.Message)
			}
		}
	}
	return said
}

func TestWhatAPolicyGotWrongIsADenialWithCode500(t *testing.T) {
	validator := withScripted(t, `
loops: {SCRIPTED, settings: {rules: [{fail: loop}]}, timeoutEvalSeconds: 1, RULES}
traps: {SCRIPTED, settings: {rules: [{fail: trap}]}, RULES}
mutates: {SCRIPTED, settings: {rules: [{labels: {a: b}}]}, RULES}
`)
	for id, want := range map[string]string{
		"loops":   "false 500 " + interrupted,
		"traps":   "false 500 internal server error: Guest call failure: guest trapped: unreachable",
		"mutates": "false 0 Request rejected by policy mutates. The policy attempted to mutate the request, but it is currently configured to not allow mutations.",
	} {
		if said := describe(ask(t, validator, podRequest(t, plain, id))); said != want {
			t.Errorf("%s: %s", id, said)
		}
	}
}

func TestAGuestThatIsNotDoneWhenNobodyWaitsAnyLongerDenies(t *testing.T) {
	validator := withScripted(t, `loops: {SCRIPTED, settings: {rules: [{fail: loop}]}, timeoutEvalSeconds: 9, RULES}`)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if said := describe(validator.Review(ctx, podRequest(t, plain, "loops"))[0].Response); said != "false 500 "+interrupted {
		t.Error(said)
	}
}

func TestARequestWhoseSenderIsGoneGetsNoAnswer(t *testing.T) {
	validator := withScripted(t, `loops: {SCRIPTED, settings: {rules: [{fail: loop}]}, timeoutEvalSeconds: 9, RULES}`)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	if answer := validator.Review(ctx, podRequest(t, plain, "loops"))[0]; answer.Err == nil {
		t.Errorf("%+v", answer.Response)
	}
}

func TestModeMessageAndExemptionsAreObeyed(t *testing.T) {
	validator := withScripted(t, `
monitored: {SCRIPTED, policyMode: monitor, settings: {rules: [{deny: {message: no}}]}, RULES}
reworded: {SCRIPTED, message: ask us, settings: {rules: [{deny: {message: no, code: 418}}]}, RULES}
exempted: {SCRIPTED, exemptions: [{namespaces: [default], reason: ticket}], settings: {rules: [{deny: {message: no}}]}, RULES}
expired: {SCRIPTED, exemptions: [{namespaces: [default], until: 2020-01-01T00:00:00Z, reason: ticket}], settings: {rules: [{deny: {message: no}}]}, RULES}
elsewhere: {SCRIPTED, exemptions: [{namespaces: [shop], reason: ticket}, {names: [q*], reason: ticket}], settings: {rules: [{deny: {message: no}}]}, RULES}
named: {SCRIPTED, exemptions: [{names: [p*], reason: ticket}], settings: {rules: [{deny: {message: no}}]}, RULES}
`)
	for id, want := range map[string]string{
		"monitored": "true", "reworded": "false 418 ask us [ no]", "exempted": "true", "expired": "false 0 no", "elsewhere": "false 0 no", "named": "true",
	} {
		if said := describe(ask(t, validator, podRequest(t, plain, id))); said != want {
			t.Errorf("%s: %s", id, said)
		}
	}
	annotations := ask(t, validator, podRequest(t, plain, "exempted")).AuditAnnotations
	if annotations["exempted"] != "exempted from policy exempted: ticket" {
		t.Error(annotations)
	}
}

func TestAGroupAsksItsMembers(t *testing.T) {
	member := `{SCRIPTED, settings: {rules: [{%s}]}}`
	text := ""
	for id, expression := range map[string]string{
		"both": "yes() && no()", "either": "no() || yes()", "not-failed": "!failed()", "not-mutating": "!mutates()",
	} {
		text += fmt.Sprintf("%s: {expression: %q, message: group says no, RULES, policies: {yes: %s, no: %s, failed: %s, mutates: %s}}\n", id, expression,
			fmt.Sprintf(member, ""), fmt.Sprintf(member, "deny: {message: not me}"), fmt.Sprintf(member, "fail: trap"), fmt.Sprintf(member, "labels: {a: b}"))
	}
	validator := withScripted(t, text)
	for id, want := range map[string]string{
		"both":         "false 0 group says no [spec.policies.no not me]",
		"either":       "true",
		"not-failed":   "false 0 group says no [spec.policies.failed internal server error: Guest call failure: guest trapped: unreachable]",
		"not-mutating": "false 0 group says no [spec.policies.mutates mutation is not allowed inside of policy group]",
	} {
		if said := describe(ask(t, validator, podRequest(t, plain, id))); said != want {
			t.Errorf("%s: %s", id, said)
		}
	}
}

func TestManyPoliciesAreAskedSideBySideAndAnswerInTheirOrder(t *testing.T) {
	text, ids := "", []string{}
	for index := range 20 {
		id := fmt.Sprintf("p%02d", index)
		ids = append(ids, id)
		text += fmt.Sprintf("%s: {SCRIPTED, settings: {rules: [{deny: {message: %s}}]}, RULES}\n", id, id)
	}
	for index, answer := range withScripted(t, text).Review(t.Context(), podRequest(t, plain, ids...)) {
		if answer.Err != nil || answer.Response.Result.Message != ids[index] {
			t.Errorf("%s: %+v", ids[index], answer)
		}
	}
}

func TestAllPoliciesThatCannotBeServedAreTold(t *testing.T) {
	folder := t.TempDir()
	wrong := filepath.Join(folder, "wrong.wasm")
	if err := os.WriteFile(wrong, []byte("no module"), 0o600); err != nil {
		t.Fatal(err)
	}
	sample, err := filepath.Abs(samples + "/require-labels/policy.wasm")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer("RULES", rules, "WRONG", wrong, "SAMPLE", sample).Replace(`
absent: {module: registry://ghcr.io/some/policy:v1, RULES}
aware: {module: SAMPLE, contextAwareResources: [{apiVersion: v1, kind: Pod}], RULES}
gone: {module: ./gone.wasm, RULES}
settings: {module: SAMPLE, settings: {required_labels: []}, RULES}
unasked: {module: ./gone.wasm}
wrong: {module: WRONG, RULES}
`)
	file := filepath.Join(folder, "policies.yml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	all, err := policies.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Load(t.Context(), all, Options{CompilationCache: cacheFolder(t)})
	for _, problem := range []string{
		`policies.yml:2: policy absent: module: "registry://ghcr.io/some/policy:v1" is nothing that is on this disk; name its file in the field modules`,
		"policies.yml:3: policy aware: contextAwareResources: nothing of the cluster can be read in process",
		"policies.yml:4: policy gone: module: " + filepath.Join(folder, "gone.wasm") + ": cannot be read",
		"policies.yml:5: policy settings: settings: are not valid: ",
		"policies.yml:7: policy wrong: module: " + wrong + ": cannot be compiled",
	} {
		if err == nil || !strings.Contains(err.Error(), problem) {
			t.Errorf("does not say %s:\n%v", problem, err)
		}
	}
	if err != nil && strings.Contains(err.Error(), "unasked") {
		t.Errorf("a policy without rules was loaded: %v", err)
	}
}

func TestHostCapabilitiesAreRefusedByTheirNames(t *testing.T) {
	granted, ungranted := &host{guest: &policies.Guest{ID: "p", HostCapabilities: []string{"kubernetes/*"}}}, &host{guest: &policies.Guest{ID: "p"}}
	for _, test := range []struct {
		host                          *host
		binding, namespace, operation string
		problem                       string
	}{
		{granted, "kubewarden", "kubernetes", "can_i", "the host capability 'kubernetes/can_i' is not there in process; run the policy in the shim"},
		{ungranted, "kubewarden", "kubernetes", "can_i", "Policy has not been granted access to the 'kubernetes/can_i' host capability. The violation has been reported."},
		{granted, "kubewarden", "kubernetes", "drop", "unknown operation: drop"},
		{granted, "kubewarden", "mail", "send", "unknown namespace: mail"},
		{granted, "other", "kubernetes", "can_i", "unknown binding: other"},
	} {
		if _, err := test.host.Call(test.binding, test.namespace, test.operation, nil); err == nil || err.Error() != test.problem {
			t.Error(err)
		}
	}
	if _, err := granted.Call("kubewarden", "tracing", "log", []byte(`{"level":"info","message":"hello","more":1}`)); err != nil {
		t.Error(err)
	}
}

func TestAPanicOfTheHostIsNoEndOfTheProcess(t *testing.T) {
	file := filepath.Join(t.TempDir(), "policy.wasm")
	if err := os.WriteFile(file, guesttest.Denying("no"), 0o600); err != nil {
		t.Fatal(err)
	}
	validator := load(t, "p: {module: "+file+", "+rules+"}")
	validator.policies["p"].guests["p"].module = nil
	if answer := validator.Review(t.Context(), podRequest(t, plain, "p"))[0]; answer.Err == nil || !strings.Contains(answer.Err.Error(), "panic") {
		t.Errorf("%+v", answer)
	}
	if answer := validator.Review(t.Context(), review.Request{Policies: []string{"nobody"}})[0]; answer.Err == nil {
		t.Errorf("%+v", answer)
	}
}
