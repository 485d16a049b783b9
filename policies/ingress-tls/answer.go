package main

import (
	"fmt"
	"strings"
)

// Answers are written by hand: encoding/json would look at their types for longer than all else takes.
const (
	accepted      = `{"accepted":true}`
	validSettings = `{"valid":true}`
)

func rejected(message string) string {
	return `{"accepted":false,"message":` + quote(message) + `}`
}

func invalidSettings(message string) string {
	return `{"valid":false,"message":` + quote(message) + `}`
}

func quoteAll(texts []string) string {
	quoted := make([]string, len(texts))
	for i, text := range texts {
		quoted[i] = quote(text)
	}
	return "[" + strings.Join(quoted, ",") + "]"
}

// quote writes a string of JSON. strconv.Quote will not do: it writes \x07, which JSON does not know.
func quote(text string) string {
	var quoted strings.Builder
	quoted.WriteByte('"')
	for _, char := range text {
		switch {
		case char < ' ':
			fmt.Fprintf(&quoted, `\u%04x`, char)
			continue
		case char == '"', char == '\\':
			quoted.WriteByte('\\')
		}
		quoted.WriteRune(char)
	}
	quoted.WriteByte('"')
	return quoted.String()
}
