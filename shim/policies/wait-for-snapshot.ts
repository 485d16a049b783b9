import { setTimeout as delay } from 'node:timers/promises'
import { GatehouseError } from '../../util/errors.ts'
import type { Log } from '../../util/log.ts'
import type { PoliciesSnapshot, PolicySources } from './policies-snapshot.ts'

/** A snapshot with policies that can be loaded. */
export interface LoadableSnapshot extends PoliciesSnapshot {
  readonly content: PolicySources
}

export interface WaitForSnapshotOptions {
  /** Hears why there is none yet; absent: a first look that fails is the last. */
  readonly onRefusal?: ((why: string) => void) | undefined
  readonly log: Log
  readonly retryMs?: number
}

const RETRY_MS = 1000

/** The first snapshot that can be loaded. @throws ERR_FILE_READ, ERR_POLICIES_INVALID unless somebody answers meanwhile */
export async function waitForSnapshot(
  take: () => Promise<PoliciesSnapshot>,
  { onRefusal, log, retryMs = RETRY_MS }: WaitForSnapshotOptions,
): Promise<LoadableSnapshot> {
  for (let told = ''; ; ) {
    const snapshot = await take()
    const { content } = snapshot
    if (!(content instanceof GatehouseError)) return { ...snapshot, content }
    if (onRefusal === undefined) throw content
    onRefusal(content.message)
    if (content.message !== told) log.error({ error: content.message }, 'the policies cannot be loaded; trying again')
    told = content.message
    await delay(retryMs)
  }
}
