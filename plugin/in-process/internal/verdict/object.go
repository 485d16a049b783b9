package verdict

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// Object is a JSON object of which fields are read by their exact names; null is as good as absent. All that is wrong with them
// is gathered.
type Object struct {
	fields   map[string]json.RawMessage
	problems []error
}

// ReadObject reads what a guest answered.
func ReadObject(answer []byte) (*Object, error) {
	object := &Object{}
	if err := json.Unmarshal(answer, &object.fields); err != nil {
		return nil, fmt.Errorf("is no JSON object: %w", err)
	}
	if object.fields == nil {
		return nil, errors.New("is no JSON object: it is null")
	}
	return object, nil
}

// Err is all that was wrong with what has been read.
func (o *Object) Err() error { return errors.Join(o.problems...) }

// Has says whether a field is there.
func (o *Object) Has(name string) bool { return o.Raw(name) != nil }

// Raw is a field's JSON, nil if it is absent.
func (o *Object) Raw(name string) []byte {
	raw := o.fields[name]
	if bytes.Equal(raw, []byte("null")) {
		return nil
	}
	return raw
}

// Bool is a field that must be there.
func (o *Object) Bool(name string) (value bool) {
	if o.Raw(name) == nil {
		o.refuse(name, "is missing")
		return false
	}
	o.read(name, &value, "must be true or false")
	return value
}

// Text is a field, or nothing.
func (o *Object) Text(name string) (value string) {
	o.read(name, &value, "must be a string")
	return value
}

// Integer is a field from 0 to a limit.
func (o *Object) Integer(name string, limit int32) int32 {
	var value float64
	o.read(name, &value, "must be a number")
	if value != float64(int32(value)) || value < 0 || value > float64(limit) {
		o.refuse(name, fmt.Sprintf("must be from 0 to %d", limit))
		return 0
	}
	return int32(value)
}

// TextList is a list of strings.
func (o *Object) TextList(name string) []string {
	var items []*string
	o.read(name, &items, "must be a list of strings")
	var values []string
	for _, item := range items {
		if item == nil {
			o.refuse(name, "must be a list of strings")
			return nil
		}
		values = append(values, *item)
	}
	return values
}

// TextMap is an object of strings.
func (o *Object) TextMap(name string) map[string]string {
	var items map[string]*string
	o.read(name, &items, "must hold strings only")
	if items == nil {
		return nil
	}
	values := make(map[string]string, len(items))
	for key, item := range items {
		if item == nil {
			o.refuse(name, "must hold strings only")
			return nil
		}
		values[key] = *item
	}
	return values
}

func (o *Object) read(name string, into any, wrong string) {
	if raw := o.Raw(name); raw != nil && json.Unmarshal(raw, into) != nil {
		o.refuse(name, wrong)
	}
}

func (o *Object) refuse(name, wrong string) {
	o.problems = append(o.problems, fmt.Errorf("%s: %s", name, wrong))
}
