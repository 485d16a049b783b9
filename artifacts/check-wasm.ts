import { GatehouseError } from '../util/errors.ts'

const MAGIC = '\0asm'

/** Throws ERR_ARTIFACT_INVALID unless bytes begin as a WebAssembly module does. */
export function checkWasm(what: string, bytes: Uint8Array): void {
  if (Buffer.from(bytes.subarray(0, MAGIC.length)).toString('latin1') === MAGIC) return
  throw new GatehouseError('ERR_ARTIFACT_INVALID', `${what} is not a WebAssembly module: it does not begin with \\0asm`)
}
