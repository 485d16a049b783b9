import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { digestOf, digestSources } from './sources.ts'

/** The record of the last build, committed beside the modules, so that a machine without Rust knows that they are current. */
export interface Built {
  /** What `rustc --version` said. */
  readonly rustc: string
  readonly policies: Readonly<Record<string, { readonly sources: string; readonly module: string }>>
}

const FILE = 'built.lock'

export function readBuilt(workspace: string): Built {
  const path = join(workspace, FILE)
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Built) : { rustc: '', policies: {} }
}

export function writeBuilt(workspace: string, built: Built): void {
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
