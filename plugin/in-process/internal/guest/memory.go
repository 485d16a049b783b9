package guest

import (
	"fmt"

	"github.com/tetratelabs/wazero/api"
)

// Pointers come from the guest. What does not lie in its memory ends the call: the panic is wazero's way out of a host function,
// which hands it to the caller as an error.

func view(instance api.Module, pointer, length uint32) []byte {
	memory := instance.Memory()
	if memory == nil {
		panic(failure("guest called the host without a memory"))
	}
	bytes, ok := memory.Read(pointer, length)
	if !ok {
		panic(failure(fmt.Sprintf("guest passed %d bytes at %d, but its memory ends at %d", length, pointer, memory.Size())))
	}
	return bytes
}

func take(instance api.Module, pointer, length, limit uint32) []byte {
	if length > limit {
		panic(failure(fmt.Sprintf("guest answered with %d bytes, but at most %d are taken", length, limit)))
	}
	return append([]byte{}, view(instance, pointer, length)...)
}

func takeText(instance api.Module, pointer, length, limit uint32) string {
	return string(view(instance, pointer, min(length, limit)))
}

func put(instance api.Module, pointer uint32, bytes []byte) {
	copy(view(instance, pointer, uint32(len(bytes))), bytes)
}
