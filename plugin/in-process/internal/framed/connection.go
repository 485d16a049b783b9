package framed

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

const (
	helloTimeout = 5 * time.Second
	// for what is left of a frame whose sender has lost patience
	writeTimeout = 30 * time.Second
)

// errUnseen: the shim has not looked at the request, so that it may be asked again on another connection.
var errUnseen = errors.New("the shim has ended the connection before it looked at the request")

type outcome struct {
	parts []Part
	err   error
}

// connection is one to the shim, with any number of requests under way.
type connection struct {
	conn     net.Conn
	maxFrame uint32
	// held by whoever writes
	writing chan struct{}
	nextID  uint32

	mu      sync.Mutex
	pending map[uint32]chan outcome
	// set once: nothing more may be sent
	ending bool
}

func dial(ctx context.Context, path string) (*connection, error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "unix", path)
	if err != nil {
		return nil, err
	}
	c, reader, err := greet(ctx, conn)
	if err != nil {
		conn.Close()
		return nil, err
	}
	go c.read(reader)
	return c, nil
}

func greet(ctx context.Context, conn net.Conn) (*connection, *bufio.Reader, error) {
	deadline := time.Now().Add(helloTimeout)
	if own, ok := ctx.Deadline(); ok && own.Before(deadline) {
		deadline = own
	}
	conn.SetDeadline(deadline)
	_, writeErr := conn.Write(appendHello(nil)) // whoever refuses us may have said why, and left
	reader := bufio.NewReaderSize(conn, 64<<10)
	kind, payload, err := readFrame(reader, maxHelloBytes+256) // a goodbye in its place says why
	if err != nil {
		return nil, nil, fmt.Errorf("no hello: %w", err)
	}
	if kind == typeGoodbye {
		if g, err := readGoodbye(payload); err == nil {
			return nil, nil, fmt.Errorf("the shim refuses the connection: %s", g.text)
		}
	}
	if kind != typeHello {
		return nil, nil, fmt.Errorf("%w: it does not begin with a hello", errMalformed)
	}
	limit, err := readHello(payload)
	if err = errors.Join(err, writeErr); err != nil {
		return nil, nil, err
	}
	conn.SetDeadline(time.Time{})
	return &connection{
		conn: conn, maxFrame: limit, writing: make(chan struct{}, 1), pending: map[uint32]chan outcome{},
	}, reader, nil
}

// ask sends a request and waits for its answer. After errUnseen it may be asked elsewhere.
func (c *connection) ask(ctx context.Context, head, body []byte) ([]Part, error) {
	if length := len(head) - lengthBytes + len(body); uint64(length) > uint64(c.maxFrame) {
		return nil, fmt.Errorf("the request has %d bytes, and the shim takes %d", length, c.maxFrame)
	}
	id, answer, err := c.send(ctx, head, body)
	if err != nil {
		return nil, err
	}
	select {
	case got := <-answer:
		return got.parts, got.err
	case <-ctx.Done():
		if c.forget(id) {
			go c.cancel(id)
		}
		return nil, context.Cause(ctx)
	}
}

func (c *connection) send(ctx context.Context, head, body []byte) (uint32, chan outcome, error) {
	select {
	case c.writing <- struct{}{}:
	case <-ctx.Done():
		return 0, nil, context.Cause(ctx)
	}
	id, answer, err := c.expect()
	if err != nil {
		<-c.writing
		return 0, nil, err
	}
	putID(head, id)
	if err := c.write(ctx, head, body); err != nil {
		c.forget(id)
		return 0, nil, err
	}
	return id, answer, nil
}

// expect takes the next id, and begins to wait for its answer.
func (c *connection) expect() (uint32, chan outcome, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ending {
		return 0, nil, errUnseen
	}
	c.nextID++
	if c.nextID == allIDs-1 {
		c.ending = true
	}
	answer := make(chan outcome, 1)
	c.pending[c.nextID] = answer
	return c.nextID, answer, nil
}

// write gives the right to write back, also when it fails. A frame that the deadline cuts is written to its end by somebody else: others are
// under way on the connection. One that cannot be written to its end is none that the shim looks at.
func (c *connection) write(ctx context.Context, head, body []byte) error {
	deadline, ok := ctx.Deadline()
	if !ok {
		deadline = time.Now().Add(writeTimeout)
	}
	c.conn.SetWriteDeadline(deadline)
	buffers := net.Buffers{head, body}
	written, err := buffers.WriteTo(c.conn)
	switch {
	case err == nil:
		<-c.writing
		return nil
	case !isTimeout(err):
		<-c.writing
		c.fail(err)
		return errUnseen
	case written == 0:
		<-c.writing
	default:
		rest := append(append([]byte(nil), head...), body...)[written:]
		go c.finish(rest)
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return context.DeadlineExceeded
}

func (c *connection) finish(rest []byte) {
	defer func() { <-c.writing }()
	c.conn.SetWriteDeadline(time.Now().Add(writeTimeout))
	if _, err := c.conn.Write(rest); err != nil {
		c.fail(err)
	}
}

func (c *connection) cancel(id uint32) {
	c.writing <- struct{}{}
	c.finish(appendCancel(nil, id))
}

// forget says whether an answer was still awaited.
func (c *connection) forget(id uint32) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, awaited := c.pending[id]
	delete(c.pending, id)
	c.closeIfDoneLocked()
	return awaited
}

func (c *connection) isEnding() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ending
}

func (c *connection) inFlight() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.pending)
}

func (c *connection) read(reader io.Reader) {
	for {
		kind, payload, err := readFrame(reader, maxFrameBytes)
		if err == nil {
			err = c.take(kind, payload)
		}
		if err != nil {
			c.fail(err)
			return
		}
	}
}

func (c *connection) take(kind byte, payload []byte) error {
	switch kind {
	case typeAnswer:
		id, parts, err := readAnswer(payload)
		if err != nil {
			return err
		}
		c.settle(id, outcome{parts: parts})
		return nil
	case typeGoodbye:
		g, err := readGoodbye(payload)
		if err != nil {
			return err
		}
		if g.reason != goodbyeDraining {
			return fmt.Errorf("the shim has closed the connection: %s", g.text)
		}
		c.drain(g.lastID)
		return nil
	default:
		return fmt.Errorf("%w: a frame of type %d is none that it sends", errMalformed, kind)
	}
}

// settle drops what nobody waits for any more.
func (c *connection) settle(id uint32, got outcome) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if answer, ok := c.pending[id]; ok {
		delete(c.pending, id)
		answer <- got
	}
	c.closeIfDoneLocked()
}

// drain lets those ask elsewhere that the shim has not looked at; the others' answers come.
func (c *connection) drain(lastID uint32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ending = true
	for id, answer := range c.pending {
		if id > lastID {
			delete(c.pending, id)
			answer <- outcome{err: errUnseen}
		}
	}
	c.closeIfDoneLocked()
}

// The shim waits for that before it ends.
func (c *connection) closeIfDoneLocked() {
	if c.ending && len(c.pending) == 0 {
		c.conn.Close()
	}
}

// fail ends the connection, and all that is under way on it.
func (c *connection) fail(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ending = true
	if errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) {
		err = errors.New("the shim has closed the connection")
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("the shim left in the middle of a frame")
	}
	for id, answer := range c.pending {
		delete(c.pending, id)
		answer <- outcome{err: err}
	}
	c.conn.Close()
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}
