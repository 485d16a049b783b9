package wasmpolicy

import (
	"context"
	"fmt"
	"net/http"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/uuid"
	"k8s.io/apiserver/pkg/admission"
	"k8s.io/apiserver/pkg/admission/plugin/webhook/generic"
	webhookrequest "k8s.io/apiserver/pkg/admission/plugin/webhook/request"
	"k8s.io/apiserver/pkg/warning"
	"k8s.io/klog/v2"

	"gatehouse.internal/in-process/internal/hooks"
	"gatehouse.internal/in-process/internal/metrics"
	"gatehouse.internal/in-process/internal/review"
)

// Phases, as upstream's metrics of webhooks call them.
const (
	admit    = "admit"
	validate = "validating"
)

// asked is a hook that a request concerns.
type asked struct {
	hook       *hooks.Hook
	invocation *generic.WebhookInvocation
}

// ask puts one question to hooks that want the same object and wait the same time.
func (p *Plugin) ask(ctx context.Context, attributes *admission.VersionedAttributes, group []asked) ([]review.Answer, error) {
	uid := types.UID(uuid.NewUUID())
	request, err := review.New(webhookrequest.CreateV1AdmissionReview(uid, attributes, group[0].invocation).Request)
	if err != nil {
		return nil, apierrors.NewInternalError(fmt.Errorf("the request cannot be written for policies: %w", err))
	}
	for _, one := range group {
		request.Policies = append(request.Policies, one.hook.Policy.ID)
	}
	ctx, cancel := context.WithTimeout(ctx, group[0].hook.Timeout)
	defer cancel()
	answers := p.validator.Review(ctx, request)
	if len(answers) != len(group) {
		return nil, apierrors.NewInternalError(fmt.Errorf("%d policies were asked, and %d answered", len(group), len(answers)))
	}
	return answers, nil
}

// settle passes on what a policy has to say, and gives the error that its answer comes to; nil if the request may go on.
func (one asked) settle(ctx context.Context, phase string, attributes admission.Attributes, answer review.Answer) error {
	hook, id := one.hook, one.hook.Policy.ID
	if answer.Err == nil && answer.Response == nil {
		answer.Err = fmt.Errorf("policy %s gave no answer", id)
	}
	if answer.Err != nil {
		return one.settleFailure(ctx, phase, attributes, answer.Err)
	}
	for key, value := range answer.Response.AuditAnnotations {
		if err := attributes.AddAnnotation(hook.Name+"/"+key, value); err != nil {
			klog.Warningf("Failed to set admission audit annotation %s/%s of policy %s: %v", hook.Name, key, id, err)
		}
	}
	for _, text := range answer.Response.Warnings {
		warning.AddWarning(ctx, "", text)
	}
	if answer.Response.Allowed {
		return nil
	}
	metrics.Rejections.Add(ctx, id, phase, metrics.ByPolicy)
	return denied(hook.Name, answer.Response.Result)
}

func (one asked) settleFailure(ctx context.Context, phase string, attributes admission.Attributes, failure error) error {
	id := one.hook.Policy.ID
	if !one.hook.FailOpen {
		metrics.Rejections.Add(ctx, id, phase, metrics.ByFailure)
		klog.Warningf("Failed asking policy %s, failing closed: %v", id, failure)
		return apierrors.NewInternalError(fmt.Errorf("failed asking policy %q: %w", one.hook.Name, failure))
	}
	metrics.FailedOpen.Add(ctx, id, phase)
	klog.Warningf("Failed asking policy %s, failing open: %v", id, failure)
	if err := attributes.AddAnnotation(one.hook.Name+"/failed-open", phase); err != nil {
		klog.Warningf("Failed to set admission audit annotation of policy %s: %v", id, err)
	}
	if ctx.Err() != nil {
		// the request's own time is up, not only the policy's
		return timedOut()
	}
	return nil
}

func timedOut() error {
	return apierrors.NewTimeoutError("request did not complete within requested timeout", 0)
}

// denied is what a client is told, in the form of upstream's word for webhooks.
func denied(name string, result *metav1.Status) error {
	status := metav1.Status{}
	if result != nil {
		status = *result
	}
	// nobody takes a success for a denial
	status.Code = max(status.Code, http.StatusBadRequest)
	status.Status = metav1.StatusFailure
	by := fmt.Sprintf("admission policy %q denied the request", name)
	switch {
	case status.Message != "":
		status.Message = by + ": " + status.Message
	case status.Reason != "":
		status.Message = by + ": " + string(status.Reason)
	default:
		status.Message = by + " without explanation"
	}
	return &apierrors.StatusError{ErrStatus: status}
}
