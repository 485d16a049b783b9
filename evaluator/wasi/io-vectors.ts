import type { GuestMemory } from '../guests/guest-memory.ts'
import { ERRNO } from './errno.ts'
import type { InputStream, OutputStream } from './world.ts'

const IOVEC_BYTES = 8

/** Reads into the buffers that the guest named, as far as there is something, and tells it how much that was. */
export function readInto(memory: GuestMemory, input: InputStream, ...vectors: Vectors): number {
  const [pointer, count, resultPointer] = vectors
  let read = 0
  for (const buffer of buffersOf(memory, pointer, count)) {
    const length = input.read(buffer)
    read += length
    if (length < buffer.length) break
  }
  memory.dataView(resultPointer, 4).setUint32(0, read, true)
  return ERRNO.SUCCESS
}

/** Writes the buffers that the guest named. */
export function writeFrom(memory: GuestMemory, output: OutputStream, ...vectors: Vectors): number {
  const [pointer, count, resultPointer] = vectors
  let written = 0
  for (const buffer of buffersOf(memory, pointer, count)) {
    output.write(buffer)
    written += buffer.length
  }
  memory.dataView(resultPointer, 4).setUint32(0, written, true)
  return ERRNO.SUCCESS
}

type Vectors = readonly [pointer: number, count: number, resultPointer: number]

function* buffersOf(memory: GuestMemory, pointer: number, count: number): Generator<Uint8Array> {
  const vectors = memory.dataView(pointer, (count >>> 0) * IOVEC_BYTES)
  for (let at = 0; at < vectors.byteLength; at += IOVEC_BYTES) {
    yield memory.view(vectors.getUint32(at, true), vectors.getUint32(at + 4, true))
  }
}
