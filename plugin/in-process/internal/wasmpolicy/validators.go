package wasmpolicy

import (
	"context"
	"fmt"

	"gatehouse.internal/in-process/internal/config"
	"gatehouse.internal/in-process/internal/inprocess"
	"gatehouse.internal/in-process/internal/policies"
	"gatehouse.internal/in-process/internal/review"
)

// newValidator is where modes differ, and the only place.
func newValidator(configuration *config.Configuration, all []*policies.Policy) (review.Validator, error) {
	switch configuration.Mode {
	case config.InProcess:
		return inprocess.Load(context.Background(), all, inprocess.Options{
			Modules: configuration.Modules, CompilationCache: configuration.CompilationCache,
		})
	default:
		return nil, fmt.Errorf("mode %q has no validator", configuration.Mode)
	}
}
