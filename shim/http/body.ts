import type { IncomingMessage } from 'node:http'
import { HttpError } from './http-error.ts'

/** An object and its old version, each as large as the API server and etcd allow, fit several times. */
export const MAX_BODY_BYTES = 16 * 1024 * 1024

/** Reads a request's body, and stops reading when it is too long. @throws HttpError 413; Error when the client goes away */
export function readBody(request: IncomingMessage): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    request.on('data', (chunk: Buffer) => {
      length += chunk.length
      chunks.push(chunk)
      if (length > MAX_BODY_BYTES) refuse()
    })
    const refuse = () => {
      request.pause()
      chunks.length = 0
      reject(tooLarge())
    }
    if (Number(request.headers['content-length']) > MAX_BODY_BYTES) refuse()
    request.on('end', () => resolve(Buffer.concat(chunks, length)))
    request.on('error', reject)
  })
}

// The rest of the body is still on its way, so nothing else can follow on this connection.
function tooLarge(): HttpError {
  return new HttpError(413, `the body is longer than ${MAX_BODY_BYTES} bytes`, { Connection: 'close' })
}
