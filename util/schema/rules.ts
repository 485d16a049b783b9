import * as z from 'zod'
import { fields } from './fields.ts'

const nonEmpty = z.string().min(1)

// `*` says everything, so that anything beside it is a mistake; the API server refuses it too.
const aloneIfAll = <T extends z.ZodType<string>>(item: T) =>
  z
    .array(item)
    .min(1)
    .refine((values) => values.length <= 1 || !values.includes('*' as z.output<T>), {
      error: 'holds * beside others; * must stand alone',
    })

const resources = z
  .array(nonEmpty)
  .min(1)
  .superRefine((values, context) => {
    const message = describeOverlap(values)
    if (message !== undefined) context.addIssue({ code: 'custom', message })
  })

const RULE = {
  // the core group is the empty string
  apiGroups: aloneIfAll(z.string()),
  apiVersions: aloneIfAll(nonEmpty),
  resources,
  operations: aloneIfAll(z.enum(['CREATE', 'UPDATE', 'DELETE', 'CONNECT', '*'])),
}

/** A rule as a policy's metadata has it. */
export const ruleSchema = fields(RULE, { unknown: 'ignore' })

/** The rules of a webhook entry, checked as the API server will: a static manifest that it refuses keeps it from starting. */
export const webhookRulesSchema = z
  .array(fields({ ...RULE, scope: z.enum(['*', 'Cluster', 'Namespaced']).exactOptional() }, { unknown: 'refuse' }))
  .min(1)

// `*` is all resources but no subresources, `pods/*` all subresources of Pods, `*/*` everything:
// https://pkg.go.dev/k8s.io/api/admissionregistration/v1#Rule
function describeOverlap(resources: readonly string[]): string | undefined {
  if (resources.includes('*/*'))
    return resources.length > 1 ? 'holds */* beside others; */* must stand alone' : undefined
  if (resources.includes('*') && resources.some((resource) => resource !== '*' && !resource.includes('/')))
    return 'holds * beside other resources; beside * only subresources may stand'
  const covered = resources.find((resource) => isCovered(resource, resources))
  return covered === undefined ? undefined : `holds ${covered} beside a wildcard that covers it`
}

function isCovered(resource: string, resources: readonly string[]): boolean {
  const [name, subresource] = resource.split('/')
  if (subresource === undefined) return false
  return (
    (subresource !== '*' && resources.includes(`${name}/*`)) || (name !== '*' && resources.includes(`*/${subresource}`))
  )
}
