package jsonread

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// mismatch tells of a value of another type.
func (r *Reader) mismatch(wanted string) {
	switch c := r.next(); {
	case c == '{':
		r.instead("an object", wanted)
	case c == '[':
		r.instead("an array", wanted)
	case c == '"':
		r.instead("a string", wanted)
	case c == 't', c == 'f':
		r.instead("a boolean", wanted)
	case c == '-', '0' <= c && c <= '9':
		r.instead("a number", wanted)
	default:
		r.unexpected(wanted)
	}
}

// unexpected tells of what is no JSON.
func (r *Reader) unexpected(wanted string) {
	if r.at == len(r.text) {
		r.instead("the end", wanted)
		return
	}
	found, _ := utf8.DecodeRuneInString(r.text[r.at:])
	r.instead(fmt.Sprintf("%q", found), wanted)
}

func (r *Reader) instead(found, wanted string) {
	r.fail(fmt.Sprintf("%s where %s should be", found, wanted))
}

// fail keeps the first error, and leaves nothing to be read.
func (r *Reader) fail(what string) {
	if r.err == nil {
		if len(r.path) > 0 {
			what = strings.Join(r.path, ".") + ": " + what
		}
		r.err = errors.New(what)
	}
	r.at = len(r.text)
}
