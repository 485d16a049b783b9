import { ensureContainerEngine } from '../../containers/ensure-engine.ts'
import { chooseWebhookSource } from '../../plugin/webhook-source.ts'
import type { Steps } from '../../util/steps.ts'
import { refuseDifferences } from '../differing-options.ts'
import { digestPolicies } from '../local/policies.ts'
import { ensureHostShim } from '../node/host-shim.ts'
import { putPoliciesInForce } from '../node/put-in-force.ts'
import { writeKubeconfigs, writeShimKubeconfig } from './access.ts'
import { containerState, engineOf } from './container.ts'
import { chooseK3sImage, ensureK3sImage } from './k3s-image.ts'
import type { K3sLayout } from './layout.ts'
import { prepareFiles } from './prepare-files.ts'
import { describeDifferences, type K3sOptions, K3sRecord } from './record.ts'
import { createContainer } from './start-container.ts'
import { waitUntilReady } from './wait-ready.ts'

/** Brings the cluster to the state that the options ask for, be it absent, half there or running. Needs its lock. */
export async function createCluster(layout: K3sLayout, options: K3sOptions, steps: Steps): Promise<K3sRecord> {
  const found = await K3sRecord.read(layout)
  if (found !== undefined) refuseDifferences(layout, describeDifferences(found.state, options))
  const { signal } = options
  const digest = options.wasmPolicies && (await digestPolicies(options.wasmPolicies.policies))
  const engine = await ensureContainerEngine(steps)
  const record = found ?? (await createRecord(layout, options, engine.name))
  signal?.throwIfAborted()
  // before k3s: its API server asks from its first answer on
  const isBeforehand = record.state.webhooks === 'static'
  if ((await containerState(record)) === undefined) {
    await ensureK3sImage(engine, record.state.image, { steps, signal })
    await steps.run('Writing what k3s is given', () => prepareFiles(record))
    if (isBeforehand) await steps.run('Starting the shim', () => ensureHostShim(record, signal))
    await steps.run(`Starting k3s from ${record.state.image}`, () => createContainer(record, signal))
  } else {
    if (isBeforehand) await ensureHostShim(record, signal)
    await steps.run('Starting k3s', () => ensureContainerRuns(record))
  }
  await steps.run('Waiting for k3s to be ready', async () => {
    await record.rememberKubeconfig(options.kubeconfig)
    await writeKubeconfigs(record)
    await waitUntilReady(record, signal)
  })
  if (digest !== undefined)
    await steps.run('Registering the policies', () =>
      putPoliciesInForce(record, { policiesDigest: digest, writeShimKubeconfig, signal }),
    )
  return record
}

async function ensureContainerRuns(record: K3sRecord): Promise<void> {
  if ((await containerState(record)) !== 'running') await engineOf(record).run(['start', record.layout.container])
}

async function createRecord(
  layout: K3sLayout,
  { kubernetesVersion: asked, nodeImage, apiServerArgs = [], shared, wasmPolicies }: K3sOptions,
  engine: 'docker' | 'podman',
): Promise<K3sRecord> {
  const { image, kubernetesVersion } = chooseK3sImage(asked, nodeImage)
  const webhooks = chooseWebhookSource(kubernetesVersion, wasmPolicies?.webhooks)
  return K3sRecord.create(layout, {
    kubernetesVersion,
    engine,
    image,
    isImageNamed: nodeImage !== undefined,
    apiServerArgs,
    ...(shared !== undefined && { shared }),
    ...(wasmPolicies !== undefined && { wasmPolicies, webhooks }),
    isCreated: false,
    kubeconfigs: [],
  })
}
