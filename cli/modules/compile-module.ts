import { GatehouseError, messageOf } from '../../util/errors.ts'

/** Compiles a module in order to look at it. @throws ERR_MODULE_INVALID */
export async function compileModule(source: string, bytes: Uint8Array): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(Uint8Array.from(bytes))
  } catch (cause) {
    throw new GatehouseError('ERR_MODULE_INVALID', `${source} is not valid: ${messageOf(cause)}`, { cause })
  }
}
