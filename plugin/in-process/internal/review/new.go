package review

import (
	"bytes"
	"encoding/json"
	"fmt"

	admissionv1 "k8s.io/api/admission/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// New writes a request as JSON, once for all who are asked: what is absent is left out, as Kubewarden's guests are given it. An
// object may be large, and is copied once.
func New(request *admissionv1.AdmissionRequest) (Request, error) {
	head, err := marshal(struct {
		admissionv1.AdmissionRequest
		// hide the fields behind them, which follow below
		Object    *struct{} `json:"object,omitempty"`
		OldObject *struct{} `json:"oldObject,omitempty"`
		DryRun    *struct{} `json:"dryRun,omitempty"`
		Options   *struct{} `json:"options,omitempty"`
	}{AdmissionRequest: *request})
	if err != nil {
		return Request{}, err
	}
	object, err := marshalObject(request.Object)
	if err != nil {
		return Request{}, err
	}
	oldObject, err := marshalObject(request.OldObject)
	if err != nil {
		return Request{}, err
	}
	options, err := marshalObject(request.Options)
	if err != nil {
		return Request{}, err
	}
	const envelope = `{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":`
	r := Request{UID: string(request.UID)}
	r.Review = make([]byte, 0, len(envelope)+len(head)+len(object)+len(oldObject)+len(options)+128)
	r.Review = append(append(r.Review, envelope...), head[:len(head)-1]...)
	r.request.start = len(envelope)
	r.object = r.member("object", object)
	r.member("oldObject", oldObject)
	if request.DryRun != nil {
		r.member("dryRun", fmt.Append(nil, *request.DryRun))
	}
	r.member("options", options)
	r.Review = append(r.Review, '}')
	r.request.end = len(r.Review)
	r.Review = append(r.Review, '}')
	return r, nil
}

func (r *Request) member(name string, value []byte) span {
	if value == nil {
		return span{}
	}
	r.Review = append(append(append(r.Review, `,"`...), name...), `":`...)
	start := len(r.Review)
	r.Review = append(r.Review, value...)
	return span{start, len(r.Review)}
}

func marshalObject(extension runtime.RawExtension) ([]byte, error) {
	if extension.Object == nil {
		return extension.Raw, nil
	}
	return marshal(extension.Object)
}

// As the API server writes for webhooks, but that < and > stay what they are.
func marshal(value any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimRight(out.Bytes(), "\n"), nil
}
