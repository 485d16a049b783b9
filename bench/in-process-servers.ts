import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buildInProcessApiServer } from '../clusters/binaries/in-process.ts'
import { parseKubernetesVersion } from '../clusters/binaries/versions.ts'
import { createKubeconfig } from '../clusters/kubeconfig.ts'
import { ensureProcess } from '../clusters/local/cluster-processes.ts'
import { kubeApiServerProcess } from '../clusters/local/kube-apiserver.ts'
import { type ClusterLayout, memberLayout } from '../clusters/local/layout.ts'
import { readAdminCredentials } from '../clusters/local/pki.ts'
import { findFreePorts } from '../clusters/local/ports.ts'
import { wasmPolicyConfiguration, wasmPolicyFlags } from '../plugin/wasm-policy-configuration.ts'
import { toYaml } from '../plugin/yaml.ts'
import { cacheFolder } from '../util/config.ts'
import type { Steps } from '../util/steps.ts'
import type { Experiment } from './experiment.ts'
import { API_SERVERS, IN_PROCESS_SERVERS, type InProcessRole } from './rows.ts'
import { writeServedPolicies } from './served-policies.ts'

interface Place {
  readonly layout: ClusterLayout
  readonly folder: string
  readonly kubernetesVersion: string
}

/**
 * Starts the API servers with plugin/in-process beside the stock ones, on the same etcd, if the experiment has rows on them.
 * Returns their kubeconfigs.
 */
export async function startInProcessServers(
  { plugin }: Pick<Experiment, 'plugin'>,
  place: Place,
  steps: Steps,
): Promise<ReadonlyMap<InProcessRole, string>> {
  if (plugin === undefined) return new Map()
  const { patch } = parseKubernetesVersion(place.kubernetesVersion)
  const binary = await buildInProcessApiServer(patch, { cacheFolder: cacheFolder(), steps })
  const policies = await writeServedPolicies(place.folder, plugin, 'in-process.yml')
  const started = new Map<InProcessRole, string>()
  for (const role of IN_PROCESS_SERVERS) {
    await steps.run(`Starting the API server ${role}`, async () => {
      started.set(role, await startServer(role, { command: binary.path, policies }, place))
    })
  }
  return started
}

async function startServer(
  role: InProcessRole,
  { command, policies }: { readonly command: string; readonly policies: string },
  { layout, folder }: Place,
): Promise<string> {
  const [port = 0] = await findFreePorts(1)
  const credentials = await readAdminCredentials(layout.pki)
  const configuration = wasmPolicyConfiguration({
    policies,
    modules: {},
    exclusions: 'default',
    ...(role === 'in-process'
      ? { compilationCache: join(cacheFolder(), 'bench', 'compiled-modules') }
      : { framedSocket: memberLayout(layout, 1).framedSocket }),
  })
  const file = join(folder, `${role}.yaml`)
  await writeFile(file, toYaml([configuration]))
  const number = API_SERVERS.length + 1 + IN_PROCESS_SERVERS.indexOf(role)
  const process = { number, command, port, flags: wasmPolicyFlags(file), environment: {}, credentials }
  await ensureProcess(layout, kubeApiServerProcess(layout, process))
  const kubeconfig = join(folder, `${role}.kubeconfig`)
  const entry = { name: role, server: `https://127.0.0.1:${port}`, ...credentials }
  await writeFile(kubeconfig, createKubeconfig(entry), { mode: 0o600 })
  return kubeconfig
}
