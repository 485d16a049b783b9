import * as z from 'zod'
import { fields } from '../../util/schema/fields.ts'
import { checkAt } from '../../util/yaml/schema-problems.ts'
import type { YamlDocument } from '../../util/yaml/yaml-document.ts'
import { exemptionsSchema } from '../exemptions/exemptions-schema.ts'
import { checkMemberTimeouts, GROUP_SHAPE } from './group-shape.ts'
import { FOREIGN_FIELDS, findIgnored } from './ignored-fields.ts'
import { GUEST_SHAPE, hostCapabilities } from './policy-shape.ts'
import { readGroup } from './read-group.ts'
import type { ReadPolicies } from './read-policies.ts'
import { checkOrphans, SERVED_SHAPE } from './webhook-schema.ts'

const ENTRY_SHAPE = {
  ...SERVED_SHAPE,
  ...GROUP_SHAPE,
  policyMode: z.enum(['protect', 'monitor']).exactOptional(),
  exemptions: exemptionsSchema.exactOptional(),
}

const entrySchema = fields(ENTRY_SHAPE, {
  unknown: 'ignore',
  check(entry, report) {
    checkMemberTimeouts(entry, report)
    checkOrphans(entry, report)
  },
})

const KNOWN = { fields: Object.keys(ENTRY_SHAPE), foreign: FOREIGN_FIELDS.entry }

// Kubewarden refuses unknown keys here, and nowhere else.
const memberSchema = fields({ ...GUEST_SHAPE, hostCapabilities }, { unknown: 'refuse' })

/** Reads an entry of policies.yml that is a group. */
export function readGroupEntry(document: YamlDocument, id: string): ReadPolicies {
  const checked = checkAt(entrySchema, document, [id])
  const paths = { path: [id], fieldsPath: [id], exemptionsPath: [id, 'exemptions'] }
  const place = { document, ...paths, memberSchema, defaults: { hostCapabilities: [] } }
  const warnings = findIgnored(document, [id], KNOWN)
  if (checked.value === undefined) return { ...readGroup(id, place, checked), warnings }
  const { policyMode, ...group } = checked.value
  return { ...readGroup(id, place, { value: { ...group, mode: policyMode }, problems: [] }), warnings }
}
