import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

// What a module is made from: the workspace, the support crate, and the policy's own folder.
const SHARED = ['Cargo.lock', 'Cargo.toml', 'rust-toolchain.toml', 'support/Cargo.toml', 'support/src/**/*.rs']
const OWN = ['Cargo.toml', 'metadata.yml', 'src/**/*.rs']
const TESTS = ['**/tests.rs', '**/testing.rs']

/** The policies of a workspace: the folders with a metadata.yml. */
export function listPolicies(workspace: string): string[] {
  return globSync('*/metadata.yml', { cwd: workspace })
    .map((path) => path.slice(0, path.indexOf('/')))
    .sort()
}

/** The files that a workspace is built from, relative to it. */
export function listSources(workspace: string): string[] {
  return globSync([...SHARED, ...OWN.map((pattern) => `*/${pattern}`)], { cwd: workspace }).sort()
}

/** A digest of everything that one policy's module depends on, but for the compiler, which rust-toolchain.toml names. */
export function digestSources(workspace: string, policy: string): string {
  const patterns = [...SHARED, ...OWN.map((pattern) => `${policy}/${pattern}`)]
  const hash = createHash('sha256')
  for (const path of globSync(patterns, { cwd: workspace, exclude: TESTS }).sort()) {
    const content = readFileSync(join(workspace, path))
    hash.update(`${path}\0${content.length}\0`).update(content)
  }
  return `sha256:${hash.digest('hex')}`
}

/** The digest of a file's bytes, as `sha256sum` prints it. */
export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}
