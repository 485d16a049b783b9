import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ensureProcess } from '../clusters/local/cluster-processes.ts'
import { ensureShimCertificates } from '../clusters/local/gate.ts'
import { type ClusterLayout, memberLayout } from '../clusters/local/layout.ts'
import { findFreePorts } from '../clusters/local/ports.ts'
import { shimProcess } from '../clusters/local/shim.ts'
import { egressSelectorConfiguration } from '../plugin/egress-selector.ts'
import { DEFAULT_WEBHOOK_HOST } from '../plugin/webhook-host.ts'
import { toYaml } from '../plugin/yaml.ts'
import { readPolicySources } from '../shim/policies/policies-snapshot.ts'
import { describeSources } from '../shim/registration/set-digest.ts'
import { makeFolder } from '../util/make-folder.ts'
import type { Endpoint, Experiment, ShimEndpoints } from './experiment.ts'
import { FLOOR_HOST, floorFiles, floorProcess } from './floor-server.ts'
import type { ApiServerRole } from './rows.ts'
import { writeServedPolicies } from './served-policies.ts'

const LOOPBACK = '127.0.0.1'

/** Writes the egress selectors before there is anything at their other ends: the API servers want to read them first. */
export async function writeEgressSelectors(
  layout: ClusterLayout,
  folder: string,
): Promise<Partial<Record<ApiServerRole, string>>> {
  const sockets = { shim: memberLayout(layout, 1).socket, floor: floorFiles(layout.sockets).socket }
  const files = Object.entries(sockets).map(async ([role, socket]) => {
    const file = join(folder, `egress-${role}.yaml`)
    await writeFile(file, toYaml([egressSelectorConfiguration({ socket })]))
    return [role, file] as const
  })
  return Object.fromEntries(await Promise.all(files))
}

/** Starts the floor as a process of the cluster, with which it goes. */
export async function startFloor(layout: ClusterLayout, program: string): Promise<Endpoint> {
  const files = floorFiles(layout.sockets)
  await ensureProcess(layout, floorProcess(program, files))
  return { host: FLOOR_HOST, caBundle: await readFile(files.ca, 'utf8') }
}

/** Starts one shim with the policies, as a process of the cluster. */
export async function startShim(
  layout: ClusterLayout,
  folder: string,
  { served, plugin, preload }: Pick<Experiment, 'served' | 'plugin'> & { readonly preload?: string | undefined },
): Promise<ShimEndpoints> {
  const member = memberLayout(layout, 1)
  const policies = await writeServedPolicies(folder, served)
  const [port = 0] = await findFreePorts(1)
  await makeFolder(dirname(member.socket), 0o700)
  const caBundle = await ensureShimCertificates(member)
  const hosts = [DEFAULT_WEBHOOK_HOST, LOOPBACK].map((host) => `--host=${host}`)
  const shimArgs = [`--port=${port}`, `--addr=${LOOPBACK}`, ...hosts]
  const beside = plugin === undefined ? undefined : 'framed'
  const shim = shimProcess(member, { policies, defaultExclusions: true, shimArgs }, beside)
  const environment = preload === undefined ? {} : { NODE_OPTIONS: `--import=${preload}` }
  await ensureProcess(layout, { ...shim, environment: { ...shim.environment, ...environment } })
  return {
    socket: { host: DEFAULT_WEBHOOK_HOST, caBundle },
    loopback: { host: `${LOOPBACK}:${port}`, caBundle },
    set: describeSources(await readPolicySources(policies), 'api-server'),
  }
}
