import { writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { apiServerAdditions } from '../../plugin/api-server.ts'
import { k3sConfig } from '../../plugin/k3s-config.ts'
import { toYaml } from '../../plugin/yaml.ts'
import { staticManifestFolders } from '../../shim/registration/static-manifests.ts'
import { makeFolder } from '../../util/make-folder.ts'
import { ensureShimCertificates } from '../local/gate.ts'
import { ensureSocketFolder } from '../local/socket-folder.ts'
import { prepareStaticManifests } from '../node/registration.ts'
import type { K3sRecord } from './record.ts'

/** Writes everything that k3s mounts. */
export async function prepareFiles(record: K3sRecord): Promise<void> {
  const { layout, state } = record
  const { member } = layout
  await ensureSocketFolder(layout)
  for (const folder of [layout.logs, member.folder, member.config, member.k3sConfigFolder])
    await makeFolder(folder, 0o700)
  if (state.shared !== undefined) await makeFolder(state.shared, 0o700)
  const ours = state.wasmPolicies === undefined ? [] : await prepareGate(record)
  await writeK3sConfig(record, [...ours, ...state.apiServerArgs])
}

/** Tells k3s which flags its API server has besides its own; k3s reads them when it starts. */
export async function writeK3sConfig({ layout }: K3sRecord, flags: readonly string[]): Promise<void> {
  await writeFile(layout.member.k3sConfig, toYaml([k3sConfig({ flags })]))
}

/** The folders that k3s mounts, each under its own path but for that of k3s's configuration. */
export function mountsOf({ layout, state }: K3sRecord): { source: string; target: string; mode: 'ro' }[] {
  const { member } = layout
  const gate = state.wasmPolicies === undefined ? [] : [member.config, dirname(member.socket)]
  const folders = [
    ...gate,
    ...(state.webhooks === 'static' ? [member.staticManifests] : []),
    ...(state.shared === undefined ? [] : [state.shared]),
  ]
  return [
    { source: member.k3sConfigFolder, target: '/etc/rancher/k3s/config.yaml.d', mode: 'ro' },
    // connecting to a socket needs no right to write; the folder, since a socket is another file each time a shim starts
    ...folders.map((folder) => ({ source: folder, target: folder, mode: 'ro' as const })),
  ]
}

async function prepareGate(record: K3sRecord): Promise<readonly string[]> {
  const { layout, state } = record
  const { member } = layout
  await makeFolder(dirname(member.socket), 0o700)
  await ensureShimCertificates(member)
  if (state.webhooks === 'static') await prepareStaticManifests(record)
  const { flags, egressSelector, admissionConfiguration } = apiServerAdditions(
    { WasmPolicies: true },
    {
      socket: member.socket,
      egressSelectorFile: member.egressSelector,
      // a container inherits no proxy of ours
      environment: {},
      ...(state.webhooks === 'static' && {
        staticManifests: {
          kubernetesVersion: state.kubernetesVersion,
          folders: staticManifestFolders(member.staticManifests),
          admissionConfigurationFile: member.admissionConfiguration,
        },
      }),
    },
  )
  await writeFile(member.egressSelector, toYaml([egressSelector]))
  if (admissionConfiguration !== undefined)
    await writeFile(member.admissionConfiguration, toYaml([admissionConfiguration]))
  return flags
}
