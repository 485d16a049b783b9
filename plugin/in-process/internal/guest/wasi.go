package guest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/sys"
	admissionv1 "k8s.io/api/admission/v1"

	"gatehouse.internal/in-process/internal/verdict"
)

// wasiKind are WASI commands: started for each question, with the question on their input and the answer on their output.
type wasiKind struct{}

func (wasiKind) problems(module *Module) []string {
	offered := func(from, name string) bool { return isWASIImport(from, name) || isHostCall(from, name) }
	return append(module.exportsMemory(), module.missing([]string{"_start"}, offered)...)
}

func (wasiKind) prepare(context.Context, *Module) error { return nil }

func (k wasiKind) validate(ctx context.Context, module *Module, question Question) (*admissionv1.AdmissionResponse, error) {
	answer, err := k.run(ctx, module, question.Host, "validate", question.payload())
	if err != nil {
		return nil, err
	}
	response, err := verdict.FromValidationResponse(answer, question.UID, question.Object)
	if err != nil {
		return nil, failure("Cannot deserialize policy validation response: " + err.Error())
	}
	return response, nil
}

func (k wasiKind) validateSettings(ctx context.Context, module *Module, question Question) (SettingsVerdict, error) {
	answer, err := k.run(ctx, module, question.Host, "validate-settings", question.Settings)
	if err != nil {
		return SettingsVerdict{}, err
	}
	return readSettingsVerdict(answer, "Cannot deserialize settings validation response")
}

func (wasiKind) run(ctx context.Context, module *Module, host Host, question string, input []byte) ([]byte, error) {
	command := &wasiCommand{host: host, stdin: bytes.NewBuffer(slices.Clip(input))}
	ctx = context.WithValue(ctx, commandKey{}, command)
	stdout, stderr := &capped{limit: maxResponseBytes, strict: true}, &capped{limit: maxErrorBytes}
	config := module.engine.config.WithArgs("policy.wasm", question).
		WithStdin(command).WithStdout(stdout).WithStderr(stderr)
	instance, err := module.instantiate(ctx, module.compiled, config)
	if err != nil {
		return nil, err
	}
	defer instance.end(ctx)
	_, err = instance.ExportedFunction("_start").Call(ctx)
	said := strings.TrimSpace(string(stderr.bytes))
	var exit *sys.ExitError
	switch {
	case err == nil, errors.As(err, &exit) && exit.ExitCode() == 0:
		if said != "" {
			host.Log("stderr: " + said)
		}
		return stdout.bytes, nil
	}
	explained := module.explain("", err, instance)
	// its own words are what users read
	if said != "" && !explained.Late {
		explained.Message = said
	}
	explained.Plain = true
	return nil, explained
}

type commandKey struct{}

// wasiCommand is one run. Its input grows by the answers to its host calls, each after an end that the guest has read.
type wasiCommand struct {
	host  Host
	stdin *bytes.Buffer
}

func (c *wasiCommand) Read(into []byte) (int, error) { return c.stdin.Read(into) }

var _ io.Reader = (*wasiCommand)(nil)

// capped keeps the beginning of what a guest writes; a strict one ends a guest that writes more.
type capped struct {
	bytes  []byte
	limit  int
	strict bool
}

func (c *capped) Write(text []byte) (int, error) {
	if c.strict && len(c.bytes)+len(text) > c.limit {
		panic(failure(fmt.Sprintf("guest answered with more than %d bytes", c.limit)))
	}
	c.bytes = append(c.bytes, text[:min(len(text), max(0, c.limit-len(c.bytes)))]...)
	return len(text), nil
}

// Go's SDK imports the host call by the first name, the JavaScript SDK by the second.
var hostCallModules = []string{"host", "kubewarden:javy/host"}

// A guest reads each answer before it asks again; one that does not would fill our memory instead of its own.
const maxUnreadBytes = 64 << 20

func isHostCall(module, name string) bool {
	return name == "call" && (module == hostCallModules[0] || module == hostCallModules[1])
}

func provideHostCall(ctx context.Context, runtime wazero.Runtime) error {
	call := api.GoModuleFunc(func(ctx context.Context, guest api.Module, stack []uint64) {
		command, ok := ctx.Value(commandKey{}).(*wasiCommand)
		if !ok {
			panic(failure("guest called the host outside of a call"))
		}
		if command.stdin.Len() > maxUnreadBytes {
			panic(failure("guest asked the host again without reading its answers"))
		}
		answer, err := callHost(command.host, guest, stack)
		stack[0] = 0 // the reverse of waPC's
		if err != nil {
			answer, stack[0] = []byte(err.Error()), 1
		}
		command.stdin.Write(answer)
	})
	for _, module := range hostCallModules {
		builder := runtime.NewHostModuleBuilder(module)
		builder.NewFunctionBuilder().WithGoModuleFunction(call, i32s(8), i32s(1)).Export("call")
		if _, err := builder.Instantiate(ctx); err != nil {
			return err
		}
	}
	return nil
}
