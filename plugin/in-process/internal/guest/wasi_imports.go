package guest

import (
	"context"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
	"github.com/tetratelabs/wazero/sys"
)

// wasi_unstable is what the snapshot was called before; old TinyGo modules ask for it.
var wasiModules = []string{wasi_snapshot_preview1.ModuleName, "wasi_unstable"}

func isWASIImport(module, name string) bool {
	for _, known := range wasiModules {
		if module == known {
			// wazero offers them all, those that it does not implement among them
			return name != ""
		}
	}
	return false
}

func provideWASI(ctx context.Context, runtime wazero.Runtime) error {
	for _, module := range wasiModules {
		builder := runtime.NewHostModuleBuilder(module)
		wasi_snapshot_preview1.NewFunctionExporter().ExportFunctions(builder)
		// wazero's closes the instance, which a guest of TinyGo is still to be called in
		builder.NewFunctionBuilder().WithGoModuleFunction(api.GoModuleFunc(func(_ context.Context, _ api.Module, stack []uint64) {
			panic(sys.NewExitError(uint32(stack[0])))
		}), i32s(1), nil).Export("proc_exit")
		if _, err := builder.Instantiate(ctx); err != nil {
			return err
		}
	}
	return nil
}
