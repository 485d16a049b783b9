import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { noProxyEnvironment } from '../plugin/api-server.ts'
import { egressSelectorConfiguration } from '../plugin/egress-selector.ts'
import type { Exclusions } from '../plugin/exclusions.ts'
import type { WebhookClient } from '../plugin/webhook-client.ts'
import { webhookConfigurations } from '../plugin/webhook-configurations.ts'
import { parseWebhookHost } from '../plugin/webhook-host.ts'
import type { WebhookPolicy } from '../plugin/webhook-policy.ts'
import { toYaml } from '../plugin/yaml.ts'
import { loadPolicySpecs } from '../shim/policies/load-policy-specs.ts'
import type { PolicySpec } from '../shim/policies/policy-spec.ts'
import { ensureCertificates } from '../shim/tls/certificates.ts'
import { GatehouseError } from '../util/errors.ts'

export interface ManifestsOptions {
  /** policies.yml, or a file or folder of ClusterAdmissionPolicy YAML. */
  readonly policies: string
  /** The shim's certificates; issued when missing. */
  readonly certificateFolder: string
  readonly client: WebhookClient
  /** The shim's socket; not needed when the API server comes by a Service. */
  readonly socket?: string
  readonly exclusions: Exclusions
}

/** What an operator gives an API server of his own. */
export interface Manifests {
  /** Files by name, YAML. */
  readonly files: Readonly<Record<string, string>>
  /** Set in the API server's environment where that names a proxy. */
  readonly environment: Readonly<Record<string, string>>
  /** Served by the shim, but without rules: no API server will ask for them. */
  readonly unregistered: readonly string[]
}

/** The file that `--egress-selector-config-file` names. */
const EGRESS_SELECTOR_FILE = 'egress-selector.yaml'

/** The objects to apply once the API server runs with that flag. */
const WEBHOOKS_FILE = 'webhooks.yaml'

/** Writes into a folder what an API server needs that somebody else runs: kubeadm, k3s, or started by hand. */
export async function writeManifests(folder: string, options: ManifestsOptions): Promise<Manifests> {
  const manifests = await generateManifests(options)
  await mkdir(folder, { recursive: true })
  for (const [name, yaml] of Object.entries(manifests.files)) await writeFile(join(folder, name), yaml)
  return manifests
}

/** What was written, and what is left for the operator to do, in the order in which nothing is refused meanwhile. */
export function describeNextSteps(folder: string, { files, environment }: Manifests): string {
  const written = Object.keys(files).map((name) => `wrote ${join(folder, name)}\n`)
  const apply = `  kubectl apply -f ${join(folder, WEBHOOKS_FILE)}\n`
  if (!(EGRESS_SELECTOR_FILE in files)) {
    return [...written, '\nOnce the policy server answers behind its Service:\n', apply].join('')
  }
  const variables = Object.entries(environment).map(([name, value]) => `  ${name}=${value}\n`)
  return [
    ...written,
    '\nGive kube-apiserver this flag, and start it again:\n',
    `  --egress-selector-config-file=${join(folder, EGRESS_SELECTOR_FILE)}\n`,
    '\nWhere its environment has HTTPS_PROXY, add to these lists:\n',
    ...variables,
    '\nOnce it runs with the flag, and the shim listens:\n',
    apply,
  ].join('')
}

async function generateManifests(options: ManifestsOptions): Promise<Manifests> {
  const { policies, certificateFolder, client, socket, exclusions } = options
  const specs = await loadPolicySpecs(policies)
  const registered = toWebhookPolicies(specs)
  if (registered.length === 0) {
    throw new GatehouseError(
      'ERR_PLUGIN_OPTIONS',
      `${policies}: no policy has rules, so there is nothing to register`,
      {
        hint: 'Give each policy `rules` as in a webhook configuration, or point at ClusterAdmissionPolicy YAML.',
      },
    )
  }
  const { caBundle } = await ensureCertificates({ folder: certificateFolder, hosts: [hostOf(client)] })
  const { validating, mutating } = webhookConfigurations({ policies: registered, client, caBundle, exclusions })
  return {
    files: {
      ...(socket !== undefined && { [EGRESS_SELECTOR_FILE]: toYaml([egressSelectorConfiguration({ socket })]) }),
      [WEBHOOKS_FILE]: toYaml([validating, mutating]),
    },
    environment: 'host' in client ? noProxyEnvironment({}, client.host) : {},
    unregistered: specs.filter(({ registration }) => registration === undefined).map(({ id }) => id),
  }
}

/** The policies that have rules, as a webhook configuration wants them. */
export function toWebhookPolicies(specs: readonly PolicySpec[]): WebhookPolicy[] {
  return specs.flatMap(({ id, allowedToMutate, registration }) =>
    registration === undefined ? [] : [{ ...registration, id, mutating: allowedToMutate }],
  )
}

/** What the shim's certificate must name. */
function hostOf(client: WebhookClient): string {
  return 'host' in client
    ? parseWebhookHost(client.host).hostname
    : `${client.service.name}.${client.service.namespace}.svc`
}
