// Package guesttest builds small waPC guests for tests: correct ones but for what a test wants them to do.
package guesttest

import "fmt"

// What guests can call, by the index of the function.
const (
	GuestRequest byte = iota
	GuestResponse
	GuestError
	HostCall
	HostErrorLength
	HostError
	ConsoleLog
	Validate // the guest's own, for recursion
)

var imports = []struct {
	name            string
	params, results int
}{
	{"__guest_request", 2, 0}, {"__guest_response", 2, 0}, {"__guest_error", 2, 0}, {"__host_call", 8, 1},
	{"__host_error_len", 0, 1}, {"__host_error", 1, 0}, {"__console_log", 2, 0},
}

// TextAt is where Guest.Text lies in the guest's memory.
const TextAt = 4096

const (
	versionAt  = 1024
	settingsAt = 1040
	version    = `"v1"`
	settings   = `{"valid":true}`
	metadata   = `{"protocolVersion":"v1","mutating":true,"executionMode":"kubewarden-wapc","policyType":"kubernetes","rules":[]}`
)

// Guest is what a guest does when it is asked about a request.
type Guest struct {
	// Validate is code that leaves what `__guest_call` returns: an i32.
	Validate []byte
	// Text lies in memory at TextAt.
	Text string
	// Pages of memory at first; 4 unless given.
	Pages uint32
	// Metadata in place of good ones.
	Metadata string
	// Import is one function more, of no module that is there.
	Import string
}

// Respond answers with Text.
func Respond(text string) []byte {
	return Join(I32(TextAt), I32(int32(len(text))), Call(GuestResponse), I32(1))
}

// Build makes the module.
func Build(guest Guest) []byte {
	if guest.Pages == 0 {
		guest.Pages = 4
	}
	if guest.Metadata == "" {
		guest.Metadata = metadata
	}
	var types, imported [][]byte
	for index, one := range imports {
		types = append(types, signature(one.params, one.results))
		imported = append(imported, Join(named("wapc"), named(one.name), []byte{0x00, byte(index)}))
	}
	validateType, callType := byte(len(types)), byte(len(types)+1)
	types = append(types, signature(0, 1), signature(2, 1))
	if guest.Import != "" {
		// last, so that no other index changes: it has none that is used
		imported = append(imported, Join(named("env"), named(guest.Import), []byte{0x03, 0x7f, 0x00}))
	}
	// validate, and __guest_call, which tells operations by the lengths of their names
	call := Join(
		Local(0), I32(int32(len("protocol_version"))), Equal,
		If(I32(versionAt), I32(int32(len(version))), Call(GuestResponse), I32(1), Return),
		Local(0), I32(int32(len("validate_settings"))), Equal,
		If(I32(settingsAt), I32(int32(len(settings))), Call(GuestResponse), I32(1), Return),
		Call(Validate),
	)
	module := []byte{0, 'a', 's', 'm', 1, 0, 0, 0}
	for _, section := range []struct {
		id       byte
		contents []byte
	}{
		{1, vector(types)},
		{2, vector(imported)},
		{3, vector([][]byte{{validateType}, {callType}})},
		{4, vector([][]byte{{0x70, 0x00, 0x01}})},
		{5, vector([][]byte{Join([]byte{0x00}, u32(guest.Pages))})},
		{7, vector([][]byte{
			Join(named("memory"), []byte{0x02, 0}), Join(named("__guest_call"), []byte{0x00, Validate + 1}),
		})},
		{10, vector([][]byte{body(guest.Validate), body(call)})},
		{11, vector([][]byte{data(versionAt, version), data(settingsAt, settings), data(TextAt, guest.Text)})},
		{0, Join(named("io.kubewarden.metadata"), []byte(guest.Metadata))},
	} {
		module = Join(module, []byte{section.id}, u32(uint32(len(section.contents))), section.contents)
	}
	return module
}

// Answering is a guest that answers everything with one text.
func Answering(text string) []byte { return Build(Guest{Validate: Respond(text), Text: text}) }

// Denying is a guest that denies with a message.
func Denying(message string) []byte {
	return Answering(fmt.Sprintf(`{"accepted":false,"message":%q}`, message))
}

func signature(params, results int) []byte {
	code := []byte{0x60, byte(params)}
	for range params {
		code = append(code, 0x7f)
	}
	code = append(code, byte(results))
	for range results {
		code = append(code, 0x7f)
	}
	return code
}

func body(code []byte) []byte {
	function := Join([]byte{0x00}, code, []byte{0x0b})
	return Join(u32(uint32(len(function))), function)
}

func data(at int32, text string) []byte {
	return Join([]byte{0x00}, I32(at), []byte{0x0b}, named(text))
}

func vector(items [][]byte) []byte { return Join(u32(uint32(len(items))), Join(items...)) }

func named(text string) []byte { return Join(u32(uint32(len(text))), []byte(text)) }

func u32(value uint32) []byte {
	var code []byte
	for {
		digit := byte(value & 0x7f)
		if value >>= 7; value == 0 {
			return append(code, digit)
		}
		code = append(code, digit|0x80)
	}
}
