import { fields } from '../../util/schema/fields.ts'
import { type Checked, checkAt } from '../../util/yaml/schema-problems.ts'
import type { YamlDocument } from '../../util/yaml/yaml-document.ts'
import { checkMemberTimeouts, GROUP_SHAPE } from './group-shape.ts'
import { FOREIGN_FIELDS, findIgnoredInGroup } from './ignored-fields.ts'
import { GUEST_SHAPE } from './policy-shape.ts'
import { type GroupFields, readGroup } from './read-group.ts'
import type { ReadPolicies } from './read-policies.ts'
import {
  ALL_CAPABILITIES,
  clusterMetadata,
  exemptionsOf,
  namespacedMetadata,
  placesIn,
  RESOURCE_SHAPE,
  selectNamespace,
} from './resource-shape.ts'

const SPEC_SHAPE = { ...RESOURCE_SHAPE, ...GROUP_SHAPE }

const clusterGroupSchema = fields(
  { metadata: clusterMetadata, spec: fields(SPEC_SHAPE, { unknown: 'ignore', check: checkMemberTimeouts }) },
  { unknown: 'ignore' },
)
const clusterMemberSchema = fields(GUEST_SHAPE, { unknown: 'ignore' })

// A namespaced group has no selector of its own, and no access to other resources.
const { namespaceSelector: _selector, ...NAMESPACED_SPEC_SHAPE } = SPEC_SHAPE
const { contextAwareResources: _resources, ...NAMESPACED_GUEST_SHAPE } = GUEST_SHAPE

const namespacedGroupSchema = fields(
  {
    metadata: namespacedMetadata,
    spec: fields(NAMESPACED_SPEC_SHAPE, { unknown: 'ignore', check: checkMemberTimeouts }),
  },
  { unknown: 'ignore' },
)
const namespacedMemberSchema = fields(NAMESPACED_GUEST_SHAPE, { unknown: 'ignore' })

const CLUSTER_FIELDS = {
  group: { fields: Object.keys(SPEC_SHAPE), foreign: FOREIGN_FIELDS.spec },
  member: { fields: Object.keys(GUEST_SHAPE) },
}
const NAMESPACED_FIELDS = {
  group: { fields: Object.keys(NAMESPACED_SPEC_SHAPE), foreign: FOREIGN_FIELDS.spec },
  member: { fields: Object.keys(NAMESPACED_GUEST_SHAPE) },
}

const DEFAULTS = { hostCapabilities: ALL_CAPABILITIES }

/** Reads a ClusterAdmissionPolicyGroup. */
export function readClusterGroup(document: YamlDocument, path: readonly PropertyKey[]): ReadPolicies {
  const checked = checkAt(clusterGroupSchema, document, path)
  const warnings = findIgnoredInGroup(document, [...path, 'spec'], CLUSTER_FIELDS)
  const place = { document, ...placesIn(path), memberSchema: clusterMemberSchema, defaults: DEFAULTS }
  if (checked.value === undefined) return { ...readGroup('', place, checked), warnings }
  const { metadata, spec } = checked.value
  const group = good({ ...spec, ...exemptionsOf(metadata) })
  return { ...readGroup(`kw.capg.${metadata.name}`, place, group), warnings }
}

/** Reads an AdmissionPolicyGroup. */
export function readNamespacedGroup(document: YamlDocument, path: readonly PropertyKey[]): ReadPolicies {
  const checked = checkAt(namespacedGroupSchema, document, path)
  const warnings = findIgnoredInGroup(document, [...path, 'spec'], NAMESPACED_FIELDS)
  const place = { document, ...placesIn(path), memberSchema: namespacedMemberSchema, defaults: DEFAULTS }
  if (checked.value === undefined) return { ...readGroup('', place, checked), warnings }
  const { metadata, spec } = checked.value
  const namespaceSelector = selectNamespace(metadata.namespace)
  const id = `kw.apg.${metadata.namespace}.${metadata.name}`
  const group = good({ ...spec, namespaceSelector, ...exemptionsOf(metadata) })
  return { ...readGroup(id, place, group), warnings }
}

const good = (value: GroupFields): Checked<GroupFields> => ({ value, problems: [] })
