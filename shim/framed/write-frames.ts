import { FRAME, GOODBYE, type GoodbyeReason, LENGTH_BYTES, MAGIC, MAX_FRAME_BYTES, VERSION } from './protocol.ts'

/** One policy's or entry's part of an answer. */
export interface AnswerPart {
  /** As the HTTP front's. */
  readonly status: number
  /** An AdmissionReview with a response where the status is 200, otherwise what is wrong. */
  readonly body: string
}

const ANSWER_HEAD_BYTES = 7
const PART_HEAD_BYTES = 6
const TOO_LARGE = { status: 500, body: 'the answer is larger than the client takes' } as const

/** What we speak, and how long a frame we take. */
export function writeHello(version = VERSION, maxFrameBytes = MAX_FRAME_BYTES): Buffer {
  const frame = open(FRAME.hello, 11)
  frame.write(MAGIC, LENGTH_BYTES + 1, 'latin1')
  frame.writeUInt16BE(version, LENGTH_BYTES + 5)
  frame.writeUInt32BE(maxFrameBytes, LENGTH_BYTES + 7)
  return frame
}

/** An answer that the other end does not take is said to be one. */
export function writeAnswer(id: number, parts: readonly AnswerPart[], maxFrameBytes: number): Buffer {
  const lengths = parts.map(({ body }) => Buffer.byteLength(body))
  const total = lengths.reduce((sum, length) => sum + PART_HEAD_BYTES + length, ANSWER_HEAD_BYTES)
  if (total > maxFrameBytes) {
    const excuses = parts.map(() => TOO_LARGE)
    return writeAnswer(id, excuses, Number.POSITIVE_INFINITY)
  }
  const frame = open(FRAME.answer, total)
  frame.writeUInt32BE(id, LENGTH_BYTES + 1)
  frame.writeUInt16BE(parts.length, LENGTH_BYTES + 5)
  let position = LENGTH_BYTES + ANSWER_HEAD_BYTES
  for (const [index, { status, body }] of parts.entries()) {
    const length = lengths[index] ?? 0
    frame.writeUInt16BE(status, position)
    frame.writeUInt32BE(length, position + 2)
    frame.write(body, position + PART_HEAD_BYTES, length, 'utf8')
    position += PART_HEAD_BYTES + length
  }
  return frame
}

/** @param lastId the last request that is answered; those after it were not looked at */
export function writeGoodbye(reason: GoodbyeReason, lastId: number, text: string): Buffer {
  const bytes = Buffer.from(text)
  const frame = open(FRAME.goodbye, 6 + bytes.length)
  frame.writeUInt8(GOODBYE[reason], LENGTH_BYTES + 1)
  frame.writeUInt32BE(lastId, LENGTH_BYTES + 2)
  bytes.copy(frame, LENGTH_BYTES + 6)
  return frame
}

function open(type: number, length: number): Buffer {
  const frame = Buffer.allocUnsafe(LENGTH_BYTES + length)
  frame.writeUInt32BE(length, 0)
  frame.writeUInt8(type, LENGTH_BYTES)
  return frame
}
