// Package review is the seam between the admission plugin, which knows the API server, and whoever asks the policies: guests in
// this process, or the shim beside it.
package review

import (
	"context"

	admissionv1 "k8s.io/api/admission/v1"
)

// Request is one question to some policies.
type Request struct {
	// Policies are ids, as in policies.yml; all of them are asked about the same object.
	Policies []string
	// Review is an AdmissionReview of admission.k8s.io/v1 in JSON, as a webhook would get it.
	Review []byte
	// UID is that of the request in Review.
	UID string
	// Where in Review the request and its object stand.
	request, object span
}

type span struct{ start, end int }

// AdmissionRequest is the request in Review, without what is absent.
func (r Request) AdmissionRequest() []byte {
	return r.Review[r.request.start:r.request.end:r.request.end]
}

// Object is the request's object; nil if it has none.
func (r Request) Object() []byte {
	if r.object.end == 0 {
		return nil
	}
	return r.Review[r.object.start:r.object.end:r.object.end]
}

// Answer is one policy's. After Err, which is a failure to answer and no verdict, the policy's failurePolicy decides.
type Answer struct {
	// Response has been through the policy's mode, message and allowedToMutate, as in the answer of a policy server to
	// POST /validate/<id>: a patch in it is to be applied, and its Allowed to be obeyed.
	Response *admissionv1.AdmissionResponse
	Err      error
}

// Validator asks policies. It is called by many requests at once, and ends when the context does.
type Validator interface {
	// Review returns one answer for each of request.Policies, in their order.
	Review(ctx context.Context, request Request) []Answer
}
