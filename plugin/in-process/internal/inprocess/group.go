package inprocess

import (
	"context"

	admissionv1 "k8s.io/api/admission/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"gatehouse.internal/in-process/internal/policies"
	"gatehouse.internal/in-process/internal/review"
	"gatehouse.internal/in-process/internal/verdict"
)

const mutatedInGroup = "mutation is not allowed inside of policy group"

// judgeGroup asks each member that the expression needs once, one after the other. Of what they say only their denials are kept, as
// causes; warnings, annotations and patches are dropped, as Kubewarden does.
func (v *Validator) judgeGroup(ctx context.Context, policy *loadedPolicy, request review.Request) (*admissionv1.AdmissionResponse, error) {
	truths := map[string]policies.Truth{}
	var causes []metav1.StatusCause
	truth, err := policy.Group.Expression.Evaluate(ctx, func(ctx context.Context, name string) (policies.Truth, error) {
		if known, ok := truths[name]; ok {
			return known, nil
		}
		answer, err := v.evaluate(ctx, policy.guests[policy.members[name]], request)
		if err != nil {
			return policies.Undecided, err
		}
		truths[name] = truthOf(answer)
		if truths[name] != policies.True {
			causes = append(causes, causeOf(name, answer))
		}
		return truths[name], nil
	})
	if err != nil {
		return nil, err
	}
	if truth == policies.True {
		return verdict.Allow(request.UID), nil
	}
	denied := &admissionv1.AdmissionResponse{UID: types.UID(request.UID), Result: &metav1.Status{Message: policy.Message}}
	if len(causes) > 0 {
		denied.Result.Details = &metav1.StatusDetails{Causes: causes}
	}
	return denied, nil
}

// Code 500 is the host's word for a guest that did not decide.
func truthOf(answer *admissionv1.AdmissionResponse) policies.Truth {
	switch {
	case answer.Patch != nil, !answer.Allowed && answer.Result != nil && answer.Result.Code == 500:
		return policies.Undecided
	case answer.Allowed:
		return policies.True
	default:
		return policies.False
	}
}

func causeOf(name string, answer *admissionv1.AdmissionResponse) metav1.StatusCause {
	cause := metav1.StatusCause{Field: "spec.policies." + name}
	switch {
	case answer.Patch != nil:
		cause.Message = mutatedInGroup
	case answer.Result != nil:
		cause.Message = answer.Result.Message
	}
	return cause
}
