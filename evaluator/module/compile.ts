import { GatehouseError } from '../../util/errors.ts'
import type { ExecutionMode, PolicyMetadata } from './metadata.ts'
import type { PolicyModule } from './policy-module.ts'

export interface CompileOptions {
  readonly memoryLimitBytes: number
  /** How to call a module that carries no metadata; without it such a module is refused. */
  readonly executionMode?: ExecutionMode
  /** Names the module in messages. */
  readonly source: string
}

export interface CompiledPolicy {
  readonly module: PolicyModule
  readonly metadata: PolicyMetadata | undefined
}

/** Makes a module ready to be served: metadata checked, memory limited, compiled. */
export async function compilePolicyModule(_bytes: Uint8Array, _options: CompileOptions): Promise<CompiledPolicy> {
  throw new GatehouseError('ERR_INTERNAL', 'not built yet')
}
