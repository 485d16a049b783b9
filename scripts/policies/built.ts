import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { digestOf, digestSources, listPolicies } from './sources.ts'

/** The record of the last build, committed beside the modules, so that a machine without compilers knows that they are current. */
export interface Built {
  /** What built them, by language: the compiler's version. */
  readonly toolchains: Readonly<Record<string, string>>
  readonly policies: Readonly<Record<string, BuiltPolicy>>
}

export interface BuiltPolicy {
  readonly sources: string
  readonly module: string
}

const FILE = 'built.lock'

export function readBuilt(workspace: string): Built {
  const path = join(workspace, FILE)
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Built) : { toolchains: {}, policies: {} }
}

/** Writes modules down, and what they were made from and with; what the record holds of other policies stays. */
export function writeBuilt(
  workspace: string,
  modules: ReadonlyMap<string, Uint8Array>,
  toolchains: Built['toolchains'],
): void {
  const before = readBuilt(workspace)
  const policies = listPolicies(workspace).flatMap((policy): [string, BuiltPolicy | undefined][] => {
    const bytes = modules.get(policy)
    if (bytes === undefined) return [[policy, before.policies[policy]]]
    writeFileSync(moduleFile(workspace, policy), bytes)
    return [[policy, { sources: digestSources(workspace, policy), module: digestOf(bytes) }]]
  })
  const built = { toolchains: { ...before.toolchains, ...toolchains }, policies: Object.fromEntries(policies) }
  writeFileSync(join(workspace, FILE), `${JSON.stringify(built, null, 2)}\n`)
}

/** Whether a policy's module is there, unchanged, and made from the sources as they are now. */
export function isCurrent(workspace: string, policy: string): boolean {
  const record = readBuilt(workspace).policies[policy]
  const path = moduleFile(workspace, policy)
  if (record === undefined || !existsSync(path)) return false
  return record.sources === digestSources(workspace, policy) && record.module === digestOf(readFileSync(path))
}

export const moduleFile = (workspace: string, policy: string) => join(workspace, policy, 'policy.wasm')
