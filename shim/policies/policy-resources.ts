import * as z from 'zod'
import { isRecord } from '../../util/record.ts'
import { fields } from '../../util/schema/fields.ts'
import type { WebhookFields } from '../../util/webhook-fields.ts'
import { checkAt, problemAt, valueAt } from '../../util/yaml/schema-problems.ts'
import type { YamlDocument } from '../../util/yaml/yaml-document.ts'
import { readClusterGroup, readNamespacedGroup } from './group-resources.ts'
import { toGuestSpec } from './guest-fields.ts'
import { FOREIGN_FIELDS, findIgnored } from './ignored-fields.ts'
import { POLICY_SHAPE } from './policy-shape.ts'
import type { SinglePolicySpec } from './policy-spec.ts'
import { joinRead, type ReadPolicies } from './read-policies.ts'
import {
  ALL_CAPABILITIES,
  clusterMetadata,
  exemptionsOf,
  namespacedMetadata,
  placesIn,
  RESOURCE_SHAPE,
  selectNamespace,
} from './resource-shape.ts'
import { checkTimeouts, pickWebhookFields } from './webhook-schema.ts'

const API_VERSION = 'policies.kubewarden.io/v1'
const NONE: ReadPolicies = { policies: [], problems: [] }

const SPEC_SHAPE = { ...POLICY_SHAPE, ...RESOURCE_SHAPE, mutating: z.boolean() }

const clusterPolicySchema = fields(
  { metadata: clusterMetadata, spec: fields(SPEC_SHAPE, { unknown: 'ignore', check: checkTimeouts }) },
  { unknown: 'ignore' },
)

// A namespaced policy has no selector of its own, and no access to other resources.
const { namespaceSelector: _selector, contextAwareResources: _resources, ...NAMESPACED_SPEC_SHAPE } = SPEC_SHAPE

const namespacedPolicySchema = fields(
  {
    metadata: namespacedMetadata,
    spec: fields(NAMESPACED_SPEC_SHAPE, { unknown: 'ignore', check: checkTimeouts }),
  },
  { unknown: 'ignore' },
)

const CLUSTER_FIELDS = { fields: Object.keys(SPEC_SHAPE), foreign: FOREIGN_FIELDS.spec }
const NAMESPACED_FIELDS = { fields: Object.keys(NAMESPACED_SPEC_SHAPE), foreign: FOREIGN_FIELDS.spec }

/** Reads a Kubernetes object: a Kubewarden policy resource, or a list of them. */
export function readPolicyResource(document: YamlDocument, path: readonly PropertyKey[] = []): ReadPolicies {
  const object = valueAt(document.value, path)
  const { apiVersion, kind, items } = isRecord(object) ? object : {}
  if (Array.isArray(items) && String(kind).endsWith('List'))
    return joinRead(items.map((_, index) => readPolicyResource(document, [...path, 'items', index])))
  const refuse = (message: string): ReadPolicies => ({ policies: [], problems: [problemAt(document, path, message)] })
  if (apiVersion !== API_VERSION) return refuse(`is a ${kind} of ${apiVersion}; policy resources are of ${API_VERSION}`)
  switch (kind) {
    case 'ClusterAdmissionPolicy':
      return readClusterPolicy(document, path)
    case 'AdmissionPolicy':
      return readNamespacedPolicy(document, path)
    case 'ClusterAdmissionPolicyGroup':
      return readClusterGroup(document, path)
    case 'AdmissionPolicyGroup':
      return readNamespacedGroup(document, path)
    case 'PolicyServer':
      // the shim is the policy server
      return NONE
    default:
      return refuse(`is a ${kind}, which is no policy resource`)
  }
}

function readClusterPolicy(document: YamlDocument, path: readonly PropertyKey[]): ReadPolicies {
  const { value, problems } = checkAt(clusterPolicySchema, document, path)
  const warnings = findIgnored(document, [...path, 'spec'], CLUSTER_FIELDS)
  if (value === undefined) return { policies: [], problems, warnings }
  const { metadata } = value
  const spec = { ...toSpec(`kw.cap.${metadata.name}`, value.spec, document.file), ...exemptionsOf(metadata) }
  return { policies: [{ spec, document, ...placesIn(path) }], problems: [], warnings }
}

function readNamespacedPolicy(document: YamlDocument, path: readonly PropertyKey[]): ReadPolicies {
  const { value, problems } = checkAt(namespacedPolicySchema, document, path)
  const warnings = findIgnored(document, [...path, 'spec'], NAMESPACED_FIELDS)
  if (value === undefined) return { policies: [], problems, warnings }
  const { metadata } = value
  const fieldsWithSelector = { ...value.spec, namespaceSelector: selectNamespace(metadata.namespace) }
  const id = `kw.ap.${metadata.namespace}.${metadata.name}`
  const spec = { ...toSpec(id, fieldsWithSelector, document.file), ...exemptionsOf(metadata) }
  return { policies: [{ spec, document, ...placesIn(path) }], problems: [], warnings }
}

type ResourceSpec = z.output<typeof clusterPolicySchema>['spec'] & WebhookFields

function toSpec(id: string, resource: ResourceSpec, file: string): SinglePolicySpec {
  const registration = pickWebhookFields(resource)
  return {
    ...toGuestSpec(id, resource, { file, hostCapabilities: ALL_CAPABILITIES }),
    mode: resource.mode ?? 'protect',
    allowedToMutate: resource.mutating,
    ...(resource.message === undefined ? {} : { message: resource.message }),
    ...(registration === undefined ? {} : { registration }),
  }
}
