import { type FileHandle, open } from 'node:fs/promises'

/** What a program or library asks of the machine that starts it. */
export interface ElfNeeds {
  /** The processor's number. */
  readonly machine: number
  /** The loader, an absolute path; libraries have none. */
  readonly interpreter: string | undefined
  /** Libraries by name. */
  readonly libraries: readonly string[]
}

/** A part of the file that the program headers name, and the address that it is loaded to. */
interface Segment {
  readonly type: number
  readonly offset: number
  readonly address: number
  readonly size: number
}

const HEADER_BYTES = 64
const LOAD = 1
const DYNAMIC = 2
const INTERPRETER = 3
const NEEDED = 1
const STRING_TABLE = 5
const STRING_TABLE_SIZE = 10

/** Reads what `ldd` would, without running anything: of a 64-bit little-endian file. https://refspecs.linuxfoundation.org/elf/gabi4+/ch5.dynamic.html */
export async function readElfNeeds(path: string): Promise<ElfNeeds> {
  const file = await open(path)
  try {
    const header = await read(file, 0, HEADER_BYTES)
    if (header.readUInt32BE(0) !== 0x7f454c46 || header[4] !== 2 || header[5] !== 1) {
      throw new Error(`${path} is no 64-bit little-endian ELF file`)
    }
    const segments = await readSegments(file, header)
    const interpreter = segments.find(({ type }) => type === INTERPRETER)
    return {
      machine: header.readUInt16LE(18),
      interpreter: interpreter && textAt(await read(file, interpreter.offset, interpreter.size), 0),
      libraries: await readLibraries(file, segments),
    }
  } finally {
    await file.close()
  }
}

async function readSegments(file: FileHandle, header: Buffer): Promise<Segment[]> {
  const [offset, size, count] = [numberAt(header, 32), header.readUInt16LE(54), header.readUInt16LE(56)]
  const table = await read(file, offset, size * count)
  return Array.from({ length: count }, (_, index) => {
    const at = index * size
    return {
      type: table.readUInt32LE(at),
      offset: numberAt(table, at + 8),
      address: numberAt(table, at + 16),
      size: numberAt(table, at + 32),
    }
  })
}

async function readLibraries(file: FileHandle, segments: readonly Segment[]): Promise<string[]> {
  const dynamic = segments.find(({ type }) => type === DYNAMIC)
  if (dynamic === undefined) return []
  const table = await read(file, dynamic.offset, dynamic.size)
  const entries = Array.from({ length: Math.floor(table.length / 16) }, (_, index) => ({
    tag: numberAt(table, index * 16),
    value: numberAt(table, index * 16 + 8),
  }))
  const entryOf = (wanted: number) => entries.find(({ tag }) => tag === wanted)?.value ?? 0
  const names = await read(file, offsetOf(entryOf(STRING_TABLE), segments), entryOf(STRING_TABLE_SIZE))
  return entries.filter(({ tag }) => tag === NEEDED).map(({ value }) => textAt(names, value))
}

function offsetOf(address: number, segments: readonly Segment[]): number {
  const segment = segments.find(
    ({ type, address: start, size }) => type === LOAD && address >= start && address < start + size,
  )
  return segment === undefined ? 0 : segment.offset + address - segment.address
}

async function read(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length)
  const { bytesRead } = await file.read(bytes, 0, length, position)
  if (bytesRead < length) throw new Error('the ELF file ends early')
  return bytes
}

function numberAt(bytes: Buffer, offset: number): number {
  return Number(bytes.readBigUInt64LE(offset))
}

function textAt(bytes: Buffer, offset: number): string {
  const end = bytes.indexOf(0, offset)
  return bytes.toString('latin1', offset, end === -1 ? undefined : end)
}
