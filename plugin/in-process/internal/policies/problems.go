package policies

import (
	"errors"
	"fmt"
	"path/filepath"
)

// problems gathers what is wrong, so that all of it can be told at once.
type problems struct{ all []error }

func (p *problems) add(place, field, message string) {
	if field != "" {
		message = field + ": " + message
	}
	p.all = append(p.all, fmt.Errorf("%s: %s", place, message))
}

func (p *problems) err() error { return errors.Join(p.all...) }

func placeOf(file string, line int) string {
	if line == 0 {
		return file
	}
	return fmt.Sprintf("%s:%d", filepath.Clean(file), line)
}
