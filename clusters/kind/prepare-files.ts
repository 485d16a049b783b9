import { chown, readdir, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { kindCluster, kindNodeFiles } from '../../plugin/kind/kind-cluster.ts'
import { NODE_ADMISSION_CONFIGURATION, NODE_EGRESS_SELECTOR } from '../../plugin/kind/node-paths.ts'
import type { KindClusterOptions, KindNode, KindShim } from '../../plugin/kind/options.ts'
import { type ShimPodOptions, SIDECAR_PATCH_FILE, shimSidecarPatch, shimStaticPod } from '../../plugin/kind/shim-pod.ts'
import { toYaml } from '../../plugin/yaml.ts'
import { makeFolder } from '../../util/make-folder.ts'
import type { WasmPoliciesOptions } from '../cluster-provider.ts'
import { ensureShimCertificates } from '../local/gate.ts'
import { ensureSocketFolder } from '../local/socket-folder.ts'
import { placementOf } from '../node/node-record.ts'
import { prepareStaticManifests } from '../node/registration.ts'
import type { KindLayout } from './layout.ts'
import { findNodePolicies, type NodePolicies } from './node-policies.ts'
import type { KindRecord } from './record.ts'

/** The user of the shim's image; where we are not root, its Pod runs as we do, since the folders are ours then. */
const IMAGE_USER = { uid: 65532, gid: 65532 }

/** Writes everything that the nodes mount, and the cluster file that says so. */
export async function prepareFiles(record: KindRecord, node: KindNode, shimImage: string | undefined): Promise<void> {
  const { layout, state } = record
  await ensureSocketFolder(layout)
  for (const folder of [layout.logs, layout.member.folder, layout.member.config]) await makeFolder(folder, 0o700)
  const { wasmPolicies, webhooks, shared } = state
  if (shared !== undefined) await makeFolder(shared, 0o700)
  if (wasmPolicies === undefined || webhooks === undefined) return writeClusterFile(record, node)
  await makeFolder(dirname(layout.member.socket), 0o700)
  await ensureShimCertificates(layout.member)
  if (webhooks === 'static') await prepareStaticManifests(record)
  if (shimImage === undefined) return writeClusterFile(record, node, { hostPaths: () => hostPaths(layout) })
  const policies = await findNodePolicies(wasmPolicies.policies)
  await writePodFiles(record, podOptions({ record, wasmPolicies, policies, shimImage }))
  await giveToShim(layout)
  await writeClusterFile(record, node, { hostPaths: () => ({ ...hostPaths(layout), policies: policies.folder }) })
}

async function writeClusterFile(record: KindRecord, node: KindNode, shim?: Pick<KindShim, 'hostPaths'>): Promise<void> {
  const { layout, state } = record
  const { webhooks = 'api' } = state
  const options: KindClusterOptions = {
    name: layout.name,
    kubernetesVersion: state.kubernetesVersion,
    controlPlanes: 1,
    workers: 0,
    node,
    apiServerArgs: state.apiServerArgs,
    ...(state.shared !== undefined && { shared: state.shared }),
    ...(shim !== undefined && { shim: { ...shim, webhooks, placement: placementOf(state) } }),
  }
  const gates = { WasmPolicies: shim !== undefined }
  const places: Readonly<Record<string, string>> = {
    [NODE_EGRESS_SELECTOR]: layout.member.egressSelector,
    [NODE_ADMISSION_CONFIGURATION]: layout.member.admissionConfiguration,
  }
  for (const [path, object] of Object.entries(kindNodeFiles(gates, options))) {
    await writeFile(places[path] ?? path, toYaml([object]))
  }
  await writeFile(layout.clusterFile, toYaml([kindCluster(gates, options)]))
}

function hostPaths({ member }: KindLayout) {
  return {
    config: member.config,
    socket: dirname(member.socket),
    staticManifests: member.staticManifests,
    certificates: member.certificates,
    patches: member.patches,
    staticPod: member.staticPod,
  }
}

interface PodParts {
  readonly record: KindRecord
  readonly wasmPolicies: WasmPoliciesOptions
  readonly policies: NodePolicies
  readonly shimImage: string
}

function podOptions({ record, wasmPolicies, policies, shimImage }: PodParts): ShimPodOptions {
  const { webhooks = 'static', kubernetesVersion } = record.state
  const { registration, defaultExclusions, shimArgs = [] } = wasmPolicies
  return {
    image: shimImage,
    ...(policies.file !== undefined && { policies: policies.file }),
    webhooks,
    kubernetesVersion,
    user: shimUser(),
    shimArgs: [
      ...(registration === undefined ? [] : [`--registration=${registration}`]),
      ...(defaultExclusions ? [] : ['--no-default-exclusions']),
      ...shimArgs,
    ],
  }
}

async function writePodFiles({ layout, state }: KindRecord, pod: ShimPodOptions): Promise<void> {
  const { staticPod, patches } = layout.member
  if (placementOf(state) === 'static-pod') return writeFile(staticPod, toYaml([shimStaticPod(pod)]))
  await makeFolder(patches)
  await writeFile(join(patches, SIDECAR_PATCH_FILE), toYaml([shimSidecarPatch(pod)]))
}

function shimUser() {
  const [uid = 0, gid = 0] = [process.getuid?.(), process.getgid?.()]
  return uid === 0 ? IMAGE_USER : { uid, gid }
}

// What the shim's Pod writes has to be its user's; only root can give it away, and only root has to.
async function giveToShim({ member }: KindLayout): Promise<void> {
  const { uid, gid } = shimUser()
  if (process.getuid?.() === uid) return
  for (const folder of [dirname(member.socket), member.staticManifests, member.certificates])
    await giveAll(folder, uid, gid)
}

async function giveAll(path: string, uid: number, gid: number): Promise<void> {
  if ((await stat(path)).isDirectory())
    for (const name of await readdir(path)) await giveAll(join(path, name), uid, gid)
  await chown(path, uid, gid)
}
