package apiserver

import (
	"slices"

	validatingpolicy "k8s.io/apiserver/pkg/admission/plugin/policy/validating"
	genericoptions "k8s.io/apiserver/pkg/server/options"

	"gatehouse.internal/in-process/internal/wasmpolicy"
)

// addPlugin makes WasmPolicy one of the plugins that are on by default. It is called with the gate on only: with the gate off
// the API server does not know the name, and refuses it in flags as upstream does.
//
// Its place is before ValidatingAdmissionPolicy: after every plugin and webhook that mutates, so that policies judge what will
// be stored and nobody changes what a mutating policy made; and before the quota, which must count admitted objects only.
func addPlugin(admission *genericoptions.AdmissionOptions) {
	wasmpolicy.Register(admission.Plugins)
	order := slices.Clone(admission.RecommendedPluginOrder) // upstream's is a variable of the package
	place := slices.Index(order, validatingpolicy.PluginName)
	if place < 0 {
		panic("upstream has no plugin " + validatingpolicy.PluginName + " any more: choose the place of WasmPolicy anew")
	}
	admission.RecommendedPluginOrder = slices.Insert(order, place, wasmpolicy.PluginName)
}
