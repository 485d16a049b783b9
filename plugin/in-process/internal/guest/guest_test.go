package guest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse.internal/in-process/internal/guest"
	. "gatehouse.internal/in-process/internal/guesttest"
)

const object = `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"},"data":{"a":"b"}}`

func newEngine(t testing.TB, options guest.Options) *guest.Engine {
	t.Helper()
	if options.CompilationCache == "" {
		// the race detector slows wazero's compiler down; machine code is the same
		options.CompilationCache = filepath.Join(os.TempDir(), "gatehouse-test-wazero-guest")
		if err := os.MkdirAll(options.CompilationCache, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	engine, err := guest.NewEngine(context.Background(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = engine.Close(context.Background()) })
	return engine
}

func load(t testing.TB, engine *guest.Engine, wasm []byte) *guest.Module {
	t.Helper()
	module, err := engine.Load(context.Background(), wasm)
	if err != nil {
		t.Fatal(err)
	}
	return module
}

// recorder is a host that refuses everything, and writes down what it hears.
type recorder struct {
	mutex sync.Mutex
	lines []string
}

func (r *recorder) Call(binding, namespace, operation string, payload []byte) ([]byte, error) {
	return nil, fmt.Errorf("refused: %s %s %s %s", binding, namespace, operation, payload)
}

func (r *recorder) Log(line string) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.lines = append(r.lines, line)
}

func questionTo(host guest.Host) guest.Question {
	return guest.Question{
		UID: "u", Request: []byte(`{"uid":"u","operation":"CREATE","kind":{"group":"","version":"v1","kind":"ConfigMap"},"object":` + object + `}`), Object: []byte(object), Settings: []byte("{}"), Host: host,
	}
}

func failureOf(t *testing.T, wasm []byte, timeout time.Duration) *guest.Failure {
	t.Helper()
	module := load(t, newEngine(t, guest.Options{}), wasm)
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	response, err := module.Validate(ctx, questionTo(&recorder{}))
	var failure *guest.Failure
	if !errors.As(err, &failure) {
		t.Fatalf("answered %v, %v", response, err)
	}
	return failure
}

const long = time.Minute

func TestAGuestThatMisbehavesIsAFailureInWords(t *testing.T) {
	grow := Join(I32(256), GrowMemory, I32(-1), Equal, If(Unreachable))
	for name, test := range map[string]struct {
		guest   Guest
		message string
	}{
		"traps":               {Guest{Validate: Unreachable}, "Guest call failure: guest trapped: unreachable"},
		"overflows its stack": {Guest{Validate: Call(Validate)}, "Guest call failure: guest trapped: stack overflow"},
		"takes all memory":    {Guest{Validate: Join(Loop(grow), I32(1))}, "memory limit of 128 MiB reached"},
		"points outside":      {Guest{Validate: Join(I32(-16), I32(1000), Call(GuestResponse), I32(1))}, "guest passed 1000 bytes at 4294967280, but its memory ends at 262144"},
		"answers too much":    {Guest{Validate: Join(I32(0), I32(17<<20), Call(GuestResponse), I32(1)), Pages: 300}, "guest answered with 17825792 bytes, but at most 16777216 are taken"},
		"says nothing":        {Guest{Validate: I32(1)}, "No error message OR response set for call success"},
		"says no":             {Guest{Validate: I32(0)}, "No error message set for call failure"},
		"gives no verdict":    {Guest{Validate: Respond("[]"), Text: "[]"}, "cannot deserialize policy validation response: is no JSON object"},
		"gives a wrong one":   {Guest{Validate: Respond(`{"accepted":1,"code":70000}`), Text: `{"accepted":1,"code":70000}`}, "accepted: must be true or false\ncode: must be from 0 to 65535"},
		"reports an error":    {Guest{Validate: Join(I32(TextAt), I32(3), Call(GuestError), I32(0)), Text: "bad"}, "Guest call failure: bad"},
		"asks the host": {Guest{Text: "kubewardenkubernetescan_i{}", Validate: Join(
			I32(TextAt), I32(10), I32(TextAt+10), I32(10), I32(TextAt+20), I32(5), I32(TextAt+25), I32(2), Call(HostCall), Drop,
			I32(8192), Call(HostError), I32(8192), Call(HostErrorLength), Call(GuestError), I32(0),
		)}, "Guest call failure: refused: kubewarden kubernetes can_i {}"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if failure := failureOf(t, Build(test.guest), long); !strings.Contains(failure.Message, test.message) || failure.Late {
				t.Errorf("said %q, late: %v", failure.Message, failure.Late)
			}
		})
	}
}

func TestAGuestThatDoesNotEndIsEnded(t *testing.T) {
	if failure := failureOf(t, Build(Guest{Validate: Join(Loop(), I32(1))}), 50*time.Millisecond); !failure.Late {
		t.Errorf("said %q, and not that it was late", failure.Message)
	}
}

func TestATableDoesNotGrowBeyondItsLimit(t *testing.T) {
	// 100 million entries, which would be 800 MB of the API server's
	code := Join(NullFunc, I32(100_000_000), GrowTable, I32(-1), Equal, If(Unreachable), Respond(`{"accepted":true}`))
	failure := failureOf(t, Build(Guest{Validate: code, Text: `{"accepted":true}`}), long)
	if !strings.Contains(failure.Message, "unreachable") {
		t.Error(failure.Message)
	}
}

func TestAModuleThatCouldNeverAnswerIsRefused(t *testing.T) {
	engine := newEngine(t, guest.Options{})
	for message, wasm := range map[string][]byte{
		"cannot be compiled":                  []byte("no module"),
		"carries no Kubewarden metadata":      {0, 'a', 's', 'm', 1, 0, 0, 0},
		"which does not run in process":       Build(Guest{Validate: I32(1), Metadata: `{"mutating":false,"executionMode":"component"}`}),
		"is missing protocol version":         Build(Guest{Validate: I32(1), Metadata: `{"mutating":false}`}),
		"is a raw policy":                     Build(Guest{Validate: I32(1), Metadata: `{"mutating":false,"policyType":"raw"}`}),
		"does not export the function eval":   Build(Guest{Validate: I32(1), Metadata: `{"mutating":false,"executionMode":"gatekeeper"}`}),
		"does not export the function _start": Build(Guest{Validate: I32(1), Metadata: `{"mutating":false,"executionMode":"wasi"}`}),
		"does not say which protocol version": Build(Guest{Validate: I32(1), Import: "unknown"}),
	} {
		if _, err := engine.Load(t.Context(), wasm); err == nil || !strings.Contains(err.Error(), message) {
			t.Errorf("said %v, and not %q", err, message)
		}
	}
}

func TestARegoModuleWithABuiltinThatIsNotThereIsRefusedByItsName(t *testing.T) {
	// sprintf is the only built-in that this module declares; another of the same length is not there
	wasm, err := os.ReadFile("../../../../policies/replica-limits/policy.wasm")
	if err != nil {
		t.Fatal(err)
	}
	wasm = bytes.ReplaceAll(wasm, []byte("sprintf"), []byte("glob_me"))
	if _, err := newEngine(t, guest.Options{}).Load(t.Context(), wasm); err == nil || err.Error() != "Missing Rego builtins: glob_me" {
		t.Error(err)
	}
}

func TestManyQuestionsAtOnceGetTheirOwnAnswers(t *testing.T) {
	wasm, err := os.ReadFile("../../../../policies/require-labels/policy.wasm")
	if err != nil {
		t.Fatal(err)
	}
	module := load(t, newEngine(t, guest.Options{}), wasm)
	var group sync.WaitGroup
	for index := range 32 {
		group.Go(func() {
			question := questionTo(&recorder{})
			question.Settings = fmt.Appendf(nil, `{"required_labels":["label-%d"]}`, index)
			response, err := module.Validate(t.Context(), question)
			if err != nil || response.Result == nil || !strings.HasSuffix(response.Result.Message, fmt.Sprintf("label-%d", index)) {
				t.Errorf("%d: %v, %v", index, response, err)
			}
		})
	}
	group.Wait()
}

// FuzzAnswer: whatever a guest answers is a verdict or a failure.
func FuzzAnswer(f *testing.F) {
	// without the folder of compiled modules, which would be filled with one for each answer
	engine, err := guest.NewEngine(f.Context(), guest.Options{})
	if err != nil {
		f.Fatal(err)
	}
	defer engine.Close(context.Background())
	for _, answer := range []string{`{"accepted":true,"mutated_object":{"a":1e999}}`, `{"accepted":null}`, `[`, `{"accepted":true,"warnings":[null]}`} {
		f.Add(answer)
	}
	f.Fuzz(func(t *testing.T, answer string) {
		if len(answer) > 8192 {
			return
		}
		module := load(t, engine, Answering(answer))
		defer module.Close(t.Context())
		response, err := module.Validate(t.Context(), questionTo(&recorder{}))
		if (response == nil) == (err == nil) {
			t.Errorf("%q gave %v, %v", answer, response, err)
		}
	})
}
