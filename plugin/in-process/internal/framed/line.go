package framed

import (
	"context"
	"errors"
	"sync"
	"time"
)

// After a failed dial the next one waits, longer each time. A shim that is back is found soon: to be refused costs little.
const (
	firstBackoff = 5 * time.Millisecond
	maxBackoff   = 200 * time.Millisecond
)

// line is a place for one connection: whoever finds none there dials, and others wait for him.
type line struct {
	path string
	// held by whoever dials
	dialling chan struct{}

	mu      sync.Mutex
	current *connection
	failure error
	backoff time.Duration
	notYet  time.Time
	closed  bool
}

func newLine(path string) *line {
	return &line{path: path, dialling: make(chan struct{}, 1)}
}

func (l *line) inFlight() int {
	l.mu.Lock()
	current := l.current
	l.mu.Unlock()
	if current == nil {
		return 0
	}
	return current.inFlight()
}

func (l *line) get(ctx context.Context) (*connection, error) {
	if c, err := l.known(); c != nil || err != nil {
		return c, err
	}
	select {
	case l.dialling <- struct{}{}:
		defer func() { <-l.dialling }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if c, err := l.known(); c != nil || err != nil {
		return c, err
	}
	c, err := dial(ctx, l.path)
	return c, l.keep(c, err, ctx)
}

// known is the connection that is there, or why none is dialled now.
func (l *line) known() (*connection, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil, errors.New("the client is closed")
	}
	if l.current != nil && l.current.isEnding() {
		l.current = nil
	}
	if l.current == nil && time.Now().Before(l.notYet) {
		return nil, l.failure
	}
	return l.current, nil
}

func (l *line) keep(c *connection, err error, ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil {
		// one caller's impatience says nothing to the next
		if ctx.Err() == nil {
			l.failure = err
			l.backoff = min(maxBackoff, max(firstBackoff, 2*l.backoff))
			l.notYet = time.Now().Add(l.backoff)
		}
		return err
	}
	if l.closed {
		c.conn.Close()
		return errors.New("the client is closed")
	}
	l.current, l.backoff, l.failure = c, 0, nil
	return nil
}

func (l *line) close() {
	l.mu.Lock()
	l.closed = true
	current := l.current
	l.mu.Unlock()
	if current != nil {
		current.fail(errors.New("the client is closed"))
	}
}
