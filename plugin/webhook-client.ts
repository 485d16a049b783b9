import type { AdmissionregistrationV1WebhookClientConfig } from '@kubernetes/client-node'
import { GatehouseError } from '../util/errors.ts'
import { parseWebhookHost } from './webhook-host.ts'
import { isDnsSubdomain } from './webhook-name.ts'

/** How the API server reaches the policies: by URL, which takes the socket, or by Service, which takes the network. */
export type WebhookClient = { readonly host: string } | { readonly service: WebhookService }

/** A Service in the cluster. */
export interface WebhookService {
  readonly namespace: string
  readonly name: string
  /** 443 unless given. */
  readonly port?: number
}

/** The `clientConfig` of one policy's own webhook entry. */
export function webhookClientConfig(
  id: string,
  client: WebhookClient,
  caBundle: string,
): AdmissionregistrationV1WebhookClientConfig {
  const encodedCaBundle = encodeCaBundle(caBundle)
  return 'host' in client
    ? { url: webhookUrl(id, client.host), caBundle: encodedCaBundle }
    : { service: webhookService(id, client.service), caBundle: encodedCaBundle }
}

/** An entry of a policy set: `/combined/<digest>/<entry>`. */
export interface CombinedPath {
  /** Of the set, so that a shim which has another one answers no. */
  readonly digest: string
  readonly entry: string
}

/** The `clientConfig` of an entry that policies share. */
export function combinedClientConfig(
  { digest, entry }: CombinedPath,
  client: WebhookClient,
  caBundle: string,
): AdmissionregistrationV1WebhookClientConfig {
  const path = `/combined/${digest}/${entry}`
  const encodedCaBundle = encodeCaBundle(caBundle)
  return 'host' in client
    ? { url: `https://${parseWebhookHost(client.host).authority}${path}`, caBundle: encodedCaBundle }
    : { service: { ...serviceReference(client.service), path }, caBundle: encodedCaBundle }
}

/**
 * `https://<host>/validate/<id>`. kube-apiserver decodes the path, cleans it as a file path and encodes it again:
 * a slash in an id would become two segments, and `..` would take the segment before it away.
 */
function webhookUrl(id: string, host: string): string {
  if (id === '' || id === '.' || id === '..' || id.includes('/') || !id.isWellFormed()) {
    throw refuse(id, 'cannot be the last segment of a URL path', 'Rename the policy: no "/", not "." or "..".')
  }
  return `https://${parseWebhookHost(host).authority}/validate/${encodeURIComponent(id)}`
}

function webhookService(id: string, service: WebhookService) {
  if (!isDnsSubdomain(id)) {
    const why = 'cannot be served by a Service: there kube-apiserver wants path segments that are DNS subdomains'
    throw refuse(id, why, 'Rename the policy with lower-case letters, digits, "-" and ".", or use the URL form.')
  }
  return { ...serviceReference(service), path: `/validate/${id}` }
}

function serviceReference({ namespace, name, port = 443 }: WebhookService) {
  if (namespace === 'default' && name === 'kubernetes') {
    throw new GatehouseError('ERR_PLUGIN_OPTIONS', 'the service default/kubernetes is the API server itself', {
      hint: 'Name the Service that the policy server listens behind.',
    })
  }
  return { namespace, name, port }
}

/** PEM to the base64 of the API object; a file with the key in it, or with no certificate, is a mistake worth stopping. */
function encodeCaBundle(pem: string): string {
  if (pem.includes('PRIVATE KEY-----')) {
    throw new GatehouseError('ERR_PLUGIN_OPTIONS', 'the CA bundle holds a private key', {
      hint: 'Pass the certificate alone: everybody who may read webhook configurations would read the key.',
    })
  }
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) {
    throw new GatehouseError('ERR_PLUGIN_OPTIONS', 'the CA bundle holds no PEM certificate', {
      hint: 'Pass ca.crt of the certificate folder: an empty bundle would make kube-apiserver trust the system roots.',
    })
  }
  return Buffer.from(pem).toString('base64')
}

function refuse(id: string, what: string, hint: string): GatehouseError {
  return new GatehouseError('ERR_PLUGIN_OPTIONS', `policy id ${JSON.stringify(id)} ${what}`, { hint })
}
