import fc from 'fast-check'
import t from 'tap'
import { FrameError } from '../../../shim/framed/frame-error.ts'
import { readCancel, readHello, readRequest } from '../../../shim/framed/read-frames.ts'
import { writeHello } from '../../../shim/framed/write-frames.ts'
import { writeCancel, writeRequest } from '../../helpers/framed-client.ts'

const withoutLength = (frame: Buffer) => frame.subarray(4)

t.test('a request is read as it was written, to the byte', async () => {
  const name = fc.string({ unit: 'grapheme', maxLength: 60 })
  fc.assert(
    fc.property(
      fc.record({ id: fc.nat(), timeoutMs: fc.nat() }),
      fc.array(name, { minLength: 1, maxLength: 20 }),
      fc.uint8Array({ maxLength: 2000 }),
      ({ id, timeoutMs }, names, body) => {
        const kind = names.length === 2 ? 'entry' : 'policies'
        const read = readRequest(withoutLength(writeRequest(id, names, body, { kind, timeoutMs })))
        return (
          read.id === id &&
          read.timeoutMs === timeoutMs &&
          read.kind === kind &&
          read.names.join('\0') === names.join('\0') &&
          read.body.equals(body)
        )
      },
    ),
  )
})

t.test('a frame that was changed anywhere is read or refused, and nothing else happens', async () => {
  const valid = [writeRequest(7, ['one', 'two'], '{}'), writeHello(), writeCancel(3)].map(withoutLength)
  const readers = [readRequest, readHello, readCancel]
  fc.assert(
    fc.property(
      fc.nat(2),
      fc.array(fc.record({ at: fc.nat(), byte: fc.nat(255) }), { maxLength: 4 }),
      fc.nat(60),
      (which, changes, length) => {
        const frame = Buffer.from(valid[which]?.subarray(0, length) ?? [])
        for (const { at, byte } of changes) if (frame.length > 0) frame[at % frame.length] = byte
        try {
          readers[which]?.(frame)
          return true
        } catch (error) {
          return error instanceof FrameError
        }
      },
    ),
    { numRuns: 2000 },
  )
})

t.test('a hello agrees on the lower version, and may be longer than ours', async (t) => {
  const hello = (version: number, max?: number) => withoutLength(writeHello(version, max))
  t.strictSame(readHello(hello(1)), { version: 1, maxFrameBytes: 17 * 1024 * 1024 })
  t.strictSame(readHello(Buffer.concat([hello(900, 70_000), Buffer.from('later')])), {
    version: 1,
    maxFrameBytes: 70_000,
  })
  t.throws(() => readHello(hello(0)), { reason: 'version', message: /no version from 1 to 1/ })
  t.throws(() => readHello(hello(1, 1000)), {
    reason: 'malformed',
    message: /frames of 1000 bytes; 65536 are the least/,
  })
  t.throws(() => readHello(Buffer.from('GET / HTTP/1.1')), { reason: 'malformed', message: /does not begin/ })
})

t.test('what a request may not hold is named', async (t) => {
  const refuse = (frame: Buffer, message: RegExp) =>
    t.throws(() => readRequest(withoutLength(frame)), { reason: 'malformed', message })
  refuse(writeRequest(1, [], '{}'), /of kind policies has 0 names/)
  refuse(writeRequest(1, ['a', 'b', 'c'], '{}', { kind: 'entry' }), /of kind entry has 3 names/)
  refuse(
    writeRequest(
      1,
      Array.from({ length: 1025 }, () => 'a'),
      '',
    ),
    /has 1025 names; 1024 are allowed/,
  )
  const unknownKind = writeRequest(1, ['a'], '{}')
  unknownKind.writeUInt8(9, 13)
  refuse(unknownKind, /unknown kind 9/)
  refuse(writeRequest(1, ['abc'], '').subarray(0, -1), /type request has not its length/)
})
