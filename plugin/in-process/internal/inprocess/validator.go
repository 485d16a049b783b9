// Package inprocess is the mode InProcess: guests in the API server's own process.
package inprocess

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	admissionv1 "k8s.io/api/admission/v1"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/klog/v2"

	"gatehouse.internal/in-process/internal/guest"
	"gatehouse.internal/in-process/internal/metrics"
	"gatehouse.internal/in-process/internal/policies"
	"gatehouse.internal/in-process/internal/review"
	"gatehouse.internal/in-process/internal/verdict"
)

// defaultTimeout limits an evaluation unless the policy says otherwise, as the shim's does.
const defaultTimeout = 2 * time.Second

// Kubewarden's words for a policy that was interrupted; clients match on them.
const (
	interrupted     = "Policy execution interrupted because it exceeded the allowed execution time"
	regoInterrupted = "internal server error: guest code interrupted, execution deadline exceeded"
)

// Validator runs policies in this process.
type Validator struct {
	policies map[string]*loadedPolicy
	// Guests compute, and compete with the API server for its processors and its memory: more at a time would only make each later.
	slots chan struct{}
}

var _ review.Validator = (*Validator)(nil)

type loadedPolicy struct {
	*policies.Policy
	mode    verdict.Mode
	guests  map[string]*loadedGuest
	members map[string]string
}

type loadedGuest struct {
	*policies.Guest
	module  *guest.Module
	timeout time.Duration
}

func newValidator() *Validator {
	return &Validator{policies: map[string]*loadedPolicy{}, slots: make(chan struct{}, max(8, 4*runtime.GOMAXPROCS(0)))}
}

// Review asks the policies side by side.
func (v *Validator) Review(ctx context.Context, request review.Request) []review.Answer {
	answers := make([]review.Answer, len(request.Policies))
	if len(request.Policies) == 1 {
		answers[0] = v.ask(ctx, request.Policies[0], request)
		return answers
	}
	var group sync.WaitGroup
	for index, id := range request.Policies {
		group.Go(func() { answers[index] = v.ask(ctx, id, request) })
	}
	group.Wait()
	return answers
}

func (v *Validator) ask(ctx context.Context, id string, request review.Request) (answer review.Answer) {
	// a mistake of ours must not be the end of the API server
	defer func() {
		if thrown := recover(); thrown != nil {
			utilruntime.HandleError(fmt.Errorf("policy %s: panic: %v", id, thrown))
			answer = review.Answer{Err: fmt.Errorf("policy %s: panic: %v", id, thrown)}
		}
	}()
	policy, ok := v.policies[id]
	if !ok {
		return review.Answer{Err: fmt.Errorf("there is no policy %s", id)}
	}
	if exemption := findExemption(policy.Exemptions, request, time.Now()); exemption != nil {
		return review.Answer{Response: answerExempted(request.UID, id, exemption)}
	}
	started := time.Now()
	own, err := v.judge(ctx, policy, request)
	if err != nil {
		metrics.Evaluations.Observe(ctx, id, metrics.Unanswered, time.Since(started))
		return review.Answer{Err: err}
	}
	metrics.Evaluations.Observe(ctx, id, metrics.VerdictOf(own), time.Since(started))
	if policy.Monitor {
		logMonitored(policy, own)
	}
	return review.Answer{Response: policy.mode.Apply(own)}
}

func logMonitored(policy *loadedPolicy, own *admissionv1.AdmissionResponse) {
	message, code := "", int32(0)
	if own.Result != nil {
		message, code = own.Result.Message, own.Result.Code
	}
	klog.InfoS("policy evaluation (monitor mode)", "policy", policy.ID, "uid", own.UID, "allowed", own.Allowed,
		"mutated", own.Patch != nil, "code", code, "message", message)
}

// judge is the policy's own verdict. A guest that fails is a denial, as is one that is not done when nobody waits any longer: else a
// guest could choose to be ignored. An error means that there was no time to ask, or that nobody wants to know.
func (v *Validator) judge(ctx context.Context, policy *loadedPolicy, request review.Request) (*admissionv1.AdmissionResponse, error) {
	if policy.Group != nil {
		return v.judgeGroup(ctx, policy, request)
	}
	return v.evaluate(ctx, policy.guests[policy.ID], request)
}

func (v *Validator) evaluate(ctx context.Context, asked *loadedGuest, request review.Request) (*admissionv1.AdmissionResponse, error) {
	select {
	case v.slots <- struct{}{}:
		defer func() { <-v.slots }()
	case <-ctx.Done():
		return nil, fmt.Errorf("policy %s was not asked: %d evaluations were under way until its time was up", asked.ID, cap(v.slots))
	}
	limited, cancel := context.WithTimeout(ctx, asked.timeout)
	defer cancel()
	host := &host{guest: asked.Guest}
	defer host.close()
	response, err := asked.module.Validate(limited, guest.Question{
		UID: request.UID, Request: request.AdmissionRequest(), Object: request.Object(), Settings: asked.Settings, Host: host,
	})
	if err == nil {
		return response, nil
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return nil, fmt.Errorf("policy %s: %w", asked.ID, ctx.Err())
	}
	return verdict.Reject(request.UID, describeFailure(err, asked.module.Metadata.ExecutionMode)), nil
}

func describeFailure(err error, mode guest.Mode) string {
	var failure *guest.Failure
	switch {
	case !errors.As(err, &failure):
		return "internal server error: " + err.Error()
	case failure.Late && (mode == guest.OPA || mode == guest.Gatekeeper):
		return regoInterrupted
	case failure.Late:
		return interrupted
	case failure.Plain:
		return failure.Message
	default:
		return "internal server error: " + failure.Message
	}
}
