package guest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

// opaModule is what is known of a module of OPA beside its code.
type opaModule struct {
	env      wazero.CompiledModule
	builtins map[uint32]builtin
}

// opaInstance is an instance with the memory that it imports. https://www.openpolicyagent.org/docs/wasm
type opaInstance struct {
	ctx    context.Context
	module *Module
	host   Host
	env    *instance
	guest  *instance
}

var opaRequired = []string{
	"builtins", "opa_malloc", "opa_json_parse", "opa_json_dump", "opa_heap_ptr_get", "opa_eval_ctx_new", "opa_eval_ctx_set_input",
	"opa_eval_ctx_set_data", "opa_eval_ctx_get_result", "eval",
}

func opaProblems(module *Module) []string {
	return append(module.missing(opaRequired, func(string, string) bool { return true }), module.importsFromEnv()...)
}

// prepareOPA asks a module which built-ins it needs, and refuses one that needs others than there are.
func prepareOPA(ctx context.Context, module *Module) error {
	minimum, maximum := uint32(0), uint32(module.engine.memoryLimit/pageBytes)
	for _, memory := range module.compiled.ImportedMemories() {
		minimum = memory.Min()
		if own, ok := memory.Max(); ok {
			maximum = min(maximum, own)
		}
	}
	if minimum > maximum {
		return fmt.Errorf("needs %d MiB of memory to start, but %d MiB are allowed", minimum>>4, maximum>>4)
	}
	env, err := module.engine.runtime.CompileModule(ctx, envModule(minimum, maximum))
	if err != nil {
		return fmt.Errorf("its module env cannot be made: %w", err)
	}
	module.opa = &opaModule{env: env}
	var declared map[string]uint32
	err = module.withOPA(ctx, silent{}, func(i *opaInstance) error {
		text := i.text(i.call("opa_json_dump", i.call("builtins")), maxErrorBytes)
		return json.Unmarshal([]byte(text), &declared)
	})
	if err != nil {
		return fmt.Errorf("does not say which built-ins it needs: %w", err)
	}
	module.opa.builtins, err = findBuiltins(declared)
	return err
}

func findBuiltins(declared map[string]uint32) (map[uint32]builtin, error) {
	found := map[uint32]builtin{}
	var absent []string
	for name, id := range declared {
		if function, ok := builtins[name]; ok {
			found[id] = builtin{name, function}
		} else {
			absent = append(absent, name)
		}
	}
	if len(absent) > 0 {
		slices.Sort(absent)
		return nil, errors.New("Missing Rego builtins: " + strings.Join(absent, ", "))
	}
	return found, nil
}

// withOPA makes an instance for one use.
func (m *Module) withOPA(ctx context.Context, host Host, use func(i *opaInstance) error) (err error) {
	i := &opaInstance{module: m, host: host}
	i.ctx = context.WithValue(ctx, opaKey{}, i)
	if i.env, err = m.instantiate(i.ctx, m.opa.env, m.engine.config); err != nil {
		return err
	}
	defer i.env.end(i.ctx)
	i.ctx = experimental.WithImportResolver(i.ctx, func(name string) api.Module {
		if name == "env" {
			return i.env.Module
		}
		return nil
	})
	if i.guest, err = m.instantiate(i.ctx, m.compiled, m.engine.config); err != nil {
		return err
	}
	defer i.guest.end(i.ctx)
	// a call that fails panics, so that the steps of an evaluation read as such
	defer func() {
		if thrown := recover(); thrown != nil {
			cause, ok := thrown.(error)
			if !ok {
				panic(thrown)
			}
			err = m.explain("", cause, i.env)
		}
	}()
	return use(i)
}

// evaluate gives the set of results of the first entry point, as JSON.
func (i *opaInstance) evaluate(input, data []byte) []byte {
	address := i.write(data)
	dataValue := i.call("opa_json_parse", address, uint32(len(data)))
	if dataValue == 0 {
		panic(failure("guest could not read its data as JSON"))
	}
	address = i.write(input)
	if i.guest.ExportedFunction("opa_eval") != nil {
		heap := i.call("opa_heap_ptr_get")
		return i.terminated(i.call("opa_eval", 0, 0, dataValue, address, uint32(len(input)), heap, 0), maxResponseBytes)
	}
	// as modules of the ABI's first versions expect it
	inputValue := i.call("opa_json_parse", address, uint32(len(input)))
	if inputValue == 0 {
		panic(failure("guest could not read its input as JSON"))
	}
	evaluation := i.call("opa_eval_ctx_new")
	i.call("opa_eval_ctx_set_input", evaluation, inputValue)
	i.call("opa_eval_ctx_set_data", evaluation, dataValue)
	if i.guest.ExportedFunction("opa_eval_ctx_set_entrypoint") != nil {
		i.call("opa_eval_ctx_set_entrypoint", evaluation, 0)
	}
	i.call("eval", evaluation)
	return i.terminated(i.call("opa_json_dump", i.call("opa_eval_ctx_get_result", evaluation)), maxResponseBytes)
}

func (i *opaInstance) call(name string, args ...uint32) uint32 {
	wide := make([]uint64, len(args))
	for at, arg := range args {
		wide[at] = uint64(arg)
	}
	results, err := i.guest.ExportedFunction(name).Call(i.ctx, wide...)
	if err != nil {
		panic(err)
	}
	if len(results) == 0 {
		return 0
	}
	return uint32(results[0])
}

func (i *opaInstance) write(content []byte) uint32 {
	address := i.call("opa_malloc", uint32(len(content)))
	put(i.env, address, content)
	return address
}

// terminated is the text from an address to the next zero byte.
func (i *opaInstance) terminated(address uint32, limit int) []byte {
	memory := i.env.Memory()
	rest := view(i.env, address, memory.Size()-min(address, memory.Size()))
	end := bytes.IndexByte(rest, 0)
	if end < 0 || end > limit {
		panic(failure(fmt.Sprintf("guest gave a text that does not end within %d bytes", limit)))
	}
	return bytes.Clone(rest[:end])
}

func (i *opaInstance) text(address uint32, limit int) string {
	rest := view(i.env, address, min(uint32(limit), i.env.Memory().Size()-min(address, i.env.Memory().Size())))
	if end := bytes.IndexByte(rest, 0); end >= 0 {
		rest = rest[:end]
	}
	return string(rest)
}
