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
