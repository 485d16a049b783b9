import * as z from 'zod'
import { fields } from '../../util/schema/fields.ts'
import type { Exemption } from '../exemptions/exemption.ts'
import { EXEMPTIONS_ANNOTATION, exemptionsText } from '../exemptions/exemptions-annotation.ts'
import type { PlacedPolicy } from './read-policies.ts'
import { isSubdomain } from './selector-schema.ts'
import { REGISTERED_SHAPE } from './webhook-schema.ts'

// Kubewarden's resources have neither.
const { reinvocationPolicy: _reinvocation, mutates: _mutates, ...WEBHOOK_SHAPE } = REGISTERED_SHAPE

/** What the specs of all policy resources have in common. */
export const RESOURCE_SHAPE = { ...WEBHOOK_SHAPE, mode: z.enum(['protect', 'monitor']).exactOptional() }

const name = z.string().refine(isSubdomain, { error: ({ input }) => `is "${input}", which is no DNS subdomain` })

const annotations = fields(
  { [EXEMPTIONS_ANNOTATION]: exemptionsText.exactOptional() },
  { unknown: 'ignore' },
).exactOptional()

export const clusterMetadata = fields({ name, annotations }, { unknown: 'ignore' })

export const namespacedMetadata = fields({ name, namespace: name, annotations }, { unknown: 'ignore' })

/** What Kubewarden's controller writes for every policy. */
export const ALL_CAPABILITIES = ['*']

/** A namespaced policy sees its own namespace only. */
export function selectNamespace(namespace: string) {
  return { matchLabels: { 'kubernetes.io/metadata.name': namespace } }
}

type Annotations = { readonly [EXEMPTIONS_ANNOTATION]?: readonly Exemption[] }

export function exemptionsOf(metadata: { readonly annotations?: Annotations }): {
  readonly exemptions?: readonly Exemption[]
} {
  const exemptions = metadata.annotations?.[EXEMPTIONS_ANNOTATION]
  return exemptions === undefined ? {} : { exemptions }
}

/** Where the parts of a resource stand. */
export function placesIn(path: readonly PropertyKey[]): Pick<PlacedPolicy, 'path' | 'fieldsPath' | 'exemptionsPath'> {
  const metadata = [...path, 'metadata']
  const exemptionsPath = [...metadata, 'annotations', EXEMPTIONS_ANNOTATION]
  return { path: [...metadata, 'name'], fieldsPath: [...path, 'spec'], exemptionsPath }
}
