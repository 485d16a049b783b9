package framed

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// Request is what the shim is asked.
type Request struct {
	Kind  Kind
	Names []string
	// Body is an AdmissionReview in JSON, as a webhook is sent it.
	Body []byte
}

// Part is one policy's or entry's part of an answer.
type Part struct {
	// Status is HTTP's: 200 is a verdict.
	Status int
	// Body is an AdmissionReview with a response, or a sentence.
	Body []byte
}

const (
	// A second one only shortens the wait behind a large body.
	connections = 2
	maxAttempts = 3
	// what the shim gives to who names no time, and the most it gives
	maxTimeout = 30 * time.Second
)

// Client asks one shim over its socket. It dials when it has to, and dials again when the shim has gone and come back.
type Client struct {
	path   string
	lines  [connections]*line
	closed atomic.Bool
}

// NewClient makes a client of the shim whose framed socket has the path. Nothing is dialled yet.
func NewClient(path string) *Client {
	client := &Client{path: path}
	for i := range client.lines {
		client.lines[i] = newLine(path)
	}
	return client
}

// Ask returns the parts of the answer, for kind Policies one for each name and in the same order. Whatever it returns as an error is no verdict.
func (c *Client) Ask(ctx context.Context, request Request) ([]Part, error) {
	parts, err := c.ask(ctx, request)
	if err != nil {
		return nil, fmt.Errorf("the shim at %s: %w", c.path, err)
	}
	expected := 1
	if request.Kind == Policies {
		expected = len(request.Names)
	}
	if len(parts) != expected {
		return nil, fmt.Errorf("the shim at %s: answered %d of %d", c.path, len(parts), expected)
	}
	return parts, nil
}

func (c *Client) ask(ctx context.Context, request Request) ([]Part, error) {
	for attempt := 1; ; attempt++ {
		if c.closed.Load() {
			return nil, errors.New("the client is closed")
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		connection, err := c.line().get(ctx)
		if err != nil {
			return nil, err
		}
		head, err := requestHead(request, millisLeft(ctx))
		if err != nil {
			return nil, err
		}
		parts, err := connection.ask(ctx, head, request.Body)
		if !errors.Is(err, errUnseen) || attempt == maxAttempts {
			return parts, err
		}
	}
}

// line gives the one with the least under way.
func (c *Client) line() *line {
	best, least := c.lines[0], c.lines[0].inFlight()
	for _, other := range c.lines[1:] {
		if least == 0 {
			break
		}
		if count := other.inFlight(); count < least {
			best, least = other, count
		}
	}
	return best
}

// Close ends the connections, and what is under way on them.
func (c *Client) Close() {
	c.closed.Store(true)
	for _, line := range c.lines {
		line.close()
	}
}

func millisLeft(ctx context.Context) uint32 {
	left := maxTimeout
	if deadline, ok := ctx.Deadline(); ok {
		left = min(left, time.Until(deadline))
	}
	return uint32(max(1, left.Milliseconds()))
}
