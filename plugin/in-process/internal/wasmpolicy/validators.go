package wasmpolicy

import (
	"context"
	"fmt"

	"gatehouse.internal/in-process/internal/config"
	"gatehouse.internal/in-process/internal/inprocess"
	"gatehouse.internal/in-process/internal/policies"
	"gatehouse.internal/in-process/internal/review"
	"gatehouse.internal/in-process/internal/toshim"
)

// newValidator is where modes differ, and the only place.
func newValidator(configuration *config.Configuration, all []*policies.Policy) (review.Validator, error) {
	switch configuration.Mode {
	case config.InProcess:
		return inprocess.Load(context.Background(), all, inprocess.Options{
			Modules: configuration.Modules, CompilationCache: configuration.CompilationCache,
		})
	case config.Shim:
		return toshim.New(configuration.FramedSocket), nil
	default:
		return nil, fmt.Errorf("mode %q has no validator", configuration.Mode)
	}
}
