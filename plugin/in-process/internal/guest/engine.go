package guest

import (
	"context"
	"crypto/rand"
	"fmt"
	"runtime"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/experimental"
)

const pageBytes = 64 << 10

// DefaultMemoryLimitBytes is how far a guest's memory can grow, as the shim's default.
const DefaultMemoryLimitBytes = 128 << 20

// Options are what an engine can be told.
type Options struct {
	// CompilationCache is a folder for compiled modules; empty for none.
	CompilationCache string
	// MemoryLimitBytes is DefaultMemoryLimitBytes unless given.
	MemoryLimitBytes uint64
	// Uninterruptible leaves out the checks that end a late guest: for measuring what they cost, and for nothing else.
	Uninterruptible bool
}

// Engine compiles and runs modules. It may be used by many goroutines.
type Engine struct {
	runtime     wazero.Runtime
	cache       wazero.CompilationCache
	memoryLimit uint64
	config      wazero.ModuleConfig
}

// NewEngine makes an engine with all that guests can import.
func NewEngine(ctx context.Context, options Options) (*Engine, error) {
	if options.MemoryLimitBytes == 0 {
		options.MemoryLimitBytes = DefaultMemoryLimitBytes
	}
	config := wazero.NewRuntimeConfigCompiler().
		WithCloseOnContextDone(!options.Uninterruptible).
		WithMemoryLimitPages(uint32(options.MemoryLimitBytes / pageBytes)).
		WithCustomSections(true)
	engine := &Engine{memoryLimit: options.MemoryLimitBytes, config: moduleConfig()}
	if options.CompilationCache != "" {
		cache, err := wazero.NewCompilationCacheWithDir(options.CompilationCache)
		if err != nil {
			return nil, fmt.Errorf("compilation cache %s: %w", options.CompilationCache, err)
		}
		engine.cache = cache
		config = config.WithCompilationCache(cache)
	}
	engine.runtime = wazero.NewRuntimeWithConfig(ctx, config)
	for _, provide := range []func(context.Context, wazero.Runtime) error{provideWapc, provideWASI, provideHostCall, provideOPA} {
		if err := provide(ctx, engine.runtime); err != nil {
			_ = engine.Close(ctx)
			return nil, fmt.Errorf("offering host functions: %w", err)
		}
	}
	return engine, nil
}

// Close ends the engine with its modules.
func (e *Engine) Close(ctx context.Context) error {
	err := e.runtime.Close(ctx)
	if e.cache != nil {
		err = joinClose(err, e.cache.Close(ctx))
	}
	return err
}

func joinClose(first, second error) error {
	if first != nil {
		return first
	}
	return second
}

// An instance has a name in the runtime, or none; ours have none, so that there may be many. Start-up code is called by us.
func moduleConfig() wazero.ModuleConfig {
	return wazero.NewModuleConfig().WithName("").WithStartFunctions().
		WithRandSource(rand.Reader).WithSysWalltime().WithSysNanotime()
}

// compileContext lets all processors compile: nothing else happens while the API server starts.
func compileContext(ctx context.Context) context.Context {
	return experimental.WithCompilationWorkers(ctx, runtime.GOMAXPROCS(0))
}
