package wasmpolicy

import (
	"context"
	"errors"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/admission"

	"gatehouse.internal/in-process/internal/hooks"
	"gatehouse.internal/in-process/internal/review"
)

var (
	errNotReady        = errors.New("not yet ready to handle request")
	errValidatingPatch = errors.New("a validating policy answered with a patch")
)

// Admit asks the mutating policies, one after the other: each is given what the one before made.
func (p *Plugin) Admit(ctx context.Context, attributes admission.Attributes, o admission.ObjectInterfaces) error {
	if len(p.hooks.Mutating) == 0 || p.isExcluded(attributes) {
		return nil
	}
	if !p.WaitForReady() {
		return admission.NewForbidden(attributes, errNotReady)
	}
	rounds := roundsOf(attributes.GetReinvocationContext())
	rounds.begin(attributes.GetObject())
	defer func() { rounds.end(attributes.GetObject()) }()
	version := &currentVersion{attributes: attributes, objects: o}
	for _, hook := range p.hooks.Mutating {
		if err := p.admitOne(ctx, hook, version, rounds); err != nil {
			return err
		}
	}
	return version.store()
}

func (p *Plugin) admitOne(ctx context.Context, hook *hooks.Hook, version *currentVersion, rounds *rounds) error {
	invocation, status := p.ShouldCallHook(ctx, hook.Accessor, version.latest(), version.objects, version)
	if status != nil {
		return status
	}
	if invocation == nil || rounds.skips(hook) {
		return nil
	}
	versioned, err := version.VersionedAttribute(invocation.Kind)
	if err != nil {
		return apierrors.NewInternalError(err)
	}
	one := asked{hook, invocation}
	answers, err := p.ask(ctx, versioned, []asked{one})
	if err != nil {
		return err
	}
	changed := false
	if err := one.settle(ctx, admit, version.attributes, answers[0]); err != nil {
		return err
	}
	if response := answers[0].Response; response != nil && len(response.Patch) > 0 {
		if changed, err = applyPatch(versioned, version.objects, response.Patch); err != nil {
			return one.settle(ctx, admit, version.attributes, review.Answer{Err: err})
		}
	}
	rounds.asked(hook, changed)
	return nil
}

// currentVersion is the object as the policies before left it, converted to the version that the next one wants.
type currentVersion struct {
	attributes admission.Attributes
	objects    admission.ObjectInterfaces
	versioned  *admission.VersionedAttributes
}

func (v *currentVersion) VersionedAttribute(kind schema.GroupVersionKind) (*admission.VersionedAttributes, error) {
	if v.versioned != nil {
		return v.versioned, admission.ConvertVersionedAttributes(v.versioned, kind, v.objects)
	}
	versioned, err := admission.NewVersionedAttributes(v.attributes, kind, v.objects)
	if err == nil {
		v.versioned = versioned
	}
	return versioned, err
}

func (v *currentVersion) latest() admission.Attributes {
	if v.versioned != nil {
		return v.versioned
	}
	return v.attributes
}

// store writes the object back into the request, in the API server's internal version.
func (v *currentVersion) store() error {
	if v.versioned == nil || !v.versioned.Dirty || v.versioned.VersionedObject.Object() == nil {
		return nil
	}
	return v.objects.GetObjectConvertor().Convert(v.versioned.VersionedObject.Object(), v.attributes.GetObject(), nil)
}
