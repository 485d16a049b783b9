import { loadModule } from '../../util/load-module.ts'
import type { PolicyMetadata } from './metadata-schema.ts'
import { readPlainMetadata } from './plain-metadata.ts'

export { EXECUTION_MODES, type ExecutionMode } from './execution-modes.ts'
export type { PolicyMetadata } from './metadata-schema.ts'

/** Checks metadata, wherever it was written. @throws GatehouseError ERR_MODULE_METADATA that lists every problem */
export function parseMetadata(value: unknown, source: string): PolicyMetadata {
  return readPlainMetadata(value) ?? schema().checkMetadata(value, source)
}

// Zod takes longer to load than a small policy to answer, and most metadata is plainly right.
const schema = () => loadModule<typeof import('./metadata-schema.ts')>('evaluator/module/metadata-schema')
