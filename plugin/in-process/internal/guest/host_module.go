package guest

import (
	"context"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

const i32 = api.ValueTypeI32

// hostFunction is offered to guests. All its parameters and results are i32; T is what belongs to one call.
type hostFunction[T any] struct {
	params, results int
	call            func(of T, guest api.Module, stack []uint64)
}

// provide makes a host module of functions, which belong to no instance: what belongs to a call is in its context, under the key.
func provide[T any](ctx context.Context, runtime wazero.Runtime, module string, key any, functions map[string]hostFunction[T]) error {
	builder := runtime.NewHostModuleBuilder(module)
	for name, function := range functions {
		builder.NewFunctionBuilder().WithGoModuleFunction(api.GoModuleFunc(func(ctx context.Context, guest api.Module, stack []uint64) {
			of, ok := ctx.Value(key).(T)
			if !ok {
				panic(failure("guest called " + module + "'s " + name + " outside of a call"))
			}
			function.call(of, guest, stack)
		}), i32s(function.params), i32s(function.results)).Export(name)
	}
	_, err := builder.Instantiate(ctx)
	return err
}

func i32s(count int) []api.ValueType {
	types := make([]api.ValueType, count)
	for i := range types {
		types[i] = i32
	}
	return types
}
