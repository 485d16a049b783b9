package wasmpolicy

import (
	"errors"
	"fmt"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/apiserver/pkg/admission"
)

// applyPatch changes the object by a JSON Patch, and gives it its defaults again. It says whether anything is different afterwards.
func applyPatch(attributes *admission.VersionedAttributes, o admission.ObjectInterfaces, patch jsonpatch.Patch) (bool, error) {
	if len(patch) == 0 {
		return false, nil
	}
	before := attributes.VersionedObject.Object()
	if before == nil {
		return false, errors.New("it attempted to modify the object, which this operation has not")
	}
	serializer := json.NewSerializerWithOptions(json.DefaultMetaFactory, o.GetObjectCreater(), o.GetObjectTyper(), json.SerializerOptions{})
	document, err := runtime.Encode(serializer, before)
	if err != nil {
		return false, fmt.Errorf("the object cannot be written for its patch: %w", err)
	}
	patched, err := patch.Apply(document)
	if err != nil {
		return false, fmt.Errorf("its patch cannot be applied: %w", err)
	}
	after, err := emptyLike(before, attributes, o)
	if err != nil {
		return false, err
	}
	if after, _, err = serializer.Decode(patched, nil, after); err != nil {
		return false, fmt.Errorf("what its patch makes of the object cannot be read: %w", err)
	}
	changed := !apiequality.Semantic.DeepEqual(before, after)
	attributes.UpdateObject(after)
	o.GetObjectDefaulter().Default(after)
	return changed, nil
}

// Custom resources have no Go type.
func emptyLike(object runtime.Object, attributes *admission.VersionedAttributes, o admission.ObjectInterfaces) (runtime.Object, error) {
	if _, ok := object.(*unstructured.Unstructured); ok {
		return &unstructured.Unstructured{}, nil
	}
	return o.GetObjectCreater().New(attributes.VersionedKind)
}
