import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { embedMetadata } from '../../evaluator/module/metadata-section.ts'
import type { FoundToolchain } from './toolchains/toolchain.ts'

/** Builds policies of one language, each with its metadata.yml written in. */
export async function buildPolicies(
  workspace: string,
  policies: readonly string[],
  toolchain: FoundToolchain,
  targetFolder: string,
): Promise<Map<string, Uint8Array>> {
  const modules = await toolchain.build(policies, workspace, targetFolder)
  return new Map([...modules].map(([policy, module]) => [policy, annotate(workspace, policy, module)]))
}

// The waPC SDKs speak version 1 of the protocol, and no other kind of policy has one; kwctl asks the module, we know.
function annotate(workspace: string, policy: string, module: Uint8Array): Uint8Array {
  const metadata = parse(readFileSync(join(workspace, policy, 'metadata.yml'), 'utf8')) as { executionMode?: string }
  const isWapc = (metadata.executionMode ?? 'kubewarden-wapc') === 'kubewarden-wapc'
  return embedMetadata(module, { protocolVersion: isWapc ? 'v1' : 'Unknown', ...metadata })
}
