import { get, type RequestOptions } from 'node:https'
import { setTimeout as delay } from 'node:timers/promises'
import type { KubeConfig } from '@kubernetes/client-node'
import { hashStaticManifest } from '../../plugin/static-manifests.ts'
import type { WebhookConfigurations } from '../../plugin/webhook-configurations.ts'
import { staticManifestTexts } from '../../shim/registration/static-manifests.ts'
import { GatehouseError } from '../../util/errors.ts'

/** The API server looks once a minute where its file system tells it nothing. */
const TIMEOUT_MS = 90_000
/** Each look is at all of its metrics, which are many. */
const POLL_MS = 100

/** Waits until the API server says that it acts on these very static manifests. */
export async function waitUntilStaticInForce(apiServer: KubeConfig, desired: WebhookConfigurations): Promise<void> {
  await waitUntilTextsInForce(apiServer, staticManifestTexts(desired))
}

/** The same for what the files say, whoever wrote them. */
export async function waitUntilTextsInForce(
  apiServer: KubeConfig,
  texts: ReturnType<typeof staticManifestTexts>,
): Promise<void> {
  const wanted = {
    ValidatingAdmissionWebhook: hashStaticManifest(texts.validating),
    MutatingAdmissionWebhook: hashStaticManifest(texts.mutating),
  }
  const deadline = performance.now() + TIMEOUT_MS
  for (;;) {
    const metrics = await readMetrics(apiServer)
    const missing = Object.entries(wanted).filter(([plugin, hash]) => readLoadedHash(metrics, plugin) !== hash)
    if (missing.length === 0) return
    if (performance.now() > deadline) throw late(apiServer, missing.map(([plugin]) => plugin).join(', '))
    await delay(POLL_MS)
  }
}

/** The hash of the files that a plugin acts on, from the text of `/metrics`. */
export function readLoadedHash(metrics: string, plugin: string): string | undefined {
  const line = metrics
    .split('\n')
    .find(
      (candidate) =>
        candidate.startsWith('apiserver_manifest_admission_config_controller_last_config_info{') &&
        candidate.includes(`plugin="${plugin}"`),
    )
  return line === undefined ? undefined : /[{,]hash="(?<hash>[^"]*)"/.exec(line)?.groups?.['hash']
}

async function readMetrics(apiServer: KubeConfig): Promise<string> {
  const options: RequestOptions = {}
  await apiServer.applyToHTTPSOptions(options)
  const url = `${apiServer.getCurrentCluster()?.server}/metrics`
  return new Promise((resolve, reject) => {
    get(url, { ...options, agent: false }, async (answer) => {
      const text = (await answer.toArray()).join('')
      if (answer.statusCode === 200) resolve(text)
      else reject(new GatehouseError('ERR_CLUSTER_API', `${url}: ${answer.statusCode} ${text}`))
    }).on('error', reject)
  })
}

function late(apiServer: KubeConfig, plugins: string): GatehouseError {
  const server = apiServer.getCurrentCluster()?.server
  const message = `${server} does not act on its new static manifests after ${TIMEOUT_MS / 1000} s: ${plugins}`
  return new GatehouseError('ERR_CLUSTER_API', message, {
    hint: 'It keeps the old ones, and its log says why: look for "reloading admission manifest config".',
  })
}
