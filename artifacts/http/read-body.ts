import { concatBytes, formatBytes } from '../../util/bytes.ts'
import { GatehouseError } from '../../util/errors.ts'
import type { HttpAnswer } from './exchange.ts'
import { describeFailure, PassingFailure } from './failures.ts'

const SHORT_BYTES = 64 * 1024

export interface BodyLimits {
  /** What is read, for messages. */
  readonly what: string
  readonly maxBytes: number
  readonly onBytes?: ((received: number) => void) | undefined
}

/** Reads all of a body, which ends early or is too large sooner than it takes much memory. */
export async function readBody(
  { body, headers }: HttpAnswer,
  { what, maxBytes, onBytes }: BodyLimits,
): Promise<Uint8Array<ArrayBuffer>> {
  const announced = Number(headers['content-length'] ?? 0)
  if (announced > maxBytes) {
    body.destroy()
    throw tooLarge(what, maxBytes)
  }
  const parts: Uint8Array[] = []
  let received = 0
  try {
    for await (const part of body as AsyncIterable<Uint8Array>) {
      received += part.length
      // leaving the loop destroys the body
      if (received > maxBytes) throw tooLarge(what, maxBytes)
      parts.push(part)
      onBytes?.(received)
    }
  } catch (cause) {
    if (cause instanceof GatehouseError) throw cause
    throw new PassingFailure(`${what}: the answer ends after ${formatBytes(received)}: ${describeFailure(cause)}`, {
      cause,
    })
  }
  return concatBytes(parts)
}

/** Throws an answer away whose body nobody wants. A short one is read, so that the connection can be used again. */
export function discard({ body, headers }: HttpAnswer): void {
  if (Number(headers['content-length'] ?? Number.POSITIVE_INFINITY) <= SHORT_BYTES) body.resume()
  else body.destroy()
}

function tooLarge(what: string, maxBytes: number): GatehouseError {
  return new GatehouseError('ERR_ARTIFACT_TOO_LARGE', `${what} is larger than ${formatBytes(maxBytes)}`)
}
