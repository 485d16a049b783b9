package jsonread

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
)

var texts = []string{
	`{"a":[1,{"b":null}],"c":"d"}`, ` { "a" : [ 1 , "b" ] , "" : { } } `, "\t[\r\n]\n", `[[],{},[{}]]`,
	`{"a":1,"a":"2","a":{"b":3},"b":null}`, `{"a":{"b":1,"c":2},"a":{"b":3}}`,
	`{"\u0061b":"\"\\\/\b\f\n\r\t","ä":"€\u20AC 😀 \ud83d\uDE00"}`, `["\ud83d","\ude00","\ud83d\u0041"]`,
	"[\"\xff\",\"a\xc3\",\"\x7f\",{\"\xff\":1,\"\xfe\":2}]", "[\"a\nb\"]", "\xff", "{}\x00", "\uFEFF{}", "\u00a0[]",
	`[0,-0,10,-12.50,1e5,1E+5,2.5e-7,0e0,1e999]`, `[01]`, `[-]`, `[+1]`, `[1.]`, `[.5]`, `[1e]`, `[1e+]`, `[0x1]`, `[1 2]`,
	`[true,false,null]`, `[tru]`, `[nul]`, `[falsey]`, `[True]`, `null`, `nil`, `"text"`, `12`, ``, ` `,
	`{`, `[`, `{]`, `[}`, `{"a"}`, `{"a":}`, `{"a":1,}`, `{a:1}`, `{1:1}`, `{"a" 1}`, `{,}`, `[,]`, `[1,]`, `[1`, `{"a":1`, `{"a":1]`,
	`{}{}`, `[] 1`, `{}}`, `"a`, `"\`, `["\x"]`, `["\u12"]`, `["\u12g4"]`, `["\u123`, `["\u+123"]`, `'a'`, `[1]//`,
}

// Whatever the text: encoding/json takes it if we do, and finds the same in it.
func FuzzReader(f *testing.F) {
	for _, text := range texts {
		f.Add(text)
	}
	f.Fuzz(agrees)
}

// As far as fuzzing goes in a moment: each text cut off anywhere, and each byte another one.
func TestWhatIsNearlyJSON(t *testing.T) {
	for _, text := range texts {
		for i := range len(text) {
			agrees(t, text[:i])
			for _, other := range "\x00\n \"\\/,:[]{}-+.019aefnrtuE\x80\xff" {
				agrees(t, text[:i]+string(byte(other))+text[i+1:])
			}
		}
	}
}

func TestDepth(t *testing.T) {
	for _, depth := range []int{maxDepth, maxDepth + 1} {
		agrees(t, strings.Repeat("[", depth)+strings.Repeat("]", depth))
	}
	agrees(t, "["+strings.Repeat(`[1],{"a":{}},`, maxDepth)+"1]")
}

func agrees(t *testing.T, text string) {
	want, isJSON := decode(text)

	reader := New(text)
	found := readAny(reader)
	if err := reader.End(); (err == nil) != isJSON {
		t.Fatalf("%q: %v", text, err)
	}
	if isJSON && !reflect.DeepEqual(found, want) {
		t.Fatalf("%q: %#v, not %#v", text, found, want)
	}

	reader = New(text)
	raw := reader.Raw()
	if err := reader.End(); (err == nil) != isJSON || isJSON && raw != strings.Trim(text, " \t\r\n") {
		t.Fatalf("%q, when skipped: %q %v", text, raw, err)
	}
}

func decode(text string) (any, bool) {
	var value any
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	err := decoder.Decode(&value)
	return value, err == nil && json.Valid([]byte(text))
}

func readAny(reader *Reader) any {
	switch reader.next() {
	case '{':
		members := map[string]any{}
		for name := range reader.Object() {
			members[name] = readAny(reader)
		}
		return members
	case '[':
		elements := []any{}
		for range reader.Array() {
			elements = append(elements, readAny(reader))
		}
		return elements
	case '"':
		return reader.Text()
	default:
		value, _ := decode(reader.Raw())
		return value
	}
}

func TestWhatIsNotReadIsSkipped(t *testing.T) {
	reader := New(`{"a":{"x":[1,{"y":"}"}]},"b":"text","c":[{"d":1},"e",["f"]],"g":"last"}`)
	var found []string
	for name := range reader.Object() {
		switch name {
		case "b", "g":
			found = append(found, name+"="+reader.Text())
		case "c":
			for range reader.Array() {
				found = append(found, name)
			}
		}
	}
	if err := reader.End(); err != nil || !slices.Equal(found, []string{"b=text", "c", "c", "c", "g=last"}) {
		t.Error(found, err)
	}
}

func TestNullIsNothing(t *testing.T) {
	reader := New(`{"object":null,"array":null,"text":null,"texts":[null],"raw":null}`)
	for name := range reader.Object() {
		if isNull := reader.IsNull(); isNull != (name != "texts") {
			t.Error(name, isNull)
		}
		switch name {
		case "object":
			for range reader.Object() {
				t.Error("a member")
			}
		case "array":
			for range reader.Array() {
				t.Error("an element")
			}
		case "text":
			if text := reader.Text(); text != "" {
				t.Error(text)
			}
		case "texts":
			if texts := reader.Texts(); !slices.Equal(texts, []string{""}) {
				t.Error(texts)
			}
		case "raw":
			if raw := reader.Raw(); raw != "null" {
				t.Error(raw)
			}
		}
	}
	if err := reader.End(); err != nil {
		t.Error(err)
	}
}

func TestAfterAnErrorNothingIsRead(t *testing.T) {
	for _, text := range []string{`{"a":"",b:2}`, `{"a":"","b`, `{"a":1,"b":2}`, `{"a":[],"b":2}`} {
		reader := New(text)
		for name := range reader.Object() {
			if name != "a" {
				t.Errorf("%s: %q", text, name)
			}
			reader.Text()
		}
		if reader.End() == nil {
			t.Errorf("%s: no error", text)
		}
	}
	if texts := New(`["a",1,"b"]`).Texts(); !slices.Equal(texts, []string{"a", ""}) {
		t.Error(texts)
	}
}

func TestErrorsSayWhatIsWrongAndWhere(t *testing.T) {
	for text, want := range map[string]string{
		`[]`:                                     "an array where an object should be",
		``:                                       "the end where an object should be",
		`{"a":"x"}`:                              "a: a string where an object should be",
		`{"a":{"b":{}}}`:                         "a.b: an object where an array should be",
		`{"a":{"b":["x",1]}}`:                    "a.b: a number where a string should be",
		`{"a":{"b":[false]}}`:                    "a.b: a boolean where a string should be",
		`{"a":{"b":["x"}}`:                       "a.b: '}' where ',' or ']' should be",
		`{"a":{"b":["x"]}`:                       "the end where ',' or '}' should be",
		`{"a":{"b":["x"]}}{}`:                    "'{' where the end should be",
		`{"a":{"b":["x"]},}`:                     "'}' where a name should be",
		`{"a" 1}`:                                "'1' where ':' should be",
		`{"a":{"c":é}}`:                          "a.c: 'é' where a value should be",
		`{"c":["\q"]}`:                           "c: 'q' where an escape should be",
		`{"c":"`:                                 "c: the end where '\"' should be",
		`{"c":-}`:                                "c: '}' where a digit should be",
		`{"c":[` + strings.Repeat("[", maxDepth): "c: nested too deep",
	} {
		reader := New(text)
		for name := range reader.Object() {
			if name == "a" {
				for name := range reader.Object() {
					if name == "b" {
						reader.Texts()
					}
				}
			}
		}
		if err := reader.End(); err == nil || err.Error() != want {
			t.Errorf("%.40s: %v, not %s", text, err, want)
		}
	}
}
