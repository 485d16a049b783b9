import type { V1ValidatingWebhookConfiguration } from '@kubernetes/client-node'
import type { Endpoint, Endpoints, Registration, ShimEndpoints } from './experiment.ts'
import { benchPolicy, benchWebhook, celPolicy, selectRows } from './objects.ts'
import { type PolicySet, rowOf } from './policy-sets.ts'

/** Every path of every set: entries of the floor and of the shim, combined ones, and the rules in CEL. */
export function registerSets(sets: readonly PolicySet[], { floor, shim }: Endpoints): Registration {
  return {
    webhooks: [
      ...sets.map((set) => registerFloor(set, floor)),
      ...sets.map((set) => registerApart(set, shim.socket)),
      registerCombined(sets, shim),
    ],
    inProcess: sets.flatMap(({ count, members }) =>
      members.map(({ id, rule }) => celPolicy({ name: celName(id), row: rowOf('cel', count), kind: 'Pod' }, rule)),
    ),
  }
}

export function celName(id: string): string {
  return `${id}.bench.gatehouse.internal`
}

/** The name of the one entry that a set shares. */
export function combinedName(count: number): string {
  return `${rowOf('combined', count)}.bench.gatehouse.internal`
}

export function floorId(id: string): string {
  return `floor-${id}`
}

/** The rows whose requests call the floor so many times. */
export function floorRows(count: number): string[] {
  return count === 1 ? ['floor', 'floor-again'] : [rowOf('floor', count)]
}

function registerFloor({ count, members }: PolicySet, endpoint: Endpoint): V1ValidatingWebhookConfiguration {
  return benchWebhook({
    configurationName: `bench-floor-${count}`,
    policies: members.map(({ id }) => benchPolicy(floorId(id), 'Pod', ...floorRows(count))),
    endpoint,
    exclusions: 'none',
  })
}

function registerApart({ count, members }: PolicySet, endpoint: Endpoint): V1ValidatingWebhookConfiguration {
  const objectSelector = selectRows(rowOf('policies', count))
  return benchWebhook({
    configurationName: `bench-policies-${count}`,
    policies: members.map(({ id, fields }) => ({ id, mutating: false, ...fields, objectSelector })),
    endpoint,
    exclusions: 'default',
  })
}

// All sets at once, as the shim plans them. Named by set, since the API server counts calls by name.
function registerCombined(
  sets: readonly PolicySet[],
  { socket, set }: ShimEndpoints,
): V1ValidatingWebhookConfiguration {
  const configuration = benchWebhook({
    configurationName: 'bench-combined',
    policies: sets.flatMap(({ members }) => members.map(({ id, fields }) => ({ id, mutating: false, ...fields }))),
    combined: { digest: set.digest },
    endpoint: socket,
    exclusions: 'default',
  })
  const webhooks = configuration.webhooks?.map((webhook) => {
    const entry = set.plan.entries.find(({ name }) => webhook.clientConfig.url?.endsWith(`/${name}`))
    if (entry === undefined) throw new RangeError(`the shim has no entry for ${webhook.clientConfig.url}`)
    return { ...webhook, name: combinedName(entry.members.length) }
  })
  return { ...configuration, ...(webhooks !== undefined && { webhooks }) }
}
