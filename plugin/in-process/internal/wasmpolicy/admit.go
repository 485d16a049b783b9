package wasmpolicy

import (
	"context"
	"errors"
	"fmt"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/admission"

	"gatehouse.internal/in-process/internal/hooks"
	"gatehouse.internal/in-process/internal/metrics"
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
	patch, answer := patchOf(answers[0])
	if err := one.settle(ctx, admit, version.attributes, answer); err != nil {
		return err
	}
	changed, err := applyPatch(versioned, version.objects, patch)
	if err != nil {
		// as upstream: the policy has answered, so that failurePolicy is not asked
		metrics.Rejections.Add(ctx, hook.Policy.ID, admit, metrics.ByFailure)
		return apierrors.NewInternalError(fmt.Errorf("admission policy %q: %w", hook.Name, err))
	}
	rounds.asked(hook, changed)
	return nil
}

// patchOf is what an answer changes. One whose patch is no patch is none.
func patchOf(answer review.Answer) (jsonpatch.Patch, review.Answer) {
	if answer.Response == nil || !answer.Response.Allowed || len(answer.Response.Patch) == 0 {
		return nil, answer
	}
	patch, err := jsonpatch.DecodePatch(answer.Response.Patch)
	if err != nil {
		return nil, review.Answer{Err: fmt.Errorf("its patch cannot be read: %w", err)}
	}
	return patch, answer
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
