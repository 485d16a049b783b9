package guest

import (
	"context"
	"math/rand/v2"
	"os"
	"runtime"
	"sync"
	"testing"
	"time"

	"gatehouse.internal/in-process/internal/guesttest"
)

// endingHost lets the deadline pass while the guest is in the host, and comes back when wazero has closed the instance.
type endingHost struct {
	silent
	cancel  context.CancelFunc
	closing *instance
}

func (h *endingHost) Log(string) {
	h.cancel()
	for !h.closing.IsClosed() {
		runtime.Gosched()
	}
}

func TestAGuestThatEndsJustAfterItsDeadlineLeavesNoMemoryBehind(t *testing.T) {
	engine, err := NewEngine(t.Context(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close(context.Background())
	module, err := engine.Load(t.Context(), guesttest.Build(guesttest.Guest{Validate: guesttest.Join(
		guesttest.I32(guesttest.TextAt), guesttest.I32(0), guesttest.Call(guesttest.ConsoleLog), guesttest.Unreachable,
	)}))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	host := &endingHost{cancel: cancel}
	ctx = context.WithValue(ctx, exchangeKey{}, &wapcExchange{host: host, operation: []byte("validate")})
	made, err := module.instantiate(ctx, module.compiled, engine.config)
	if err != nil {
		t.Fatal(err)
	}
	host.closing = made
	if _, err := made.ExportedFunction("__guest_call").Call(ctx, 8, 0); err == nil {
		t.Error("the guest did not trap")
	}
	made.end(ctx)
	if len(made.memory.mapped) != 1 || made.memory.mapped[0].reserved != nil {
		t.Error("its memory is still there")
	}
}

func TestGuestsThatAreEndedAtAnyMomentAreNoEndOfTheProcess(t *testing.T) {
	engine, err := NewEngine(t.Context(), Options{CompilationCache: os.TempDir() + "/gatehouse-test-wazero-guest"})
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close(context.Background())
	var modules []*Module
	for _, policy := range []string{"pod-privileged", "host-namespaces", "replica-limits", "service-types"} {
		wasm, err := os.ReadFile("../../../../policies/" + policy + "/policy.wasm")
		if err != nil {
			t.Fatal(err)
		}
		module, err := engine.Load(t.Context(), wasm)
		if err != nil {
			t.Fatal(err)
		}
		modules = append(modules, module)
	}
	question := benchQuestion(4)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 50 {
				ctx, cancel := context.WithTimeout(context.Background(), time.Duration(rand.IntN(4000))*time.Microsecond)
				_, _ = modules[rand.IntN(len(modules))].Validate(ctx, question)
				cancel()
			}
		})
	}
	group.Wait()
	for _, module := range modules[:3] {
		if _, err := module.Validate(t.Context(), question); err != nil {
			t.Error(err)
		}
	}
}

func TestAMappedMemoryGrowsInPlaceAndEndsAtItsMaximum(t *testing.T) {
	owner := &instanceMemory{}
	memory := owner.allocator().Allocate(0, 3*pageBytes)
	first := memory.Reallocate(pageBytes)
	first[0] = 1
	second := memory.Reallocate(3 * pageBytes)
	if second[0] != 1 || &first[0] != &second[0] || second[3*pageBytes-1] != 0 {
		t.Error("it has moved, or is not empty")
	}
	if memory.Reallocate(4*pageBytes) != nil {
		t.Error("it grew beyond its maximum")
	}
	owner.release()
	owner.release()
}
