package review

import (
	"encoding/json"
	"testing"

	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

func TestARequestIsWrittenOnceAndItsPartsAreFoundInIt(t *testing.T) {
	yes := true
	object := &corev1.ConfigMap{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"}, ObjectMeta: metav1.ObjectMeta{Name: "<c>"}}
	request, err := New(&admissionv1.AdmissionRequest{
		UID: "u", Operation: admissionv1.Update, DryRun: &yes, Namespace: "n",
		Object: runtime.RawExtension{Object: object}, OldObject: runtime.RawExtension{Raw: []byte(`{"old":1}`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"metadata":{"name":"<c>"},"kind":"ConfigMap","apiVersion":"v1"}`; string(request.Object()) != want &&
		string(request.Object()) != `{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"<c>"}}` {
		t.Errorf("object: %s", request.Object())
	}
	var review admissionv1.AdmissionReview
	var inner admissionv1.AdmissionRequest
	if err := json.Unmarshal(request.Review, &review); err != nil {
		t.Fatal(err, string(request.Review))
	}
	if err := json.Unmarshal(request.AdmissionRequest(), &inner); err != nil {
		t.Fatal(err, string(request.AdmissionRequest()))
	}
	if review.Request.UID != "u" || inner.Namespace != "n" || !*inner.DryRun || string(inner.OldObject.Raw) != `{"old":1}` || inner.Options.Raw != nil {
		t.Errorf("%s", request.Review)
	}
}

func TestADeletionHasNoObject(t *testing.T) {
	request, err := New(&admissionv1.AdmissionRequest{UID: "u", Operation: admissionv1.Delete})
	if err != nil || request.Object() != nil {
		t.Error(string(request.Object()), err)
	}
}
