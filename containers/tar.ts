import { Buffer } from 'node:buffer'

/** One entry of a tar archive; times and owners are always zero, so that equal contents give equal bytes. */
export interface TarEntry {
  readonly path: string
  readonly kind: 'file' | 'folder' | 'link'
  readonly mode: number
  readonly size: number
  /** Where a symbolic link leads. */
  readonly target?: string
}

const BLOCK = 512
const TYPE_FLAGS = { file: '0', folder: '5', link: '2' } as const
const NAME_BYTES = 100
const PREFIX_BYTES = 155

/** The end of an archive. */
export const TAR_END: Uint8Array = new Uint8Array(2 * BLOCK)

/** The zeros after a file's content. */
export function tarPadding(size: number): Uint8Array {
  return new Uint8Array((BLOCK - (size % BLOCK)) % BLOCK)
}

/** The header of an entry, with a pax record before it for what does not fit. https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html */
export function tarHeader(entry: TarEntry): Uint8Array {
  const path = entry.kind === 'folder' ? `${entry.path}/` : entry.path
  const place = splitPath(path)
  const target = entry.target ?? ''
  const records = [
    ...(place === undefined ? [paxRecord('path', path)] : []),
    ...(Buffer.byteLength(target) > NAME_BYTES ? [paxRecord('linkpath', target)] : []),
  ].join('')
  const header = ustar(entry, place ?? { prefix: '', name: truncate(path) }, TYPE_FLAGS[entry.kind])
  if (records === '') return header
  const size = Buffer.byteLength(records)
  const extended = { path: 'pax', kind: 'file', mode: 0o644, size } as const
  const place0 = { prefix: '', name: 'pax' }
  return Buffer.concat([ustar(extended, place0, 'x'), Buffer.from(records), tarPadding(size), header])
}

interface Place {
  readonly prefix: string
  readonly name: string
}

function ustar(entry: TarEntry, { prefix, name }: Place, flag: string): Buffer {
  const header = Buffer.alloc(BLOCK)
  const octal = (value: number, at: number, digits: number) =>
    header.write(`${value.toString(8).padStart(digits, '0')}\0`, at)
  header.write(name, 0)
  octal(entry.mode, 100, 7)
  octal(0, 108, 7)
  octal(0, 116, 7)
  octal(entry.kind === 'file' ? entry.size : 0, 124, 11)
  octal(0, 136, 11)
  header.write('        ', 148)
  header.write(flag, 156)
  header.write(truncate(entry.target ?? ''), 157)
  header.write('ustar\u000000', 257)
  header.write(prefix, 345)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return header
}

// A path of up to 255 bytes may be cut at a slash into a prefix and a name.
function splitPath(path: string): Place | undefined {
  if (Buffer.byteLength(path) <= NAME_BYTES) return { prefix: '', name: path }
  for (let at = path.indexOf('/'); at !== -1 && at < path.length - 1; at = path.indexOf('/', at + 1)) {
    const [prefix, name] = [path.slice(0, at), path.slice(at + 1)]
    if (prefix !== '' && Buffer.byteLength(prefix) <= PREFIX_BYTES && Buffer.byteLength(name) <= NAME_BYTES) {
      return { prefix, name }
    }
  }
  return undefined
}

function truncate(text: string): string {
  return Buffer.from(text).subarray(0, NAME_BYTES).toString('latin1')
}

// `22 path=…\n`: the number counts itself.
function paxRecord(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`)
  let length = rest + String(rest).length
  if (rest + String(length).length !== length) length = rest + String(length).length
  return `${length} ${key}=${value}\n`
}
