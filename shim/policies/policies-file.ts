import * as z from 'zod'
import { isRecord } from '../../util/record.ts'
import { fields } from '../../util/schema/fields.ts'
import { checkAt, problemAt } from '../../util/yaml/schema-problems.ts'
import type { YamlDocument } from '../../util/yaml/yaml-document.ts'
import { exemptionsSchema } from '../exemptions/exemptions-schema.ts'
import { readGroupEntry } from './group-entry.ts'
import { toGuestSpec } from './guest-fields.ts'
import { FOREIGN_FIELDS, findIgnored } from './ignored-fields.ts'
import { hostCapabilities, POLICY_SHAPE } from './policy-shape.ts'
import type { SinglePolicySpec } from './policy-spec.ts'
import { joinRead, type ReadPolicies } from './read-policies.ts'
import { checkTimeouts, checkUseless, pickWebhookFields, SERVED_SHAPE } from './webhook-schema.ts'

const ENTRY_SHAPE = {
  ...POLICY_SHAPE,
  policyMode: z.enum(['protect', 'monitor']).exactOptional(),
  allowedToMutate: z.boolean().exactOptional(),
  hostCapabilities,
  exemptions: exemptionsSchema.exactOptional(),
  ...SERVED_SHAPE,
}

const entrySchema = fields(ENTRY_SHAPE, {
  unknown: 'ignore',
  check(entry, report) {
    checkTimeouts(entry, report)
    checkUseless(entry, report)
  },
})

const KNOWN = { fields: Object.keys(ENTRY_SHAPE), foreign: FOREIGN_FIELDS.entry }

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
  return joinRead(Object.keys(document.value).map((id) => readEntry(document, id)))
}

function readEntry(document: YamlDocument, id: string): ReadPolicies {
  const refusal = describeIdProblem(id)
  if (refusal !== undefined) return { policies: [], problems: [problemAt(document, [id], refusal)] }
  if (isGroupEntry((document.value as Record<string, unknown>)[id])) return readGroupEntry(document, id)
  const { value: entry, problems } = checkAt(entrySchema, document, [id])
  const warnings = findIgnored(document, [id], KNOWN)
  if (entry === undefined) return { policies: [], problems, warnings }
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
    warnings,
  }
}

function describeIdProblem(id: string): string | undefined {
  // the id is the last segment of the policy's URL
  if (id === '' || id === '.' || id === '..') return `is no policy id: "${id}" cannot stand in a URL`
  return id.includes('/') ? 'is no policy id: / separates a group from its member' : undefined
}

const isGroupEntry = (entry: unknown) => isRecord(entry) && ('policies' in entry || 'expression' in entry)

function toSpec(id: string, entry: Entry, file: string): SinglePolicySpec {
  const registration = pickWebhookFields(entry)
  return {
    ...toGuestSpec(id, entry, { file, hostCapabilities: [] }),
    mode: entry.policyMode ?? 'protect',
    allowedToMutate: entry.allowedToMutate ?? false,
    ...(entry.message === undefined ? {} : { message: entry.message }),
    ...(entry.exemptions === undefined ? {} : { exemptions: entry.exemptions }),
    ...(registration === undefined ? {} : { registration }),
  }
}
