import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { toolchainOf } from './toolchains/index.ts'

/** The policies of a workspace: the folders with a metadata.yml. */
export function listPolicies(workspace: string): string[] {
  return globSync('*/metadata.yml', { cwd: workspace })
    .map((path) => path.slice(0, path.indexOf('/')))
    .sort()
}

/** The files that policies are built from, tests included, relative to the workspace. */
export function listSources(workspace: string, policies: readonly string[]): string[] {
  const patterns = policies.flatMap((policy) => patternsOf(workspace, policy))
  return globSync([...new Set(patterns)], { cwd: workspace }).sort()
}

/** A digest of everything that one policy's module depends on, but for the compiler. */
export function digestSources(workspace: string, policy: string): string {
  const { tests } = toolchainOf(workspace, policy)
  const hash = createHash('sha256')
  for (const path of globSync(patternsOf(workspace, policy), { cwd: workspace, exclude: tests }).sort()) {
    const content = readFileSync(join(workspace, path))
    hash.update(`${path}\0${content.length}\0`).update(content)
  }
  return `sha256:${hash.digest('hex')}`
}

/** The digest of a file's bytes, as `sha256sum` prints it. */
export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

function patternsOf(workspace: string, policy: string): string[] {
  const { sharedSources, ownSources } = toolchainOf(workspace, policy)
  return [...sharedSources, ...['metadata.yml', ...ownSources].map((pattern) => `${policy}/${pattern}`)]
}
