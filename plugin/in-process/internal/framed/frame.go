package framed

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
)

// readFrame reads one frame: its type, and the rest, which belongs to the caller. It returns io.EOF between frames only. What it holds of a
// frame is at most firstCapacity or twice what has arrived.
func readFrame(r io.Reader, limit uint32) (byte, []byte, error) {
	var head [lengthBytes + 1]byte
	if _, err := io.ReadFull(r, head[:lengthBytes]); err != nil {
		return 0, nil, err
	}
	length := binary.BigEndian.Uint32(head[:])
	if length == 0 {
		return 0, nil, fmt.Errorf("%w: a frame is empty", errMalformed)
	}
	if length > limit {
		return 0, nil, fmt.Errorf("%w: a frame of %d bytes is announced; %d are allowed", errMalformed, length, limit)
	}
	if _, err := io.ReadFull(r, head[lengthBytes:]); err != nil {
		return 0, nil, inFrame(err)
	}
	payload, err := readPayload(r, int(length)-1)
	return head[lengthBytes], payload, err
}

func readPayload(r io.Reader, length int) ([]byte, error) {
	if length <= firstCapacity {
		payload := make([]byte, length)
		_, err := io.ReadFull(r, payload)
		return payload, inFrame(err)
	}
	var payload bytes.Buffer
	payload.Grow(firstCapacity)
	_, err := io.CopyN(&payload, r, int64(length))
	return payload.Bytes(), inFrame(err)
}

// An end inside a frame is none between frames.
func inFrame(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

func appendHello(b []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, helloBytes)
	b = append(append(b, typeHello), magic...)
	b = binary.BigEndian.AppendUint16(b, Version)
	return binary.BigEndian.AppendUint32(b, maxFrameBytes)
}

// readHello gives the longest frame that the shim takes.
func readHello(payload []byte) (uint32, error) {
	if len(payload) < helloBytes-1 || string(payload[:len(magic)]) != magic {
		return 0, fmt.Errorf("%w: it does not begin with a hello", errMalformed)
	}
	if version := binary.BigEndian.Uint16(payload[4:]); version != Version {
		return 0, fmt.Errorf("the shim speaks version %d of the framed protocol, and this plugin version %d", version, Version)
	}
	limit := binary.BigEndian.Uint32(payload[6:])
	if limit < minFrameBytes {
		return 0, fmt.Errorf("%w: it takes frames of %d bytes", errMalformed, limit)
	}
	return limit, nil
}

// requestHead is a request's frame up to its body; the id is filled in when it is sent.
func requestHead(request Request, millis uint32) ([]byte, error) {
	if len(request.Names) == 0 || len(request.Names) > MaxNames {
		return nil, fmt.Errorf("a request has %d names; it must have 1 to %d", len(request.Names), MaxNames)
	}
	b := make([]byte, 0, 16+32*len(request.Names))
	b = append(b, 0, 0, 0, 0, typeRequest, 0, 0, 0, 0)
	b = binary.BigEndian.AppendUint32(b, millis)
	b = append(b, byte(request.Kind))
	b = binary.BigEndian.AppendUint16(b, uint16(len(request.Names)))
	for _, name := range request.Names {
		if len(name) > 1<<16-1 {
			return nil, fmt.Errorf("the name %.40q… is too long", name)
		}
		b = binary.BigEndian.AppendUint16(b, uint16(len(name)))
		b = append(b, name...)
	}
	binary.BigEndian.PutUint32(b, uint32(len(b)-lengthBytes+len(request.Body)))
	return b, nil
}

func putID(head []byte, id uint32) { binary.BigEndian.PutUint32(head[5:], id) }

func appendCancel(b []byte, id uint32) []byte {
	b = binary.BigEndian.AppendUint32(b, 5)
	return binary.BigEndian.AppendUint32(append(b, typeCancel), id)
}

// readAnswer gives the request's id and the parts, which share the payload's memory.
func readAnswer(payload []byte) (uint32, []Part, error) {
	if len(payload) < 6 {
		return 0, nil, fmt.Errorf("%w: an answer is too short", errMalformed)
	}
	id, count, rest := binary.BigEndian.Uint32(payload), int(binary.BigEndian.Uint16(payload[4:])), payload[6:]
	if count*6 > len(rest) {
		return 0, nil, fmt.Errorf("%w: an answer is too short for its %d parts", errMalformed, count)
	}
	parts := make([]Part, count)
	for i := range parts {
		if len(rest) < 6 {
			return 0, nil, fmt.Errorf("%w: an answer is too short for its %d parts", errMalformed, count)
		}
		length := binary.BigEndian.Uint32(rest[2:])
		if uint64(length) > uint64(len(rest)-6) {
			return 0, nil, fmt.Errorf("%w: a part of an answer is too short", errMalformed)
		}
		end := 6 + int(length)
		parts[i] = Part{Status: int(binary.BigEndian.Uint16(rest)), Body: rest[6:end:end]}
		rest = rest[end:]
	}
	if len(rest) > 0 {
		return 0, nil, fmt.Errorf("%w: an answer is longer than its parts", errMalformed)
	}
	return id, parts, nil
}

type goodbye struct {
	reason byte
	lastID uint32
	text   string
}

func readGoodbye(payload []byte) (goodbye, error) {
	if len(payload) < 5 {
		return goodbye{}, fmt.Errorf("%w: a goodbye is too short", errMalformed)
	}
	return goodbye{payload[0], binary.BigEndian.Uint32(payload[1:]), string(payload[5:])}, nil
}
