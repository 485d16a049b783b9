package toshim

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"gatehouse.internal/in-process/internal/review"
	"gatehouse.internal/in-process/internal/shimtest"
)

func scripted(rules string, fields map[string]any) map[string]any {
	policy := map[string]any{"module": "scripted", "settings": json.RawMessage(`{"rules":[` + rules + `]}`)}
	for name, value := range fields {
		policy[name] = value
	}
	return policy
}

func policies() shimtest.Policies {
	return shimtest.Policies{
		"allow":   scripted(``, nil),
		"deny":    scripted(`{"deny":{"message":"not this one","code":403},"warnings":["beware"],"auditAnnotations":{"team":"none"}}`, nil),
		"mutate":  scripted(`{"labels":{"team":"a"}}`, map[string]any{"allowedToMutate": true}),
		"watch":   scripted(`{"deny":{"message":"never seen"}}`, map[string]any{"policyMode": "monitor"}),
		"trap":    scripted(`{"fail":"trap"}`, nil),
		"forever": scripted(`{"fail":"loop"}`, map[string]any{"timeoutEvalSeconds": 20}),
		"missing": {"module": "/nowhere.wasm"},
	}
}

func question(uid string, names ...string) review.Request {
	const body = `{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":%q,
		"kind":{"group":"","version":"v1","kind":"ConfigMap"},"resource":{"group":"","version":"v1","resource":"configmaps"},
		"name":"c","namespace":"default","operation":"CREATE","userInfo":{"username":"alice"},
		"object":{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c","labels":{"x":"ä"}}}}}`
	return review.Request{Policies: names, UID: uid, Review: fmt.Appendf(nil, body, uid)}
}

func validator(t *testing.T, socket string) *Validator {
	v := New(socket)
	t.Cleanup(v.Close)
	return v
}

func TestEveryPolicyAnswersAsItsPolicyServerDoes(t *testing.T) {
	v := validator(t, shimtest.Start(t, policies()).Framed)
	names := []string{"deny", "allow", "nobody", "mutate", "watch", "missing", "trap"}
	answers := v.Review(t.Context(), question("u1", names...))
	told := func(i int) string {
		if err := answers[i].Err; err != nil {
			return "no verdict: " + err.Error()
		}
		response := answers[i].Response
		text := fmt.Sprintf("%v %s", response.Allowed, response.Patch)
		if response.Result != nil {
			text += fmt.Sprintf("%d %s", response.Result.Code, response.Result.Message)
		}
		return fmt.Sprintf("%s %v %v", text, response.Warnings, response.AuditAnnotations)
	}
	for i, expected := range []string{
		"false 403 not this one [beware] map[team:none]",
		"true  [] map[]",
		"no verdict: the shim answered 404: unknown policy: nobody",
		`true [{"op":"add","path":"/metadata/labels/team","value":"a"}] [] map[]`,
		"true  [] map[]",
		"no verdict: the shim answered 503: policy missing could not be loaded",
		"false 500 internal server error: ",
	} {
		if got := told(i); !strings.HasPrefix(got, expected) {
			t.Errorf("%s: %s", names[i], got)
		}
	}
}

func TestManyRequestsAtOnceHaveTheirOwnAnswers(t *testing.T) {
	v := validator(t, shimtest.Start(t, policies()).Framed)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var group sync.WaitGroup
	for i := range 200 {
		group.Go(func() {
			uid := fmt.Sprint("u", i)
			names := []string{"allow", "deny"}[i%2:]
			for j, answer := range v.Review(ctx, question(uid, names...)) {
				if answer.Err != nil || string(answer.Response.UID) != uid || answer.Response.Allowed != (names[j] == "allow") {
					t.Errorf("%s, %s: %v", uid, names[j], answer)
				}
			}
		})
	}
	group.Wait()
}

func TestWhoDoesNotWaitAnyMoreHoldsUpNobody(t *testing.T) {
	v := validator(t, shimtest.Start(t, policies(), "--workers", "1", "--queue", "0").Framed)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	answer := v.Review(ctx, question("u1", "forever"))[0]
	// a fifth of the time is left for the way back, so that it is the shim, as a rule, that says so
	if answer.Err == nil && answer.Response.Allowed {
		t.Errorf("%v", answer)
	}
	ctx, cancel = context.WithCancel(t.Context())
	go cancel()
	v.Review(ctx, question("u2", "forever"))
	ctx, cancel = context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for ctx.Err() == nil {
		if answer := v.Review(ctx, question("u3", "deny"))[0]; answer.Err == nil {
			return
		}
	}
	t.Error("the thread is busy still")
}

func TestATakeoverFailsNoRequest(t *testing.T) {
	folder := t.TempDir()
	start := func() *shimtest.Shim { return shimtest.StartIn(t, folder, policies(), "--takeover") }
	first := start()
	v := validator(t, first.Framed)
	over := make(chan struct{})
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for {
				select {
				case <-over:
					return
				default:
				}
				ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
				if answer := v.Review(ctx, question("u1", "allow"))[0]; answer.Err != nil {
					t.Error(answer.Err)
				}
				cancel()
			}
		})
	}
	second := start()
	first.Wait() // whoever was connected to it has left
	third := start()
	second.Wait()
	close(over)
	group.Wait()
	third.Stop(syscall.SIGTERM)
	if answer := v.Review(t.Context(), question("u1", "allow"))[0]; answer.Err == nil {
		t.Error("somebody answers still")
	}
}
