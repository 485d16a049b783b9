import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node'
import { execa } from 'execa'
import { formatError } from '../../cli/format-error.ts'
import { DEFAULT_KUBERNETES_VERSION } from '../../clusters/binaries/versions.ts'
import type { LocalCluster } from '../../clusters/local/local-cluster.ts'
import { LocalProvider } from '../../clusters/local/local-provider.ts'
import { GatehouseError } from '../../util/errors.ts'
import { packageRoot } from '../../util/package-root.ts'
import { createSteps } from '../../util/steps.ts'
import { decide } from './demo/decide.ts'
import { POD_ALLOWED, POD_MUTATED, POD_PRIVILEGED, POD_SYSTEM } from './demo/pods.ts'
import { countListeners } from './demo/sockets.ts'

const NAME = 'gatehouse-demo'
const { values: flags } = parseArgs({
  options: {
    keep: { type: 'boolean', default: false },
    'kubernetes-version': { type: 'string', default: DEFAULT_KUBERNETES_VERSION },
  },
})
const steps = createSteps({ isTerminal: process.stdout.isTTY === true, write: say })
const provider = new LocalProvider()
const seconds: [string, number][] = []
const stop = new AbortController()
const stopped = Promise.withResolvers<never>()
stopped.promise.catch(() => {}) // a signal may come while nobody waits for it
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    if (stop.signal.aborted) process.exit(3)
    stop.abort(new GatehouseError('ERR_CLUSTER_STOPPED', `stopped by ${name}`))
    stopped.reject(stop.signal.reason)
  })
}

try {
  const cluster = await chapter('a control plane, and the shim beside its API server', startCluster)
  const pods = connect(cluster)
  await chapter('three Pods', () => showDecisions(pods))
  await chapter('nothing listens on TCP for them', () => showSockets(cluster))
  await chapter('the shim is stopped', () => showAbsence(cluster, pods))
  await chapter('the shim is back', () => showReturn(cluster, pods))
  await chapter('what each path adds to a request', measure)
  say('\n== seconds per step\n')
  for (const [title, count] of seconds) say(`${count.toFixed(1).padStart(7)}  ${title}\n`)
  if (flags.keep) sayHowToGoOn(cluster)
  else say('\nRun it with --keep, and the cluster stays for you to talk to.\n')
} catch (error) {
  say(formatError(error))
  process.exitCode = 3
} finally {
  if (!flags.keep) await provider.down(NAME, steps)
}

async function startCluster(): Promise<LocalCluster> {
  return provider.up(
    {
      name: NAME,
      kubernetesVersion: flags['kubernetes-version'],
      apiServers: 1,
      wasmPolicies: { policies: join(packageRoot(), 'policies/policies.yml'), defaultExclusions: true },
      retain: flags.keep,
      signal: stop.signal,
    },
    steps,
  )
}

async function showDecisions(api: CoreV1Api): Promise<void> {
  for (const pod of [POD_PRIVILEGED, POD_MUTATED, POD_ALLOWED]) say(await decide(api, pod))
}

async function showSockets(cluster: LocalCluster): Promise<void> {
  const pid = await cluster.pidOf('shim-1')
  if (pid === undefined) throw new Error('the shim does not run')
  const { unix, tcp } = await countListeners(pid)
  say(` the shim, process ${pid}, listens on ${unix} Unix sockets and ${tcp} TCP ports\n`)
  say(` the socket is ${cluster.members[0]?.socket}\n`)
}

async function showAbsence(cluster: LocalCluster, api: CoreV1Api): Promise<void> {
  await cluster.stopShim()
  say(await decide(api, POD_ALLOWED))
  say(await decide(api, POD_SYSTEM))
}

async function showReturn(cluster: LocalCluster, api: CoreV1Api): Promise<void> {
  await cluster.startShim()
  for (const pod of [POD_PRIVILEGED, POD_ALLOWED]) say(await decide(api, pod))
}

async function measure(): Promise<void> {
  const version = ['--kubernetes-version', flags['kubernetes-version']]
  const gatehouse = join(packageRoot(), 'cli/gatehouse')
  const { exitCode } = await execa(
    gatehouse,
    ['bench', '--clients', '1', '--requests', '300', '--warmup', '200', ...version],
    {
      stdout: 'inherit',
      stderr: 'inherit',
      reject: false,
      cancelSignal: stop.signal,
      forceKillAfterDelay: false, // it has a cluster of its own to take down
    },
  )
  // 1 is an answer: the machine was too busy for the verdict to be good
  if (exitCode !== 0 && exitCode !== 1) throw new Error(`gatehouse bench left with ${exitCode}`)
}

async function chapter<T>(title: string, action: () => Promise<T>): Promise<T> {
  say(`\n== ${title}\n`)
  const startedAt = performance.now()
  const result = await Promise.race([action(), stopped.promise])
  seconds.push([title, (performance.now() - startedAt) / 1000])
  return result
}

function connect(cluster: LocalCluster): CoreV1Api {
  const kubeConfig = new KubeConfig()
  kubeConfig.loadFromFile(cluster.kubeconfig)
  return kubeConfig.makeApiClient(CoreV1Api)
}

function sayHowToGoOn({ kubeconfig }: LocalCluster): void {
  say('\nThe cluster keeps running:\n')
  say(`  kubectl --kubeconfig ${kubeconfig} get pods\n`)
  say(`  cli/gatehouse cluster logs --name ${NAME} shim-1\n`)
  say(`  cli/gatehouse cluster down --name ${NAME}\n`)
}

function say(text: string): void {
  process.stdout.write(text)
}
