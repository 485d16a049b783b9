package wasmpolicy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/admission"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/kubernetes/scheme"

	"gatehouse.internal/in-process/internal/hooks"
	"gatehouse.internal/in-process/internal/metrics"
	"gatehouse.internal/in-process/internal/policies"
	"gatehouse.internal/in-process/internal/review"
)

// scripted answers by policy, and writes down what it was asked.
type scripted struct {
	mutex   sync.Mutex
	asked   []review.Request
	answers map[string]func(object map[string]any) review.Answer
}

func (s *scripted) Review(_ context.Context, request review.Request) []review.Answer {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.asked = append(s.asked, request)
	var object map[string]any
	_ = json.Unmarshal(request.Object(), &object)
	var answers []review.Answer
	for _, id := range request.Policies {
		if answer := s.answers[id]; answer != nil {
			answers = append(answers, answer(object))
		} else {
			answers = append(answers, review.Answer{Response: &admissionv1.AdmissionResponse{Allowed: true}})
		}
	}
	return answers
}

func (s *scripted) policies() []string {
	var ids []string
	for _, request := range s.asked {
		ids = append(ids, request.Policies...)
	}
	return ids
}

func deny(message string) func(map[string]any) review.Answer {
	return func(map[string]any) review.Answer {
		return review.Answer{Response: &admissionv1.AdmissionResponse{Result: &metav1.Status{Message: message, Code: 422}}}
	}
}

func fail(map[string]any) review.Answer { return review.Answer{Err: errors.New("nobody is there")} }

func patch(operations string) func(map[string]any) review.Answer {
	kind := admissionv1.PatchTypeJSONPatch
	return func(map[string]any) review.Answer {
		return review.Answer{Response: &admissionv1.AdmissionResponse{Allowed: true, Patch: []byte(operations), PatchType: &kind}}
	}
}

const pods = `rules: [{apiGroups: [""], apiVersions: [v1], resources: [pods], operations: [CREATE]}]`

// newTestPlugin is the plugin as the API server initializes it, with namespaces default and kube-system.
func newTestPlugin(t *testing.T, text string, answers map[string]func(map[string]any) review.Answer) (*Plugin, *scripted) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "policies.yml")
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(text, "PODS", pods)), 0o600); err != nil {
		t.Fatal(err)
	}
	all, err := policies.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	set, err := hooks.New(all, hooks.Options{})
	if err != nil {
		t.Fatal(err)
	}
	validator := &scripted{answers: answers}
	plugin, err := newPlugin(set, validator)
	if err != nil {
		t.Fatal(err)
	}
	metrics.Register()
	client := fake.NewClientset(namespace("default", nil), namespace("kube-system", nil), namespace("shop", map[string]string{"team": "shop"}))
	factory := informers.NewSharedInformerFactory(client, 0)
	plugin.SetExternalKubeClientSet(client)
	plugin.SetExternalKubeInformerFactory(factory)
	plugin.SetExcludedAdmissionResources([]schema.GroupResource{{Group: "authorization.k8s.io", Resource: "subjectaccessreviews"}})
	if err := plugin.ValidateInitialization(); err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	t.Cleanup(func() { close(stop) })
	factory.Start(stop)
	factory.WaitForCacheSync(stop)
	return plugin, validator
}

// The label of its name is on every namespace that an API server gives out.
func namespace(name string, labels map[string]string) *corev1.Namespace {
	all := map[string]string{corev1.LabelMetadataName: name}
	maps.Copy(all, labels)
	return &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: all}}
}

func pod(namespace string) *corev1.Pod {
	return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "p", Namespace: namespace}, Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "c", Image: "a"}}}}
}

func creation(object *corev1.Pod) admission.Attributes {
	return admission.NewAttributesRecord(object, nil, corev1.SchemeGroupVersion.WithKind("Pod"), object.Namespace, object.Name,
		corev1.SchemeGroupVersion.WithResource("pods"), "", admission.Create, &metav1.CreateOptions{}, false,
		&user.DefaultInfo{Name: "alice", Groups: []string{"devs"}})
}

func objectInterfaces() admission.ObjectInterfaces {
	return &admission.RuntimeObjectInterfaces{
		ObjectCreater: scheme.Scheme, ObjectTyper: scheme.Scheme, ObjectDefaulter: scheme.Scheme,
		ObjectConvertor: runtime.UnsafeObjectConvertor(scheme.Scheme), EquivalentResourceMapper: runtime.NewEquivalentResourceRegistry(),
	}
}

func TestPoliciesThatAgreeAreAskedOneQuestion(t *testing.T) {
	plugin, validator := newTestPlugin(t, `
a: {module: a.wasm, PODS}
b: {module: b.wasm, PODS}
impatient: {module: b.wasm, PODS, timeoutSeconds: 3}
served-only: {module: c.wasm}
`, nil)
	if err := plugin.Validate(t.Context(), creation(pod("default")), objectInterfaces()); err != nil {
		t.Fatal(err)
	}
	var questions []string
	for _, request := range validator.asked {
		questions = append(questions, strings.Join(request.Policies, "+"))
	}
	slices.Sort(questions)
	if fmt.Sprint(questions) != "[a+b impatient]" {
		t.Error(questions)
	}
	var sent admissionv1.AdmissionReview
	if err := json.Unmarshal(validator.asked[0].Review, &sent); err != nil {
		t.Fatal(err)
	}
	if sent.Request.UserInfo.Username != "alice" || string(sent.Request.UID) != validator.asked[0].UID || sent.Kind != "AdmissionReview" {
		t.Errorf("%+v", sent)
	}
	if strings.Contains(string(validator.asked[0].AdmissionRequest()), "null") {
		t.Errorf("holds what is absent: %s", validator.asked[0].AdmissionRequest())
	}
}

func TestWhoIsNotConcernedIsNotAsked(t *testing.T) {
	plugin, validator := newTestPlugin(t, `
by-namespace: {module: a.wasm, PODS, namespaceSelector: {matchLabels: {team: shop}}}
by-object: {module: a.wasm, PODS, objectSelector: {matchLabels: {app: web}}}
by-condition: {module: a.wasm, PODS, matchConditions: [{name: bob, expression: request.userInfo.username == 'bob'}]}
by-rule: {module: a.wasm, rules: [{apiGroups: [apps], apiVersions: [v1], resources: [deployments], operations: ["*"]}]}
all: {module: a.wasm, PODS}
`, nil)
	for _, test := range []struct{ namespace, asked string }{
		{"default", "[all]"}, {"shop", "[all by-namespace]"}, {"kube-system", "[]"},
	} {
		validator.asked = nil
		if err := plugin.Validate(t.Context(), creation(pod(test.namespace)), objectInterfaces()); err != nil {
			t.Fatal(err)
		}
		if asked := fmt.Sprint(validator.policies()); asked != test.asked {
			t.Errorf("in %s: %s", test.namespace, asked)
		}
	}
}

func TestADenialReachesTheClientInThePolicysWords(t *testing.T) {
	plugin, _ := newTestPlugin(t, `no: {module: a.wasm, PODS}`, map[string]func(map[string]any) review.Answer{"no": deny("not today")})
	err := plugin.Validate(t.Context(), creation(pod("default")), objectInterfaces())
	status, ok := err.(apierrors.APIStatus)
	if !ok || status.Status().Code != 422 || err.Error() != `admission policy "no.policy.gatehouse.internal" denied the request: not today` {
		t.Errorf("%v", err)
	}
}

func TestWithoutAnAnswerFailurePolicyDecides(t *testing.T) {
	for text, fails := range map[string]bool{
		`p: {module: a.wasm, PODS}`:                                               true,
		`p: {module: a.wasm, PODS, failurePolicy: Ignore}`:                        false,
		`p: {module: a.wasm, PODS, allowedToMutate: true}`:                        true,
		`p: {module: a.wasm, PODS, allowedToMutate: true, failurePolicy: Ignore}`: false,
	} {
		plugin, _ := newTestPlugin(t, text, map[string]func(map[string]any) review.Answer{"p": fail})
		err := errors.Join(
			plugin.Admit(t.Context(), creation(pod("default")), objectInterfaces()),
			plugin.Validate(t.Context(), creation(pod("default")), objectInterfaces()))
		if fails != (err != nil) || fails && !strings.Contains(err.Error(), "nobody is there") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestMutatingPoliciesAreAskedInTheOrderOfTheirIdsAndSeeWhatTheOnesBeforeMade(t *testing.T) {
	var seen []any
	plugin, validator := newTestPlugin(t, `
b-second: {module: a.wasm, PODS, allowedToMutate: true}
a-first: {module: a.wasm, PODS, allowedToMutate: true}
`, map[string]func(map[string]any) review.Answer{
		"a-first": patch(`[{"op":"add","path":"/metadata/labels","value":{"by":"a"}}]`),
		"b-second": func(object map[string]any) review.Answer {
			seen = append(seen, object["metadata"].(map[string]any)["labels"])
			return patch(`[{"op":"replace","path":"/metadata/labels/by","value":"b"}]`)(object)
		},
	})
	object := pod("default")
	if err := plugin.Admit(t.Context(), creation(object), objectInterfaces()); err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(validator.policies()) != "[a-first b-second]" || fmt.Sprint(seen) != "[map[by:a]]" || object.Labels["by"] != "b" {
		t.Error(validator.policies(), seen, object.Labels)
	}
}

func TestAPatchThatCannotBeAppliedEndsTheRequestAndOneThatIsNoneIsNoAnswer(t *testing.T) {
	for operations, problems := range map[string][2]string{
		`[{"op":"remove","path":"/metadata/labels/absent"}]`:     {"cannot be applied", "cannot be applied"},
		`[{"op":"replace","path":"/spec/containers","value":1}]`: {"cannot be read", "cannot be read"},
		`{}`: {"its patch cannot be read", ""},
	} {
		for index, failurePolicy := range []string{"Fail", "Ignore"} {
			plugin, _ := newTestPlugin(t, `m: {module: a.wasm, PODS, allowedToMutate: true, failurePolicy: `+failurePolicy+`}`,
				map[string]func(map[string]any) review.Answer{"m": patch(operations)})
			err := plugin.Admit(t.Context(), creation(pod("default")), objectInterfaces())
			if problem := problems[index]; (err != nil) != (problem != "") || err != nil && !strings.Contains(err.Error(), problem) {
				t.Errorf("%s under %s: %v", operations, failurePolicy, err)
			}
		}
	}
}

func TestPoliciesAreAskedAgainIfTheyWantToAndSomebodyChangedTheObject(t *testing.T) {
	plugin, validator := newTestPlugin(t, `
again: {module: a.wasm, PODS, allowedToMutate: true, reinvocationPolicy: IfNeeded}
changes: {module: a.wasm, PODS, allowedToMutate: true}
`, map[string]func(map[string]any) review.Answer{"changes": patch(`[{"op":"add","path":"/metadata/labels","value":{"by":"a"}}]`)})
	attributes := creation(pod("default"))
	// as the API server does it
	rounds := attributes.GetReinvocationContext()
	if err := plugin.Admit(t.Context(), attributes, objectInterfaces()); err != nil || !rounds.ShouldReinvoke() {
		t.Fatal(err, rounds.ShouldReinvoke())
	}
	rounds.SetIsReinvoke()
	if err := plugin.Admit(t.Context(), attributes, objectInterfaces()); err != nil {
		t.Fatal(err)
	}
	if asked := fmt.Sprint(validator.policies()); asked != "[again changes again]" {
		t.Error(asked)
	}
}

// warnings gathers what a client would be told.
