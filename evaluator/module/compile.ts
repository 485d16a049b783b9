import { createHash } from 'node:crypto'
import { freeBytes } from '../../util/bytes.ts'
import { messageOf } from '../../util/errors.ts'
import type { GuestKind } from '../guests/guest.ts'
import { loadGuestKind } from '../guests/index.ts'
import { limitHeap } from './heap-limit.ts'
import { limitMemory } from './memory-limit.ts'
import type { ExecutionMode, PolicyMetadata } from './metadata.ts'
import { readMetadata } from './metadata-section.ts'
import type { PolicyModule } from './policy-module.ts'
import { makeRestorable } from './restorable.ts'
import { readSections, type Section, writeSections } from './sections.ts'
import { chooseExecutionMode } from './servable.ts'
import { toModuleError, UnusableModule } from './unusable-module.ts'

export interface CompileOptions {
  readonly memoryLimitBytes: number
  /**
   * How to call a module that carries no metadata; `detect`: as `kwctl` does, which tells Rego from waPC. Without it such
   * a module is refused.
   */
  readonly executionMode?: ExecutionMode | 'detect'
  /** Names the module in messages. */
  readonly source: string
  /** `sha256:<hex>` of the bytes, where it is known already. */
  readonly digest?: string
}

export interface CompiledPolicy {
  readonly module: PolicyModule
  readonly metadata: PolicyMetadata | undefined
  /** What was compiled: the bytes with limits and meters written in. */
  readonly bytes: Uint8Array<ArrayBuffer>
}

/**
 * Makes a module ready to be served: metadata checked, memory limited, compiled, and everything found missing that a
 * request would otherwise trip over.
 * @throws GatehouseError ERR_MODULE_INVALID or ERR_MODULE_METADATA
 */
export async function compilePolicyModule(bytes: Uint8Array, options: CompileOptions): Promise<CompiledPolicy> {
  const { source } = options
  const metadata = await readMetadata(bytes, source)
  try {
    const { sections, initialBytes, limitBytes } = limitMemory(limitHeap(readSections(bytes)), options.memoryLimitBytes)
    const plainBytes = writeSections(sections)
    const plain = await compile(plainBytes)
    const executionMode = chooseExecutionMode({ module: plain, metadata, wanted: options.executionMode })
    const kind = await loadGuestKind(executionMode)
    await checkShape(plain, executionMode, kind)
    const restorable = await compileRestorable(sections)
    if (restorable !== undefined) freeBytes(plainBytes)
    const { bytes: written, ...compiled } = restorable ?? { bytes: plainBytes, module: plain }
    const digest = options.digest ?? `sha256:${createHash('sha256').update(bytes).digest('hex')}`
    const memory = { memoryInitialBytes: initialBytes, memoryLimitBytes: limitBytes }
    const raw = metadata?.policyType === 'raw' ? ({ isRaw: true } as const) : {}
    return { module: { digest, executionMode, ...raw, ...memory, ...compiled }, metadata, bytes: written }
  } catch (error) {
    throw toModuleError(error, source)
  }
}

interface Restorable extends Required<Pick<PolicyModule, 'module' | 'restorable'>> {
  readonly bytes: Uint8Array<ArrayBuffer>
}

async function compileRestorable(sections: readonly Section[]): Promise<Restorable | undefined> {
  const restorable = await makeRestorable(sections)
  if (restorable === undefined) return undefined
  const bytes = writeSections(restorable.sections)
  return { bytes, module: await compile(bytes), restorable: restorable.state }
}

async function compile(bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(bytes)
  } catch (error) {
    throw new UnusableModule(`is not a valid WebAssembly module: ${messageOf(error)}`)
  }
}

async function checkShape(module: WebAssembly.Module, executionMode: ExecutionMode, kind: GuestKind): Promise<void> {
  const problems = kind.problemsOf(module)
  if (problems.length === 0) return
  const article = executionMode === 'opa' ? 'an' : 'a'
  const message = `is not ${article} ${executionMode} policy: it ${problems.join('; it ')}`
  throw new UnusableModule(
    message,
    (await isCommand(module)) ? 'it looks like execution mode wasi: name that' : undefined,
  )
}

// Without metadata, nobody says that a module is one.
async function isCommand(module: WebAssembly.Module): Promise<boolean> {
  const { exports } = WebAssembly.Module
  if (!exports(module).some(({ name }) => name === '_start')) return false
  return (await loadGuestKind('wasi')).problemsOf(module).length === 0
}
