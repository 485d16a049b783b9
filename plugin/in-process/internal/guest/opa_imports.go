package guest

import (
	"context"
	"fmt"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// opaHost is where the module env of each instance takes its functions from: env itself is made for each instance, because guests
// import their memory from it.
const opaHost = "gatehouse:opa"

// https://www.openpolicyagent.org/docs/wasm#imports
var opaFunctions = map[string]hostFunction[*opaInstance]{
	"opa_abort": {1, 0, func(i *opaInstance, _ api.Module, stack []uint64) {
		panic(failure("guest aborted: " + i.text(uint32(stack[0]), maxLogBytes)))
	}},
	"opa_println":  {1, 0, func(i *opaInstance, _ api.Module, stack []uint64) { i.host.Log(i.text(uint32(stack[0]), maxLogBytes)) }},
	"opa_builtin0": {2, 1, func(i *opaInstance, _ api.Module, stack []uint64) { stack[0] = i.builtin(stack[0]) }},
	"opa_builtin1": {3, 1, func(i *opaInstance, _ api.Module, stack []uint64) { stack[0] = i.builtin(stack[0], stack[2:3]...) }},
	"opa_builtin2": {4, 1, func(i *opaInstance, _ api.Module, stack []uint64) { stack[0] = i.builtin(stack[0], stack[2:4]...) }},
	"opa_builtin3": {5, 1, func(i *opaInstance, _ api.Module, stack []uint64) { stack[0] = i.builtin(stack[0], stack[2:5]...) }},
	"opa_builtin4": {6, 1, func(i *opaInstance, _ api.Module, stack []uint64) { stack[0] = i.builtin(stack[0], stack[2:6]...) }},
}

// In the order of the functions of env.
var opaNames = []string{
	"opa_abort", "opa_println", "opa_builtin0", "opa_builtin1", "opa_builtin2", "opa_builtin3", "opa_builtin4",
}

type opaKey struct{}

func provideOPA(ctx context.Context, runtime wazero.Runtime) error {
	return provide(ctx, runtime, opaHost, opaKey{}, opaFunctions)
}

func (m *Module) importsFromEnv() []string {
	problems := m.missing(nil, func(module, name string) bool {
		_, ok := opaFunctions[name]
		return module == "env" && ok
	})
	for _, memory := range m.compiled.ImportedMemories() {
		if module, name, _ := memory.Import(); module != "env" || name != "memory" {
			problems = append(problems, fmt.Sprintf("imports the memory %s.%s, where env.memory is offered", module, name))
		}
	}
	if len(m.compiled.ImportedMemories()) == 0 {
		problems = append(problems, "does not import the memory `env.memory`")
	}
	return problems
}

// envModule is a module that hands the host's functions on and has a memory of its own, between these sizes in pages: what
// WebAssembly text would say as
//
//	(module (import "gatehouse:opa" "opa_abort" (func (param i32))) …
//	  (memory (export "memory") minimum maximum) (export "opa_abort" (func 0)) …)
func envModule(minimum, maximum uint32) []byte {
	const (
		kindFunction = 0x00
		kindMemory   = 0x02
	)
	var types, imports, exports [][]byte
	for index, name := range opaNames {
		function := opaFunctions[name]
		signature := append([]byte{0x60, byte(function.params)}, i32s(function.params)...)
		types = append(types, append(append(signature, byte(function.results)), i32s(function.results)...))
		imports = append(imports, append(append(named(opaHost), named(name)...), kindFunction, byte(index)))
		exports = append(exports, append(named(name), kindFunction, byte(index)))
	}
	exports = append(exports, append(named("memory"), kindMemory, 0))
	memory := append(append([]byte{0x01}, leb128(minimum)...), leb128(maximum)...)
	module := []byte{0, 'a', 's', 'm', 1, 0, 0, 0}
	for _, section := range []struct {
		id    byte
		items [][]byte
	}{{1, types}, {2, imports}, {5, [][]byte{memory}}, {7, exports}} {
		contents := leb128(uint32(len(section.items)))
		for _, item := range section.items {
			contents = append(contents, item...)
		}
		module = append(append(append(module, section.id), leb128(uint32(len(contents)))...), contents...)
	}
	return module
}

func named(name string) []byte { return append(leb128(uint32(len(name))), name...) }

func leb128(value uint32) []byte {
	var bytes []byte
	for {
		low := byte(value & 0x7f)
		if value >>= 7; value == 0 {
			return append(bytes, low)
		}
		bytes = append(bytes, low|0x80)
	}
}
