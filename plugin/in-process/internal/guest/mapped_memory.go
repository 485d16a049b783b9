package guest

import (
	"syscall"

	"github.com/tetratelabs/wazero/experimental"
)

// Guests' memories are mapped apart from Go's heap. There they would be copied as they grow, so that a guest with a limit of 128 MiB
// leaves five times as much for the API server's collector; and each small one would be zeroed as a whole, where of a mapping only
// what is touched is there at all. Addresses are set aside up to the limit at once, which costs nothing.
//
// They are ours to let go. wazero does so when an instance is closed, but not when a deadline came between the guest's last check and
// its end: then the instance is closed already, and nothing more happens.
type instanceMemory struct{ mapped []*mappedMemory }

func (m *instanceMemory) allocator() experimental.MemoryAllocator {
	return experimental.MemoryAllocatorFunc(func(_, maximum uint64) experimental.LinearMemory {
		reserved, err := syscall.Mmap(-1, 0, max(1, int(maximum)), syscall.PROT_NONE, syscall.MAP_PRIVATE|syscall.MAP_ANON|syscall.MAP_NORESERVE)
		if err != nil {
			return &heapMemory{maximum: maximum}
		}
		memory := &mappedMemory{reserved: reserved}
		m.mapped = append(m.mapped, memory)
		return memory
	})
}

func (m *instanceMemory) release() {
	for _, memory := range m.mapped {
		memory.Free()
	}
}

type mappedMemory struct {
	reserved []byte
	size     int
}

// Reallocate opens more of what is set aside; it never moves.
func (m *mappedMemory) Reallocate(size uint64) []byte {
	if size > uint64(len(m.reserved)) {
		return nil
	}
	if grown := int(size); grown > m.size {
		// sizes are WebAssembly's pages, of which the processor's are parts
		if err := syscall.Mprotect(m.reserved[m.size:grown], syscall.PROT_READ|syscall.PROT_WRITE); err != nil {
			return nil
		}
		m.size = grown
	}
	return m.reserved[:size:size]
}

// Free is called when no code of the guest can run any more, by whoever put the question. Nothing that lies in its memory may be
// kept: what we take from guests is copied.
func (m *mappedMemory) Free() {
	if m.reserved != nil {
		_ = syscall.Munmap(m.reserved)
		m.reserved, m.size = nil, 0
	}
}

// heapMemory is for a process that has no addresses left.
type heapMemory struct {
	buffer  []byte
	maximum uint64
}

func (m *heapMemory) Reallocate(size uint64) []byte {
	if size > m.maximum {
		return nil
	}
	grown := make([]byte, size)
	copy(grown, m.buffer)
	m.buffer = grown
	return grown
}

func (m *heapMemory) Free() { m.buffer = nil }
