import type { Log } from '../../util/log.ts'
import type { KubeClient, KubeObject } from '../requests/kube-client.ts'
import type { Collection } from './list.ts'
import type { StoreChange } from './store.ts'

export interface ListWatchOptions<T> {
  readonly client: KubeClient
  readonly collection: Collection
  /** What to keep of an object. */
  readonly read: (object: KubeObject) => T
  /** Told of every object that was added, changed or removed, and after a gap of all that differ or may differ. */
  readonly onChange?: (change: StoreChange<T>) => void
  readonly log: Log
}
