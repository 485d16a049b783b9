import { webhookName } from '../plugin/webhook-name.ts'
import { GatehouseError } from '../util/errors.ts'
import type { Endpoints, Experiment, Proof, Registration } from './experiment.ts'
import { benchPod, benchPolicy, benchWebhook, celPolicy } from './objects.ts'
import { BENCH_POLICIES, type BenchPolicy } from './policies.ts'
import { ROWS } from './rows.ts'

/** The id of the floor's webhook. */
const FLOOR_ID = 'floor'

/** One sample policy on every path. */
export function onePolicy(name: string): Experiment {
  const policy = choosePolicy(name)
  const webhook = webhookName(name)
  const celName = `${name}.bench.gatehouse.internal`
  const denials: Readonly<Record<string, string>> = { cel: celName, shim: webhook, loopback: webhook }
  return {
    policy: name,
    rows: ROWS,
    served: { [name]: { sample: policy.sample, settings: policy.settings } },
    counters: [
      { rows: ['floor', 'floor-again'], apiServer: 'floor', webhook: webhookName(FLOOR_ID) },
      { rows: ['shim'], apiServer: 'shim', webhook },
      { rows: ['loopback'], apiServer: 'none', webhook },
    ],
    proofs: ROWS.map((row): Proof => {
      const deniedBy = denials[row.name]
      return { row, pod: policy.spoil(benchPod(row.name)), ...(deniedBy !== undefined && { deniedBy }) }
    }),
    podOf: (row) => benchPod(row.name),
    registrationOf: (endpoints) => register(name, endpoints, celPolicy(celName, 'cel', policy)),
  }
}

function choosePolicy(name: string): BenchPolicy {
  const policy = Object.hasOwn(BENCH_POLICIES, name) ? BENCH_POLICIES[name] : undefined
  if (policy !== undefined) return policy
  throw new GatehouseError('ERR_BENCH_OPTIONS', `there is no rule in CEL for the policy '${name}'`, {
    hint: `Choose one of ${Object.keys(BENCH_POLICIES).join(', ')}.`,
  })
}

function register(
  name: string,
  { floor, shim }: Endpoints,
  inProcess: Registration['inProcess'][number],
): Registration {
  return {
    webhooks: [
      benchWebhook({
        configurationName: 'bench-floor',
        policies: [benchPolicy(FLOOR_ID, 'floor', 'floor-again')],
        endpoint: floor,
        exclusions: 'none',
      }),
      benchWebhook({
        configurationName: 'bench-shim',
        policies: [benchPolicy(name, 'shim')],
        endpoint: shim.socket,
        exclusions: 'default',
      }),
      benchWebhook({
        configurationName: 'bench-loopback',
        policies: [benchPolicy(name, 'loopback')],
        endpoint: shim.loopback,
        exclusions: 'default',
      }),
    ],
    inProcess: [inProcess],
  }
}
