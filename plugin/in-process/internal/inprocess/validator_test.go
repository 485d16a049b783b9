package inprocess

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	admissionv1 "k8s.io/api/admission/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"gatehouse.internal/in-process/internal/policies"
	"gatehouse.internal/in-process/internal/review"
)

const samples = "../../../../policies"

func load(t *testing.T, text string) *Validator {
	t.Helper()
	folder, err := filepath.Abs(samples)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "policies.yml")
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(text, "SAMPLES", folder)), 0o600); err != nil {
		t.Fatal(err)
	}
	all, err := policies.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	validator, err := Load(t.Context(), all, Options{CompilationCache: cacheFolder(t)})
	if err != nil {
		t.Fatal(err)
	}
	return validator
}

func cacheFolder(t *testing.T) string {
	folder := filepath.Join(os.TempDir(), "gatehouse-test-wazero")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	return folder
}

func podRequest(t *testing.T, object string, ids ...string) review.Request {
	t.Helper()
	request, err := review.New(&admissionv1.AdmissionRequest{
		UID: "u-1", Kind: metav1.GroupVersionKind{Version: "v1", Kind: "Pod"},
		Resource:  metav1.GroupVersionResource{Version: "v1", Resource: "pods"},
		Operation: admissionv1.Create, Namespace: "default", Name: "p", Object: runtime.RawExtension{Raw: []byte(object)},
	})
	if err != nil {
		t.Fatal(err)
	}
	request.Policies = ids
	return request
}

func ask(t *testing.T, validator *Validator, request review.Request) *admissionv1.AdmissionResponse {
	t.Helper()
	answer := validator.Review(context.Background(), request)[0]
	if answer.Err != nil {
		t.Fatal(answer.Err)
	}
	return answer.Response
}

const (
	privileged = `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"a","securityContext":{"privileged":true}}]}}`
	plain      = `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"a"}]}}`
)

func TestSamplePoliciesOfEveryKindGiveTheirVerdicts(t *testing.T) {
	all, err := policies.Read(samples + "/policies.yml")
	if err != nil {
		t.Fatal(err)
	}
	validator, err := Load(t.Context(), all, Options{CompilationCache: cacheFolder(t)})
	if err != nil {
		t.Fatal(err)
	}
	for id, message := range map[string]string{
		"pod-privileged": "Privileged container is not allowed: c",    // Rust, waPC
		"require-labels": "Required labels are missing: app, version", // Rust, waPC
		"image-sources":  "a has no fixed version",                    // Rego for OPA
		"ingress-tls":    "only Ingresses can be judged, not Pod",     // Go, a WASI command
		"service-types":  "only Services can be judged, not Pod",      // JavaScript, a WASI command
	} {
		if response := ask(t, validator, podRequest(t, privileged, id)); response.Allowed || response.Result.Message != message {
			t.Errorf("%s answered %v, %v", id, response.Allowed, response.Result)
		}
	}
	for _, id := range []string{"host-namespaces", "replica-limits"} { // AssemblyScript, and Rego for Gatekeeper
		if response := ask(t, validator, podRequest(t, plain, id)); !response.Allowed || response.Patch != nil {
			t.Errorf("%s answered %v, %v", id, response.Allowed, response.Result)
		}
	}
	response := ask(t, validator, podRequest(t, plain, "default-seccomp-profile"))
	if patch := `[{"op":"add","path":"/spec/securityContext","value":{"seccompProfile":{"type":"RuntimeDefault"}}}]`; string(response.Patch) != patch {
		t.Errorf("default-seccomp-profile gave the patch %s", response.Patch)
	}
}
