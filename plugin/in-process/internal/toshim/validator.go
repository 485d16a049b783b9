// Package toshim is mode Shim of the plugin: policies are asked in the shim, and no guest runs in this process.
package toshim

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	admissionv1 "k8s.io/api/admission/v1"

	"gatehouse.internal/in-process/internal/framed"
	"gatehouse.internal/in-process/internal/review"
)

// Validator asks the shim.
type Validator struct {
	client *framed.Client
}

// New makes a validator of the shim whose framed socket has the path. The shim need not be there yet: until it is, failurePolicy decides.
func New(socket string) *Validator {
	return &Validator{framed.NewClient(socket)}
}

// Review sends the object once for all policies, or once for each thousand of them.
func (v *Validator) Review(ctx context.Context, request review.Request) []review.Answer {
	answers := make([]review.Answer, 0, len(request.Policies))
	for names := range slices.Chunk(request.Policies, framed.MaxNames) {
		parts, err := v.client.Ask(ctx, framed.Request{Kind: framed.Policies, Names: names, Body: request.Review})
		for i := range names {
			if err != nil {
				answers = append(answers, review.Answer{Err: err})
				continue
			}
			answers = append(answers, read(parts[i], request.UID))
		}
	}
	return answers
}

// Close ends the connections to the shim.
func (v *Validator) Close() { v.client.Close() }

func read(part framed.Part, uid string) review.Answer {
	if part.Status != http.StatusOK {
		return review.Answer{Err: fmt.Errorf("the shim answered %d: %.1000s", part.Status, part.Body)}
	}
	var answer admissionv1.AdmissionReview
	if err := json.Unmarshal(part.Body, &answer); err != nil {
		return review.Answer{Err: fmt.Errorf("the shim's answer cannot be read: %w", err)}
	}
	if answer.Response == nil || string(answer.Response.UID) != uid {
		return review.Answer{Err: fmt.Errorf("the shim's answer is none to request %s", uid)}
	}
	return review.Answer{Response: answer.Response}
}
