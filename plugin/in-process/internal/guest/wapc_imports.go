package guest

import (
	"context"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

const wapcModule = "wapc"

type exchangeKey struct{}

// wapcExchange is what guest and host have told each other during one call. The context carries it to the host functions, which
// belong to no instance.
type wapcExchange struct {
	host          Host
	operation     []byte
	payload       []byte
	guestResponse []byte
	hasResponse   bool
	guestError    string
	hasError      bool
	hostResponse  []byte
	hostError     []byte
}

// wapcFunctions are the nine that waPC gives to guests. https://wapc.io/docs/spec/
var wapcFunctions = map[string]hostFunction[*wapcExchange]{
	"__guest_request": {2, 0, func(e *wapcExchange, guest api.Module, stack []uint64) {
		put(guest, uint32(stack[0]), e.operation)
		put(guest, uint32(stack[1]), e.payload)
	}},
	"__guest_response": {2, 0, func(e *wapcExchange, guest api.Module, stack []uint64) {
		e.guestResponse, e.hasResponse = take(guest, uint32(stack[0]), uint32(stack[1]), maxResponseBytes), true
	}},
	"__guest_error": {2, 0, func(e *wapcExchange, guest api.Module, stack []uint64) {
		e.guestError, e.hasError = takeText(guest, uint32(stack[0]), uint32(stack[1]), maxErrorBytes), true
	}},
	"__host_call": {8, 1, func(e *wapcExchange, guest api.Module, stack []uint64) {
		var err error
		e.hostError = nil
		if e.hostResponse, err = callHost(e.host, guest, stack); err != nil {
			e.hostError = []byte(err.Error())
			stack[0] = 0
			return
		}
		stack[0] = 1
	}},
	"__host_response_len": {0, 1, func(e *wapcExchange, _ api.Module, stack []uint64) { stack[0] = uint64(len(e.hostResponse)) }},
	"__host_response":     {1, 0, func(e *wapcExchange, guest api.Module, stack []uint64) { put(guest, uint32(stack[0]), e.hostResponse) }},
	"__host_error_len":    {0, 1, func(e *wapcExchange, _ api.Module, stack []uint64) { stack[0] = uint64(len(e.hostError)) }},
	"__host_error":        {1, 0, func(e *wapcExchange, guest api.Module, stack []uint64) { put(guest, uint32(stack[0]), e.hostError) }},
	"__console_log": {2, 0, func(e *wapcExchange, guest api.Module, stack []uint64) {
		e.host.Log(takeText(guest, uint32(stack[0]), uint32(stack[1]), maxLogBytes))
	}},
}

// callHost reads the eight arguments of a host call, of waPC and of WASI commands alike.
func callHost(host Host, guest api.Module, stack []uint64) ([]byte, error) {
	name := func(at int) string {
		return string(take(guest, uint32(stack[at]), uint32(stack[at+1]), maxNameBytes))
	}
	return host.Call(name(0), name(2), name(4), view(guest, uint32(stack[6]), uint32(stack[7])))
}

func isWapcImport(module, name string) bool {
	_, ok := wapcFunctions[name]
	return module == wapcModule && ok
}

func provideWapc(ctx context.Context, runtime wazero.Runtime) error {
	return provide(ctx, runtime, wapcModule, exchangeKey{}, wapcFunctions)
}
