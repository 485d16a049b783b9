import type { ModuleStore } from '../../artifacts/store/module-store.ts'
import type { StoredModule } from '../../artifacts/store/stored-module.ts'
import { readMetadata } from '../../evaluator/module/metadata-section.ts'
import { formatBytes } from '../../util/bytes.ts'
import { messageOf } from '../../util/errors.ts'
import { renderTable } from '../render/table.ts'

/** A module in the store, and what its metadata says. */
export interface StoredPolicy extends StoredModule {
  /** Absent without metadata. */
  readonly mutating?: boolean
  readonly contextAware?: boolean
  /** Why it cannot be read; it is replaced when it is pulled again. */
  readonly problem?: string
}

/** What the store holds, in the order of the references. */
export async function listPolicies(store: ModuleStore): Promise<StoredPolicy[]> {
  const policies: StoredPolicy[] = []
  for (const stored of await store.list()) policies.push(await describe(store, stored))
  return policies
}

export function renderPolicies(policies: readonly StoredPolicy[]): string {
  return renderTable([
    ['POLICY', 'MUTATING', 'CONTEXT AWARE', 'SHA-256', 'SIZE', 'NOTE'],
    ...policies.map(({ reference, mutating, contextAware, digest, sizeBytes, problem = '' }) => [
      reference,
      yesOrNo(mutating),
      yesOrNo(contextAware),
      digest.slice('sha256:'.length).slice(0, 12),
      formatBytes(sizeBytes),
      problem,
    ]),
  ])
}

export const yesOrNo = (value: boolean | undefined) => (value === undefined ? '-' : value ? 'yes' : 'no')

async function describe(store: ModuleStore, stored: StoredModule): Promise<StoredPolicy> {
  try {
    const metadata = await readMetadata(await store.read(stored), stored.reference)
    if (metadata === undefined) return stored
    return { ...stored, mutating: metadata.mutating, contextAware: metadata.contextAwareResources.length > 0 }
  } catch (error) {
    return { ...stored, problem: messageOf(error) }
  }
}
