import * as z from 'zod'
import { isRecord } from '../../util/record.ts'
import { fields } from '../../util/schema/fields.ts'
import type { WebhookFields } from '../../util/webhook-fields.ts'
import { checkAt, problemAt } from '../../util/yaml/schema-problems.ts'
import type { YamlDocument } from '../../util/yaml/yaml-document.ts'
import type { Exemption } from '../exemptions/exemption.ts'
import { EXEMPTIONS_ANNOTATION, exemptionsText } from '../exemptions/exemptions-annotation.ts'
import { resolveModule } from './module-source.ts'
import { POLICY_SHAPE } from './policy-shape.ts'
import type { PolicySpec } from './policy-spec.ts'
import type { PlacedPolicy, ReadPolicies } from './read-policies.ts'
import { isSubdomain } from './selector-schema.ts'
import { checkTimeouts, pickWebhookFields, REGISTERED_SHAPE } from './webhook-schema.ts'

const API_VERSION = 'policies.kubewarden.io/v1'
const NONE: ReadPolicies = { policies: [], problems: [] }

// Kubewarden's resources have neither.
const { reinvocationPolicy: _reinvocation, mutates: _mutates, ...WEBHOOK_SHAPE } = REGISTERED_SHAPE

const SPEC_SHAPE = {
  ...POLICY_SHAPE,
  ...WEBHOOK_SHAPE,
  mode: z.enum(['protect', 'monitor']).exactOptional(),
  mutating: z.boolean(),
}

const name = z.string().refine(isSubdomain, { error: ({ input }) => `is "${input}", which is no DNS subdomain` })

const annotations = fields(
  { [EXEMPTIONS_ANNOTATION]: exemptionsText.exactOptional() },
  { unknown: 'ignore' },
).exactOptional()

const clusterPolicySchema = fields(
  {
    metadata: fields({ name, annotations }, { unknown: 'ignore' }),
    spec: fields(SPEC_SHAPE, { unknown: 'ignore', check: checkTimeouts }),
  },
  { unknown: 'ignore' },
)

// A namespaced policy has no selector of its own, and no access to other resources.
const { namespaceSelector: _selector, contextAwareResources: _resources, ...NAMESPACED_SPEC_SHAPE } = SPEC_SHAPE

const namespacedPolicySchema = fields(
  {
    metadata: fields({ name, namespace: name, annotations }, { unknown: 'ignore' }),
    spec: fields(NAMESPACED_SPEC_SHAPE, { unknown: 'ignore', check: checkTimeouts }),
  },
  { unknown: 'ignore' },
)

/** Reads a Kubernetes object: a Kubewarden policy resource, or a list of them. */
export function readPolicyResource(document: YamlDocument, path: readonly PropertyKey[] = []): ReadPolicies {
  const object = path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown>)[key], document.value)
  const { apiVersion, kind, items } = isRecord(object) ? object : {}
  if (Array.isArray(items) && String(kind).endsWith('List')) {
    const read = items.map((_, index) => readPolicyResource(document, [...path, 'items', index]))
    return { policies: read.flatMap(({ policies }) => policies), problems: read.flatMap(({ problems }) => problems) }
  }
  const refuse = (message: string): ReadPolicies => ({ policies: [], problems: [problemAt(document, path, message)] })
  if (apiVersion !== API_VERSION) return refuse(`is a ${kind} of ${apiVersion}; policy resources are of ${API_VERSION}`)
  switch (kind) {
    case 'ClusterAdmissionPolicy':
      return readClusterPolicy(document, path)
    case 'AdmissionPolicy':
      return readNamespacedPolicy(document, path)
    case 'PolicyServer':
      // the shim is the policy server
      return NONE
    case 'ClusterAdmissionPolicyGroup':
    case 'AdmissionPolicyGroup':
      return refuse(`is a ${kind}; groups are not supported yet, write its members as policies of their own`)
    default:
      return refuse(`is a ${kind}, which is no policy resource`)
  }
}

function readClusterPolicy(document: YamlDocument, path: readonly PropertyKey[]): ReadPolicies {
  const { value, problems } = checkAt(clusterPolicySchema, document, path)
  if (value === undefined) return { policies: [], problems }
  const { name, annotations } = value.metadata
  const spec = { ...toSpec(`kw.cap.${name}`, value.spec, document.file), ...exemptionsOf(annotations) }
  return {
    policies: [place(spec, document, path)],
    problems: [],
  }
}

function readNamespacedPolicy(document: YamlDocument, path: readonly PropertyKey[]): ReadPolicies {
  const { value, problems } = checkAt(namespacedPolicySchema, document, path)
  if (value === undefined) return { policies: [], problems }
  const { name, namespace, annotations } = value.metadata
  const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': namespace } }
  const id = `kw.ap.${namespace}.${name}`
  const spec = {
    ...toSpec(id, { ...value.spec, namespaceSelector }, document.file),
    ...exemptionsOf(annotations),
  }
  return {
    policies: [place(spec, document, path)],
    problems: [],
  }
}

function place(spec: PolicySpec, document: YamlDocument, path: readonly PropertyKey[]): PlacedPolicy {
  const metadata = [...path, 'metadata']
  const exemptionsPath = [...metadata, 'annotations', EXEMPTIONS_ANNOTATION]
  return { spec, document, path: [...metadata, 'name'], fieldsPath: [...path, 'spec'], exemptionsPath }
}

type Annotations = { readonly [EXEMPTIONS_ANNOTATION]?: readonly Exemption[] }

function exemptionsOf(annotations: Annotations | undefined): Pick<PolicySpec, 'exemptions'> {
  const exemptions = annotations?.[EXEMPTIONS_ANNOTATION]
  return exemptions === undefined ? {} : { exemptions }
}

type ResourceSpec = z.output<typeof clusterPolicySchema>['spec'] & WebhookFields

function toSpec(id: string, resource: ResourceSpec, file: string): PolicySpec {
  const registration = pickWebhookFields(resource)
  return {
    id,
    module: resolveModule(resource.module, file),
    mode: resource.mode ?? 'protect',
    allowedToMutate: resource.mutating,
    settings: resource.settings ?? {},
    // what Kubewarden's controller writes for every policy
    hostCapabilities: ['*'],
    contextAwareResources: resource.contextAwareResources ?? [],
    ...(resource.message === undefined ? {} : { message: resource.message }),
    ...(resource.timeoutEvalSeconds === undefined ? {} : { timeoutEvalSeconds: resource.timeoutEvalSeconds }),
    ...(registration === undefined ? {} : { registration }),
  }
}
