package guest

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
)

// What one evaluation costs, by how an instance is come by:
//
//	fresh            as it is done: an instance for each question, and checks that can end it
//	uninterruptible  the same without the checks
//	instantiation    the instance and its start-up code alone
//	restored         one instance, whose memory is put back after each question: what a pool would save
//
// The last is no way to serve: wazero lets nobody put back globals that a module does not export, and a guest that grew its memory
// keeps it. Rust's only such global is its stack pointer, which a call leaves as it was; guests of AssemblyScript, whose heap begins
// where a global says, trap at the second question.
func BenchmarkEvaluation(b *testing.B) {
	for _, policy := range []string{"pod-privileged", "host-namespaces", "replica-limits"} {
		for _, size := range []int{1, 100} {
			question := benchQuestion(size)
			name := fmt.Sprintf("%s/%dKiB/", policy, len(question.Object)>>10)
			b.Run(name+"fresh", func(b *testing.B) { benchFresh(b, loadSample(b, policy, Options{}), question) })
			b.Run(name+"uninterruptible", func(b *testing.B) {
				benchFresh(b, loadSample(b, policy, Options{Uninterruptible: true}), question)
			})
			if policy != "replica-limits" {
				b.Run(name+"instantiation", func(b *testing.B) { benchInstantiation(b, loadSample(b, policy, Options{})) })
			}
			if policy == "pod-privileged" {
				b.Run(name+"restored", func(b *testing.B) { benchRestored(b, loadSample(b, policy, Options{}), question) })
			}
		}
	}
}

func benchFresh(b *testing.B, module *Module, question Question) {
	b.ReportAllocs()
	for b.Loop() {
		ctx, cancel := context.WithCancel(b.Context())
		if _, err := module.Validate(ctx, question); err != nil {
			b.Fatal(err)
		}
		cancel()
	}
}

func benchInstantiation(b *testing.B, module *Module) {
	b.ReportAllocs()
	ctx := context.WithValue(b.Context(), exchangeKey{}, &wapcExchange{host: silent{}})
	for b.Loop() {
		instance, err := module.instantiate(ctx, module.compiled, module.engine.config)
		if err != nil {
			b.Fatal(err)
		}
		for _, name := range starters {
			if err := runStarter(ctx, instance, name); err != nil {
				b.Fatal(err)
			}
		}
		instance.end(ctx)
	}
}

func benchRestored(b *testing.B, module *Module, question Question) {
	b.ReportAllocs()
	exchange := &wapcExchange{host: silent{}}
	ctx := context.WithValue(b.Context(), exchangeKey{}, exchange)
	instance, err := module.instantiate(ctx, module.compiled, module.engine.config)
	if err != nil {
		b.Fatal(err)
	}
	defer instance.end(ctx)
	for _, name := range starters {
		if err := runStarter(ctx, instance, name); err != nil {
			b.Fatal(err)
		}
	}
	pristine := append([]byte{}, view(instance, 0, instance.Memory().Size())...)
	call := instance.ExportedFunction("__guest_call")
	for b.Loop() {
		limited, cancel := context.WithCancel(ctx)
		*exchange = wapcExchange{host: silent{}, operation: []byte("validate"), payload: question.payload()}
		results, err := call.Call(limited, uint64(len(exchange.operation)), uint64(len(exchange.payload)))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := exchange.outcome(results); err != nil {
			b.Fatal(err)
		}
		memory := view(instance, 0, instance.Memory().Size())
		copy(memory, pristine)
		clear(memory[len(pristine):])
		cancel()
	}
}

func benchQuestion(kibibytes int) Question {
	object := fmt.Sprintf(`{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","annotations":{"filler":%q}},"spec":{"containers":[{"name":"c","image":"example.org/a:1"}]}}`,
		strings.Repeat("x", kibibytes<<10))
	return Question{
		UID: "u", Object: []byte(object), Settings: []byte(`{}`), Host: silent{},
		Request: []byte(`{"uid":"u","kind":{"group":"","version":"v1","kind":"Pod"},"resource":{"group":"","version":"v1","resource":"pods"},"operation":"CREATE","userInfo":{"username":"u"},"object":` + object + `}`),
	}
}

func loadSample(b *testing.B, policy string, options Options) *Module {
	b.Helper()
	wasm, err := os.ReadFile("../../../../policies/" + policy + "/policy.wasm")
	if err != nil {
		b.Fatal(err)
	}
	engine, err := NewEngine(b.Context(), options)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = engine.Close(context.Background()) })
	module, err := engine.Load(b.Context(), wasm)
	if err != nil {
		b.Fatal(err)
	}
	return module
}
