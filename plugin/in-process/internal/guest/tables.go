package guest

import (
	"errors"
	"fmt"
)

// What a module can take beside its memory: tables, which wazero keeps in the API server's heap and lets grow without end. Far above
// what compilers emit, an entry per function whose address is taken.
const (
	maxTables       = 8
	maxTableEntries = 100_000
)

const tableSection = 4

var errTruncated = errors.New("is cut short")

// limitTables writes a maximum into the module's tables. What is no module at all is left to the compiler to refuse.
func limitTables(wasm []byte) ([]byte, error) {
	const header = 8
	if len(wasm) < header {
		return wasm, nil
	}
	limited := append([]byte{}, wasm[:header]...)
	for rest := wasm[header:]; len(rest) > 0; {
		id := rest[0]
		size, contents, err := readU32(rest[1:])
		if err != nil || uint64(size) > uint64(len(contents)) {
			return wasm, nil
		}
		rest, contents = contents[size:], contents[:size]
		if id == tableSection {
			if contents, err = limitTableSection(contents); err != nil {
				return nil, err
			}
		}
		limited = append(append(append(limited, id), leb128(uint32(len(contents)))...), contents...)
	}
	return limited, nil
}

// https://webassembly.github.io/spec/core/binary/modules.html#table-section
func limitTableSection(contents []byte) ([]byte, error) {
	count, rest, err := readU32(contents)
	if err != nil {
		return nil, err
	}
	if count > maxTables {
		return nil, fmt.Errorf("has %d tables, where %d are supported", count, maxTables)
	}
	limited := leb128(count)
	for range count {
		if len(rest) < 2 {
			return nil, errTruncated
		}
		kind, flags := rest[0], rest[1]
		if flags > 1 {
			return nil, errors.New("has a table of a kind that is not supported")
		}
		var minimum, maximum uint32
		if minimum, rest, err = readU32(rest[2:]); err != nil {
			return nil, err
		}
		maximum = maxTableEntries
		if flags == 1 {
			if maximum, rest, err = readU32(rest); err != nil {
				return nil, err
			}
		}
		if minimum > maxTableEntries {
			return nil, fmt.Errorf("has a table of %d entries, where %d are supported", minimum, maxTableEntries)
		}
		limited = append(append(append(limited, kind, 1), leb128(minimum)...), leb128(min(maximum, maxTableEntries))...)
	}
	return append(limited, rest...), nil
}

// readU32 reads an unsigned LEB128.
func readU32(bytes []byte) (value uint32, rest []byte, err error) {
	for index, digit := range bytes {
		if index > 4 {
			break
		}
		value |= uint32(digit&0x7f) << (7 * index)
		if digit < 0x80 {
			return value, bytes[index+1:], nil
		}
	}
	return 0, nil, errTruncated
}
