package hooks

import (
	"errors"
	"fmt"
	"strings"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/kubernetes/pkg/apis/admissionregistration"
	upstreamv1 "k8s.io/kubernetes/pkg/apis/admissionregistration/v1"
	"k8s.io/kubernetes/pkg/apis/admissionregistration/validation"

	"gatehouse.internal/in-process/internal/policies"
)

const configurationName = "gatehouse"

// check gives an entry Kubernetes' defaults, and has it looked at by what looks at webhook configurations that are created.
func check(policy *policies.Policy, entry *admissionregistrationv1.MutatingWebhook) error {
	scheme := runtime.NewScheme()
	if err := errors.Join(upstreamv1.AddToScheme(scheme), admissionregistration.AddToScheme(scheme)); err != nil {
		return err
	}
	configuration := &admissionregistrationv1.MutatingWebhookConfiguration{
		ObjectMeta: metav1.ObjectMeta{Name: configurationName},
		Webhooks:   []admissionregistrationv1.MutatingWebhook{*entry},
	}
	scheme.Default(configuration)
	*entry = configuration.Webhooks[0]
	internal := &admissionregistration.MutatingWebhookConfiguration{}
	if err := scheme.Convert(configuration, internal, nil); err != nil {
		return fmt.Errorf("%s: %s: %w", policy.Place, policy.ID, err)
	}
	var problems []error
	for _, problem := range validation.ValidateMutatingWebhookConfiguration(internal) {
		field := strings.TrimPrefix(problem.Field, "webhooks[0].")
		problems = append(problems, fmt.Errorf("%s: %s.%s: %s", policy.Place, policy.ID, field, problem.ErrorBody()))
	}
	return errors.Join(problems...)
}
