package guest

import (
	"context"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

// instance is one use of compiled code, with the memory that belongs to it alone.
type instance struct {
	api.Module
	memory instanceMemory
}

// instantiate makes an instance of which nothing has run yet but what its start section says.
func (m *Module) instantiate(ctx context.Context, compiled wazero.CompiledModule, config wazero.ModuleConfig) (*instance, error) {
	made := &instance{}
	module, err := m.engine.runtime.InstantiateModule(experimental.WithMemoryAllocator(ctx, made.memory.allocator()), compiled, config)
	if err != nil {
		made.memory.release()
		return nil, m.explain("guest could not be instantiated: ", err, nil)
	}
	made.Module = module
	return made, nil
}

// end lets the instance go.
func (i *instance) end(ctx context.Context) {
	_ = i.Close(ctx)
	i.memory.release()
}
