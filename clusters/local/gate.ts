import { mkdir, writeFile } from 'node:fs/promises'
import { apiServerAdditions } from '../../plugin/api-server.ts'
import { DEFAULT_WEBHOOK_HOST, parseWebhookHost } from '../../plugin/webhook-host.ts'
import { toYaml } from '../../plugin/yaml.ts'
import { ensureCertificates } from '../../shim/tls/certificates.ts'
import type { MemberLayout } from './layout.ts'
import type { ClusterRecord } from './record.ts'

/** What one kube-apiserver gets on top of stock: nothing while the gate is off. */
export async function apiServerGateAdditions(record: ClusterRecord, member: MemberLayout) {
  const gates = { WasmPolicies: record.state.wasmPolicies !== undefined }
  const { socket, egressSelector: egressSelectorFile } = member
  const { flags, environment, egressSelector } = apiServerAdditions(gates, {
    socket,
    egressSelectorFile,
    environment: {},
  })
  if (egressSelector !== undefined) await writeFile(egressSelectorFile, toYaml([egressSelector]))
  return { flags, environment }
}

/** The certificates of one member's shim; what the API server verifies them with. */
export async function ensureShimCertificates({ certificates }: MemberLayout): Promise<string> {
  await mkdir(certificates, { recursive: true, mode: 0o700 })
  const hosts = [parseWebhookHost(DEFAULT_WEBHOOK_HOST).hostname]
  return (await ensureCertificates({ folder: certificates, hosts })).caBundle
}
