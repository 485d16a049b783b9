package framed

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestAShimThatDoesNotKeepToTheProtocolIsLeft(t *testing.T) {
	for what, sent := range map[string][]byte{
		"a frame of type 9 is none that it sends": frame(9, nil),
		"a frame is empty":                        {0, 0, 0, 0},
		"4278190080 bytes is announced":           {255, 0, 0, 0},
		"an answer is too short":                  frame(typeAnswer, []byte{1}),
		"a part of an answer is too short":        frame(typeAnswer, []byte{0, 0, 0, 1, 0, 1, 0, 200, 9, 9, 9, 9}),
		"the rest of a frame did not come":        goodbyeFrame(4, 0, "the rest of a frame did not come"),
		"answered 2 of 1":                         answer(1, Part{200, nil}, Part{200, nil}),
		"the shim left in the middle of a frame":  {0, 0, 0, 9, typeAnswer},
	} {
		p := newPeer(t)
		result := ask(patient(t), clientOf(t, p), one)
		s := p.accept()
		s.request()
		s.Write(sent)
		s.Close()
		if got := <-result; got.err == nil || !strings.Contains(got.err.Error(), what) {
			t.Errorf("%s: %v", what, got.err)
		}
	}
}

func TestAHelloThatDoesNotFitIsSaidToBeOne(t *testing.T) {
	for what, hello := range map[string][]byte{
		"does not begin with a hello":       []byte("HTTP/1.1 400 Bad Request\r\n"),
		"speaks version 2":                  append(append(frame(typeHello, nil)[:5], magic...), 0, 2, 1, 0, 0, 0),
		"takes frames of 5 bytes":           append(append(frame(typeHello, nil)[:5], magic...), 0, 1, 0, 0, 0, 5),
		"refuses the connection: not today": goodbyeFrame(2, 0, "not today"),
	} {
		if hello[4] == typeHello {
			binary.BigEndian.PutUint32(hello, helloBytes)
		}
		p := newPeer(t)
		go func() {
			if conn, err := p.listener.Accept(); err == nil {
				conn.Write(hello)
				conn.Close()
			}
		}()
		_, err := clientOf(t, p).Ask(patient(t), one)
		if what[0] == 'd' {
			// four letters are a length
			what = "of 1213486160 bytes"
		}
		if err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestAShimThatIsGoneIsFoundAgainWhenItIsBack(t *testing.T) {
	p := newPeer(t)
	client := clientOf(t, p)
	result := ask(patient(t), client, one)
	s := p.accept()
	s.answer(s.request(), "first")
	<-result
	p.listener.Close()
	s.Close()
	for {
		if _, err := client.Ask(patient(t), one); err != nil {
			break
		}
	}
	start := time.Now()
	for range 1000 {
		if _, err := client.Ask(patient(t), one); err == nil || !strings.Contains(err.Error(), p.path) {
			t.Fatalf("%v", err)
		}
	}
	t.Logf("refused 1000 times in %v", time.Since(start))
	back := listenAt(t, p.path)
	go func() {
		s := back.accept()
		s.answer(s.request(), "back")
	}()
	for {
		parts, err := client.Ask(patient(t), one)
		if err == nil {
			if string(parts[0].Body) != "back" {
				t.Errorf("%s", parts[0].Body)
			}
			return
		}
		time.Sleep(time.Millisecond)
	}
}

func TestAFrameThatIsCutByItsDeadlineDoesNotCutTheConnection(t *testing.T) {
	p := newPeer(t)
	client := clientOf(t, p)
	large := Request{Kind: Policies, Names: []string{"large"}, Body: bytes.Repeat([]byte("x"), 4<<20)}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	result := ask(ctx, client, large)
	s := p.accept()
	if got := <-result; !errors.Is(got.err, context.DeadlineExceeded) {
		t.Errorf("%v", got.err)
	}
	if _, payload := s.next(); len(payload) < 4<<20 {
		t.Errorf("%d bytes came", len(payload))
	}
	result = ask(patient(t), client, one)
	s.answer(s.request(), "next")
	if got := <-result; got.err != nil {
		t.Error(got.err)
	}
}

func TestWhatTheShimDoesNotTakeIsNotSent(t *testing.T) {
	p := newPeer(t)
	client := clientOf(t, p)
	result := ask(patient(t), client, Request{Kind: Entry, Names: []string{"set", "entry"}, Body: make([]byte, maxFrameBytes)})
	p.accept()
	if got := <-result; got.err == nil || !strings.Contains(got.err.Error(), "the shim takes 17825792") {
		t.Errorf("%v", got.err)
	}
}

func TestAClosedClientAsksNobody(t *testing.T) {
	p := newPeer(t)
	client := NewClient(p.path)
	result := ask(patient(t), client, one)
	s := p.accept()
	s.request()
	client.Close()
	if got := <-result; got.err == nil {
		t.Error("it answered")
	}
	if _, err := client.Ask(patient(t), one); err == nil {
		t.Error("it asks still")
	}
}
