package framed

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

var one = Request{Kind: Policies, Names: []string{"one"}, Body: []byte("{}")}

func clientOf(t *testing.T, p *peer) *Client {
	client := NewClient(p.path)
	t.Cleanup(client.Close)
	return client
}

// A test that hangs fails here.
func patient(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

type asked struct {
	parts []Part
	err   error
}

func ask(ctx context.Context, client *Client, request Request) <-chan asked {
	result := make(chan asked, 1)
	go func() {
		parts, err := client.Ask(ctx, request)
		result <- asked{parts, err}
	}()
	return result
}

func TestAnswersFindTheirRequestsInAnyOrder(t *testing.T) {
	const all = 100
	p := newPeer(t)
	come := make(chan func(), all)
	go func() {
		for range connections {
			s := p.accept()
			go func() {
				for {
					kind, payload := s.next()
					if kind != typeRequest {
						return
					}
					name := payload[13 : 13+binary.BigEndian.Uint16(payload[11:])]
					come <- func() { s.answer(binary.BigEndian.Uint32(payload), string(name)) }
				}
			}()
		}
	}()
	go func() {
		var answers []func()
		for range all {
			answers = append(answers, <-come)
		}
		for i := range answers {
			answers[all-1-i]()
		}
	}()
	client := clientOf(t, p)
	var group sync.WaitGroup
	for i := range all {
		group.Go(func() {
			name := fmt.Sprint("policy ", i)
			parts, err := client.Ask(patient(t), Request{Kind: Policies, Names: []string{name}, Body: []byte("{}")})
			if err != nil || string(parts[0].Body) != name {
				t.Errorf("%s: %v %v", name, parts, err)
			}
		})
	}
	group.Wait()
}

func TestTheShimIsToldHowLongSomebodyWaitsAndWhenHeDoesNotAnyMore(t *testing.T) {
	p := newPeer(t)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	result := ask(ctx, clientOf(t, p), one)
	s := p.accept()
	_, payload := s.next()
	if millis := binary.BigEndian.Uint32(payload[4:]); millis < 10_000 || millis > 20_000 {
		t.Errorf("%d ms were told of 20 s", millis)
	}
	cancel()
	if got := <-result; !errors.Is(got.err, context.Canceled) {
		t.Errorf("%v", got.err)
	}
	kind, cancelled := s.next()
	if kind != typeCancel || !bytes.Equal(cancelled, payload[:4]) {
		t.Errorf("a frame of type %d came, with %x", kind, cancelled)
	}
}

func TestALateAnswerIsDroppedAndTheConnectionGoesOn(t *testing.T) {
	p := newPeer(t)
	client := clientOf(t, p)
	ctx, cancel := context.WithCancel(t.Context())
	result := ask(ctx, client, one)
	s := p.accept()
	late := s.request()
	cancel()
	<-result
	s.next() // the cancel
	s.answer(late, "late")
	result = ask(patient(t), client, one)
	s.answer(s.request(), "next")
	if got := <-result; got.err != nil || string(got.parts[0].Body) != "next" {
		t.Errorf("%v", got)
	}
}

func TestAfterAGoodbyeWhatWasNotLookedAtIsAskedElsewhere(t *testing.T) {
	p := newPeer(t)
	client := clientOf(t, p)
	seen := ask(patient(t), client, one)
	old := p.accept()
	first := old.request()
	unseen := ask(patient(t), client, one)
	second := p.accept() // the other connection, which has less under way
	second.request()
	second.Write(goodbyeFrame(goodbyeDraining, 0, "the shim has stopped"))
	again := p.accept()
	again.answer(again.request(), "elsewhere")
	if got := <-unseen; got.err != nil || string(got.parts[0].Body) != "elsewhere" {
		t.Errorf("%v", got)
	}
	old.Write(goodbyeFrame(goodbyeDraining, allIDs, "the shim is stopping"))
	old.answer(first, "still")
	if got := <-seen; got.err != nil || string(got.parts[0].Body) != "still" {
		t.Errorf("%v", got)
	}
	if kind, _ := old.next(); kind != 0 {
		t.Errorf("a frame of type %d followed the goodbye", kind)
	}
	if kind, _ := second.next(); kind != 0 {
		t.Errorf("a frame of type %d followed the goodbye", kind)
	}
}

func TestWhatTheShimMayHaveLookedAtIsNotAskedTwice(t *testing.T) {
	p := newPeer(t)
	result := ask(patient(t), clientOf(t, p), one)
	s := p.accept()
	s.request()
	s.Close()
	if got := <-result; got.err == nil || !strings.Contains(got.err.Error(), "the shim has closed the connection") {
		t.Errorf("%v", got)
	}
}

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

func FuzzWhateverAShimSendsAskingEnds(f *testing.F) {
	f.Add(answer(1, Part{200, []byte("{}")}))
	f.Add(append(goodbyeFrame(goodbyeDraining, allIDs, "bye"), answer(1, Part{503, []byte("no")})...))
	f.Add(goodbyeFrame(goodbyeDraining, 0, "gone"))
	f.Add(append(answer(9), answer(1, Part{200, nil})[:7]...))
	f.Fuzz(func(t *testing.T, sent []byte) {
		p := newPeer(t)
		go func() {
			for {
				conn, err := p.listener.Accept()
				if err != nil {
					return
				}
				conn.Write(appendHello(nil))
				conn.Write(sent)
				conn.Close()
			}
		}()
		client := NewClient(p.path)
		defer client.Close()
		parts, err := client.Ask(patient(t), one)
		if (err == nil) != (len(parts) == 1) {
			t.Fatalf("%v and %v", parts, err)
		}
		if errors.Is(err, context.DeadlineExceeded) {
			t.Fatal("it waited for an answer on a connection that had ended")
		}
	})
}
