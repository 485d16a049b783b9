package wasmpolicy

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/admission"
	auditinternal "k8s.io/apiserver/pkg/apis/audit"
	"k8s.io/apiserver/pkg/audit"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/warning"
	"k8s.io/component-base/metrics/legacyregistry"

	"gatehouse.internal/in-process/internal/review"
)

type warnings struct{ texts []string }

func (w *warnings) AddWarning(_, text string) { w.texts = append(w.texts, text) }

func TestWarningsAndAuditAnnotationsArePassedOn(t *testing.T) {
	plugin, _ := newTestPlugin(t, `w: {module: a.wasm, PODS}`, map[string]func(map[string]any) review.Answer{
		"w": func(map[string]any) review.Answer {
			return review.Answer{Response: &admissionv1.AdmissionResponse{Allowed: true, Warnings: []string{"careful"}, AuditAnnotations: map[string]string{"seen": "yes"}}}
		},
	})
	heard := &warnings{}
	ctx := audit.WithAuditContext(warning.WithWarningRecorder(t.Context(), heard))
	log := audit.AuditContextFrom(ctx)
	if err := log.Init(audit.RequestAuditConfig{Level: auditinternal.LevelMetadata}, nil); err != nil {
		t.Fatal(err)
	}
	if err := admission.WithAudit(plugin).(admission.ValidationInterface).Validate(ctx, creation(pod("default")), objectInterfaces()); err != nil {
		t.Fatal(err)
	}
	if seen, _ := log.GetEventAnnotation("w.policy.gatehouse.internal/seen"); seen != "yes" {
		t.Error(log.GetEventAnnotations())
	}
	if fmt.Sprint(heard.texts) != "[careful]" {
		t.Error(heard.texts)
	}
}

func TestARequestWhoseTimeIsUpIsNotPutToPolicies(t *testing.T) {
	plugin, validator := newTestPlugin(t, `p: {module: a.wasm, PODS}`, nil)
	ctx, cancel := context.WithTimeout(t.Context(), time.Nanosecond)
	defer cancel()
	<-ctx.Done()
	if err := plugin.Validate(ctx, creation(pod("default")), objectInterfaces()); !apierrors.IsTimeout(err) || len(validator.asked) > 0 {
		t.Error(err, validator.asked)
	}
}

func TestQuestionsAboutWhoMayWhatAreNotPutToPolicies(t *testing.T) {
	plugin, validator := newTestPlugin(t, `p: {module: a.wasm, rules: [{apiGroups: ["*"], apiVersions: ["*"], resources: ["*"], operations: ["*"]}]}`, nil)
	attributes := admission.NewAttributesRecord(nil, nil, schema.GroupVersionKind{Group: "authorization.k8s.io", Version: "v1", Kind: "SubjectAccessReview"}, "", "",
		schema.GroupVersionResource{Group: "authorization.k8s.io", Version: "v1", Resource: "subjectaccessreviews"}, "", admission.Create, nil, false, &user.DefaultInfo{})
	if err := plugin.Validate(t.Context(), attributes, objectInterfaces()); err != nil || len(validator.asked) > 0 {
		t.Error(err, validator.asked)
	}
}

func TestADryRunIsPutToPoliciesAsOne(t *testing.T) {
	plugin, validator := newTestPlugin(t, `p: {module: a.wasm, PODS, sideEffects: NoneOnDryRun}`, nil)
	object := pod("default")
	attributes := admission.NewAttributesRecord(object, nil, corev1.SchemeGroupVersion.WithKind("Pod"), "default", "p",
		corev1.SchemeGroupVersion.WithResource("pods"), "", admission.Create, &metav1.CreateOptions{}, true, &user.DefaultInfo{})
	if err := plugin.Validate(t.Context(), attributes, objectInterfaces()); err != nil {
		t.Fatal(err)
	}
	if request := string(validator.asked[0].AdmissionRequest()); !strings.Contains(request, `"dryRun":true`) {
		t.Error(request)
	}
}

func TestRejectionsAreOnTheAPIServersMetrics(t *testing.T) {
	plugin, _ := newTestPlugin(t, `counted: {module: a.wasm, PODS}
uncounted: {module: a.wasm, PODS, failurePolicy: Ignore}`, map[string]func(map[string]any) review.Answer{"counted": deny("no"), "uncounted": fail})
	if err := plugin.Validate(t.Context(), creation(pod("default")), objectInterfaces()); err == nil {
		t.Fatal("was allowed")
	}
	families, err := legacyregistry.DefaultGatherer.Gather()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			found[family.GetName()] += fmt.Sprintln(metric.GetLabel())
		}
	}
	if text := found["gatehouse_wasm_policy_rejections_total"]; !strings.Contains(text, `value:"counted"`) || !strings.Contains(text, `value:"policy"`) {
		t.Error(text)
	}
	if text := found["gatehouse_wasm_policy_failed_open_total"]; !strings.Contains(text, `value:"uncounted"`) {
		t.Error(text)
	}
}
