package verdict

import (
	"strings"
	"testing"

	admissionv1 "k8s.io/api/admission/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const object = `{"metadata":{"name":"a"},"spec":{}}`

func responseTo(t *testing.T, answer string, object []byte) *admissionv1.AdmissionResponse {
	t.Helper()
	response, err := FromValidationResponse([]byte(answer), "u", object)
	if err != nil {
		t.Fatal(err)
	}
	return response
}

func TestAGuestsAnswerBecomesAResponse(t *testing.T) {
	r := responseTo(t, `{"accepted":false,"message":"no","code":418,"warnings":["w"],"audit_annotations":{"a":"b"},"mutated_object":null,"more":1}`, []byte(object))
	if r.Allowed || r.UID != "u" || r.Result.Message != "no" || r.Result.Code != 418 || r.Warnings[0] != "w" || r.AuditAnnotations["a"] != "b" || r.Patch != nil {
		t.Errorf("%+v", r)
	}
	r = responseTo(t, `{"accepted":true,"message":null,"mutated_object":{"metadata":{"name":"b"},"spec":{}}}`, []byte(object))
	if !r.Allowed || r.Result != nil || string(r.Patch) != `[{"op":"replace","path":"/metadata/name","value":"b"}]` || *r.PatchType != admissionv1.PatchTypeJSONPatch {
		t.Errorf("%+v %s", r, r.Patch)
	}
	if r = responseTo(t, `{"accepted":true,"mutated_object":`+object+`}`, []byte(object)); r.Patch != nil || r.PatchType != nil {
		t.Errorf("the same object is a patch: %s", r.Patch)
	}
	if r = responseTo(t, `{"accepted":true,"mutated_object":{}}`, nil); r.Allowed || r.Result.Message != mutatedWithoutObject {
		t.Errorf("%+v", r)
	}
	// names are exact: encoding/json alone would take this one
	if _, err := FromValidationResponse([]byte(`{"Accepted":true}`), "u", nil); err == nil {
		t.Error("Accepted was taken for accepted")
	}
}

func TestAnAnswerOfOPAKeepsItsPatchAndLosesItsUID(t *testing.T) {
	r, err := FromAdmissionResponse([]byte(`{"allowed":true,"uid":"x","patchType":"JSONPatch","patch":"W3sib3AiOiJyZW1vdmUiLCJwYXRoIjoiL2EifV0="}`), "u")
	if err != nil || r.UID != "u" || string(r.Patch) != `[{"op":"remove","path":"/a"}]` {
		t.Error(r, err)
	}
	for _, answer := range []string{`{}`, `null`, `{"allowed":1}`, `{"allowed":true,"patch":"e30="}`, `{"allowed":true,"patch":"W3t9XQ==","patchType":"Merge"}`} {
		if r, err := FromAdmissionResponse([]byte(answer), "u"); err == nil {
			t.Errorf("%s was taken: %+v", answer, r)
		}
	}
}

func TestTheOperatorsWishesComeLast(t *testing.T) {
	patched := func(patch string) *admissionv1.AdmissionResponse {
		r := Allow("u")
		setPatch(r, []byte(patch))
		return r
	}
	label := `[{"op":"add","path":"/metadata/labels/a","value":"b"}]`
	spec := `[{"op":"add","path":"/metadata/labels","value":{"a":"b"}},{"op":"remove","path":"/spec"}]`
	for name, test := range map[string]struct {
		mode     Mode
		own      *admissionv1.AdmissionResponse
		allowed  bool
		message  string
		hasPatch bool
	}{
		"monitor":              {Mode{Monitor: true}, Deny("u", "no", 1), true, "", false},
		"monitor drops":        {Mode{Monitor: true, AllowedToMutate: true}, patched(label), true, "", false},
		"may not mutate":       {Mode{ID: "p"}, patched(label), false, "Request rejected by policy p. The policy attempted to mutate", false},
		"may mutate":           {Mode{AllowedToMutate: true}, patched(spec), true, "", true},
		"labels only":          {Mode{AllowedToMutate: true, MetadataOnly: true}, patched(label), true, "", true},
		"labels only, breach":  {Mode{AllowedToMutate: true, MetadataOnly: true}, patched(spec), false, "attempted to change /spec", false},
		"labels are strings":   {Mode{AllowedToMutate: true, MetadataOnly: true}, patched(`[{"op":"add","path":"/metadata/labels/a","value":1}]`), false, "/metadata/labels/a", false},
		"own words":            {Mode{Message: "ask us"}, Deny("u", "no", 1), false, "ask us", false},
		"own words only if no": {Mode{Message: "ask us"}, Allow("u"), true, "", false},
	} {
		got := test.mode.Apply(test.own)
		message := ""
		if got.Result != nil {
			message = got.Result.Message
		}
		if got.Allowed != test.allowed || !strings.Contains(message, test.message) || (got.Patch != nil) != test.hasPatch {
			t.Errorf("%s: %+v", name, got)
		}
	}
	causes := Mode{Message: "ask us"}.Apply(Deny("u", "no", 1)).Result.Details.Causes
	if len(causes) != 1 || causes[0] != (metav1.StatusCause{Message: "no"}) {
		t.Errorf("%+v", causes)
	}
}

// FuzzValidationResponse: an answer is a verdict or an error, and never both.
func FuzzValidationResponse(f *testing.F) {
	f.Add(`{"accepted":true,"mutated_object":{"metadata":{"labels":{}}},"code":1e3}`)
	f.Add(`{"accepted":true,"warnings":[null],"audit_annotations":{"a":null}}`)
	f.Fuzz(func(t *testing.T, answer string) {
		response, err := FromValidationResponse([]byte(answer), "u", []byte(object))
		if err == nil && (response.Patch != nil) != (response.PatchType != nil) {
			t.Errorf("%+v", response)
		}
		_, _ = FromAdmissionResponse([]byte(answer), "u")
	})
}
