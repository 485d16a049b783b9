package wasmpolicy

import (
	"context"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/apiserver/pkg/admission"

	"gatehouse.internal/in-process/internal/review"
)

// Validate asks the validating policies, all at the same time.
func (p *Plugin) Validate(ctx context.Context, attributes admission.Attributes, o admission.ObjectInterfaces) error {
	if len(p.hooks.Validating) == 0 || p.isExcluded(attributes) {
		return nil
	}
	if !p.WaitForReady() {
		return admission.NewForbidden(attributes, errNotReady)
	}
	groups, err := p.concerned(ctx, attributes, o)
	if err != nil || len(groups) == 0 {
		return err
	}
	if ctx.Err() != nil {
		return timedOut()
	}
	errs := make([]error, len(groups))
	var waiting sync.WaitGroup
	for index, group := range groups {
		waiting.Go(func() { errs[index] = p.validateGroup(ctx, group) })
	}
	waiting.Wait()
	return firstOf(errs)
}

// questionKey tells questions apart: which object, in which version, and how long there is to answer.
type questionKey struct {
	kind        schema.GroupVersionKind
	resource    schema.GroupVersionResource
	subresource string
	timeout     time.Duration
}

// question is asked of several policies at once.
type question struct {
	attributes *admission.VersionedAttributes
	asked      []asked
}

func (p *Plugin) concerned(ctx context.Context, attributes admission.Attributes, o admission.ObjectInterfaces) ([]*question, error) {
	versions := &versionsByKind{attributes: attributes, objects: o, byKind: map[schema.GroupVersionKind]*admission.VersionedAttributes{}}
	byKey := map[questionKey]*question{}
	var questions []*question
	for _, hook := range p.hooks.Validating {
		invocation, status := p.ShouldCallHook(ctx, hook.Accessor, attributes, o, versions)
		if status != nil {
			return nil, status
		}
		if invocation == nil {
			continue
		}
		versioned, err := versions.VersionedAttribute(invocation.Kind)
		if err != nil {
			return nil, apierrors.NewInternalError(err)
		}
		key := questionKey{invocation.Kind, invocation.Resource, invocation.Subresource, hook.Timeout}
		if byKey[key] == nil {
			byKey[key] = &question{attributes: versioned}
			questions = append(questions, byKey[key])
		}
		byKey[key].asked = append(byKey[key].asked, asked{hook, invocation})
	}
	return questions, nil
}

func (p *Plugin) validateGroup(ctx context.Context, q *question) error {
	answers, err := p.ask(ctx, q.attributes, q.asked)
	if err != nil {
		return err
	}
	errs := make([]error, len(answers))
	for index, answer := range answers {
		one := q.asked[index]
		if answer.Response != nil && answer.Response.Patch != nil {
			answer = review.Answer{Err: errValidatingPatch}
		}
		errs[index] = one.settle(ctx, validate, q.attributes.Attributes, answer)
	}
	return firstOf(errs)
}

// As upstream: a client is told of one denial, and the log of the others.
func firstOf(errs []error) error {
	var first error
	for _, err := range errs {
		switch {
		case err == nil:
		case first == nil:
			first = err
		default:
			utilruntime.HandleError(err)
		}
	}
	return first
}

// versionsByKind converts the object once for each version that somebody wants.
type versionsByKind struct {
	attributes admission.Attributes
	objects    admission.ObjectInterfaces
	byKind     map[schema.GroupVersionKind]*admission.VersionedAttributes
}

func (v *versionsByKind) VersionedAttribute(kind schema.GroupVersionKind) (*admission.VersionedAttributes, error) {
	if known, ok := v.byKind[kind]; ok {
		return known, nil
	}
	versioned, err := admission.NewVersionedAttributes(v.attributes, kind, v.objects)
	if err == nil {
		v.byKind[kind] = versioned
	}
	return versioned, err
}
