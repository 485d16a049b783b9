import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { GatehouseError, messageOf } from '../../util/errors.ts'
import { type Problem, throwProblems } from '../../util/problems.ts'
import { isRecord } from '../../util/record.ts'
import { findMatchConditionProblems } from './match-condition-problems.ts'
import { readPoliciesFile } from './policies-file.ts'
import { readPolicyResource } from './policy-resources.ts'
import type { PolicySpec } from './policy-spec.ts'
import type { PlacedPolicy, ReadPolicies } from './read-policies.ts'
import { problemAt } from './schema-problems.ts'
import { parseYaml, type YamlDocument } from './yaml-document.ts'

/**
 * Reads the policies of a file, or of the `.yaml`, `.yml` and `.json` files of a folder: each document is a Kubewarden
 * policies.yml or a Kubewarden policy resource.
 * @throws ERR_FILE_READ, or ERR_POLICIES_INVALID with every problem of every file
 */
export async function loadPolicySpecs(path: string): Promise<PolicySpec[]> {
  const files = await Promise.all((await listFiles(path)).map(readYaml))
  const read = files.flatMap(({ documents }) => documents).map(readDocument)
  const policies = read.flatMap((document) => document.policies)
  throwProblems('ERR_POLICIES_INVALID', [
    ...files.flatMap(({ problems }) => problems),
    ...read.flatMap(({ problems }) => problems),
    ...describeEmpty(path, files),
    ...describeDuplicates(policies),
    ...(await findMatchConditionProblems(policies)),
  ])
  return policies.map(({ spec }) => spec)
}

// As `kubectl apply -f folder` does: direct children only, in the order of their names.
async function listFiles(path: string): Promise<string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path]
    const names = (await readdir(path)).filter((name) => /\.(ya?ml|json)$/.test(name))
    return names.sort().map((name) => join(path, name))
  } catch (cause) {
    throw new GatehouseError('ERR_FILE_READ', `cannot read policies from ${path}: ${messageOf(cause)}`, { cause })
  }
}

async function readYaml(file: string) {
  try {
    return parseYaml(file, await readFile(file, 'utf8'))
  } catch (cause) {
    throw new GatehouseError('ERR_FILE_READ', `cannot read policies from ${file}: ${messageOf(cause)}`, { cause })
  }
}

// Told apart by content: in policies.yml, `kind` would be a policy id and hold a map.
function readDocument(document: YamlDocument): ReadPolicies {
  const isResource = isRecord(document.value) && typeof document.value['kind'] === 'string'
  return isResource ? readPolicyResource(document) : readPoliciesFile(document)
}

function describeEmpty(
  path: string,
  files: readonly { documents: readonly unknown[]; problems: readonly unknown[] }[],
) {
  if (files.some(({ documents, problems }) => documents.length + problems.length > 0)) return []
  const message = files.length === 0 ? 'holds no .yaml, .yml or .json file' : 'is empty; write {} for no policies'
  return [{ file: path, message }]
}

function describeDuplicates(policies: readonly PlacedPolicy[]): Problem[] {
  const first = new Map<string, PlacedPolicy>()
  const problems: Problem[] = []
  for (const policy of policies) {
    const other = first.get(policy.spec.id)
    if (other === undefined) first.set(policy.spec.id, policy)
    else {
      const place = `${other.document.file}:${other.document.lineOf(other.path)}`
      problems.push(problemAt(policy.document, policy.path, `gives the policy id ${policy.spec.id}, as ${place} does`))
    }
  }
  return problems
}
