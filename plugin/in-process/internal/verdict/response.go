// Package verdict makes admission responses of what guests answer, and of responses what their policy's operator wants of them.
package verdict

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	admissionv1 "k8s.io/api/admission/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"gatehouse.internal/in-process/internal/jsondiff"
)

const mutatedWithoutObject = "Incoming object is null, which happens only with DELETE operations, but the policy is attempting a mutation. This is not allowed"

// Allow is a verdict without words.
func Allow(uid string) *admissionv1.AdmissionResponse {
	return &admissionv1.AdmissionResponse{UID: types.UID(uid), Allowed: true}
}

// Deny is a denial. A code of 0 is none.
func Deny(uid, message string, code int32) *admissionv1.AdmissionResponse {
	return &admissionv1.AdmissionResponse{UID: types.UID(uid), Result: &metav1.Status{Message: message, Code: code}}
}

// Reject is a denial that the policy did not decide, as Kubewarden answers for a policy that failed.
func Reject(uid, message string) *admissionv1.AdmissionResponse { return Deny(uid, message, 500) }

// FromValidationResponse reads Kubewarden's ValidationResponse. The object is what the request held, nil on DELETE.
func FromValidationResponse(answer []byte, uid string, object []byte) (*admissionv1.AdmissionResponse, error) {
	fields, err := ReadObject(answer)
	if err != nil {
		return nil, err
	}
	response := &admissionv1.AdmissionResponse{UID: types.UID(uid), Allowed: fields.Bool("accepted")}
	message, code := fields.Text("message"), fields.Integer("code", math.MaxUint16)
	response.AuditAnnotations = fields.TextMap("audit_annotations")
	response.Warnings = fields.TextList("warnings")
	if fields.Has("message") || fields.Has("code") {
		response.Result = &metav1.Status{Message: message, Code: code}
	}
	mutated := fields.Raw("mutated_object")
	if err := fields.Err(); err != nil {
		return nil, err
	}
	if mutated == nil {
		return response, nil
	}
	if object == nil {
		return Deny(uid, mutatedWithoutObject, 0), nil
	}
	return response, addPatch(response, object, mutated)
}

func addPatch(response *admissionv1.AdmissionResponse, object, mutated []byte) error {
	if bytes.Equal(object, mutated) {
		return nil
	}
	operations, err := jsondiff.Diff(object, mutated)
	if err != nil || len(operations) == 0 {
		return err
	}
	patch, err := json.Marshal(operations)
	if err != nil {
		return err
	}
	setPatch(response, patch)
	return nil
}

func setPatch(response *admissionv1.AdmissionResponse, patch []byte) {
	patchType := admissionv1.PatchTypeJSONPatch
	response.Patch, response.PatchType = patch, &patchType
}

// FromAdmissionResponse reads an AdmissionResponse as policies of OPA write it; its uid is replaced by the request's.
func FromAdmissionResponse(answer []byte, uid string) (*admissionv1.AdmissionResponse, error) {
	fields, err := ReadObject(answer)
	if err != nil {
		return nil, err
	}
	fields.Bool("allowed")
	if err := fields.Err(); err != nil {
		return nil, err
	}
	response := &admissionv1.AdmissionResponse{}
	if err := json.Unmarshal(answer, response); err != nil {
		return nil, err
	}
	response.UID = types.UID(uid)
	if response.Patch == nil {
		response.PatchType = nil
		return response, nil
	}
	if response.PatchType != nil && *response.PatchType != admissionv1.PatchTypeJSONPatch {
		return nil, fmt.Errorf("patchType: is %q, must be JSONPatch", *response.PatchType)
	}
	var operations []json.RawMessage
	if err := json.Unmarshal(response.Patch, &operations); err != nil {
		return nil, errors.New("patch: is no list of operations")
	}
	if len(operations) == 0 {
		response.Patch, response.PatchType = nil, nil
		return response, nil
	}
	setPatch(response, response.Patch)
	return response, nil
}
