import { webhookName } from '../plugin/webhook-name.ts'
import { type BenchObject, creationsOf } from './bench-object.ts'
import type { Counter, Endpoints, Experiment, Proof, Registration, ServedPolicy } from './experiment.ts'
import type { Goal } from './goals.ts'
import { benchPolicy, benchWebhook, celPolicy, selectRows } from './objects.ts'
import type { BenchPolicy } from './policies.ts'
import { IN_PROCESS_ROWS, IN_PROCESS_SERVERS, ROWS, type Row } from './rows.ts'

/** One policy that is asked about one object, on the paths of `ROWS`. */
export interface Case {
  /** The policy's id: the shim and the API server know it by this. */
  readonly id: string
  readonly policy: BenchPolicy
  /** Follows the names of its rows, and tells them from those of other cases. */
  readonly suffix: string
  /** Follows their titles. */
  readonly words: string
  /** The object as requests of a row send it, which every policy allows. */
  readonly objectOf: (row: string) => BenchObject
  /** Given where cases differ in it. */
  readonly objectBytes?: number
  /** Paths, as `ROWS` names them, that are not measured. */
  readonly without: readonly string[]
  readonly goals: readonly Goal[]
}

export interface CaseOptions {
  /** Whether API servers with plugin/in-process are measured as well. */
  readonly inProcess: boolean
}

/** Measures cases side by side. */
export function caseExperiment(policy: string, cases: readonly Case[], { inProcess }: CaseOptions): Experiment {
  const paths = inProcess ? [...ROWS, ...IN_PROCESS_ROWS] : ROWS
  const rows = cases.map((one) => [one, rowsOf(one, paths)] as const)
  const caseOf = new Map(rows.flatMap(([one, itsRows]) => itsRows.map(({ name }) => [name, one] as const)))
  return {
    policy,
    rows: rows.flatMap(([, itsRows]) => itsRows),
    served: Object.fromEntries(cases.map(({ id, policy: { sample, settings } }) => [id, { sample, settings }])),
    ...(inProcess && { plugin: Object.fromEntries(cases.map((one) => [one.id, pluginPolicyOf(one)])) }),
    counters: cases.flatMap(countersOf),
    proofs: rows.flatMap(([one, itsRows]) => itsRows.map((row) => proofOf(one, row))),
    goals: cases.flatMap(({ goals }) => goals),
    objectOf: ({ name }) => {
      const one = caseOf.get(name)
      if (one === undefined) throw new RangeError(`no case has a row ${name}`)
      return one.objectOf(name)
    },
    registrationOf: (endpoints) => ({
      webhooks: cases.flatMap((one) => webhooksOf(one, endpoints)),
      inProcess: cases.map(inProcessOf),
    }),
  }
}

function pluginPolicyOf({ policy: { sample, settings }, suffix, objectOf }: Case): ServedPolicy {
  const rows = IN_PROCESS_SERVERS.map((role) => `${role}${suffix}`)
  return { sample, settings, fields: { rules: creationsOf(objectOf('').kind), objectSelector: selectRows(...rows) } }
}

function rowsOf({ suffix, words, without, objectBytes }: Case, paths: readonly Row[]): Row[] {
  const own = (name: string) => `${name}${suffix}`
  return paths
    .filter(({ name }) => !without.includes(name))
    .map(({ name, title, baseline, floor, apiServer }) => ({
      name: own(name),
      title: `${title}${words}`,
      apiServer,
      ...(baseline !== undefined && { baseline: own(baseline) }),
      ...(floor !== undefined && { floor: own(floor) }),
      ...(objectBytes !== undefined && { objectBytes }),
    }))
}

function countersOf({ id, suffix, without }: Case): Counter[] {
  const webhook = webhookName(id)
  const counters: Counter[] = [
    { rows: [`floor${suffix}`, `floor-again${suffix}`], apiServer: 'floor', webhook: webhookName(floorId(id)) },
    { rows: [`shim${suffix}`], apiServer: 'shim', webhook },
  ]
  return without.includes('loopback')
    ? counters
    : [...counters, { rows: [`loopback${suffix}`], apiServer: 'none', webhook }]
}

function proofOf({ id, suffix, policy, objectOf }: Case, row: Row): Proof {
  const webhook = webhookName(id)
  const denials = new Map([
    [`cel${suffix}`, celName(id)],
    [`shim${suffix}`, webhook],
    [`loopback${suffix}`, webhook],
    ...IN_PROCESS_SERVERS.map((role) => [`${role}${suffix}`, webhook] as const),
  ])
  const deniedBy = denials.get(row.name)
  return { row, object: policy.spoil(objectOf(row.name)), ...(deniedBy !== undefined && { deniedBy }) }
}

function webhooksOf(
  { id, suffix, objectOf, without }: Case,
  { floor, shim }: Endpoints,
): Registration['webhooks'][number][] {
  const { kind } = objectOf('')
  const shimOn = (path: string, endpoint: Endpoints['floor']) =>
    benchWebhook({
      configurationName: `bench-${path}-${id}`,
      policies: [benchPolicy(id, kind, `${path}${suffix}`)],
      endpoint,
      exclusions: 'default',
    })
  const floorHook = benchWebhook({
    configurationName: `bench-${floorId(id)}`,
    policies: [benchPolicy(floorId(id), kind, `floor${suffix}`, `floor-again${suffix}`)],
    endpoint: floor,
    exclusions: 'none',
  })
  const hooks = [floorHook, shimOn('shim', shim.socket)]
  return without.includes('loopback') ? hooks : [...hooks, shimOn('loopback', shim.loopback)]
}

function inProcessOf({ id, suffix, policy, objectOf }: Case): Registration['inProcess'][number] {
  return celPolicy({ name: celName(id), row: `cel${suffix}`, kind: objectOf('').kind }, policy)
}

function floorId(id: string): string {
  return `floor-${id}`
}

function celName(id: string): string {
  return `${id}.bench.gatehouse.internal`
}
