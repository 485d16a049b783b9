import type { PolicyMetadata } from './metadata-schema.ts'
import { readPlainMetadata } from './plain-metadata.ts'

export { EXECUTION_MODES, type ExecutionMode } from './execution-modes.ts'
export type { PolicyMetadata } from './metadata-schema.ts'

/** Checks metadata, wherever it was written. @throws GatehouseError ERR_MODULE_METADATA that lists every problem */
export async function parseMetadata(value: unknown, source: string): Promise<PolicyMetadata> {
  const plain = readPlainMetadata(value)
  if (plain !== undefined) return plain
  // zod takes longer to load than a small policy to answer, and most metadata is plainly right
  const { checkMetadata } = await import('./metadata-schema.ts')
  return checkMetadata(value, source)
}
