import type { KindCommand } from './kind-command.ts'
import { waitForContainerd } from './node.ts'
import type { KindRecord } from './record.ts'

export interface NodeCreation {
  readonly kind: KindCommand
  /** Of the shim, where it runs on the node. */
  readonly imageArchive?: string | undefined
  readonly signal: AbortSignal | undefined
  readonly onLine: (line: string) => void
}

/**
 * Lets kind make the cluster. A shim on the node is loaded meanwhile, as soon as the node takes images: with a sidecar
 * the API server starts only after it, and kind waits for the API server.
 */
export async function createNode(record: KindRecord, creation: NodeCreation): Promise<void> {
  const { kind, imageArchive, onLine, signal } = creation
  const { layout, state } = record
  const failure = new AbortController()
  const either = AbortSignal.any([failure.signal, ...(signal === undefined ? [] : [signal])])
  const create = kind.run(
    [
      'create',
      'cluster',
      `--name=${layout.name}`,
      `--config=${layout.clusterFile}`,
      `--image=${state.image}`,
      `--kubeconfig=${layout.kindKubeconfig}`,
      // what is left of a failure is looked at before it is removed
      '--retain',
    ],
    { signal: either, onLine },
  )
  const load =
    imageArchive === undefined ? Promise.resolve() : loadWhenUp(record, kind, { imageArchive, signal: either })
  const guarded = [create, load].map((work) =>
    work.catch((error: unknown) => {
      failure.abort(error)
      throw error
    }),
  )
  // of both, even if one fails: nothing may go on once the cleaning up has begun
  const failed = (await Promise.allSettled(guarded)).find((result) => result.status === 'rejected')
  signal?.throwIfAborted()
  if (failed !== undefined) throw failure.signal.reason
  await record.update({ isCreated: true })
}

async function loadWhenUp(
  record: KindRecord,
  kind: KindCommand,
  { imageArchive, signal }: { imageArchive: string; signal: AbortSignal },
): Promise<void> {
  await waitForContainerd(record, signal)
  await kind.run(['load', 'image-archive', imageArchive, `--name=${record.layout.name}`], { signal })
}
