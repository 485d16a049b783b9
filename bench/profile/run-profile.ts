import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { webhookName } from '../../plugin/webhook-name.ts'
import { GatehouseError } from '../../util/errors.ts'
import { modulePath } from '../../util/package-root.ts'
import type { Steps } from '../../util/steps.ts'
import { readTally, tallyBetween } from '../api-server-metrics.ts'
import { describeMachine } from '../machine.ts'
import { onePolicy } from '../one-policy.ts'
import { benchSends, proveRows } from '../requests.ts'
import { type RigOptions, type StartedRig, startRig } from '../rig.ts'
import type { ApiServerRole } from '../rows.ts'
import { type ProfileReport, type ProfileSamples, splitAdded, type Window } from './report.ts'
import { readShimTimes } from './shim-times.ts'

export interface ProfileOptions extends RigOptions {
  /** The name of a policy in `policies/`. */
  readonly policy: string
  /** Of each row. */
  readonly requests: number
  readonly warmup: number
}

/** Measures where the time of one request goes, from one client, with a probe in the shim and the API server's own clock. */
export async function runProfile(options: ProfileOptions, steps: Steps): Promise<ProfileReport> {
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'times')
  const address = pathToFileURL(modulePath('bench/profile/probe'))
  address.searchParams.set('file', file)
  await using rig = await startRig(onePolicy(options.policy), { ...options, shimPreload: address.href }, steps)
  await steps.run('Proving that every row takes its path', () => proveRows(rig))
  const { warmup, requests } = options
  await steps.run(`Warming up, ${warmup} requests per row`, () => measure(rig, options, warmup))
  const before = await readShimTimes(file)
  const windows = await steps.run(`Measuring ${requests} requests per row`, () => measure(rig, options, requests))
  const shim = await awaitTimes(file, before.length, requests)
  const found = splitAdded({ ...windows, shim })
  return { kubernetesVersion: rig.kubernetesVersion, policy: options.policy, machine: describeMachine(), ...found }
}

/** Requests of a row in a window, after which the API server is asked for its clock's sums. */
const WINDOW = 10

interface Path {
  readonly row: string
  readonly apiServer: ApiServerRole
  readonly webhook: string
}

async function measure(
  rig: StartedRig,
  { policy, signal }: ProfileOptions,
  requests: number,
): Promise<Omit<ProfileSamples, 'shim'>> {
  const paths = {
    withPolicy: { row: 'shim', apiServer: 'shim', webhook: webhookName(policy) },
    withoutPolicy: { row: 'baseline-shim', apiServer: 'shim', webhook: webhookName(policy) },
    floor: { row: 'floor', apiServer: 'floor', webhook: webhookName(`floor-${policy}`) },
    withoutFloor: { row: 'baseline-floor', apiServer: 'floor', webhook: webhookName(`floor-${policy}`) },
  } as const
  const windows = {
    withPolicy: [] as Window[],
    withoutPolicy: [] as Window[],
    floor: [] as Window[],
    withoutFloor: [] as Window[],
  }
  const names = Object.keys(paths) as (keyof typeof paths)[]
  for (let left = requests; left > 0; left -= WINDOW) {
    for (const name of names) {
      signal?.throwIfAborted()
      windows[name].push(await measureWindow(rig, paths[name], Math.min(left, WINDOW)))
    }
  }
  return windows
}

async function measureWindow(rig: StartedRig, { row, apiServer, webhook }: Path, requests: number): Promise<Window> {
  const send = benchSends(rig)[row]
  if (send === undefined) throw new RangeError(`no row ${row}`)
  const tally = async () => readTally((await rig.clientOf(apiServer).send('GET', '/metrics')).text, webhook)
  const before = await tally()
  const latencies: number[] = []
  for (let request = 0; request < requests; request++) {
    const startedAt = performance.now()
    await send()
    latencies.push(performance.now() - startedAt)
  }
  const { count, seconds } = tallyBetween(before, await tally())
  return { latencies, call: count === 0 ? 0 : (seconds / count) * 1000 }
}

const TIMES_TIMEOUT_MS = 10_000
const POLL_MS = 50

/** The probe writes after an answer has left. @throws ERR_CLUSTER_API when it has seen other requests than were sent */
async function awaitTimes(file: string, from: number, count: number) {
  const deadline = performance.now() + TIMES_TIMEOUT_MS
  for (;;) {
    const times = (await readShimTimes(file)).slice(from)
    if (times.length === count) return times
    if (times.length > count || performance.now() > deadline) {
      throw new GatehouseError(
        'ERR_CLUSTER_API',
        `the shim was asked ${times.length} times, and ${count} requests sent`,
      )
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}

async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'gatehouse-bench-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}
