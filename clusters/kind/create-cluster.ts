import { ensureContainerEngine } from '../../containers/ensure-engine.ts'
import { buildShimImage } from '../../image/build-shim-image.ts'
import { chooseWebhookSource } from '../../plugin/webhook-source.ts'
import type { Steps } from '../../util/steps.ts'
import { parseKubernetesVersion } from '../binaries/versions.ts'
import { refuseDifferences } from '../differing-options.ts'
import { digestPolicies } from '../local/policies.ts'
import { ensureHostShim } from '../node/host-shim.ts'
import { placementOf } from '../node/node-record.ts'
import { putPoliciesInForce } from '../node/put-in-force.ts'
import { writeKubeconfigs, writeShimKubeconfig } from './access.ts'
import { refuseForeign } from './check-options.ts'
import { createNode } from './create-node.ts'
import { explainFailure } from './explain-failure.ts'
import { KindCommand } from './kind-command.ts'
import { findKind } from './kind-program.ts'
import type { KindLayout } from './layout.ts'
import { cgroupVersionOf, engineOf, nodeState } from './node.ts'
import { ensureNodeImage, isOwnNodeImage } from './node-image/ensure-node-image.ts'
import { prepareFiles } from './prepare-files.ts'
import { describeDifferences, type KindOptions, KindRecord } from './record.ts'
import { waitUntilReady } from './wait-ready.ts'

/** Brings the cluster to the state that the options ask for, be it absent, half there or running. Needs its lock. */
export async function createCluster(layout: KindLayout, options: KindOptions, steps: Steps): Promise<KindRecord> {
  const found = await KindRecord.read(layout)
  if (found !== undefined) refuseDifferences(layout, describeDifferences(found.state, options))
  const { signal } = options
  const digest = options.wasmPolicies && (await digestPolicies(options.wasmPolicies.policies))
  const engine = await ensureContainerEngine(steps)
  const record = found ?? (await createRecord(layout, options, { engine: engine.name, steps }))
  const kind = new KindCommand(record.state.kind, engineOf(record))
  signal?.throwIfAborted()
  try {
    await runCluster(record, { kind, options, steps, digest })
    return record
  } catch (error) {
    signal?.throwIfAborted()
    throw await explainFailure(record, error)
  }
}

async function runCluster(
  record: KindRecord,
  { digest, ...making }: Making & { digest: string | undefined },
): Promise<void> {
  const { kind, options, steps } = making
  const { signal } = options
  if ((await nodeState(record)) === undefined) await makeNode(record, making)
  else await steps.run('Starting the node', () => ensureNodeRuns(record))
  await steps.run('Waiting for the node to be Ready', async () => {
    await record.rememberKubeconfig(options.kubeconfig)
    await writeKubeconfigs(record, kind)
    await waitUntilReady(record, signal)
  })
  if (digest !== undefined)
    await steps.run('Registering the policies', () =>
      putPoliciesInForce(record, { policiesDigest: digest, writeShimKubeconfig, signal }),
    )
}

interface Making {
  readonly kind: KindCommand
  readonly options: KindOptions
  readonly steps: Steps
}

async function makeNode(record: KindRecord, { kind, options, steps }: Making): Promise<void> {
  const { state } = record
  const { signal } = options
  const image = placementOf(state) === 'host' ? undefined : await buildShimImage({ steps, signal })
  await steps.run('Writing what the node is given', async () => {
    const node = {
      cgroupVersion: await cgroupVersionOf(engineOf(record)),
      ...(isOwnNodeImage(state.image) ? { cgroupDriver: 'cgroupfs' as const, hasCni: true } : { hasCni: false }),
    }
    await prepareFiles(record, node, image?.tag)
  })
  const isBeforehand = state.webhooks === 'static' && placementOf(state) === 'host'
  if (isBeforehand) await steps.run('Starting the shim', () => ensureHostShim(record, signal))
  await steps.run(`Creating the node by kind, from ${state.image}`, (onLine) =>
    createNode(record, { kind, imageArchive: image?.archive, signal, onLine }),
  )
}

async function ensureNodeRuns(record: KindRecord): Promise<void> {
  if ((await nodeState(record)) !== 'running') await engineOf(record).run(['start', record.layout.member.node])
}

async function createRecord(
  layout: KindLayout,
  { kubernetesVersion, nodeImage, apiServerArgs = [], shared, wasmPolicies }: KindOptions,
  { engine, steps }: { engine: 'docker' | 'podman'; steps: Steps },
): Promise<KindRecord> {
  const { patch } = parseKubernetesVersion(kubernetesVersion)
  const kind = await findKind(kubernetesVersion, steps)
  const command = new KindCommand(kind, { name: engine })
  if ((await command.listClusters()).includes(layout.name)) throw refuseForeign(layout.name)
  const image = await ensureNodeImage(kubernetesVersion, steps, nodeImage === undefined ? {} : { image: nodeImage })
  return KindRecord.create(layout, {
    kubernetesVersion: patch,
    engine,
    image,
    kind,
    apiServerArgs,
    ...(shared !== undefined && { shared }),
    ...(wasmPolicies !== undefined && { wasmPolicies, webhooks: chooseWebhookSource(patch, wasmPolicies.webhooks) }),
    isCreated: false,
    kubeconfigs: [],
  })
}
