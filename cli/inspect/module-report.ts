import { createHash } from 'node:crypto'
import { findMetadata } from '../../evaluator/module/metadata-section.ts'
import { UnusableModule } from '../../evaluator/module/unusable-module.ts'
import { nameOfModule } from '../../shim/policies/module-source.ts'
import { GatehouseError, isGatehouseError, messageOf } from '../../util/errors.ts'
import { isRecord } from '../../util/record.ts'

/** What a module's file says of itself. */
export interface ModuleReport {
  readonly digest: string
  readonly sizeBytes: number
  /** The functions that the module asks its host for, by the module that they are imported from. */
  readonly imports: Readonly<Record<string, readonly string[]>>
  /** Kubewarden's metadata as it stands in the file; absent when the module was never annotated. */
  readonly metadata?: Readonly<Record<string, unknown>>
}

/** Reads a module without running it. @throws ERR_MODULE_INVALID, ERR_MODULE_METADATA */
export async function reportModule(url: string, bytes: Uint8Array): Promise<ModuleReport> {
  const path = nameOfModule(url)
  try {
    const metadata = readMetadata(path, bytes)
    return {
      digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
      sizeBytes: bytes.length,
      imports: groupImports(WebAssembly.Module.imports(await WebAssembly.compile(bytes))),
      ...(metadata === undefined ? {} : { metadata }),
    }
  } catch (cause) {
    if (isGatehouseError(cause)) throw cause
    const problem = cause instanceof UnusableModule ? cause.message : `is not valid: ${messageOf(cause)}`
    throw new GatehouseError('ERR_MODULE_INVALID', `${path} ${problem}`, { cause })
  }
}

function readMetadata(path: string, bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  const [section, ...others] = findMetadata(bytes)
  if (section === undefined) return undefined
  if (others.length > 0)
    throw new GatehouseError('ERR_MODULE_METADATA', `${path} carries metadata ${others.length + 1} times`)
  const metadata = parse(path, section)
  if (isRecord(metadata)) return metadata
  throw new GatehouseError('ERR_MODULE_METADATA', `${path} carries metadata that is no JSON object`)
}

function parse(path: string, section: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(section))
  } catch (cause) {
    throw new GatehouseError('ERR_MODULE_METADATA', `${path} carries metadata that is no JSON: ${messageOf(cause)}`, {
      cause,
    })
  }
}

function groupImports(imports: readonly WebAssembly.ModuleImport[]): Record<string, string[]> {
  const groups: Record<string, string[]> = {}
  for (const { module, name } of imports) {
    groups[module] ??= []
    groups[module].push(name)
  }
  return groups
}
