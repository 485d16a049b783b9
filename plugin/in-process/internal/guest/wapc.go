package guest

import (
	"context"
	"errors"
	"fmt"

	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/sys"
	admissionv1 "k8s.io/api/admission/v1"

	"gatehouse.internal/in-process/internal/verdict"
)

// wapcKind are guests that speak waPC, Kubewarden's default. https://wapc.io/docs/spec/
type wapcKind struct{}

// `_initialize` is none of them: the reference host does not call it either.
var starters = []string{"_start", "wapc_init"}

func (wapcKind) problems(module *Module) []string {
	offered := func(from, name string) bool { return isWapcImport(from, name) || isWASIImport(from, name) }
	return append(module.exportsMemory(), module.missing([]string{"__guest_call"}, offered)...)
}

// What it answers is not looked at: as Kubewarden's policy server, we believe the metadata. Asking costs one instance, and finds a
// module that cannot start at all.
func (k wapcKind) prepare(ctx context.Context, module *Module) error {
	if _, err := k.call(ctx, module, silent{}, "protocol_version", nil); err != nil {
		return fmt.Errorf("does not say which protocol version it speaks: %w", err)
	}
	return nil
}

func (k wapcKind) validate(ctx context.Context, module *Module, question Question) (*admissionv1.AdmissionResponse, error) {
	answer, err := k.call(ctx, module, question.Host, "validate", question.payload())
	if err != nil {
		return nil, err
	}
	response, err := verdict.FromValidationResponse(answer, question.UID, question.Object)
	if err != nil {
		return nil, failure("cannot deserialize policy validation response: " + err.Error())
	}
	return response, nil
}

func (k wapcKind) validateSettings(ctx context.Context, module *Module, question Question) (SettingsVerdict, error) {
	answer, err := k.call(ctx, module, question.Host, "validate_settings", question.Settings)
	if err != nil {
		return SettingsVerdict{}, err
	}
	return readSettingsVerdict(answer, "error: cannot convert response")
}

// payload is what validate is given.
func (q Question) payload() []byte {
	const before, between, after = `{"request":`, `,"settings":`, `}`
	payload := make([]byte, 0, len(before)+len(q.Request)+len(between)+len(q.Settings)+len(after))
	payload = append(append(payload, before...), q.Request...)
	payload = append(append(payload, between...), q.Settings...)
	return append(payload, after...)
}

func readSettingsVerdict(answer []byte, unreadable string) (SettingsVerdict, error) {
	fields, err := verdict.ReadObject(answer)
	if err != nil {
		return SettingsVerdict{}, failure(unreadable + ": " + err.Error())
	}
	settings := SettingsVerdict{Valid: fields.Bool("valid"), Message: fields.Text("message")}
	if err := fields.Err(); err != nil {
		return SettingsVerdict{}, failure(unreadable + ": " + err.Error())
	}
	return settings, nil
}

func (wapcKind) call(ctx context.Context, module *Module, host Host, operation string, payload []byte) ([]byte, error) {
	exchange := &wapcExchange{host: host, operation: []byte(operation), payload: payload}
	ctx = context.WithValue(ctx, exchangeKey{}, exchange)
	console := newLineWriter(host.Log)
	defer console.flush()
	instance, err := module.instantiate(ctx, module.compiled, module.engine.config.WithStdout(console).WithStderr(console))
	if err != nil {
		return nil, err
	}
	defer instance.end(ctx)
	for _, name := range starters {
		if err := runStarter(ctx, instance, name); err != nil {
			return nil, module.explain("guest failed in "+name+": ", err, instance)
		}
	}
	results, err := instance.ExportedFunction("__guest_call").Call(ctx, uint64(len(operation)), uint64(len(payload)))
	if err == nil {
		answer, err := exchange.outcome(results)
		if err != nil {
			return nil, failure("Guest call failure: " + err.Error())
		}
		return answer, nil
	}
	explained := module.explain("Guest call failure: ", err, instance)
	// AssemblyScript's guests say what is wrong, and trap
	if exchange.guestError != "" && !explained.Late {
		explained.Message += "; guest reported: " + exchange.guestError
	}
	return nil, explained
}

// TinyGo ends its start-up code by exiting with 0, and expects to be called afterwards.
func runStarter(ctx context.Context, instance api.Module, name string) error {
	starter := instance.ExportedFunction(name)
	if starter == nil {
		return nil
	}
	_, err := starter.Call(ctx)
	var exit *sys.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 0 {
		return nil
	}
	return err
}

func (e *wapcExchange) outcome(results []uint64) ([]byte, error) {
	if len(results) != 1 {
		return nil, errors.New("`__guest_call` does not return an i32")
	}
	succeeded := uint32(results[0]) != 0
	switch {
	case succeeded && e.hasResponse:
		return e.guestResponse, nil
	case e.hasError:
		return nil, errors.New(e.guestError)
	case succeeded:
		return nil, failure("No error message OR response set for call success")
	default:
		return nil, failure("No error message set for call failure")
	}
}

// silent is the host of a module that is asked about itself.
type silent struct{}

func (silent) Call(_, namespace, operation string, _ []byte) ([]byte, error) {
	return nil, fmt.Errorf("no host call is answered now, and neither is %s/%s", namespace, operation)
}

func (silent) Log(string) {}
