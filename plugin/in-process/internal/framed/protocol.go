// Package framed asks the shim for verdicts in frames over its Unix socket, as docs/designs/framed-protocol.md writes them down.
package framed

import "errors"

// Version is the highest of the protocol that this end speaks.
const Version = 1

const magic = "GTHS"

const (
	typeHello = iota + 1
	typeRequest
	typeAnswer
	typeCancel
	typeGoodbye
)

// Kind says what the names of a request name.
type Kind byte

const (
	// Policies are ids of policies, each answered by itself.
	Policies Kind = iota + 1
	// Entry is a policy set's digest and one of its entries, answered as one.
	Entry
)

const (
	goodbyeDraining = 0
	// allIDs, in a goodbye: whatever was sent or is on its way is answered.
	allIDs = 1<<32 - 1

	lengthBytes = 4
	helloBytes  = 11
	// what this end takes: far more than any verdict
	maxFrameBytes = 17 << 20
	// what every end takes
	minFrameBytes = 64 << 10
	// before the shim has said hello, nothing longer is read
	maxHelloBytes = 64
	// set aside for a frame at once; more only as it arrives
	firstCapacity = 256 << 10
)

// MaxNames is how many names a request may have.
const MaxNames = 1024

var errMalformed = errors.New("the shim does not keep to the framed protocol")
