import type { GuestMemory } from '../guests/guest-memory.ts'
import { ERRNO } from './errno.ts'

type Import = (...args: never[]) => number

/** The command line. The environment is empty, whatever the host's own is. */
export function argumentImports(memory: GuestMemory, argv: () => readonly string[]): Record<string, Import> {
  return {
    args_sizes_get: (...pointers: [number, number]) => writeSizes(memory, argv(), pointers),
    args_get: (...pointers: [number, number]) => writeTexts(memory, argv(), pointers),
    environ_sizes_get: (...pointers: [number, number]) => writeSizes(memory, [], pointers),
    environ_get: () => ERRNO.SUCCESS,
  }
}

function writeSizes(memory: GuestMemory, texts: readonly string[], [countPointer, sizePointer]: [number, number]) {
  memory.dataView(countPointer, 4).setUint32(0, texts.length, true)
  memory.dataView(sizePointer, 4).setUint32(0, encode(texts).length, true)
  return ERRNO.SUCCESS
}

function writeTexts(memory: GuestMemory, texts: readonly string[], [pointersAt, textsAt]: [number, number]): number {
  const pointers = memory.dataView(pointersAt, 4 * texts.length)
  memory.write(textsAt, encode(texts))
  for (const index of texts.keys()) {
    pointers.setUint32(4 * index, textsAt + encode(texts.slice(0, index)).length, true)
  }
  return ERRNO.SUCCESS
}

// One behind the other, each ended by a zero.
function encode(texts: readonly string[]): Buffer {
  return Buffer.from(texts.map((text) => `${text}\0`).join(''))
}
