import type * as z from 'zod'
import { describeMemberName } from '../../evaluator/groups/member-name.ts'
import type { Problem } from '../../util/problems.ts'
import { isRecord } from '../../util/record.ts'
import type { WebhookFields } from '../../util/webhook-fields.ts'
import { type Checked, checkAt, problemAt, valueAt } from '../../util/yaml/schema-problems.ts'
import type { YamlDocument } from '../../util/yaml/yaml-document.ts'
import type { Exemption } from '../exemptions/exemption.ts'
import { type GuestDefaults, type GuestFields, toGuestSpec } from './guest-fields.ts'
import type { MemberSpec, PolicyGroupSpec } from './policy-spec.ts'
import type { PlacedExpression, PlacedPolicy, ReadPolicies } from './read-policies.ts'
import { pickWebhookFields } from './webhook-schema.ts'

/** Where a group stands in a file, and how its members are written there. */
export interface GroupPlace extends Omit<PlacedPolicy, 'spec' | 'expression'> {
  readonly memberSchema: z.ZodType<GuestFields>
  readonly defaults: Pick<GuestDefaults, 'hostCapabilities'>
}

/** What a group says of itself, beside its members. */
export interface GroupFields extends Partial<WebhookFields> {
  readonly mode?: 'protect' | 'monitor' | undefined
  readonly expression: string
  readonly message: string
  readonly exemptions?: readonly Exemption[] | undefined
}

/** A group, or all that is wrong with it: with its fields, its members and its expression, whatever is wrong with the others. */
export function readGroup(id: string, place: GroupPlace, fields: Checked<GroupFields>): ReadPolicies {
  const { document, path, fieldsPath, exemptionsPath } = place
  const { members, problems } = readMembers(id, place)
  const expression = placeExpression(document, fieldsPath)
  const expressions = expression === undefined ? [] : [expression]
  if (fields.value === undefined || expression === undefined || problems.length > 0)
    return { policies: [], problems: [...fields.problems, ...problems], expressions }
  const spec = toSpec(id, fields.value, members)
  return {
    policies: [{ spec, document, path, fieldsPath, exemptionsPath, expression }],
    problems: [],
    expressions,
  }
}

function readMembers(groupId: string, { document, fieldsPath, memberSchema, defaults }: GroupPlace) {
  const members: MemberSpec[] = []
  const problems: Problem[] = []
  for (const name of memberNames(valueAt(document.value, fieldsPath))) {
    const path = [...fieldsPath, 'policies', name]
    const refusal = describeMemberName(name)
    if (refusal !== undefined) problems.push(problemAt(document, path, refusal))
    const checked = checkAt(memberSchema, document, path)
    problems.push(...checked.problems)
    if (checked.value === undefined) continue
    const guest = toGuestSpec(`${groupId}/${name}`, checked.value, { ...defaults, file: document.file })
    members.push({ ...guest, name })
  }
  return { members, problems }
}

function placeExpression(document: YamlDocument, fieldsPath: readonly PropertyKey[]): PlacedExpression | undefined {
  const group = valueAt(document.value, fieldsPath)
  const expression = isRecord(group) ? group['expression'] : undefined
  if (typeof expression !== 'string' || expression === '') return undefined
  return { expression, members: memberNames(group), document, path: [...fieldsPath, 'expression'] }
}

function memberNames(group: unknown): string[] {
  const members = isRecord(group) ? group['policies'] : undefined
  return isRecord(members) ? Object.keys(members) : []
}

function toSpec(id: string, fields: GroupFields, members: readonly MemberSpec[]): PolicyGroupSpec {
  const { mode = 'protect', expression, message, exemptions } = fields
  const registration = pickWebhookFields(fields)
  return {
    id,
    mode,
    allowedToMutate: false,
    expression,
    message,
    members,
    ...(exemptions === undefined ? {} : { exemptions }),
    ...(registration === undefined ? {} : { registration }),
  }
}
