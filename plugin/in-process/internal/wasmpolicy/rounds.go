package wasmpolicy

import (
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apiserver/pkg/admission"

	"gatehouse.internal/in-process/internal/hooks"
)

// rounds is what is remembered between the first round of mutating plugins and the second, which the API server calls when something
// changed the object: then policies with reinvocationPolicy IfNeeded are asked again, if anybody changed it after them.
type rounds struct {
	context admission.ReinvocationContext
	// previously are those that may be asked again; due, those for which there is a reason.
	previously, due map[string]bool
	last            runtime.Object
}

func roundsOf(context admission.ReinvocationContext) *rounds {
	if known, ok := context.Value(PluginName).(*rounds); ok {
		return known
	}
	made := &rounds{context: context, previously: map[string]bool{}, due: map[string]bool{}}
	context.SetValue(PluginName, made)
	return made
}

// begin finds out whether other plugins changed the object since our last round.
func (r *rounds) begin(object runtime.Object) {
	if r.context.IsReinvoke() && !apiequality.Semantic.DeepEqual(r.last, object) {
		r.changed()
	}
}

func (r *rounds) end(object runtime.Object) {
	r.last = nil
	if object != nil {
		r.last = object.DeepCopyObject()
	}
}

func (r *rounds) changed() {
	for id := range r.previously {
		r.due[id] = true
	}
	clear(r.previously)
}

// skips says that a policy is not asked in this round: the second is for those with a reason only.
func (r *rounds) skips(hook *hooks.Hook) bool {
	return r.context.IsReinvoke() && !r.due[hook.Policy.ID]
}

// asked notes a policy's answer.
func (r *rounds) asked(hook *hooks.Hook, changed bool) {
	if changed {
		r.changed()
		r.context.SetShouldReinvoke()
	}
	if hook.Reinvoke {
		r.previously[hook.Policy.ID] = true
	}
}
