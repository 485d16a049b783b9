package guest

import "bytes"

// lineWriter hands on whole lines, of which no part is kept beyond its limit.
type lineWriter struct {
	emit    func(line string)
	pending []byte
}

func newLineWriter(emit func(line string)) *lineWriter { return &lineWriter{emit: emit} }

func (w *lineWriter) Write(text []byte) (int, error) {
	written := len(text)
	for {
		line, rest, found := bytes.Cut(text, []byte{'\n'})
		if room := maxLogBytes - len(w.pending); room > 0 {
			w.pending = append(w.pending, line[:min(len(line), room)]...)
		}
		if !found {
			return written, nil
		}
		w.flush()
		text = rest
	}
}

func (w *lineWriter) flush() {
	if len(bytes.TrimSpace(w.pending)) > 0 {
		w.emit(string(w.pending))
	}
	w.pending = w.pending[:0]
}
