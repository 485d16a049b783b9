import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { FrameReader } from '../../shim/framed/frame-reader.ts'
import { FRAME, KIND, LENGTH_BYTES, MAX_FRAME_BYTES } from '../../shim/framed/protocol.ts'
import { writeHello } from '../../shim/framed/write-frames.ts'

export interface Part {
  readonly status: number
  readonly text: string
}

export interface Goodbye {
  readonly reason: number
  readonly lastId: number
  readonly text: string
}

/** The plugin's end of the framed protocol, with nothing of its patience. */
export interface FramedClient extends Disposable {
  readonly socket: Socket
  /** What the shim has said: its hello's payload, and each goodbye. */
  readonly hellos: readonly Buffer[]
  readonly goodbyes: readonly Goodbye[]
  readonly ended: Promise<void>
  ask(names: readonly string[], body: Uint8Array | string, options?: AskOptions): Promise<readonly Part[]>
  cancel(id: number): void
}

export interface AskOptions {
  readonly kind?: keyof typeof KIND
  readonly timeoutMs?: number
  readonly id?: number
}

/** Connects and says hello. */
export async function connectFramed(path: string, hello: Buffer = writeHello()): Promise<FramedClient> {
  const socket = connect(path)
  await once(socket, 'connect')
  const hellos: Buffer[] = []
  const goodbyes: Goodbye[] = []
  const waiting = new Map<number, PromiseWithResolvers<readonly Part[]>>()
  const reader = new FrameReader(MAX_FRAME_BYTES, (frame) => {
    const type = frame.readUInt8(0)
    if (type === FRAME.hello) hellos.push(Buffer.from(frame))
    else if (type === FRAME.goodbye) goodbyes.push(readGoodbye(frame))
    else waiting.get(frame.readUInt32BE(1))?.resolve(readParts(frame))
  })
  socket.on('data', (chunk: Buffer) => reader.push(chunk))
  socket.on('error', () => {})
  const ended = new Promise<void>((resolve) => {
    socket.once('close', () => {
      for (const { reject } of waiting.values()) reject(new Error('the connection ended'))
      resolve()
    })
  })
  socket.write(hello)
  let next = 1
  return {
    socket,
    hellos,
    goodbyes,
    ended,
    ask(names, body, { id = next, ...options } = {}) {
      next = id + 1
      const answer = Promise.withResolvers<readonly Part[]>()
      answer.promise.catch(() => {})
      waiting.set(id, answer)
      socket.write(writeRequest(id, names, body, options))
      return answer.promise
    },
    cancel: (id) => void socket.write(writeCancel(id)),
    [Symbol.dispose]: () => socket.destroy(),
  }
}

export function writeRequest(
  id: number,
  names: readonly string[],
  body: Uint8Array | string,
  { kind = 'policies', timeoutMs = 10_000 }: Omit<AskOptions, 'id'> = {},
): Buffer {
  const head = Buffer.alloc(12)
  head.writeUInt8(FRAME.request, 0)
  head.writeUInt32BE(id, 1)
  head.writeUInt32BE(timeoutMs, 5)
  head.writeUInt8(KIND[kind], 9)
  head.writeUInt16BE(names.length, 10)
  const written = names.map((name) => {
    const bytes = Buffer.from(`\0\0${name}`)
    bytes.writeUInt16BE(bytes.length - 2, 0)
    return bytes
  })
  return frameOf(Buffer.concat([head, ...written, Buffer.from(body)]))
}

export function writeCancel(id: number): Buffer {
  const frame = Buffer.alloc(5, FRAME.cancel)
  frame.writeUInt32BE(id, 1)
  return frameOf(frame)
}

/** Puts the length before a frame. */
export function frameOf(frame: Uint8Array): Buffer {
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeUInt32BE(frame.length)
  return Buffer.concat([length, frame])
}

function readParts(frame: Buffer): Part[] {
  const parts: Part[] = []
  let position = 7
  for (let i = 0; i < frame.readUInt16BE(5); i++) {
    const start = position + 6
    const end = start + frame.readUInt32BE(position + 2)
    parts.push({ status: frame.readUInt16BE(position), text: frame.toString('utf8', start, end) })
    position = end
  }
  return parts
}

function readGoodbye(frame: Buffer): Goodbye {
  return { reason: frame.readUInt8(1), lastId: frame.readUInt32BE(2), text: frame.toString('utf8', 6) }
}
