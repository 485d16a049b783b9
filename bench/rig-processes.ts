import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ensureProcess } from '../clusters/local/cluster-processes.ts'
import { ensureShimCertificates } from '../clusters/local/gate.ts'
import { type ClusterLayout, memberLayout } from '../clusters/local/layout.ts'
import { findFreePorts } from '../clusters/local/ports.ts'
import { shimProcess } from '../clusters/local/shim.ts'
import { egressSelectorConfiguration } from '../plugin/egress-selector.ts'
import { DEFAULT_WEBHOOK_HOST } from '../plugin/webhook-host.ts'
import { toYaml } from '../plugin/yaml.ts'
import { GatehouseError } from '../util/errors.ts'
import { makeFolder } from '../util/make-folder.ts'
import { packageRoot } from '../util/package-root.ts'
import { FLOOR_HOST, floorFiles, floorProcess } from './floor-server.ts'
import type { BenchPolicy } from './policies.ts'
import type { ApiServerRole } from './rows.ts'

/** Where the API server finds something that answers. */
export interface Endpoint {
  readonly host: string
  /** PEM. */
  readonly caBundle: string
}

/** The shim answers twice: on its socket, and as HTTPS on a port of loopback. */
export interface ShimEndpoints {
  readonly socket: Endpoint
  readonly loopback: Endpoint
}

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

/** Starts one shim with the policy, as a process of the cluster. */
export async function startShim(
  layout: ClusterLayout,
  folder: string,
  policyName: string,
  policy: BenchPolicy,
): Promise<ShimEndpoints> {
  const member = memberLayout(layout, 1)
  const policies = await writePolicies(folder, policyName, policy)
  const [port = 0] = await findFreePorts(1)
  await makeFolder(dirname(member.socket), 0o700)
  const caBundle = await ensureShimCertificates(member)
  const hosts = [DEFAULT_WEBHOOK_HOST, LOOPBACK].map((host) => `--host=${host}`)
  const shimArgs = [`--port=${port}`, `--addr=${LOOPBACK}`, ...hosts]
  await ensureProcess(layout, shimProcess(member, { policies, defaultExclusions: true, shimArgs }))
  return { socket: { host: DEFAULT_WEBHOOK_HOST, caBundle }, loopback: { host: `${LOOPBACK}:${port}`, caBundle } }
}

async function writePolicies(folder: string, name: string, { settings }: BenchPolicy): Promise<string> {
  const module = join(packageRoot(), 'policies', name, 'policy.wasm')
  if (!existsSync(module)) {
    throw new GatehouseError('ERR_MODULE_SOURCE', `${module} does not exist`, {
      hint: 'Build it: scripts/build-policies',
    })
  }
  const file = join(folder, 'policies.yml')
  // JSON is YAML
  await writeFile(file, JSON.stringify({ [name]: { module: pathToFileURL(module).href, settings } }))
  return file
}
