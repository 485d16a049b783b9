import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ASSEMBLYSCRIPT } from './assemblyscript.ts'
import { GO } from './go.ts'
import { JAVASCRIPT } from './javascript.ts'
import { REGO } from './rego.ts'
import { RUST } from './rust.ts'
import type { Toolchain } from './toolchain.ts'

export const TOOLCHAINS: readonly Toolchain[] = [RUST, GO, ASSEMBLYSCRIPT, JAVASCRIPT, REGO]

/** The language of a policy, told by the files in its folder. @throws Error if it is none that we know */
export function toolchainOf(workspace: string, policy: string): Toolchain {
  const found = TOOLCHAINS.find(({ marker }) => existsSync(join(workspace, policy, marker)))
  if (found !== undefined) return found
  const markers = TOOLCHAINS.map(({ marker }) => marker).join(', ')
  throw new Error(`policies/${policy} has a metadata.yml, but none of ${markers}`)
}

/** Policies by the language that they are written in. */
export function groupByToolchain(workspace: string, policies: readonly string[]): Map<Toolchain, string[]> {
  return Map.groupBy(policies, (policy) => toolchainOf(workspace, policy))
}
