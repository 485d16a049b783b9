package framed

import (
	"encoding/binary"
	"io"
	"net"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// peer plays the shim, one connection at a time.
type peer struct {
	t        *testing.T
	path     string
	listener net.Listener
}

func newPeer(t *testing.T) *peer {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s")
	return listenAt(t, path)
}

func listenAt(t *testing.T, path string) *peer {
	t.Helper()
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return &peer{t, path, listener}
}

type side struct {
	net.Conn
	t *testing.T
}

// accept takes the next connection, and exchanges hellos.
func (p *peer) accept() side {
	p.t.Helper()
	conn, err := p.listener.Accept()
	if err != nil {
		runtime.Goexit() // the test is over: nobody dials any more
	}
	conn.SetDeadline(time.Now().Add(time.Minute))
	s := side{conn, p.t}
	if kind, _ := s.next(); kind != typeHello {
		p.t.Errorf("it began with a frame of type %d", kind)
	}
	s.Write(appendHello(nil))
	return s
}

// next reads one frame; 0 at the end.
func (s side) next() (byte, []byte) {
	kind, payload, err := readFrame(s, maxFrameBytes)
	if err == io.EOF {
		return 0, nil
	}
	if err != nil {
		s.t.Error(err)
	}
	return kind, payload
}

// request reads a request, and gives its id.
func (s side) request() uint32 {
	kind, payload := s.next()
	if kind != typeRequest {
		s.t.Errorf("a frame of type %d is no request", kind)
		return 0
	}
	return binary.BigEndian.Uint32(payload)
}

func (s side) answer(id uint32, text string) { s.Write(answer(id, Part{200, []byte(text)})) }
