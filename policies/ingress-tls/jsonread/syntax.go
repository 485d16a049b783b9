package jsonread

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// As deep as encoding/json goes.
const maxDepth = 10_000

// next passes white space, and tells the first byte of what follows; 0 at the end.
func (r *Reader) next() byte {
	for ; r.at < len(r.text); r.at++ {
		switch c := r.text[r.at]; c {
		case ' ', '\t', '\n', '\r':
		default:
			return c
		}
	}
	return 0
}

// skip passes a value.
func (r *Reader) skip() {
	switch r.next() {
	case '{':
		for more := r.opens('}'); more; more = r.goesOn('}') {
			r.name()
			r.skip()
		}
	case '[':
		for more := r.opens(']'); more; more = r.goesOn(']') {
			r.skip()
		}
	case '"':
		r.quoted()
	case 't':
		r.word("true")
	case 'f':
		r.word("false")
	case 'n':
		r.word("null")
	default:
		r.number()
	}
}

// opens passes the first bracket, and the last one if there is nothing between them: then it is false.
func (r *Reader) opens(last byte) bool {
	if r.depth == maxDepth {
		r.fail("nested too deep")
		return false
	}
	r.at++
	if r.next() == last {
		r.at++
		return false
	}
	r.depth++
	return true
}

// goesOn passes a comma, or the last bracket: then it is false.
func (r *Reader) goesOn(last byte) bool {
	switch r.next() {
	case ',':
		r.at++
		return true
	case last:
		r.at++
		r.depth--
	default:
		r.unexpected("',' or '" + string(rune(last)) + "'")
	}
	return false
}

// name passes the name of a member, which it gives in its quotes, and the colon.
func (r *Reader) name() string {
	if r.next() != '"' {
		r.unexpected("a name")
	}
	name := r.quoted()
	if r.next() != ':' {
		r.unexpected("':'")
	} else {
		r.at++
	}
	return name
}

// quoted passes a string, which it gives in its quotes.
func (r *Reader) quoted() string {
	if r.next() != '"' {
		r.unexpected("a string")
		return `""`
	}
	start := r.at
	r.at++
	for r.at < len(r.text) && r.text[r.at] >= ' ' {
		c := r.text[r.at]
		r.at++
		switch c {
		case '"':
			return r.text[start:r.at]
		case '\\':
			r.escape()
		}
	}
	r.unexpected(`'"'`)
	return `""`
}

// escape passes the byte behind a backslash, and looks at what must follow.
func (r *Reader) escape() {
	rest := r.text[r.at:]
	isShort := rest != "" && strings.IndexByte(`"\/bfnrt`, rest[0]) >= 0
	isHex := len(rest) >= 5 && rest[0] == 'u' && strings.Trim(rest[1:5], "0123456789ABCDEFabcdef") == ""
	if isShort || isHex {
		r.at++
	} else {
		r.unexpected("an escape")
	}
}

// unquote gives the text of a string.
func unquote(quoted string) string {
	text := quoted[1 : len(quoted)-1]
	for i := range len(text) {
		if text[i] == '\\' || text[i] >= utf8.RuneSelf {
			// seldom in what is asked for; it was checked, so that it is no error
			_ = json.Unmarshal([]byte(quoted), &text)
			break
		}
	}
	return text
}

func (r *Reader) word(word string) {
	if !r.passes(word) {
		r.unexpected("a value")
	}
}

func (r *Reader) number() {
	switch isNegative := r.passes("-"); {
	case r.passes("0"), r.digits():
	case isNegative:
		r.unexpected("a digit")
	default:
		r.unexpected("a value")
	}
	if r.passes(".") && !r.digits() {
		r.unexpected("a digit")
	}
	if r.passes("e") || r.passes("E") {
		_ = r.passes("-") || r.passes("+")
		if !r.digits() {
			r.unexpected("a digit")
		}
	}
}

func (r *Reader) passes(text string) bool {
	found := strings.HasPrefix(r.text[r.at:], text)
	if found {
		r.at += len(text)
	}
	return found
}

// digits passes digits, and tells whether there are any.
func (r *Reader) digits() bool {
	start := r.at
	for r.at < len(r.text) && '0' <= r.text[r.at] && r.text[r.at] <= '9' {
		r.at++
	}
	return r.at > start
}
