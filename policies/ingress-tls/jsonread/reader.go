// Package jsonread reads of JSON what somebody asks for. All else is checked and skipped: nothing is made of it.
//
// It takes and refuses what encoding/json does. That looks at each type by reflection when it first meets it, and in a
// command, which starts anew for each question, it always is the first time.
package jsonread

import "iter"

// A Reader stands before a value; each of its methods reads that one, and passes it. `null` reads as what is not there: no
// members, no elements, an empty string. After an error there is nothing more to read, and End tells of it.
type Reader struct {
	text  string
	at    int
	depth int
	// Names of the members that it is in, for those who read an error.
	path []string
	err  error
}

// New makes a Reader of a text that is one value.
func New(text string) *Reader { return &Reader{text: text} }

// End tells what was wrong, if only that something follows the value.
func (r *Reader) End() error {
	r.next()
	if r.at < len(r.text) {
		r.unexpected("the end")
	}
	return r.err
}

// Object stops before the value of each member, and gives its name. A value that is not read then is skipped. Names differ by
// case, as they do in Kubernetes. One that is there twice comes twice: what is set anew each time is that of the last.
func (r *Reader) Object() iter.Seq[string] {
	return func(yield func(name string) bool) {
		for more := r.begins('{', '}', "an object"); more; more = r.goesOn('}') {
			name := unquote(r.name())
			if r.err != nil {
				return
			}
			r.path = append(r.path, name)
			start := r.start()
			if !yield(name) {
				return
			}
			r.skipFrom(start)
			r.path = r.path[:len(r.path)-1]
		}
	}
}

// Array stops before each element. One that is not read then is skipped.
func (r *Reader) Array() func(yield func() bool) {
	return func(yield func() bool) {
		for more := r.begins('[', ']', "an array"); more; more = r.goesOn(']') {
			start := r.start()
			if !yield() {
				return
			}
			r.skipFrom(start)
		}
	}
}

// Text reads a string.
func (r *Reader) Text() string {
	if r.IsNull() {
		r.skip()
		return ""
	}
	if r.next() != '"' {
		r.mismatch("a string")
	}
	return unquote(r.quoted())
}

// Texts reads an array of strings.
func (r *Reader) Texts() []string {
	var texts []string
	for range r.Array() {
		texts = append(texts, r.Text())
	}
	return texts
}

// Raw reads any value, as it stands there.
func (r *Reader) Raw() string {
	start := r.start()
	r.skip()
	return r.text[start:r.at]
}

// IsNull tells what comes next, and does not read it.
func (r *Reader) IsNull() bool { return r.next() == 'n' }

// begins passes the first bracket, and tells whether there is anything in them. There is nothing in `null`.
func (r *Reader) begins(first, last byte, wanted string) bool {
	switch r.next() {
	case 'n':
		r.skip()
		return false
	case first:
		return r.opens(last)
	default:
		r.mismatch(wanted)
		return false
	}
}

// start is where the next value begins.
func (r *Reader) start() int {
	r.next()
	return r.at
}

// skipFrom passes a value that nobody has read.
func (r *Reader) skipFrom(start int) {
	if r.at == start {
		r.skip()
	}
}
