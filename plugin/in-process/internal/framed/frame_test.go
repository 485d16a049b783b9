package framed

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func frame(kind byte, payload []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(payload)+1))
	return append(append(b, kind), payload...)
}

func answer(id uint32, parts ...Part) []byte {
	b := binary.BigEndian.AppendUint32(nil, id)
	b = binary.BigEndian.AppendUint16(b, uint16(len(parts)))
	for _, part := range parts {
		b = binary.BigEndian.AppendUint16(b, uint16(part.Status))
		b = binary.BigEndian.AppendUint32(b, uint32(len(part.Body)))
		b = append(b, part.Body...)
	}
	return frame(typeAnswer, b)
}

func goodbyeFrame(reason byte, lastID uint32, text string) []byte {
	return frame(typeGoodbye, append(binary.BigEndian.AppendUint32([]byte{reason}, lastID), text...))
}

// The frames of a stream, and the error behind them.
func readAll(r io.Reader, limit uint32) ([][]byte, error) {
	var frames [][]byte
	for {
		kind, payload, err := readFrame(r, limit)
		if err != nil {
			return frames, err
		}
		frames = append(frames, append([]byte{kind}, payload...))
	}
}

func FuzzAStreamGivesTheSameFramesHoweverItArrives(f *testing.F) {
	f.Add(appendHello(nil))
	f.Add(append(answer(1, Part{200, []byte("{}")}, Part{503, []byte("no")}), goodbyeFrame(0, allIDs, "bye")...))
	f.Add(append(answer(7), 0, 0, 0, 0))
	f.Add([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
	f.Add(frame(typeAnswer, make([]byte, 300<<10))[:280<<10])
	f.Fuzz(func(t *testing.T, stream []byte) {
		const limit = 1 << 20
		whole, wholeErr := readAll(bytes.NewReader(stream), limit)
		single, singleErr := readAll(iotest.OneByteReader(bytes.NewReader(stream)), limit)
		if wholeErr.Error() != singleErr.Error() {
			t.Fatalf("in one piece %v, byte by byte %v", wholeErr, singleErr)
		}
		if !bytes.Equal(bytes.Join(whole, nil), bytes.Join(single, nil)) || len(whole) != len(single) {
			t.Fatal("the frames differ")
		}
		if errors.Is(wholeErr, io.EOF) {
			length := 0
			for _, one := range whole {
				length += lengthBytes + len(one)
			}
			if length != len(stream) {
				t.Fatalf("%d of %d bytes were read, and nobody missed the rest", length, len(stream))
			}
		}
	})
}

func FuzzAnswersAndGoodbyesAreReadOrRefused(f *testing.F) {
	f.Add(answer(1, Part{200, []byte(`{"response":{}}`)}, Part{404, nil})[5:])
	f.Add(answer(1<<32 - 1)[5:])
	f.Add(goodbyeFrame(3, 9, "too long")[5:])
	f.Add(appendHello(nil)[5:])
	f.Add([]byte{0, 0, 0, 1, 255, 255})
	f.Fuzz(func(t *testing.T, payload []byte) {
		if id, parts, err := readAnswer(payload); err == nil {
			if again := answer(id, parts...)[5:]; !bytes.Equal(again, payload) {
				t.Fatalf("%x was read as %x", payload, again)
			}
		} else if !errors.Is(err, errMalformed) {
			t.Fatal(err)
		}
		if g, err := readGoodbye(payload); err == nil && !bytes.Equal(goodbyeFrame(g.reason, g.lastID, g.text)[5:], payload) {
			t.Fatalf("%x was read as %v", payload, g)
		}
		if limit, err := readHello(payload); err == nil && limit < minFrameBytes {
			t.Fatalf("a limit of %d was taken", limit)
		}
	})
}

func TestAnAnnouncedLengthTakesNoMemoryUntilTheFrameArrives(t *testing.T) {
	head := binary.BigEndian.AppendUint32(nil, maxFrameBytes)
	result := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, _, err := readFrame(io.MultiReader(bytes.NewReader(head), strings.NewReader("abc")), maxFrameBytes); !errors.Is(err, io.ErrUnexpectedEOF) {
				b.Fatal(err)
			}
		}
	})
	// the race detector's build takes it twice
	if bytes := result.AllocedBytesPerOp(); bytes > 3*firstCapacity {
		t.Errorf("%d bytes were taken for 3 that came", bytes)
	}
}

func TestARequestIsRefusedWhereNoFrameCanHoldIt(t *testing.T) {
	for _, names := range [][]string{nil, make([]string, MaxNames+1), {strings.Repeat("x", 1<<16)}} {
		if _, err := requestHead(Request{Kind: Policies, Names: names}, 1); err == nil {
			t.Errorf("%d names were taken", len(names))
		}
	}
}
