import fc from 'fast-check'
import t from 'tap'
import { FrameError } from '../../../shim/framed/frame-error.ts'
import { FrameReader } from '../../../shim/framed/frame-reader.ts'
import { frameOf } from '../../helpers/framed-client.ts'

const MAX = 1024 * 1024

const frames = fc.array(fc.uint8Array({ minLength: 1, maxLength: 3000 }), { maxLength: 20 })

/** What comes of a stream that arrives in these pieces. */
function readAll(chunks: readonly Buffer[], max = MAX): { read: string[]; error?: unknown; isInside: boolean } {
  const read: string[] = []
  const reader = new FrameReader(max, (frame) => read.push(frame.toString('hex')))
  try {
    for (const chunk of chunks) reader.push(chunk)
    return { read, isInside: reader.isInside }
  } catch (error) {
    return { read, error, isInside: reader.isInside }
  }
}

function cut(stream: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...cuts.map((place) => place % (stream.length + 1)), 0, stream.length].sort((a, b) => a - b)
  return places.slice(1).map((end, index) => stream.subarray(places[index], end))
}

t.test('a stream gives the same frames wherever it is cut', async () => {
  fc.assert(
    fc.property(frames, fc.array(fc.nat(), { maxLength: 50 }), (sent, cuts) => {
      const stream = Buffer.concat(sent.map(frameOf))
      const { read, isInside } = readAll(cut(stream, cuts))
      return (
        !isInside &&
        read.length === sent.length &&
        sent.every((frame, i) => read[i] === Buffer.from(frame).toString('hex'))
      )
    }),
  )
})

t.test('a stream that comes byte by byte gives the same frames, and knows when it is inside one', async (t) => {
  const read: string[] = []
  const reader = new FrameReader(MAX, (frame) => read.push(frame.toString()))
  const seen = [...frameOf(Buffer.from('hello'))].map((byte) => {
    reader.push(Buffer.of(byte))
    return reader.isInside
  })
  t.strictSame(seen, [true, true, true, true, true, true, true, true, false])
  t.strictSame(read, ['hello'])
})

t.test('a frame larger than what is set aside at first arrives whole', async (t) => {
  const frame = Buffer.alloc(MAX - 1, 'x')
  const stream = frameOf(frame)
  const pieces = Array.from({ length: 17 }, (_, i) => stream.subarray(i * 65_536, (i + 1) * 65_536))
  t.strictSame(readAll(pieces).read, [frame.toString('hex')])
})

/** Random bytes, or frames of which some bytes were changed. */
const garbage = fc.oneof(
  fc.uint8Array({ maxLength: 4000 }),
  fc
    .tuple(frames, fc.array(fc.record({ at: fc.nat(), byte: fc.nat(255) }), { maxLength: 5 }))
    .map(([sent, changes]) => {
      const stream = Buffer.concat(sent.map(frameOf))
      for (const { at, byte } of changes) if (stream.length > 0) stream[at % stream.length] = byte
      return stream
    }),
)

t.test('garbage is read as frames or refused, the same wherever it is cut, and nothing else is thrown', async () => {
  fc.assert(
    fc.property(garbage, fc.array(fc.nat(), { maxLength: 20 }), (bytes, cuts) => {
      const stream = Buffer.from(bytes)
      const whole = readAll([stream], 3000)
      const pieces = readAll(cut(stream, cuts), 3000)
      return (
        (whole.error === undefined || whole.error instanceof FrameError) &&
        String(whole.error) === String(pieces.error) &&
        whole.read.join() === pieces.read.join()
      )
    }),
  )
})

t.test('a length that cannot be is refused before anything of the frame is here', async (t) => {
  t.match(readAll([Buffer.of(0, 0, 0, 0)]).error, { reason: 'malformed', message: 'a frame is empty' })
  t.match(readAll([Buffer.of(0, 16, 0, 1)]).error, {
    reason: 'oversize',
    message: 'a frame of 1048577 bytes is announced; 1048576 are allowed',
  })
  t.strictSame(readAll([Buffer.of(0, 16, 0, 0)]), { read: [], isInside: true }, 'the longest that may come')
})

t.test('an announced length takes no memory until the frame arrives', async (t) => {
  const before = process.memoryUsage().arrayBuffers
  const readers = Array.from({ length: 64 }, () => {
    const reader = new FrameReader(16 * MAX, () => {})
    reader.push(Buffer.of(1, 0, 0, 0, 5))
    return reader
  })
  const taken = process.memoryUsage().arrayBuffers - before
  t.ok(taken < 32 * MAX, `${readers.length} frames of 16 MiB, announced: ${taken} bytes`)
})

t.test('a reader that was stopped reads no more, in the middle of a chunk too', async (t) => {
  const read: string[] = []
  const reader = new FrameReader(MAX, (frame) => {
    read.push(frame.toString())
    reader.stop()
  })
  reader.push(Buffer.concat([frameOf(Buffer.from('a')), frameOf(Buffer.from('b'))]))
  reader.push(frameOf(Buffer.from('c')))
  t.strictSame(read, ['a'])
})
