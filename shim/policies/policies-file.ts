import * as z from 'zod'
import { describePatternProblem } from '../../evaluator/host/capability-patterns.ts'
import { isRecord } from '../../util/record.ts'
import { fields } from '../../util/schema/fields.ts'
import { checkAt, problemAt } from '../../util/yaml/schema-problems.ts'
import type { YamlDocument } from '../../util/yaml/yaml-document.ts'
import { exemptionsSchema } from '../exemptions/exemptions-schema.ts'
import { resolveModule } from './module-source.ts'
import { POLICY_SHAPE } from './policy-shape.ts'
import type { PolicySpec } from './policy-spec.ts'
import type { ReadPolicies } from './read-policies.ts'
import { checkTimeouts, checkUseless, pickWebhookFields, SERVED_SHAPE } from './webhook-schema.ts'

const capabilityPattern = z.string().superRefine((pattern, context) => {
  const problem = describePatternProblem(pattern)
  if (problem !== undefined) context.addIssue({ code: 'custom', message: `"${pattern}" ${problem}` })
})

const entrySchema = fields(
  {
    ...POLICY_SHAPE,
    policyMode: z.enum(['protect', 'monitor']).exactOptional(),
    allowedToMutate: z.boolean().exactOptional(),
    hostCapabilities: z.array(capabilityPattern).exactOptional(),
    exemptions: exemptionsSchema.exactOptional(),
    ...SERVED_SHAPE,
  },
  {
    unknown: 'ignore',
    check(entry, report) {
      checkTimeouts(entry, report)
      checkUseless(entry, report)
    },
  },
)

type Entry = z.output<typeof entrySchema>

/**
 * Reads Kubewarden's policies.yml, a map from id to entry, with webhook fields in the entry as our extension.
 * https://docs.kubewarden.io/reference/policy-server/policies
 */
export function readPoliciesFile(document: YamlDocument): ReadPolicies {
  if (!isRecord(document.value))
    return {
      policies: [],
      problems: [problemAt(document, [], 'must be a map from policy id to policy, or a policy resource')],
    }
  const read = Object.keys(document.value).map((id) => readEntry(document, id))
  return { policies: read.flatMap(({ policies }) => policies), problems: read.flatMap(({ problems }) => problems) }
}

function readEntry(document: YamlDocument, id: string): ReadPolicies {
  const refusal = describeRefusal(id, (document.value as Record<string, unknown>)[id])
  if (refusal !== undefined) return { policies: [], problems: [problemAt(document, [id], refusal)] }
  const { value: entry, problems } = checkAt(entrySchema, document, [id])
  if (entry === undefined) return { policies: [], problems }
  return {
    policies: [
      {
        spec: toSpec(id, entry, document.file),
        document,
        path: [id],
        fieldsPath: [id],
        exemptionsPath: [id, 'exemptions'],
      },
    ],
    problems: [],
  }
}

function describeRefusal(id: string, entry: unknown): string | undefined {
  // the id is the last segment of the policy's URL
  if (id === '' || id === '.' || id === '..') return `is no policy id: "${id}" cannot stand in a URL`
  if (id.includes('/')) return 'is no policy id: / separates a group from its member'
  const isGroup = isRecord(entry) && ('policies' in entry || 'expression' in entry)
  return isGroup
    ? 'is a policy group; groups are not supported yet, list its members as policies of their own'
    : undefined
}

function toSpec(id: string, entry: Entry, file: string): PolicySpec {
  const registration = pickWebhookFields(entry)
  return {
    id,
    module: resolveModule(entry.module, file),
    mode: entry.policyMode ?? 'protect',
    allowedToMutate: entry.allowedToMutate ?? false,
    settings: entry.settings ?? {},
    hostCapabilities: entry.hostCapabilities ?? [],
    contextAwareResources: entry.contextAwareResources ?? [],
    ...(entry.message === undefined ? {} : { message: entry.message }),
    ...(entry.timeoutEvalSeconds === undefined ? {} : { timeoutEvalSeconds: entry.timeoutEvalSeconds }),
    ...(entry.exemptions === undefined ? {} : { exemptions: entry.exemptions }),
    ...(registration === undefined ? {} : { registration }),
  }
}
