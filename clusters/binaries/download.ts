import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { GatehouseError, messageOf } from '../../util/errors.ts'

/** When to give up. */
export interface DownloadTimeouts {
  /** Until a server answers at all: short, so that an offline machine moves on to the next source within seconds. */
  readonly answerMs: number
  /** Between two pieces of the file. */
  readonly idleMs: number
}

const DEFAULT_TIMEOUTS: DownloadTimeouts = { answerMs: 5000, idleMs: 30_000 }
const MAX_REDIRECTS = 5
const MAX_FILE_BYTES = 512 * 1024 * 1024
const MAX_TEXT_BYTES = 1024 * 1024

export interface DownloadOptions {
  readonly timeouts?: DownloadTimeouts | undefined
  /** Told the number of bytes so far. */
  readonly onBytes?: (bytes: number) => void
}

/** Downloads a file and returns its SHA-256 in hexadecimal digits. */
export async function downloadFile(
  url: string,
  path: string,
  { timeouts = DEFAULT_TIMEOUTS, onBytes }: DownloadOptions = {},
): Promise<string> {
  const hash = createHash('sha256')
  const file = await open(path, 'w')
  try {
    let bytes = 0
    await receive({ url, timeouts, maxBytes: MAX_FILE_BYTES }, async (chunk) => {
      hash.update(chunk)
      await file.write(chunk)
      bytes += chunk.length
      onBytes?.(bytes)
    })
  } finally {
    await file.close()
  }
  return hash.digest('hex')
}

/** Downloads a short text, such as a list of checksums. */
export async function downloadText(url: string, timeouts = DEFAULT_TIMEOUTS): Promise<string> {
  const chunks: Uint8Array[] = []
  await receive({ url, timeouts, maxBytes: MAX_TEXT_BYTES }, async (chunk) => void chunks.push(chunk))
  return Buffer.concat(chunks).toString('utf8')
}

// One place for what may go wrong on the way: no answer, a wrong status, silence, more than we asked for.
async function receive(
  { url, timeouts, maxBytes }: { url: string; timeouts: DownloadTimeouts; maxBytes: number },
  onChunk: (chunk: Uint8Array) => Promise<void>,
): Promise<void> {
  const watchdog = createWatchdog()
  try {
    const response = await follow(url, watchdog, timeouts.answerMs)
    let bytes = 0
    for await (const chunk of response.body ?? []) {
      watchdog.restart(timeouts.idleMs)
      bytes += chunk.length
      if (bytes > maxBytes) throw new Error(`more than ${maxBytes} bytes`)
      await onChunk(chunk)
    }
  } catch (error) {
    // fetch says only "fetch failed"; what failed is the cause
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    throw new GatehouseError('ERR_BINARIES_DOWNLOAD', `${url}: ${messageOf(cause)}`, { cause: error })
  } finally {
    watchdog.stop()
  }
}

// By hand, because fetch would follow a redirect to plain HTTP.
async function follow(url: string, watchdog: Watchdog, answerMs: number): Promise<Response> {
  let next = url
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    if (!next.startsWith('https://')) throw new Error(`${next} is not HTTPS`)
    watchdog.restart(answerMs)
    const response = await fetch(next, { redirect: 'manual', signal: watchdog.signal })
    const location = response.headers.get('location')
    if (response.ok) return response
    await response.body?.cancel()
    if (response.status < 300 || response.status > 399 || location === null) throw new Error(`HTTP ${response.status}`)
    next = new URL(location, next).href
  }
  throw new Error(`more than ${MAX_REDIRECTS} redirects`)
}

interface Watchdog {
  readonly signal: AbortSignal
  restart(timeoutMs: number): void
  stop(): void
}

function createWatchdog(): Watchdog {
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  return {
    signal: controller.signal,
    restart(timeoutMs) {
      clearTimeout(timer)
      timer = setTimeout(() => controller.abort(new Error(`no answer within ${timeoutMs / 1000} s`)), timeoutMs)
    },
    stop: () => clearTimeout(timer),
  }
}
