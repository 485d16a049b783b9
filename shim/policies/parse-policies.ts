import type { Problem } from '../../util/problems.ts'
import { isRecord } from '../../util/record.ts'
import { problemAt } from '../../util/yaml/schema-problems.ts'
import { parseYaml, type YamlDocument } from '../../util/yaml/yaml-document.ts'
import { checkGroupExpressions } from './group-expressions.ts'
import { findMatchConditionProblems } from './match-condition-problems.ts'
import { readPoliciesFile } from './policies-file.ts'
import type { PolicyFile } from './policy-files.ts'
import { readPolicyResource } from './policy-resources.ts'
import { joinRead, type ParsedPolicies, type PlacedPolicy, type ReadPolicies } from './read-policies.ts'

/** Reads what the files at a path hold: each document is a Kubewarden policies.yml or a Kubewarden policy resource. */
export async function parsePolicies(path: string, policyFiles: readonly PolicyFile[]): Promise<ParsedPolicies> {
  const files = policyFiles.map(({ file, text }) => parseYaml(file, text))
  const read = joinRead(files.flatMap(({ documents }) => documents).map(readDocument))
  const { refused, unused } = await checkGroupExpressions(read.expressions ?? [])
  const policies = read.policies.filter(({ expression }) => expression === undefined || !refused.has(expression))
  return {
    policies,
    problems: [
      ...files.flatMap(({ problems }) => problems),
      ...read.problems,
      ...describeEmpty(path, files),
      ...describeDuplicates(read.policies),
      ...(await findMatchConditionProblems(read.policies)),
      ...[...refused.values()].flat(),
    ],
    warnings: [...(read.warnings ?? []), ...unused],
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
