import { Memo } from '../../util/memo.ts'
import { MAX_BODY_BYTES } from './body.ts'

/** The head of a POST that brings a body of a known length, and asks for nothing else. */
export interface PostHead {
  /** Path and query. */
  readonly url: string
  /** By their names in lower case; none came twice. */
  readonly headers: Readonly<Record<string, string>>
  readonly bodyLength: number
}

const REQUEST_LINE = /^POST (\/[!-~]*) HTTP\/1\.1$/
// a token, and a value without control characters. https://www.rfc-editor.org/rfc/rfc9110#section-5
const FIELD = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t -~\u0080-\u00ff]*)$/
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

const URLS = new Memo(256, (line) => REQUEST_LINE.exec(line)?.[1])

/**
 * Reads the head of such a POST. It is stricter than the RFC: undefined says that it is something else, right or wrong, which
 * somebody else has to find out.
 * @param text without the empty line that ends it, a character for each byte
 */
export function readPostHead(text: string): PostHead | undefined {
  const lines = text.split('\r\n')
  const url = URLS.get(lines[0] ?? '')
  if (url === undefined) return undefined
  const headers = readFields(lines)
  if (headers?.['host'] === undefined) return undefined
  const length = headers['content-length'] ?? ''
  if (!LENGTH.test(length) || Number(length) > MAX_BODY_BYTES) return undefined
  return { url, headers, bodyLength: Number(length) }
}

interface Field {
  readonly name: string
  readonly value: string
}

/** Undefined for a line that is no field, or one that concerns the connection. */
function readField(line: string): Field | undefined {
  const [, field, value] = FIELD.exec(line) ?? []
  const name = field?.toLowerCase()
  return name === undefined || value === undefined || OF_THE_CONNECTION.has(name)
    ? undefined
    : { name, value: value.trimEnd() }
}

// An API server sends the same lines with each request, but for the length.
const FIELDS = new Memo(64, readField)

function readFields(lines: readonly string[]): Readonly<Record<string, string>> | undefined {
  const headers: Record<string, string> = Object.create(null)
  for (let i = 1; i < lines.length; i++) {
    const field = FIELDS.get(lines[i] as string)
    if (field === undefined || field.name in headers) return undefined
    headers[field.name] = field.value
  }
  return headers
}
