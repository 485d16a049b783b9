package guesttest

// Instructions of WebAssembly, as far as guests of tests need them. https://webassembly.github.io/spec/core/binary/instructions.html

// I32 is `i32.const`.
func I32(value int32) []byte {
	code := []byte{0x41}
	for {
		digit := byte(value & 0x7f)
		value >>= 7
		if value == 0 && digit&0x40 == 0 || value == -1 && digit&0x40 != 0 {
			return append(code, digit)
		}
		code = append(code, digit|0x80)
	}
}

// Call is `call` of a function by its index.
func Call(function byte) []byte { return []byte{0x10, function} }

// Local is `local.get`.
func Local(index byte) []byte { return []byte{0x20, index} }

// Loop repeats its body without end.
func Loop(body ...[]byte) []byte {
	return Join(append(append([][]byte{{0x03, 0x40}}, body...), []byte{0x0c, 0, 0x0b})...)
}

// If runs its body when the value before it is not zero.
func If(body ...[]byte) []byte {
	return Join(append(append([][]byte{{0x04, 0x40}}, body...), []byte{0x0b})...)
}

// Instructions without operands.
var (
	Unreachable = []byte{0x00}
	Return      = []byte{0x0f}
	Drop        = []byte{0x1a}
	Equal       = []byte{0x46}
	GrowMemory  = []byte{0x40, 0x00}
	GrowTable   = []byte{0xfc, 0x0f, 0x00}
	NullFunc    = []byte{0xd0, 0x70}
)

// Join puts code behind code.
func Join(pieces ...[]byte) []byte {
	var code []byte
	for _, piece := range pieces {
		code = append(code, piece...)
	}
	return code
}
