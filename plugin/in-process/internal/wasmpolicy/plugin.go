// Package wasmpolicy is the admission plugin WasmPolicy.
package wasmpolicy

import (
	"context"
	"fmt"
	"io"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apiserver/pkg/admission"
	"k8s.io/apiserver/pkg/admission/plugin/webhook"
	"k8s.io/apiserver/pkg/admission/plugin/webhook/generic"
	webhookutil "k8s.io/apiserver/pkg/util/webhook"
	"k8s.io/client-go/informers"

	"gatehouse.internal/in-process/internal/config"
	"gatehouse.internal/in-process/internal/hooks"
	"gatehouse.internal/in-process/internal/metrics"
	"gatehouse.internal/in-process/internal/policies"
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
//
// Which policies are asked, and in which version of the object, upstream's webhook plugin decides: rules, matchPolicy, selectors and
// match conditions are its code. How they are asked is ours.
type Plugin struct {
	*generic.Webhook
	hooks     hooks.Set
	validator review.Validator
	// Reviews of authentication and authorization, as the API server excludes them from webhooks.
	excluded sets.Set[schema.GroupResource]
}

var (
	_ admission.MutationInterface       = &Plugin{}
	_ admission.ValidationInterface     = &Plugin{}
	_ admission.InitializationValidator = &Plugin{}
)

// New makes the plugin. It fails when anything in the configuration, the policies file or a policy is wrong.
func New(configuration *config.Configuration) (*Plugin, error) {
	all, err := policies.Read(configuration.PoliciesFile)
	if err != nil {
		return nil, fmt.Errorf("plugin %s: %w", PluginName, err)
	}
	set, err := hooks.New(all, hooks.Options{NoExclusions: configuration.Exclusions == config.NoExclusions})
	if err != nil {
		return nil, fmt.Errorf("plugin %s: %w", PluginName, err)
	}
	validator, err := newValidator(configuration, all)
	if err != nil {
		return nil, fmt.Errorf("plugin %s: %w", PluginName, err)
	}
	metrics.Register()
	return newPlugin(set, validator)
}

func newPlugin(set hooks.Set, validator review.Validator) (*Plugin, error) {
	matching, err := generic.NewWebhook(
		admission.NewHandler(admission.Create, admission.Update, admission.Delete, admission.Connect), nil,
		func(informers.SharedInformerFactory, sets.Set[schema.GroupResource]) generic.Source {
			return noSource{}
		},
		func(*webhookutil.ClientManager) generic.Dispatcher { return nil },
	)
	if err != nil {
		return nil, err
	}
	return &Plugin{Webhook: matching, hooks: set, validator: validator, excluded: sets.New[schema.GroupResource]()}, nil
}

// SetExcludedAdmissionResources is told which resources are none that are stored.
func (p *Plugin) SetExcludedAdmissionResources(resources []schema.GroupResource) {
	p.excluded.Insert(resources...)
	p.Webhook.SetExcludedAdmissionResources(resources)
}

func (p *Plugin) isExcluded(attributes admission.Attributes) bool {
	return p.excluded.Has(attributes.GetResource().GroupResource())
}

// noSource stands where upstream watches webhook configurations: policies come from a file, once.
type noSource struct{}

func (noSource) Webhooks() []webhook.WebhookAccessor { return nil }

func (noSource) HasSynced() bool { return true }

// Dispatch is upstream's entry, which nobody calls here.
func (p *Plugin) Dispatch(context.Context, admission.Attributes, admission.ObjectInterfaces) error {
	return nil
}
