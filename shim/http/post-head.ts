import { Memo } from '../../util/memo.ts'
import { MAX_BODY_BYTES } from './body.ts'

/** The head of a POST that brings a body of a known length, and asks for nothing else. */
export interface PostHead {
  /** Path and query. */
  readonly url: string
  /** By their names in lower case, without the length; none came twice. */
  readonly headers: Readonly<Record<string, string>>
  readonly bodyLength: number
}

const REQUEST_LINE = /^POST (\/[!-~]*) HTTP\/1\.1$/
// a token, and a value without control characters. https://www.rfc-editor.org/rfc/rfc9110#section-5
// (the blanks before a value are looked for once, however many there are)
const FIELD = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(?![ \t])([\t -~\u0080-\u00ff]*)$/
const LENGTH = /^(?:0|[1-9][0-9]{0,8})$/

/** What changes how a message is framed, or what is to be done with the connection. */
const OF_THE_CONNECTION = new Set([
  'connection',
  'expect',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

// As Go writes it. All else in a head is the same from one request to the next.
const LENGTH_FIELD = '\r\nContent-Length: '

/**
 * Reads the head of such a POST. It is stricter than the RFC: undefined says that it is something else, right or wrong, which
 * somebody else has to find out.
 * @param text without the empty line that ends it, a character for each byte
 */
export function readPostHead(text: string): PostHead | undefined {
  const start = text.indexOf(LENGTH_FIELD)
  if (start === -1) return undefined
  const next = text.indexOf('\r\n', start + LENGTH_FIELD.length)
  const end = next === -1 ? text.length : next
  const length = text.slice(start + LENGTH_FIELD.length, end)
  if (!LENGTH.test(length) || Number(length) > MAX_BODY_BYTES) return undefined
  const head = HEADS.get(text.slice(0, start) + text.slice(end))
  return head && { ...head, bodyLength: Number(length) }
}

const HEADS = new Memo(64, readWithoutLength)

function readWithoutLength(text: string): Omit<PostHead, 'bodyLength'> | undefined {
  const [requestLine = '', ...lines] = text.split('\r\n')
  const url = REQUEST_LINE.exec(requestLine)?.[1]
  const headers = readFields(lines)
  if (url === undefined || headers?.['host'] === undefined || 'content-length' in headers) return undefined
  return { url, headers }
}

function readFields(lines: readonly string[]): Readonly<Record<string, string>> | undefined {
  const headers: Record<string, string> = Object.create(null)
  for (const line of lines) {
    const [, field, value] = FIELD.exec(line) ?? []
    const name = field?.toLowerCase()
    if (name === undefined || value === undefined || name in headers || OF_THE_CONNECTION.has(name)) return undefined
    headers[name] = value.trimEnd()
  }
  return headers
}
