import { writeFile } from 'node:fs/promises'
import { apiServerAdditions } from '../../plugin/api-server.ts'
import type { ExistingFile } from '../../plugin/existing-file.ts'
import { DEFAULT_WEBHOOK_HOST, parseWebhookHost } from '../../plugin/webhook-host.ts'
import { toYaml } from '../../plugin/yaml.ts'
import { staticManifestFolders } from '../../shim/registration/static-manifests.ts'
import { ensureCertificates } from '../../shim/tls/certificates.ts'
import { makeFolder } from '../../util/make-folder.ts'
import { readExistingFile } from '../read-existing-file.ts'
import type { MemberLayout } from './layout.ts'
import type { ClusterRecord } from './record.ts'

const EGRESS_SELECTOR = 'egress-selector-config-file'
/** The flag of the file that configures admission plugins. */
export const ADMISSION_CONFIGURATION = 'admission-control-config-file'

/**
 * The flags and the environment of one kube-apiserver on top of stock: those that the user gives, `name=value`, and ours.
 * While the gate is off there are none of ours. A file of his that we need a part of is merged with ours, since of a
 * flag given twice only the last one would count.
 */
export async function apiServerGateAdditions(record: ClusterRecord, member: MemberLayout, given: readonly string[]) {
  const { wasmPolicies, webhooks, binaries } = record.state
  if (wasmPolicies === undefined) return { flags: given.map(toFlag), environment: {} }
  const isStatic = webhooks === 'static'
  const merged = isStatic ? [EGRESS_SELECTOR, ADMISSION_CONFIGURATION] : [EGRESS_SELECTOR]
  const { flags, environment, egressSelector, admissionConfiguration } = apiServerAdditions(
    { WasmPolicies: true },
    {
      socket: member.socket,
      egressSelectorFile: member.egressSelector,
      environment: {},
      existingEgressSelector: await readGiven(given, EGRESS_SELECTOR),
      ...(isStatic && {
        staticManifests: {
          kubernetesVersion: binaries.kubeApiServer.version,
          folders: staticManifestFolders(member.staticManifests),
          admissionConfigurationFile: member.admissionConfiguration,
          existing: await readGiven(given, ADMISSION_CONFIGURATION),
        },
      }),
    },
  )
  await writeFile(member.egressSelector, toYaml([egressSelector]))
  if (isStatic) await writeFile(member.admissionConfiguration, toYaml([admissionConfiguration]))
  const kept = given.filter((arg) => !merged.some((name) => arg.startsWith(`${name}=`)))
  return { flags: [...flags, ...kept.map(toFlag)], environment }
}

export function toFlag(arg: string): string {
  return `--${arg}`
}

/** The file that a flag of the user's names. */
export async function readGiven(given: readonly string[], name: string): Promise<ExistingFile | undefined> {
  const path = given.findLast((arg) => arg.startsWith(`${name}=`))?.slice(name.length + 1)
  return path === undefined ? undefined : readExistingFile(path)
}

/** The certificates of one member's shim; what the API server verifies them with. */
export async function ensureShimCertificates({ certificates }: MemberLayout): Promise<string> {
  await makeFolder(certificates, 0o700)
  const hosts = [parseWebhookHost(DEFAULT_WEBHOOK_HOST).hostname]
  return (await ensureCertificates({ folder: certificates, hosts })).caBundle
}
