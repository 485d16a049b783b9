package guest

import (
	"bytes"
	"testing"
)

func TestTablesGetAMaximum(t *testing.T) {
	module := func(table ...byte) []byte {
		return append([]byte{0, 'a', 's', 'm', 1, 0, 0, 0, tableSection, byte(len(table) + 1), 1}, table...)
	}
	for _, test := range []struct{ before, after []byte }{
		{module(0x70, 0, 5), module(0x70, 1, 5, 0xa0, 0x8d, 0x06)},
		{module(0x70, 1, 5, 6), module(0x70, 1, 5, 6)},
		{[]byte("no module"), []byte("no module")},
	} {
		if after, err := limitTables(test.before); err != nil || !bytes.Equal(after, test.after) {
			t.Errorf("% x became % x, %v", test.before, after, err)
		}
	}
	for _, refused := range [][]byte{module(0x70, 0, 0xff, 0xff, 0x7f), module(0x40, 0x40, 0x70), module(0x70, 1, 5), module(0x70)} {
		if after, err := limitTables(refused); err == nil {
			t.Errorf("% x became % x", refused, after)
		}
	}
}

func FuzzLimitTables(f *testing.F) {
	f.Add([]byte{0, 'a', 's', 'm', 1, 0, 0, 0, tableSection, 4, 1, 0x70, 0, 5})
	f.Fuzz(func(t *testing.T, wasm []byte) {
		once, err := limitTables(wasm)
		if err != nil {
			return
		}
		if again, err := limitTables(once); err != nil || !bytes.Equal(once, again) {
			t.Errorf("% x became % x, and then % x, %v", wasm, once, again, err)
		}
	})
}
