import { FrameError } from './frame-error.ts'
import { KIND, MAGIC, MAX_NAMES, MIN_FRAME_BYTES, VERSION } from './protocol.ts'

export interface Hello {
  /** The lower one of what both ends speak. */
  readonly version: number
  /** The longest frame that the other end takes. */
  readonly maxFrameBytes: number
}

export interface RequestFrame {
  readonly id: number
  /** How long the other end waits. */
  readonly timeoutMs: number
  readonly kind: keyof typeof KIND
  readonly names: readonly string[]
  /** An AdmissionReview as a webhook is sent it. */
  readonly body: Buffer
}

const KINDS = new Map<number, keyof typeof KIND>([
  [KIND.policies, 'policies'],
  [KIND.entry, 'entry'],
])

/** The part before the names. */
const REQUEST_HEAD_BYTES = 12
const HELLO_BYTES = 11

/** Later versions may append to a hello, and change nothing of what is there. @throws FrameError */
export function readHello(frame: Buffer): Hello {
  if (frame.toString('latin1', 1, 1 + MAGIC.length) !== MAGIC)
    throw new FrameError('malformed', 'it does not begin with a hello')
  if (frame.length < HELLO_BYTES) throw tooShort('hello')
  const version = Math.min(VERSION, frame.readUInt16BE(5))
  if (version === 0) throw new FrameError('version', `it speaks no version from 1 to ${VERSION}`)
  const maxFrameBytes = frame.readUInt32BE(7)
  if (maxFrameBytes < MIN_FRAME_BYTES)
    throw new FrameError('malformed', `it takes frames of ${maxFrameBytes} bytes; ${MIN_FRAME_BYTES} are the least`)
  return { version, maxFrameBytes }
}

/** @throws FrameError */
export function readRequest(frame: Buffer): RequestFrame {
  if (frame.length < REQUEST_HEAD_BYTES) throw tooShort('request')
  const kind = KINDS.get(frame.readUInt8(9))
  if (kind === undefined) throw new FrameError('malformed', `a request is of the unknown kind ${frame.readUInt8(9)}`)
  const { names, end } = readNames(frame)
  checkCount(kind, names.length)
  return { id: frame.readUInt32BE(1), timeoutMs: frame.readUInt32BE(5), kind, names, body: frame.subarray(end) }
}

/** @throws FrameError */
export function readCancel(frame: Buffer): number {
  if (frame.length !== 5) throw tooShort('cancel')
  return frame.readUInt32BE(1)
}

function readNames(frame: Buffer): { readonly names: readonly string[]; readonly end: number } {
  const count = frame.readUInt16BE(10)
  if (count > MAX_NAMES) throw new FrameError('malformed', `a request has ${count} names; ${MAX_NAMES} are allowed`)
  const names: string[] = []
  let end = REQUEST_HEAD_BYTES
  for (let i = 0; i < count; i++) {
    if (end + 2 > frame.length) throw tooShort('request')
    const start = end + 2
    end = start + frame.readUInt16BE(end)
    if (end > frame.length) throw tooShort('request')
    names.push(frame.toString('utf8', start, end))
  }
  return { names, end }
}

function checkCount(kind: RequestFrame['kind'], count: number): void {
  if (kind === 'entry' ? count !== 2 : count === 0)
    throw new FrameError('malformed', `a request of kind ${kind} has ${count} names`)
}

function tooShort(type: string): FrameError {
  return new FrameError('malformed', `a frame of type ${type} has not its length`)
}
