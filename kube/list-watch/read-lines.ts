import { Buffer } from 'node:buffer'

const NEWLINE = 0x0a

/** Cuts a stream of bytes into lines. A last line that is not ended is one that was cut off: it is left out. */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let parts: Uint8Array[] = []
  for await (const chunk of chunks) {
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const line = Buffer.concat([...parts, chunk.subarray(start, end)]).toString('utf8')
      parts = []
      start = end + 1
      if (line.trim() !== '') yield line
    }
    parts.push(chunk.subarray(start))
  }
}
