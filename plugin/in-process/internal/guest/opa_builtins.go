package guest

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"time"
)

// builtin is a function of Rego that OPA does not compile into modules.
type builtin struct {
	name string
	call func(i *opaInstance, operands []json.RawMessage) (any, bool)
}

// The few that policies for admission ask for most. A module that needs others is refused by their names, at start.
var builtins = map[string]func(i *opaInstance, operands []json.RawMessage) (any, bool){
	"sprintf":     func(_ *opaInstance, operands []json.RawMessage) (any, bool) { return formatText(operands) },
	"time.now_ns": func(*opaInstance, []json.RawMessage) (any, bool) { return time.Now().UnixNano(), true },
	"trace": func(i *opaInstance, operands []json.RawMessage) (any, bool) {
		var note string
		if len(operands) != 1 || json.Unmarshal(operands[0], &note) != nil {
			return nil, false
		}
		i.host.Log(note)
		return true, true
	},
}

// builtin answers a call: addresses of values in, the address of a value out, or 0 if it has none.
func (i *opaInstance) builtin(id uint64, addresses ...uint64) uint64 {
	if i.module.opa == nil || i.module.opa.builtins == nil {
		panic(failure("guest called a built-in before it was started"))
	}
	function, ok := i.module.opa.builtins[uint32(id)]
	if !ok {
		panic(failure(fmt.Sprintf("guest called a built-in by the number %d, which it did not declare", id)))
	}
	operands := make([]json.RawMessage, len(addresses))
	for at, address := range addresses {
		operands[at] = i.terminated(i.call("opa_json_dump", uint32(address)), maxResponseBytes)
	}
	result, defined := function.call(i, operands)
	if !defined {
		return 0
	}
	text, err := json.Marshal(result)
	if err != nil {
		panic(failure("built-in " + function.name + " failed: " + err.Error()))
	}
	return uint64(i.call("opa_json_parse", i.write(text), uint32(len(text))))
}

// formatText is Rego's sprintf: Go's, with numbers as what they are and everything composite as text.
func formatText(operands []json.RawMessage) (any, bool) {
	var format string
	var raw []json.RawMessage
	if len(operands) != 2 || json.Unmarshal(operands[0], &format) != nil || json.Unmarshal(operands[1], &raw) != nil {
		return nil, false
	}
	args := make([]any, len(raw))
	for at, value := range raw {
		args[at] = formatArgument(value)
	}
	return fmt.Sprintf(format, args...), true
}

func formatArgument(value json.RawMessage) any {
	var text string
	if json.Unmarshal(value, &text) == nil && value[0] == '"' {
		return text
	}
	number := strings.TrimSpace(string(value))
	if whole, ok := new(big.Int).SetString(number, 10); ok {
		if whole.IsInt64() {
			return int(whole.Int64())
		}
		return whole
	}
	var float float64
	if json.Unmarshal(value, &float) == nil && number != "null" {
		return float
	}
	return spaced(value)
}

// spaced writes JSON as Rego does: with a space behind commas and colons.
func spaced(value json.RawMessage) string {
	var text strings.Builder
	inString, escaped := false, false
	for _, char := range string(value) {
		text.WriteRune(char)
		switch {
		case escaped:
			escaped = false
		case inString && char == '\\':
			escaped = true
		case char == '"':
			inString = !inString
		case !inString && (char == ',' || char == ':'):
			text.WriteByte(' ')
		}
	}
	return text.String()
}
