package guest

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/tetratelabs/wazero"
	admissionv1 "k8s.io/api/admission/v1"
)

// Module is a policy's code, ready to be asked by many goroutines at once.
type Module struct {
	engine   *Engine
	compiled wazero.CompiledModule
	kind     kind
	// Metadata is what the module says of itself.
	Metadata Metadata
	// opa is what modules of OPA need besides.
	opa *opaModule
}

// Load compiles a module and refuses one that could never answer.
func (e *Engine) Load(ctx context.Context, wasm []byte) (*Module, error) {
	limited, err := limitTables(wasm)
	if err != nil {
		return nil, err
	}
	compiled, err := e.runtime.CompileModule(compileContext(ctx), limited)
	if err != nil {
		return nil, fmt.Errorf("cannot be compiled: %s", firstLine(err))
	}
	module := &Module{engine: e, compiled: compiled}
	if err := module.prepare(ctx); err != nil {
		return nil, errors.Join(err, compiled.Close(ctx))
	}
	return module, nil
}

func (m *Module) prepare(ctx context.Context) error {
	metadata, err := readMetadata(m.compiled)
	if err != nil {
		return err
	}
	m.Metadata = metadata
	kinds := map[Mode]kind{WaPC: wapcKind{}, WASI: wasiKind{}, OPA: opaKind{}, Gatekeeper: gatekeeperKind{}}
	if m.kind = kinds[metadata.ExecutionMode]; m.kind == nil {
		return fmt.Errorf("has the execution mode %q, which does not run in process", metadata.ExecutionMode)
	}
	if problems := m.kind.problems(m); len(problems) > 0 {
		return fmt.Errorf("is no %s policy that runs in process: it %s", metadata.ExecutionMode, strings.Join(problems, "; it "))
	}
	return m.kind.prepare(ctx, m)
}

// Close lets the compiled code go.
func (m *Module) Close(ctx context.Context) error { return m.compiled.Close(ctx) }

// Validate puts a question to a fresh instance. An error is a *Failure.
func (m *Module) Validate(ctx context.Context, question Question) (*admissionv1.AdmissionResponse, error) {
	return m.kind.validate(ctx, m, question)
}

// ValidateSettings asks whether the policy accepts its settings. An error is a *Failure.
func (m *Module) ValidateSettings(ctx context.Context, question Question) (SettingsVerdict, error) {
	return m.kind.validateSettings(ctx, m, question)
}

// missing lists exports that are not there, and imports that nobody offers.
func (m *Module) missing(functions []string, offered func(module, name string) bool) []string {
	var problems []string
	exports := m.compiled.ExportedFunctions()
	for _, name := range functions {
		if _, ok := exports[name]; !ok {
			problems = append(problems, "does not export the function "+name)
		}
	}
	for _, function := range m.compiled.ImportedFunctions() {
		if module, name, ok := function.Import(); ok && !offered(module, name) {
			problems = append(problems, fmt.Sprintf("imports %s.%s, which is not offered", module, name))
		}
	}
	return problems
}

func (m *Module) exportsMemory() []string {
	if _, ok := m.compiled.ExportedMemories()["memory"]; ok {
		return nil
	}
	return []string{"does not export a memory"}
}
