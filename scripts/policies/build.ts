import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { embedMetadata } from '../../evaluator/module/metadata-section.ts'
import { compile, type Rust } from './rust.ts'
import { listPolicies } from './sources.ts'

/** Builds every policy of a workspace: its crate, with its metadata.yml written in. */
export async function buildPolicies(
  workspace: string,
  targetFolder: string,
  rust: Rust,
): Promise<Map<string, Uint8Array>> {
  const moduleOf = await compile(workspace, targetFolder, rust)
  return new Map(listPolicies(workspace).map((policy) => [policy, annotate(workspace, policy, moduleOf(policy))]))
}

// The SDK speaks version 1 of the protocol; kwctl asks the module, we know.
function annotate(workspace: string, policy: string, modulePath: string): Uint8Array {
  const metadata = parse(readFileSync(join(workspace, policy, 'metadata.yml'), 'utf8')) as object
  return embedMetadata(readFileSync(modulePath), { protocolVersion: 'v1', ...metadata })
}
