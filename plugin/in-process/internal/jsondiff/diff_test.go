package jsondiff

import (
	"encoding/json"
	"reflect"
	"testing"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
)

func patchOf(t testing.TB, before, after string) string {
	t.Helper()
	operations, err := Diff([]byte(before), []byte(after))
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(operations)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestPatchesAddRemoveAndReplace(t *testing.T) {
	for _, test := range []struct{ before, after, patch string }{
		{`{"a":1}`, `{"a":1.0}`, `null`},
		{`{"a":9007199254740993}`, `{"a":9007199254740992}`, `null`},
		{`{"a":9007199254740992}`, `{"a":9007199254740993}`, `[{"op":"replace","path":"/a","value":9007199254740993}]`},
		{`{"a":null}`, `{}`, `[{"op":"remove","path":"/a"}]`},
		{`{}`, `{"a/b~c":null}`, `[{"op":"add","path":"/a~1b~0c","value":null}]`},
		{`[1,2,3,4]`, `[1,5]`, `[{"op":"replace","path":"/1","value":5},{"op":"remove","path":"/2"},{"op":"remove","path":"/2"}]`},
		{`{"a":[1]}`, `{"a":{"0":1}}`, `[{"op":"replace","path":"/a","value":{"0":1}}]`},
		{`{"metadata":{"labels":{"a":"b"}}}`, `{"metadata":{"labels":{}}}`, `[{"op":"remove","path":"/metadata/labels"}]`},
		{`{"metadata":{"labels":{}}}`, `{"metadata":{"labels":{}}}`, `null`},
	} {
		if patch := patchOf(t, test.before, test.after); patch != test.patch {
			t.Errorf("from %s to %s: %s", test.before, test.after, patch)
		}
	}
}

func TestAnObjectThatChangedEverywhereIsNoMutation(t *testing.T) {
	list := make([]int, maxOperations+1)
	before, _ := json.Marshal(list)
	for index := range list {
		list[index] = index + 1
	}
	after, _ := json.Marshal(list)
	if _, err := Diff(before, after); err == nil || err.Error() != "policy changed more than 10000 places" {
		t.Error(err)
	}
}

// FuzzDiff: a patch leads from the one document to the other, as the API server's own library applies it.
func FuzzDiff(f *testing.F) {
	f.Add(`{"a":[1,{"b":null}],"c":"x"}`, `{"a":[{"b":1},2,3]}`)
	f.Add(`{"metadata":{"annotations":{"a":"b"}}}`, `{"metadata":{"annotations":{}}}`)
	f.Fuzz(func(t *testing.T, before, after string) {
		operations, err := Diff([]byte(before), []byte(after))
		var object map[string]any
		if err != nil || len(operations) == 0 || json.Unmarshal([]byte(before), &object) != nil || object == nil {
			return
		}
		for _, operation := range operations {
			// the library cannot replace a whole document, nor a member without a name
			if operation.Path == "" || operation.Path[len(operation.Path)-1] == '/' {
				return
			}
		}
		text, err := json.Marshal(operations)
		if err != nil {
			t.Fatal(err)
		}
		patch, err := jsonpatch.DecodePatch(text)
		if err != nil {
			t.Fatal(err)
		}
		patched, err := patch.Apply([]byte(before))
		if err != nil {
			t.Skip(err) // keys that are given twice
		}
		got, _ := parse(patched)
		want, _ := parse([]byte(after))
		source, _ := parse([]byte(before))
		dropEmptiedMaps(want, source)
		if rest := (&differ{}); !reflect.DeepEqual(got, want) {
			if rest.values(got, want, ""); len(rest.operations) > 0 {
				t.Errorf("%s makes %s of %s, and not %s", text, patched, before, after)
			}
		}
	})
}
